use crate::graphql::context::ContextExt;
use crate::graphql::error::UserError;
use crate::graphql::mobile_worker::{MobileWorkerObject, NodeInput, parse_id};
use crate::graphql::requires::requires;
use crate::service::personal_id::{self, Handover};
use async_graphql::{Context, Object, Result, SimpleObject};

/// An invite to hand over to a worker without an e-mail address. Shown once: keep it from anybody else, as whoever has it
/// can link their own PersonalID account to the worker's.
#[derive(SimpleObject)]
pub struct PersonalIdHandover {
    /// To be opened on the worker's phone: send it as a message, or show it as an image to scan.
    link: String,
    /// To be typed there instead, in either case, with or without the dashes.
    code: String,
}

impl From<Handover> for PersonalIdHandover {
    fn from(handover: Handover) -> Self {
        Self { link: handover.link, code: handover.code }
    }
}

/// What became of an invite to link a PersonalID account.
#[derive(SimpleObject, Default)]
pub struct InvitePersonalIdPayload {
    /// The worker as it is now; null when it was refused.
    mobile_worker: Option<MobileWorkerObject>,
    /// What to hand over; null when a mail was sent to the worker instead.
    handover: Option<PersonalIdHandover>,
    /// All that was wrong with the input.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct InvitePersonalIdMutation;

#[Object]
impl InvitePersonalIdMutation {
    /// Invite a worker who has no link to link their PersonalID account: by mail, or with a link and a code to hand over
    /// where they have no e-mail address. It is good once, for seven days; inviting again replaces it.
    #[graphql(directive = requires::apply("personal_id_link.invite".to_owned()))]
    async fn invite_personal_id(
        &self,
        ctx: &Context<'_>,
        input: NodeInput,
    ) -> Result<InvitePersonalIdPayload> {
        let refused = |user_errors| InvitePersonalIdPayload { user_errors, ..Default::default() };
        let id = match parse_id(&input.id) {
            Ok(id) => id,
            Err(user_errors) => return Ok(refused(user_errors)),
        };
        let result = personal_id::invite(ctx.services(), ctx.principal(), id, input.version).await;
        Ok(match ctx.settle(result)? {
            Ok(invited) => InvitePersonalIdPayload {
                mobile_worker: Some(invited.worker.into()),
                handover: invited.handover.map(Into::into),
                user_errors: Vec::new(),
            },
            Err(user_errors) => refused(user_errors),
        })
    }
}
