//! Mobile workers.

mod activate;
mod confirm;
mod create;
mod deactivate;
mod delete;
mod object;
mod query;
mod restore;
mod send_confirmation;
mod send_password_reset;
mod set_password;
mod update;

pub use confirm::ConfirmationQuery;
pub use object::MobileWorkerObject;
pub use query::{
    MobileWorkerConnection, MobileWorkerCount, MobileWorkerFilterInput, MobileWorkerOrderInput,
    OrderDirection, mobile_worker, mobile_workers,
};

use crate::domain::MobileWorkerId;
use crate::graphql::error::{Settled, UserError, UserErrorCode};
use async_graphql::{ID, InputObject, MergedObject, SimpleObject};
use chrono::{DateTime, Utc};

#[derive(MergedObject, Default)]
pub struct MobileWorkerMutation(
    create::CreateMobileWorkerMutation,
    update::UpdateMobileWorkerMutation,
    activate::ActivateMobileWorkerMutation,
    deactivate::DeactivateMobileWorkerMutation,
    delete::DeleteMobileWorkerMutation,
    restore::RestoreMobileWorkerMutation,
    set_password::SetMobileWorkerPasswordMutation,
    send_confirmation::SendMobileWorkerConfirmationMutation,
    confirm::ConfirmMobileWorkerMutation,
    send_password_reset::SendMobileWorkerPasswordResetMutation,
);

/// Which object, and what the caller last saw of it.
#[derive(InputObject)]
pub struct NodeInput {
    /// Its global id.
    pub id: ID,
    /// The version that you last saw: if it is not the present one, nothing is done.
    pub version: Option<i32>,
}

/// What became of a mobile worker.
#[derive(SimpleObject, Default)]
pub struct MobileWorkerPayload {
    /// The worker as it is now; null when it was refused.
    mobile_worker: Option<MobileWorkerObject>,
    /// All that was wrong with the input.
    user_errors: Vec<UserError>,
}

/// What became of something that was to go.
#[derive(SimpleObject, Default)]
pub struct DeletePayload {
    /// Its id; null when it was refused.
    deleted_id: Option<ID>,
    /// Until when it can be undone, where there is a time for that: for web users.
    undo_until: Option<DateTime<Utc>>,
    /// All that was wrong with the input.
    user_errors: Vec<UserError>,
}

impl DeletePayload {
    pub fn deleted(id: ID) -> Self {
        Self { deleted_id: Some(id), undo_until: None, user_errors: Vec::new() }
    }

    pub fn refused(user_errors: Vec<UserError>) -> Self {
        Self { deleted_id: None, undo_until: None, user_errors }
    }

    /// The same, with a time to undo it.
    pub fn until(self, undo_until: DateTime<Utc>) -> Self {
        Self { undo_until: Some(undo_until), ..self }
    }
}

impl From<Settled<crate::authz::Visible<crate::domain::MobileWorker>>> for MobileWorkerPayload {
    fn from(settled: Settled<crate::authz::Visible<crate::domain::MobileWorker>>) -> Self {
        match settled {
            Ok(worker) => Self { mobile_worker: Some(worker.into()), user_errors: Vec::new() },
            Err(user_errors) => Self { mobile_worker: None, user_errors },
        }
    }
}

/// The id in an input, or the refusal to answer with.
pub fn parse_id(id: &ID) -> Result<MobileWorkerId, Vec<UserError>> {
    MobileWorkerId::parse(id).map_err(|error| {
        let path = Some(vec!["id".to_owned()]);
        vec![UserError { code: UserErrorCode::InvalidValue, message: error.to_string(), path }]
    })
}
