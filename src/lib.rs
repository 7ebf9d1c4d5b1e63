//! Fieldgate: the user-management gateway for field programmes.
//!
//! One request, walked through the house. A frontend sends `deactivateMobileWorker`:
//!
//! 1. [`http`] gives the request an id and a deadline, bounds its body, and looks at the document before any parser does.
//! 2. [`authn`] turns the credential into a [`domain::Principal`], with the rights it has at this moment.
//! 3. `graphql/mobile_worker/deactivate.rs` reads the input and makes one call.
//! 4. `service/mobile_worker/deactivate.rs` has [`store`] read the worker: once, and **sealed**.
//! 5. [`authz`] asks [`policy`]: a WebAssembly component, in a fresh instance with bounded memory and time. A permit opens
//!    the seal and becomes `Authorized<DeactivateMobileWorker>`.
//! 6. `store.begin(proof)` opens the transaction. The write names the version that was judged; the commit adds the audit
//!    entry and the mails that the policy asked for.
//! 7. The proof, now over the new row, becomes the GraphQL object. Nothing is loaded twice.
//!
//! [`rest`] is a second face of the same use cases. [`app`] wires everything; [`cli`] is what operators type.
//! `tests/gateway/house.rs` holds the rooms to the arrows between them.

pub mod app;
pub mod authn;
pub mod authz;
pub mod cli;
pub mod config;
pub mod domain;
pub mod graphql;
pub mod http;
pub mod jobs;
pub mod outbound;
pub mod pages;
pub mod policy;
pub mod rest;
pub mod service;
pub mod store;
pub mod webhook;
