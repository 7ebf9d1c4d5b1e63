use super::{CommandError, Output, open, operator, secret_from_stdin};
use crate::config::ConfigOptions;
use crate::domain::{Channel, FaultCode, Origin, ProjectSpaceInput, Settings, SignIn, trim};
use crate::service::api_key::ApiKeyInput;
use crate::service::web_user::NewWebUser;
use crate::service::{Failure, Refused, Services, api_key, project_space, role, web_user};
use clap::Subcommand;
use serde_json::json;

#[derive(Subcommand)]
pub enum SpaceCommand {
    /// Make a project space with its preset roles and its first admin
    Create {
        /// Its name, as in URLs: a-z, 0-9 and -
        name: String,
        /// What people see [default: the name]
        #[arg(long)]
        display_name: Option<String>,
        /// The first admin's e-mail address
        #[arg(long, value_name = "E-MAIL")]
        admin_email: String,
        /// Read the admin's password from standard input. An existing account keeps its own and needs none
        #[arg(long)]
        admin_password_stdin: bool,
        #[command(flatten)]
        output: Output,
    },
}

#[derive(Subcommand)]
pub enum UserCommand {
    /// Add a web user to a project space without an invitation
    Add {
        /// The project space's name
        #[arg(long, value_name = "NAME")]
        project_space: String,
        /// The sign-in name
        #[arg(long)]
        email: String,
        /// The role's name; leave it out for an admin
        #[arg(long)]
        role: Option<String>,
        /// Read the password from standard input. An existing account keeps its own and needs none
        #[arg(long)]
        password_stdin: bool,
        #[command(flatten)]
        output: Output,
    },
    /// Take a web user's membership of a project space away. Their account and other project spaces stay as they are
    Remove {
        /// The project space's name
        #[arg(long, value_name = "NAME")]
        project_space: String,
        /// The sign-in name
        #[arg(long)]
        email: String,
        /// Even if nobody is left to administer the project space
        #[arg(long)]
        last_admin: bool,
        #[command(flatten)]
        output: Output,
    },
}

#[derive(Subcommand)]
pub enum ApiKeyCommand {
    /// Make an API key that acts for a web user in a project space
    Create {
        /// The project space's name
        #[arg(long, value_name = "NAME")]
        project_space: String,
        /// Whose rights it has: the e-mail address
        #[arg(long, value_name = "E-MAIL")]
        user: String,
        /// For people; unique among the user's keys
        #[arg(long, default_value = "command line")]
        name: String,
        #[command(flatten)]
        output: Output,
    },
}

pub async fn space(options: &ConfigOptions, command: SpaceCommand) -> Result<(), CommandError> {
    let SpaceCommand::Create { name, display_name, admin_email, admin_password_stdin, output } = command;
    let admin_password = if admin_password_stdin { Some(secret_from_stdin()?) } else { None };
    let (_, gateway) = open(options).await?;
    let input =
        ProjectSpaceInput { name, display_name, admin_email, admin_password, settings: Settings::default() };
    let space = project_space::create(&gateway.services, &operator(), input).await?;
    let id = space.id.to_string();
    if output.json {
        println!("{}", json!({ "id": id, "name": space.name.as_str() }));
    } else {
        println!("made the project space `{}` ({id})", space.name);
    }
    Ok(())
}

pub async fn user(options: &ConfigOptions, command: UserCommand) -> Result<(), CommandError> {
    match command {
        UserCommand::Add { project_space, email, role, password_stdin, output } => {
            let role = role.as_deref();
            add(options, &project_space, email, role, password_stdin, output).await
        }
        UserCommand::Remove { project_space, email, last_admin, output } => {
            remove(options, &project_space, &email, last_admin, output).await
        }
    }
}

async fn remove(
    options: &ConfigOptions,
    project_space: &str,
    email: &str,
    last_admin: bool,
    output: Output,
) -> Result<(), CommandError> {
    let (_, gateway) = open(options).await?;
    let (services, operator) = (&gateway.services, operator());
    let space = project_space::read(services, &operator, project_space).await.map_err(Refused::from)?;
    let found = web_user::read_named(services, &operator, space.id, email).await.map_err(Refused::from)?;
    let member = found
        .ok_or_else(|| CommandError::Usage(format!("there is no web user `{email}` in `{project_space}`")))?;
    let removed = if last_admin {
        web_user::remove_by_operator(services, &operator, member.id).await?
    } else {
        web_user::remove(services, &operator, member.id, None).await.map_err(|refused| match refused {
            Refused::Input(faults) if faults.has(FaultCode::LastAdmin) => CommandError::Usage(format!(
                "`{email}` is the only active admin of `{project_space}`: add another one first with `fieldgate user add`, \
                 or repeat this with --last-admin"
            )),
            other => other.into(),
        })?
    };
    let until = removed.undo_until;
    if output.json {
        println!("{}", json!({ "id": removed.id.to_string(), "undo_until": until }));
    } else {
        println!("removed `{email}` from `{project_space}`; an admin can undo it until {until}");
    }
    Ok(())
}

async fn add(
    options: &ConfigOptions,
    project_space: &str,
    email: String,
    role: Option<&str>,
    password_stdin: bool,
    output: Output,
) -> Result<(), CommandError> {
    let password = if password_stdin { Some(secret_from_stdin()?) } else { None };
    let (_, gateway) = open(options).await?;
    let services = &gateway.services;
    let role = match role {
        None => None,
        Some(name) => Some(role_named(services, project_space, name).await?),
    };
    let input = NewWebUser { email: email.clone(), password, role, ..NewWebUser::default() };
    let id = web_user::add(services, &operator(), project_space, &input).await?;
    if output.json {
        println!("{}", json!({ "id": id.to_string() }));
    } else {
        println!("added `{email}` to `{project_space}`");
    }
    Ok(())
}

async fn role_named(
    services: &Services,
    project_space: &str,
    name: &str,
) -> Result<crate::domain::RoleId, CommandError> {
    let operator = operator();
    let space = project_space::read(services, &operator, project_space).await.map_err(Refused::from)?;
    let roles = role::list(services, &operator, space.id, false).await.map_err(Refused::from)?;
    let found = roles.iter().find(|role| role.name.to_lowercase() == name.to_lowercase());
    found.map(|role| role.id).ok_or_else(|| {
        let names: Vec<_> = roles.iter().map(|role| format!("`{}`", role.name)).collect();
        CommandError::Usage(format!(
            "there is no role `{name}` in `{project_space}`: it has {}",
            names.join(", ")
        ))
    })
}

pub async fn api_key(options: &ConfigOptions, command: ApiKeyCommand) -> Result<(), CommandError> {
    let ApiKeyCommand::Create { project_space, user, name, output } = command;
    let (_, gateway) = open(options).await?;
    let services = &gateway.services;
    // The key has its owner's rights, so the owner asks for it: the operator only types the command.
    let account = services.store.web_user_password(&trim(&user).to_lowercase()).await?;
    let account = account.ok_or_else(|| CommandError::Usage(format!("there is no web user `{user}`")))?;
    let origin = Origin::new(Channel::CommandLine, "command line");
    let owner = services.authenticator.principal(account.identity, SignIn::Internal, origin).await;
    let owner = owner.map_err(|error| Refused::from(Failure::from(error)))?;
    let input = ApiKeyInput { name, ..ApiKeyInput::default() };
    let made = api_key::create(services, &owner, &project_space, &input).await?;
    let (id, secret) = (made.key.id.to_string(), made.secret.reveal());
    if output.json {
        println!("{}", json!({ "id": id, "secret": secret }));
    } else {
        println!("Authorization: ApiKey {user}:{secret}");
        eprintln!("This is shown once. Whoever has it acts as `{user}` in `{project_space}`.");
    }
    Ok(())
}
