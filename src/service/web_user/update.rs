use super::{last_admin, unchanged};
use crate::authz::{Action, UpdateWebUser, Visible};
use crate::domain::{AssignmentInput, Identity, Member, MembershipId, Principal};
use crate::service::assignment::{Assigner, proposed};
use crate::service::{Refused, Services, host_rule, project_space};

/// Changes what a web user is in one project space: Admin or a role, and locations. Their names and address are their own,
/// and other project spaces are not touched. What is left out stays, and changing nothing writes nothing.
///
/// # Errors
/// [`Refused`]: all faults of the input together; the last active admin; oneself; a failure, among them `Conflict` when
/// `version` is not the present one.
pub async fn update(
    services: &Services,
    principal: &Principal,
    id: MembershipId,
    version: Option<i32>,
    input: &AssignmentInput,
) -> Result<Visible<Member>, Refused> {
    let member = services.store.member(id).await?;
    let Some(member) = member else { return Err(project_space::nowhere(principal).into()) };
    let proof = services
        .authorizer
        .authorize_change::<UpdateWebUser, _>(principal, member, input, |member, input| {
            proposed(&input.draft(&member.assignment).0)
        })
        .await?;
    unchanged(&proof, version)?;
    let member = proof.resource();
    host_rule::check_member(services, principal, UpdateWebUser::NAME, &proof, member).await?.check()?;
    let before = member.assignment.clone();
    let (mut after, mut faults) = input.draft(&before);
    let path: &'static [&'static str] = if input.admin.is_some() { &["admin"] } else { &["role_id"] };
    // Seed 001: nobody changes their own role.
    if after.role != before.role && principal.identity == Identity::WebUser(member.person.id) {
        faults.extend(host_rule::own_membership(path));
    }
    let assigner = Assigner { services, principal, space: proof.resource().project_space };
    assigner.check_web_user(&proof, Some(&before), &mut after, input, &mut faults).await?;
    faults.check()?;
    if after == before {
        return Ok(proof.into_visible());
    }
    let mut work = services.store.begin(proof).await?;
    work.update(&after).await.map_err(last_admin(path))?;
    Ok(work.commit().await?.into_visible())
}
