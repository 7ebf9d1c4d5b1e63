use async_graphql::TypeDirective;

/// The action that the caller must be permitted, as policies name it. Introspection tools and people can see from it
/// what a field needs. `policyActions` lists them all; `*.read` stands for reading whatever it is.
#[TypeDirective(location = "FieldDefinition", repeatable)]
pub fn requires(action: String) {}
