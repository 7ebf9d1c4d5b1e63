use super::{judged, wrong_state};
use crate::authz::DeleteRole;
use crate::domain::{FaultCode, Faults, Principal, RoleId};
use crate::service::{Refused, Services};
use crate::store::RoleUse;

/// Takes a role away that nobody has.
///
/// # Errors
/// [`Refused`]: somebody has it, and how many; it is the mobile workers' default; a failure.
pub async fn delete(
    services: &Services,
    principal: &Principal,
    id: RoleId,
    version: Option<i32>,
) -> Result<(), Refused> {
    let proof = judged::<DeleteRole>(services, principal, id, version).await?;
    if proof.resource().is_mobile_default {
        return Err(wrong_state("mobile workers without a role of their own have this one"));
    }
    let mut work = services.store.begin(proof).await?;
    if let Some(users) = said(&work.role_use().await?) {
        let message = format!("the role is in use by {users}: archive it instead");
        return Err(Faults::one(FaultCode::RoleInUse, &["id"], message).into());
    }
    work.delete().await?;
    let _done = work.commit().await?;
    Ok(())
}

/// `2 mobile workers and 1 API key`; nothing when nobody has it.
fn said(found: &RoleUse) -> Option<String> {
    let counts = [
        (found.mobile_workers, "mobile worker"),
        (found.web_users, "web user"),
        (found.invitations, "invitation"),
        (found.api_keys, "API key"),
    ];
    let said = counts.into_iter().filter(|(count, _)| *count > 0);
    let mut said: Vec<String> =
        said.map(|(count, noun)| format!("{count} {noun}{}", if count == 1 { "" } else { "s" })).collect();
    let last = said.pop()?;
    Some(if said.is_empty() { last } else { format!("{} and {last}", said.join(", ")) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_a_role_is_said_in_words() {
        let found = |mobile_workers, web_users, invitations, api_keys| RoleUse {
            mobile_workers,
            web_users,
            invitations,
            api_keys,
        };
        for (found, expected) in [
            (found(0, 0, 0, 0), None),
            (found(0, 1, 0, 0), Some("1 web user")),
            (found(2, 0, 0, 1), Some("2 mobile workers and 1 API key")),
            (found(1, 2, 1, 3), Some("1 mobile worker, 2 web users, 1 invitation and 3 API keys")),
        ] {
            assert_eq!(said(&found).as_deref(), expected);
        }
    }
}
