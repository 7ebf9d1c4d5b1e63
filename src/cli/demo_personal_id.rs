//! The demo's PersonalID links: a few in each state, made by the use cases that everybody uses.

use super::{CommandError, dev};
use crate::domain::{Channel, MobileWorkerId, Origin, PersonalIdAccount, Principal};
use crate::outbound::personal_id::LocalIssuer;
use crate::service::personal_id::{self, PersonalIdTokens, TokenError};
use crate::service::{Failure, Refused, Services};
use std::sync::Arc;

/// What becomes of one of the demo's workers.
#[derive(Clone, Copy)]
enum Link {
    Active,
    Inactive,
    InactiveAndAskedFor,
    Invited,
}

/// Of the first workers; all others have no link.
const LINKS: [Link; 6] =
    [Link::Active, Link::Active, Link::Active, Link::Inactive, Link::InactiveAndAskedFor, Link::Invited];

/// While the demo is filled nobody need run an issuer: a token is its username. The accounts are those that
/// `fieldgate dev personal-id` knows by these names.
struct Believing {
    issuer: String,
}

#[async_trait::async_trait]
impl PersonalIdTokens for Believing {
    async fn verify(&self, token: &str) -> Result<PersonalIdAccount, TokenError> {
        let subject = LocalIssuer::subject_of(token);
        Ok(PersonalIdAccount { issuer: self.issuer.clone(), subject, username: token.to_owned() })
    }
}

/// Links the first of these workers to PersonalID accounts of their names.
pub async fn fill(
    services: &Services,
    operator: &Principal,
    space: &str,
    workers: &[(MobileWorkerId, String)],
) -> Result<(), CommandError> {
    let issuer = dev::issuer(dev::PORT);
    let services =
        Services { personal_id: Some(Arc::new(Believing { issuer })), ..Services::clone(services) };
    let phone = Principal::anonymous(Origin::new(Channel::CommandLine, "demo"));
    for (link, (id, account)) in LINKS.into_iter().zip(workers) {
        let invited = personal_id::invite(&services, operator, *id, None).await?;
        if matches!(link, Link::Invited) {
            continue;
        }
        let code = invited.handover.map(|handover| handover.code);
        let code = code.ok_or(Refused::from(Failure::NotFound))?;
        personal_id::accept(&services, &phone, code, account).await?;
        if matches!(link, Link::Inactive | Link::InactiveAndAskedFor) {
            personal_id::deactivate(&services, operator, *id, None).await?;
        }
        if matches!(link, Link::InactiveAndAskedFor) {
            personal_id::request_access(&services, &phone, space, account).await?;
        }
    }
    Ok(())
}
