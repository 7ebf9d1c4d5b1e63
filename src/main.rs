//! The command line.

use std::process::ExitCode;

/// A page of people is thousands of small texts, and the C library's allocator took a fifth of its time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    fieldgate::cli::run().await
}
