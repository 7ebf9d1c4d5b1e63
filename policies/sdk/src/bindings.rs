//! The contract, generated from `policies/wit/v2`. Authors use the types that the crate's root names.

#![allow(clippy::allow_attributes, reason = "for the line below")]
#![allow(missing_docs, unsafe_code, clippy::all, clippy::restriction, reason = "generated")]

wit_bindgen::generate!({
    path: "../wit/v2",
    world: "policy",
    pub_export_macro: true,
    additional_derives: [PartialEq, Eq],
});
