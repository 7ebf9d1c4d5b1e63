//! From a [`Policy`](crate::Policy) to the exports of the world.

/// Makes a type with a [`Policy`](crate::Policy) the module that the gateway loads. Once per crate.
#[macro_export]
macro_rules! export {
    ($policy:ty) => {
        // Exports have a meaning for WebAssembly alone; natively the same crate is a library that tests call.
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            // The names below are this block's own: an author's type may have one of them.
            type Exported = $policy;
            const _: () = {
                use $crate::bindings;
                use $crate::bindings::fieldgate::policy::types;

                /// The policy of this instance, once `configure` was called.
                static CONFIGURED: ::std::sync::OnceLock<Exported> = ::std::sync::OnceLock::new();

                fn policy() -> &'static Exported {
                    CONFIGURED.get_or_init(<Exported as ::core::default::Default>::default)
                }

                struct Module;

                impl bindings::Guest for Module {
                    fn describe() -> types::Manifest {
                        <Exported as $crate::Policy>::manifest()
                    }

                    fn configure(
                        settings: ::std::string::String,
                    ) -> Result<(), ::std::vec::Vec<types::SettingFault>> {
                        let configured = <Exported as $crate::Policy>::configured(&settings)?;
                        // The gateway configures an instance once, before anything else, so the cell is empty.
                        let _ = CONFIGURED.set(configured);
                        Ok(())
                    }

                    fn decide(request: types::Request) -> types::Decision {
                        // The instance is gone when the decision is made: giving back its memory piece by piece is waste.
                        let request = ::core::mem::ManuallyDrop::new(request);
                        $crate::Policy::decide(policy(), &request)
                    }

                    fn decide_many(
                        principal: types::Principal,
                        action: ::std::string::String,
                        resources: types::Table,
                        context: types::Context,
                    ) -> ::std::vec::Vec<types::Decision> {
                        $crate::Batch::new(principal, action, context, resources)
                            .decide(|request| $crate::Policy::decide(policy(), request))
                    }

                    fn scope(
                        principal: types::Principal,
                        action: ::std::string::String,
                        resource_kind: ::std::string::String,
                        context: types::Context,
                    ) -> types::Scope {
                        let (principal, context) = (
                            ::core::mem::ManuallyDrop::new(principal),
                            ::core::mem::ManuallyDrop::new(context),
                        );
                        $crate::Policy::scope(policy(), &principal, &action, &resource_kind, &context)
                    }
                }

        bindings::export!(Module with_types_in bindings);
            };
        };
    };
}
