//! What every resolver works with. Untyped context data is touched in this file alone.

use super::error::{ErrorCode, Settled, UserError};
use super::loader::Loader;
use super::nested::Lists;
use super::role::RoleHolders;
use super::upload::{Upload, Uploads};
use crate::domain::{Group, Location, LocationType, Member, Principal, Role, UserProfile};
use crate::service::{Failure, Refused, Services};
use async_graphql::{Context, Error};
use bytes::Bytes;
use std::sync::{Arc, OnceLock};

/// The loaders of one request: each collects what the objects of a page ask for, and loads it in one statement.
pub struct Loaders {
    /// Roles.
    pub roles: Loader<Role>,
    /// Locations.
    pub locations: Loader<Location>,
    /// Location types.
    pub location_types: Loader<LocationType>,
    /// Groups.
    pub groups: Loader<Group>,
    /// User profiles.
    pub user_profiles: Loader<UserProfile>,
    /// Web users of a project space, by account.
    pub web_users: Loader<Member>,
    /// How many have a role.
    pub role_holders: RoleHolders,
    /// The members of groups.
    pub members: Lists<Group>,
    /// The places below others.
    pub children: Lists<Location>,
}

impl Loaders {
    /// Loaders for one request of this principal.
    pub fn new(services: &Arc<Services>, principal: &Arc<Principal>) -> Self {
        Self {
            roles: Loader::new(services, principal),
            locations: Loader::new(services, principal),
            location_types: Loader::new(services, principal),
            groups: Loader::new(services, principal),
            user_profiles: Loader::new(services, principal),
            web_users: Loader::new(services, principal),
            role_holders: RoleHolders::new(services, principal),
            members: Lists::new(services, principal),
            children: Lists::new(services, principal),
        }
    }
}

/// Who the resolvers of a request work for: who sent it; and from a sign-in on, who signed in, so that the answer to it can
/// show them what is theirs.
pub struct Caller {
    services: Arc<Services>,
    sender: Acting,
    signed_in: OnceLock<Acting>,
}

struct Acting {
    principal: Arc<Principal>,
    loaders: Loaders,
}

impl Caller {
    /// The sender of a request.
    pub fn new(services: &Arc<Services>, principal: Arc<Principal>) -> Self {
        let sender = Acting { loaders: Loaders::new(services, &principal), principal };
        Self { services: Arc::clone(services), sender, signed_in: OnceLock::new() }
    }

    fn acting(&self) -> &Acting {
        self.signed_in.get().unwrap_or(&self.sender)
    }

    /// The rest of the document is theirs. Of several who sign in with one document, it is the first one's.
    fn becomes(&self, principal: &Principal) {
        self.signed_in.get_or_init(|| {
            let principal = Arc::new(principal.clone());
            Acting { loaders: Loaders::new(&self.services, &principal), principal }
        });
    }
}

/// Typed access to the context.
pub trait ContextExt<'a> {
    /// The use cases.
    fn services(&self) -> &'a Services;
    /// Who asks.
    fn principal(&self) -> &'a Principal;
    /// The request's loaders.
    fn loaders(&self) -> &'a Loaders;
    /// A file that came along.
    fn file(&self, upload: Upload) -> Option<Bytes>;
    /// They have just signed in.
    fn becomes(&self, principal: &Principal);
    /// The error that a client sees of a failure. Our own faults are logged here, with the request's id.
    fn fail(&self, failure: &Failure) -> Error;
    /// What a mutation answers: done, or refused with all faults; a failure is an error.
    fn settle<T>(&self, result: Result<T, Refused>) -> async_graphql::Result<Settled<T>>;
    /// The same for a query, whose arguments are the caller's program's: a refusal is an error there.
    fn answer<T>(&self, result: Result<T, Refused>) -> async_graphql::Result<T>;
}

impl<'a> ContextExt<'a> for Context<'a> {
    fn services(&self) -> &'a Services {
        self.data_unchecked::<Arc<Services>>()
    }

    fn principal(&self) -> &'a Principal {
        &self.data_unchecked::<Caller>().acting().principal
    }

    fn loaders(&self) -> &'a Loaders {
        &self.data_unchecked::<Caller>().acting().loaders
    }

    fn file(&self, upload: Upload) -> Option<Bytes> {
        self.data_opt::<Uploads>()?.get(upload)
    }

    fn becomes(&self, principal: &Principal) {
        self.data_unchecked::<Caller>().becomes(principal);
    }

    fn fail(&self, failure: &Failure) -> Error {
        if let Failure::Internal(cause) | Failure::NotWritable(cause) | Failure::ConnectionLost(cause) =
            failure
        {
            let mut chain = cause.to_string();
            let mut next = cause.source();
            while let Some(error) = next {
                chain.push_str(": ");
                chain.push_str(&error.to_string());
                next = error.source();
            }
            let request_id = &self.principal().origin.request_id;
            tracing::error!(request.id = %request_id, error = chain, "request `{request_id}` failed");
        }
        ErrorCode::from(failure).extend(failure)
    }

    fn settle<T>(&self, result: Result<T, Refused>) -> async_graphql::Result<Settled<T>> {
        match result {
            Ok(done) => Ok(Ok(done)),
            Err(Refused::Input(faults)) => Ok(Err(faults.into_iter().map(UserError::from).collect())),
            Err(Refused::Failure(failure)) => Err(self.fail(&failure)),
        }
    }

    fn answer<T>(&self, result: Result<T, Refused>) -> async_graphql::Result<T> {
        result.map_err(|refused| match refused {
            Refused::Input(faults) => ErrorCode::BadRequest.with(faults.to_string()),
            Refused::Failure(failure) => self.fail(&failure),
        })
    }
}
