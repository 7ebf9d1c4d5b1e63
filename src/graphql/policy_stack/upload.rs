use super::revision::PolicyModuleObject;
use crate::graphql::context::ContextExt;
use crate::graphql::error::{UserError, UserErrorCode};
use crate::graphql::requires::requires;
use crate::graphql::upload::Upload;
use crate::service::policy_stack;
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A policy module.
#[derive(InputObject)]
pub struct UploadPolicyModuleInput {
    /// The project space's name.
    project_space: String,
    /// The component: a file of a `multipart/form-data` request, 32 MiB at most.
    component: Option<Upload>,
    /// Or the component in base64, where the whole request stays below 1 MiB.
    component_base64: Option<String>,
    /// SHA-256 of the component in hexadecimal digits, as `sha256sum` prints it: what you mean to upload, and nothing else.
    digest: String,
    /// The text of the `.minisig` file that `minisign -S` makes. Needed where the gateway trusts certain keys alone.
    signature: Option<String>,
}

/// What became of a policy module.
#[derive(SimpleObject)]
pub struct PolicyModulePayload {
    /// The module; null when it was refused.
    module: Option<PolicyModuleObject>,
    /// All that was wrong with the input.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct UploadPolicyModuleMutation;

#[Object]
impl UploadPolicyModuleMutation {
    /// Upload a policy module, after it was looked at as `fieldgate policy check` does. It changes nothing by itself: make a
    /// revision with it next. Uploading it once more changes at most who signed it. Only admins may.
    #[graphql(directive = requires::apply("policy.upload".to_owned()))]
    async fn upload_policy_module(
        &self,
        ctx: &Context<'_>,
        input: UploadPolicyModuleInput,
    ) -> Result<PolicyModulePayload> {
        let component = match (input.component, input.component_base64) {
            (Some(upload), None) => ctx.file(upload).map(Vec::from).ok_or("no such file came along"),
            (None, Some(text)) => STANDARD.decode(text).map_err(|_| "this is not base64"),
            _ => Err("give either `component` or `componentBase64`"),
        };
        let component = match component {
            Ok(component) => component,
            Err(message) => {
                let path = Some(vec!["component".to_owned()]);
                let error =
                    UserError { code: UserErrorCode::InvalidValue, message: message.to_owned(), path };
                return Ok(PolicyModulePayload { module: None, user_errors: vec![error] });
            }
        };
        let upload = policy_stack::Upload { component, digest: input.digest, signature: input.signature };
        let result =
            policy_stack::upload(ctx.services(), ctx.principal(), &input.project_space, upload).await;
        Ok(match ctx.settle(result)? {
            Ok(made) => PolicyModulePayload { module: Some((&*made).into()), user_errors: Vec::new() },
            Err(user_errors) => PolicyModulePayload { module: None, user_errors },
        })
    }
}
