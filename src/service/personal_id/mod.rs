//! PersonalID links of mobile workers: seed 000.

mod activate;
mod deactivate;

pub use activate::activate;
pub use deactivate::deactivate;

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
