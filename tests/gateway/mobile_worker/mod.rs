mod activate;
mod create;
mod deactivate;
mod delete;
mod list;
mod read;
mod restore;
mod update;
