//! `/a/<project space>/api/web-user/v1/`: web users of a project space (reference commcare-users §4.12). An id here is the
//! person's, the same in every project space.

mod edit;
mod list;
mod object;
mod read;
mod switch;

pub use edit::{EDIT, edit};
pub use list::{LIST, list};
pub use object::{LIST_SCHEMA, SCHEMA, list_schema, schema};
pub use read::{READ, read};
pub use switch::{ACTIVATE, DEACTIVATE, activate, deactivate};

use crate::authz::Visible;
use crate::domain::{Member, Principal, ProjectSpaceId, WebUserId};
use crate::service::{Failure, Services, web_user};

/// Where all web users are.
const ALL: &str = "/a/{project_space}/api/web-user/v1/";
/// Where one is.
const ONE: &str = "/a/{project_space}/api/web-user/v1/{id}/";

/// The id in a path, of a web user that the caller may see here. Somebody of another project space is not there, nor is
/// what is no id at all.
async fn present(
    services: &Services,
    principal: &Principal,
    here: ProjectSpaceId,
    id: &str,
) -> Result<Visible<Member>, Failure> {
    let id = WebUserId::parse(id).map_err(|_| Failure::NotFound)?;
    web_user::load(services, principal, here, &[id]).await?.pop().ok_or(Failure::NotFound)
}
