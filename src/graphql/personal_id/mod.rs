//! PersonalID links of mobile workers.

mod accept;
mod activate;
mod deactivate;
mod invite;
mod link;
mod login;
mod object;
mod request_access;

pub use object::{PersonalIdLinkObject, PersonalIdLinkStatus};

use super::error::{Settled, UserError};
use super::mobile_worker::MobileWorkerObject;
use crate::authz::Visible;
use crate::domain::MobileWorker;
use async_graphql::{MergedObject, SimpleObject};

#[derive(MergedObject, Default)]
pub struct PersonalIdMutation(
    login::LoginWithPersonalIdMutation,
    invite::InvitePersonalIdMutation,
    accept::AcceptPersonalIdInviteMutation,
    link::LinkPersonalIdMutation,
    activate::ActivatePersonalIdLinkMutation,
    deactivate::DeactivatePersonalIdLinkMutation,
    request_access::RequestPersonalIdAccessMutation,
);

/// What became of a worker's PersonalID link.
#[derive(SimpleObject, Default)]
pub struct PersonalIdPayload {
    /// The worker as it is now; null when it was refused.
    mobile_worker: Option<MobileWorkerObject>,
    /// All that was wrong with the input.
    user_errors: Vec<UserError>,
}

impl From<Settled<Visible<MobileWorker>>> for PersonalIdPayload {
    fn from(settled: Settled<Visible<MobileWorker>>) -> Self {
        match settled {
            Ok(worker) => Self { mobile_worker: Some(worker.into()), user_errors: Vec::new() },
            Err(user_errors) => Self { mobile_worker: None, user_errors },
        }
    }
}
