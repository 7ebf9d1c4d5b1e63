//! The database's shape, forwards and back, the same on SQLite and PostgreSQL.

mod dialect;
mod m20261122_000001_project_spaces;
mod m20261122_000002_people;
mod m20261122_000003_sign_in;
mod m20261122_000004_gate;
mod m20261122_000005_mail;
mod m20261122_000006_invitations;
mod m20261122_000007_members;
mod m20261122_000008_user_fields;
mod m20261122_000010_idempotency;
mod m20261122_000011_group_metadata;
mod m20261122_000012_account_links;
mod m20261122_000013_personal_id;
mod m20261122_000020_deactivated_by;
mod m20261126_000014_policy_shipping;
mod m20261126_000015_decisions;
mod m20261126_000016_policy_quarantine;
mod m20261128_000017_policy_cases;
mod m20261128_000018_monitored_quarantine;
mod m20261128_000019_not_asked;
mod m20261128_000020_policy_order;
mod m20261130_000021_heartbeat_and_mail;

use sea_orm_migration::MigrationTrait;
pub use sea_orm_migration::{MigrationStatus, MigratorTrait};

/// All migrations, in order.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_project_spaces::Migration),
            Box::new(m20261122_000002_people::Migration),
            Box::new(m20261122_000003_sign_in::Migration),
            Box::new(m20261122_000004_gate::Migration),
            Box::new(m20261122_000005_mail::Migration),
            Box::new(m20261122_000006_invitations::Migration),
            Box::new(m20261122_000007_members::Migration),
            Box::new(m20261122_000008_user_fields::Migration),
            Box::new(m20261122_000010_idempotency::Migration),
            Box::new(m20261122_000011_group_metadata::Migration),
            Box::new(m20261122_000012_account_links::Migration),
            Box::new(m20261122_000013_personal_id::Migration),
            Box::new(m20261122_000020_deactivated_by::Migration),
            Box::new(m20261126_000014_policy_shipping::Migration),
            Box::new(m20261126_000015_decisions::Migration),
            Box::new(m20261126_000016_policy_quarantine::Migration),
            Box::new(m20261128_000017_policy_cases::Migration),
            Box::new(m20261128_000018_monitored_quarantine::Migration),
            Box::new(m20261128_000019_not_asked::Migration),
            Box::new(m20261128_000020_policy_order::Migration),
            Box::new(m20261130_000021_heartbeat_and_mail::Migration),
        ]
    }
}
