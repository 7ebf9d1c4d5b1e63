use super::{CommandError, demo, dev, start_log};
use crate::app::{self, Gateway};
use crate::config::{Config, ConfigOptions};
use clap::Args;
use std::net::SocketAddr;

#[derive(Args, Default)]
pub struct ServeOptions {
    /// Fill a project space `demo` with people to play with, and print their sign-ins
    #[arg(long)]
    demo: bool,
}

pub async fn run(options: &ConfigOptions, serve: ServeOptions) -> Result<(), CommandError> {
    let mut config = Config::read(options)?;
    if serve.demo && config.personal_id_issuer.is_none() {
        // The one that `fieldgate dev personal-id` runs.
        config.personal_id_issuer = Some(dev::issuer(dev::PORT));
        config.personal_id_audience = Some(dev::AUDIENCE.to_owned());
    }
    start_log(&config);
    let gateway = Gateway::open(&config).await?;
    if serve.demo {
        if !config.listen.ip().is_loopback() {
            tracing::warn!(
                "the demo's passwords are known to everybody, and `{}` is not this machine alone",
                config.listen
            );
        }
        demo::fill(&gateway.services).await?;
    }
    let (listen, limits) = (config.listen, app::connection_limits(&config));
    let ready = move |bound: SocketAddr| {
        let url = config.public_url.clone().unwrap_or_else(|| format!("http://{bound}"));
        if serve.demo { demo::print(&url) } else { print_next_steps(&config, &url) }
    };
    Ok(gateway.serve(listen, limits, ready).await?)
}

fn print_next_steps(config: &Config, url: &str) {
    let database = match &config.database_url {
        None => config.database_url(),
        // Its address may hold a password.
        Some(url) => url.split("://").next().map(|kind| format!("{kind}://…")).unwrap_or_default(),
    };
    println!(
        "\
Fieldgate is serving.

  GraphiQL   {url}/graphql  (open it in a browser)
  GraphQL    {url}/graphql
  REST       {url}/a/<project space>/api/user/v1/
  health     {url}/health   {url}/ready
  database   {database}

What next, in another terminal:

  a space to play with   fieldgate serve --demo
  a space of your own    echo 'a long password of yours' | fieldgate space create acme \\
                             --admin-email you@example.org --admin-password-stdin
  a key for scripts      fieldgate api-key create --project-space acme --user you@example.org
  everything else        fieldgate --help

(From the sources, `cargo run --` stands for `fieldgate`.) Stop with Ctrl-C."
    );
}
