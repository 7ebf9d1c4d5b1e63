mod archive;
mod create;
mod delete;
mod unarchive;
mod update;
