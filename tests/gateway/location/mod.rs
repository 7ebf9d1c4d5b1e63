mod create;
mod create_type;
