use super::port::account;
use crate::authz::{Attributes, RequestPersonalIdAccess};
use crate::domain::Principal;
use crate::service::{Refused, Services};

/// Asks for an inactive link, with a token of its PersonalID account: seed 000, "mobile workers will be able to re-request
/// access". It shows on the link until an admin answers. The answer is the same whether there is such a project space, such
/// a link, or anything to ask for.
///
/// # Errors
/// [`Refused`]: the PersonalID token is not valid; a failure.
pub async fn request_access(
    services: &Services,
    principal: &Principal,
    project_space: &str,
    personal_id_token: &str,
) -> Result<(), Refused> {
    let account = account(services, personal_id_token).await??;
    let Some(holder) = services.store.personal_id_holder(project_space, &account).await? else {
        return Ok(());
    };
    let proof = services
        .authorizer
        .authorize::<RequestPersonalIdAccess>(principal, holder, Attributes::new())
        .await?;
    let mut work = services.store.begin(proof).await?;
    if work.request().await? {
        let _done = work.commit().await?;
    }
    Ok(())
}
