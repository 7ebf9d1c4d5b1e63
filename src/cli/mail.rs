use super::{CommandError, Output, open, operator};
use crate::config::{Config, ConfigOptions};
use crate::domain::{Email, Mail, MailId, MailLanguage, MailStatus, MailTemplate};
use crate::outbound::mail::{Templates, sample};
use crate::service::{Refused, email_address, mail};
use crate::webhook::dsn;
use clap::Subcommand;
use serde_json::json;
use std::io::Read;
use std::path::PathBuf;

/// Longest delivery report that is read, in bytes.
const REPORT_MAX: u64 = 10 * 1024 * 1024;

#[derive(Subcommand)]
pub enum MailCommand {
    /// Send a mail to see whether mail works
    Test {
        /// To whom
        address: String,
        /// In which language: en or fr
        #[arg(long, default_value = "en")]
        language: String,
    },
    /// Show what mails say, with made-up names. Without a template, all of them
    Preview {
        /// invitation, invitation_accepted, access_request, access_approved, action_notice, or test
        template: Option<String>,
        /// In which language: en or fr
        #[arg(long, default_value = "en")]
        language: String,
        /// Show the HTML page, not the text
        #[arg(long)]
        html: bool,
    },
    /// List the mails of the outbox, the newest first
    List {
        /// Only those that are queued, sent, delivered, undeliverable, or given_up
        #[arg(long)]
        status: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 50)]
        limit: u64,
        #[command(flatten)]
        output: Output,
    },
    /// Try a mail again that was given up, was undeliverable, or waits
    Retry {
        /// Its id, as `mail list` shows it
        id: String,
    },
    /// Read a delivery report: a whole message, as a bounce mailbox receives it
    Bounce {
        /// The file; - for standard input
        file: PathBuf,
    },
    /// List the addresses that are blocked
    Blocked(Output),
    /// Let mail go to a blocked address again
    Unblock {
        /// The address
        address: String,
    },
}

pub async fn run(options: &ConfigOptions, command: MailCommand) -> Result<(), CommandError> {
    match command {
        MailCommand::Test { address, language } => test(options, &address, &language).await,
        MailCommand::Preview { template, language, html } => {
            preview(options, template.as_deref(), &language, html)
        }
        MailCommand::List { status, limit, output } => list(options, status.as_deref(), limit, &output).await,
        MailCommand::Retry { id } => retry(options, &id).await,
        MailCommand::Bounce { file } => bounce(options, &file).await,
        MailCommand::Blocked(output) => blocked(options, &output).await,
        MailCommand::Unblock { address } => unblock(options, &address).await,
    }
}

async fn test(options: &ConfigOptions, address: &str, language: &str) -> Result<(), CommandError> {
    let recipient =
        Email::parse(address).map_err(|error| CommandError::Usage(format!("`{address}` {error}")))?;
    let language = language_of(language)?;
    let (config, gateway) = open(options).await?;
    let sent = mail::test(&gateway.services, &operator(), recipient, language).await;
    sent.map_err(Refused::from)?
        .map_err(|error| CommandError::Usage(format!("no mail was sent: {error}")))?;
    match config.smtp_url {
        Some(_) => println!("the mail server took a mail for `{address}`"),
        None => println!(
            "there is no mail server (`smtp_url` is not set): the mail for `{address}` is in {}",
            config.data_dir().join("mail").display()
        ),
    }
    Ok(())
}

fn preview(
    options: &ConfigOptions,
    template: Option<&str>,
    language: &str,
    html: bool,
) -> Result<(), CommandError> {
    let language = language_of(language)?;
    let chosen = match template {
        None => MailTemplate::ALL.to_vec(),
        Some(name) => vec![MailTemplate::named(name).ok_or_else(|| {
            let names = MailTemplate::ALL.map(MailTemplate::name).join(", ");
            CommandError::Usage(format!("there is no mail `{name}`: there are {names}"))
        })?],
    };
    let config = Config::read(options)?;
    let malformed = |error| CommandError::Start(crate::app::MailError::Templates(error).into());
    let templates = Templates::new().map_err(malformed)?;
    for template in chosen {
        let letter = sample(template, language, &config.public_url());
        let written = templates.write(&letter).map_err(malformed)?;
        if html {
            println!("{}", written.html);
        } else {
            println!("--- {}\nSubject: {}\n\n{}", template.name(), written.subject, written.text);
        }
    }
    Ok(())
}

fn language_of(code: &str) -> Result<MailLanguage, CommandError> {
    MailLanguage::of(code).ok_or_else(|| {
        let codes = MailLanguage::ALL.map(MailLanguage::code).join(", ");
        CommandError::Usage(format!("mails are not written in `{code}`: there are {codes}"))
    })
}

async fn list(
    options: &ConfigOptions,
    status: Option<&str>,
    limit: u64,
    output: &Output,
) -> Result<(), CommandError> {
    let status = status.map(|name| {
        MailStatus::named(name).ok_or_else(|| {
            let names = MailStatus::ALL.map(MailStatus::name).join(", ");
            CommandError::Usage(format!("no mail is `{name}`: it is one of {names}"))
        })
    });
    let status = status.transpose()?;
    let (_, gateway) = open(options).await?;
    let mails = mail::list(&gateway.services, &operator(), status, limit).await.map_err(Refused::from)?;
    if output.json {
        let mails: Vec<_> = mails.iter().map(mail_as_json).collect();
        println!("{}", serde_json::Value::Array(mails));
    } else {
        for mail in mails {
            let (status, template) = (mail.status.name(), mail.template.name());
            println!("{}  {status:13}  {template:19}  {}", mail.id, mail.recipient);
            if let Some(error) = &mail.last_error {
                let next = match mail.status {
                    MailStatus::Queued => format!("; next try {}", mail.next_attempt_at.format("%F %T UTC")),
                    _ => String::new(),
                };
                println!("    {error} (tries: {}{next})", mail.attempts);
            }
        }
    }
    Ok(())
}

/// Without what fills the template: a link's seed is in it.
fn mail_as_json(mail: &Mail) -> serde_json::Value {
    json!({
        "id": mail.id.to_string(),
        "projectSpace": mail.project_space.map(|space| space.to_string()),
        "recipient": mail.recipient.as_str(),
        "template": mail.template.name(),
        "language": mail.language.code(),
        "messageId": mail.message_id,
        "status": mail.status.name(),
        "attempts": mail.attempts,
        "nextAttemptAt": (mail.status == MailStatus::Queued).then_some(mail.next_attempt_at),
        "lastError": mail.last_error,
        "createdAt": mail.created_at,
        "sentAt": mail.sent_at,
    })
}

async fn retry(options: &ConfigOptions, id: &str) -> Result<(), CommandError> {
    let id = MailId::parse(id).map_err(|error| CommandError::Usage(error.to_string()))?;
    let (_, gateway) = open(options).await?;
    mail::retry(&gateway.services, &operator(), id).await?;
    println!("`{id}` will be sent by the gateway that serves, within seconds");
    Ok(())
}

async fn bounce(options: &ConfigOptions, file: &PathBuf) -> Result<(), CommandError> {
    let mut raw = Vec::new();
    let unreadable = |error| CommandError::Usage(format!("could not read `{}`: {error}", file.display()));
    if file.as_os_str() == "-" {
        std::io::stdin().take(REPORT_MAX).read_to_end(&mut raw).map_err(unreadable)?;
    } else {
        let opened = std::fs::File::open(file).map_err(unreadable)?;
        opened.take(REPORT_MAX).read_to_end(&mut raw).map_err(unreadable)?;
    }
    let event = dsn::parse(&raw).map_err(|error| CommandError::Usage(error.to_string()))?;
    let Some(event) = event else {
        println!("it is about no mail of ours, or says only that one takes longer");
        return Ok(());
    };
    let (_, gateway) = open(options).await?;
    let (mail, outcome) = (event.mail, event.outcome.name());
    let mail = mail.map(|id| format!("`{id}`")).unwrap_or_default();
    let news = mail::report(&gateway.services, &operator(), event).await.map_err(Refused::from)?;
    if news {
        println!("mail {mail} was {outcome}");
    } else {
        println!("mail {mail} was {outcome}: that was known, or there is no such mail");
    }
    Ok(())
}

async fn blocked(options: &ConfigOptions, output: &Output) -> Result<(), CommandError> {
    let (_, gateway) = open(options).await?;
    let blocked = email_address::list_blocked(&gateway.services, &operator(), 1000).await;
    let blocked = blocked.map_err(Refused::from)?;
    if output.json {
        let blocked: Vec<_> = blocked
            .iter()
            .map(|(address, at, reason)| {
                json!({ "email": address.as_str(), "blockedAt": at, "reason": reason.name() })
            })
            .collect();
        println!("{}", serde_json::Value::Array(blocked));
    } else {
        for (address, at, reason) in blocked {
            println!("{address}  since {}  for {}", at.format("%F %T UTC"), reason.name());
        }
    }
    Ok(())
}

async fn unblock(options: &ConfigOptions, address: &str) -> Result<(), CommandError> {
    let (_, gateway) = open(options).await?;
    let cleared = email_address::clear_block(&gateway.services, &operator(), address).await?;
    println!("mail goes to `{}` again, and its bounces are counted anew", cleared.address);
    Ok(())
}
