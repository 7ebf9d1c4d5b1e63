//! What a module says of itself.

use crate::Manifest;

impl Manifest {
    /// A manifest without actions or settings.
    pub fn new(name: &str, version: &str, description: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            description: description.to_owned(),
            settings_schema: String::new(),
            actions: Vec::new(),
            timeless: false,
        }
    }

    /// The same with one more action that it knows; a trailing `*` stands for the rest of a name.
    #[must_use]
    pub fn action(mut self, action: &str) -> Self {
        self.actions.push(action.to_owned());
        self
    }

    /// The same for a module whose `scope` looks at neither the time nor the decision's id. It is told neither, and its answers
    /// are kept while the principal and the policy stay as they are: a list costs nearly nothing then.
    #[must_use]
    pub fn timeless(mut self) -> Self {
        self.timeless = true;
        self
    }

    /// The same with a JSON Schema for its settings.
    #[must_use]
    pub fn settings(mut self, json_schema: &str) -> Self {
        json_schema.clone_into(&mut self.settings_schema);
        self
    }
}
