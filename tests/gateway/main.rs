//! The gateway, tested from outside: the real router on a real database. The same nouns as in `src`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that goes wrong should end there and say where"
)]

mod access_request;
mod account;
mod api_key;
mod audit;
mod authz_matrix;
mod cli;
mod cli_connections;
mod cli_mail;
mod cli_personal_id;
mod cli_policy;
mod cli_policy_trying;
mod cli_user;
mod coverage;
mod custom_permission;
mod decision;
mod durability;
mod email_address;
mod gate;
mod group;
mod hidden;
mod house;
mod housekeeping;
mod http;
mod invisible;
mod invitation;
mod isolation;
mod kinds;
mod location;
mod mail;
mod migration;
mod mobile_worker;
mod node;
mod password;
mod password_reset;
mod personal_id;
mod policy;
mod policy_stack;
mod project_space;
mod rest;
mod role;
mod row_filter;
mod scene;
mod schema;
mod seed_000;
mod seed_001;
mod seed_001_members;
mod seed_002;
mod session;
mod statements;
mod stronger_account;
mod support;
mod user_fields;
mod viewer;
mod web_user;
mod webhook;
