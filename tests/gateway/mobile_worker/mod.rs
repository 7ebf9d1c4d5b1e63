mod activate;
mod create;
mod deactivate;
mod delete;
mod list;
mod read;
mod restore;
pub mod set_password;
mod update;
