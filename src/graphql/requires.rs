use async_graphql::TypeDirective;

/// The action that the caller must be permitted, as policies name it. Introspection tools and people can see from it
/// what a field needs.
#[TypeDirective(location = "FieldDefinition")]
pub fn requires(action: String) {}
