//! PersonalID links of mobile workers: seed 000.

mod accept;
mod activate;
mod deactivate;
mod invite;
mod link;
mod login;
mod port;
mod preview;
mod request_access;

pub use accept::accept;
pub use activate::activate;
pub use deactivate::deactivate;
pub use invite::{Handover, Invited, invite};
pub use link::link;
pub use login::login;
pub use port::{PersonalIdTokens, TokenError};
pub use preview::preview;
pub use request_access::request_access;

use port::not_configured;

use super::Refused;
use super::mobile_worker::wrong_state;
use crate::domain::personal_id::feature_disabled;
use crate::domain::{MobileWorker, MobileWorkerStatus, PersonalIdLink};

/// The link of a worker that is there, where there are links.
fn link_of(worker: &MobileWorker) -> Result<&PersonalIdLink, Refused> {
    let Some(link) = &worker.link else { return Err(feature_disabled(&[]).into()) };
    if worker.status == MobileWorkerStatus::Deleted {
        return Err(wrong_state("the worker is deleted: restore them first"));
    }
    Ok(link)
}
