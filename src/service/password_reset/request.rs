use crate::domain::SignInName;
use crate::service::{Failure, Services};

/// Asks that whoever signs in with this name be mailed a link to a new password. Nothing is looked up here: the answer and
/// the work are the same whether there is such an account, whether it has an address, and how often was asked. A job does
/// the rest ([`super::answer_next`]).
///
/// # Errors
/// [`Failure`].
pub async fn request(
    services: &Services,
    username: &str,
    project_space: Option<&str>,
) -> Result<(), Failure> {
    // What can be no name at all is heard with the same words.
    let Some(name) = SignInName::read(username, project_space, services.worker_suffix()) else {
        return Ok(());
    };
    if name.is_too_long() {
        return Ok(());
    }
    Ok(services.store.note_password_reset(&name, services.clock.now()).await?)
}
