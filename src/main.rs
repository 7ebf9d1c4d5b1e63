//! The command line.

use std::process::ExitCode;

/// A page of people is thousands of small texts, and the C library's allocator took a fifth of its time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Stack of each thread that serves requests, in bytes. In an unoptimised build, a GraphQL mutation needs more than the
/// usual 2 MB: it is polled through many nested futures.
const STACK_BYTES: usize = 16 * 1024 * 1024;

fn main() -> ExitCode {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK_BYTES).build();
    match runtime {
        Ok(runtime) => runtime.block_on(fieldgate::cli::run()),
        Err(error) => {
            eprintln!("error: the runtime could not be started: {error}");
            ExitCode::FAILURE
        }
    }
}
