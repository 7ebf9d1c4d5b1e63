//! The words of mails: for each template and language a text and an HTML page, in `templates/<language>/`. The text begins
//! with its subject. Templates evaluate nothing that people have written, and HTML is escaped (security E8).

use crate::domain::{MailLanguage, MailTemplate};
use crate::service::mail::Letter;
use chrono::{DateTime, Datelike, Timelike, Utc};
use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind, State, UndefinedBehavior};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Longest subject, in characters.
const SUBJECT_MAX: usize = 200;

/// A letter in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// One line.
    pub subject: String,
    /// For readers without HTML.
    pub text: String,
    /// For the others.
    pub html: String,
}

/// All templates in all languages.
#[derive(Debug, Clone)]
pub struct Templates(Arc<Environment<'static>>);

macro_rules! files {
    ($($language:literal: $($name:literal)*;)*) => {
        &[$($(
            (concat!($language, "/", $name, ".txt"), include_str!(concat!("templates/", $language, "/", $name, ".txt"))),
            (concat!($language, "/", $name, ".html"), include_str!(concat!("templates/", $language, "/", $name, ".html"))),
        )*)*]
    };
}

const FILES: &[(&str, &str)] = files! {
    "en": "action_notice" "invitation" "invitation_accepted" "access_request" "access_approved"
        "account_confirmation" "password_reset" "password_changed" "personal_id_invite" "test";
    "fr": "action_notice" "invitation" "invitation_accepted" "access_request" "access_approved"
        "account_confirmation" "password_reset" "password_changed" "personal_id_invite" "test";
};

impl Templates {
    /// Reads them.
    ///
    /// # Errors
    /// When one of them is malformed: it was built wrong.
    pub fn new() -> Result<Self, Error> {
        let mut templates = Environment::new();
        // What a template names and nobody gave is a mistake, and not an empty place in somebody's mail.
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.set_trim_blocks(true);
        templates.set_keep_trailing_newline(true);
        templates.add_filter("moment", moment);
        templates.add_template("layout.html", include_str!("templates/layout.html"))?;
        for (name, source) in FILES {
            templates.add_template(name, source)?;
        }
        Ok(Self(Arc::new(templates)))
    }

    /// Writes a letter.
    ///
    /// # Errors
    /// When it lacks something that its template names.
    pub fn write(&self, letter: &Letter) -> Result<Written, Error> {
        let (template, language) = (letter.template, letter.language);
        let context = context(letter);
        let text = self.0.get_template(&name(template, language, "txt"))?.render(&context)?;
        let html = self.0.get_template(&name(template, language, "html"))?.render(&context)?;
        let malformed =
            || Error::new(ErrorKind::SyntaxError, "a text begins with `Subject: …` and an empty line");
        let text = text.strip_prefix("Subject: ").ok_or_else(malformed)?;
        let (subject, text) = text.split_once("\n\n").ok_or_else(malformed)?;
        Ok(Written { subject: line(subject), text: text.to_owned(), html })
    }
}

fn name(template: MailTemplate, language: MailLanguage, kind: &str) -> String {
    format!("{}/{}.{kind}", language.code(), template.name())
}

fn context(letter: &Letter) -> BTreeMap<String, Value> {
    let fields = letter.data.as_object().into_iter().flatten();
    let mut context: BTreeMap<String, Value> =
        fields.map(|(name, value)| (name.clone(), Value::from_serialize(value))).collect();
    // What its link is made of is not for words.
    context.remove("link");
    context.insert("language".to_owned(), letter.language.code().into());
    if let Some(space) = &letter.project_space {
        context.insert("project_space".to_owned(), space.as_str().into());
    }
    if let Some(link) = &letter.link {
        context.insert("link".to_owned(), link.as_str().into());
    }
    context
}

/// A subject is one line, whatever a name in it may hold.
fn line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").chars().take(SUBJECT_MAX).collect()
}

const MONTHS: [(&str, &str); 12] = [
    ("January", "janvier"),
    ("February", "février"),
    ("March", "mars"),
    ("April", "avril"),
    ("May", "mai"),
    ("June", "juin"),
    ("July", "juillet"),
    ("August", "août"),
    ("September", "septembre"),
    ("October", "octobre"),
    ("November", "novembre"),
    ("December", "décembre"),
];

/// A moment of RFC 3339 as people write it.
fn moment(state: &State, moment: &str) -> Result<String, Error> {
    let wrong = || Error::new(ErrorKind::InvalidOperation, "not a moment of RFC 3339");
    let moment = DateTime::parse_from_rfc3339(moment).map_err(|_| wrong())?.with_timezone(&Utc);
    let language = state.lookup("language");
    let language = language.as_ref().and_then(Value::as_str).and_then(MailLanguage::of).unwrap_or_default();
    let index = usize::try_from(moment.month0()).map_err(|_| wrong())?;
    let (english, french) = MONTHS.get(index).ok_or_else(wrong)?;
    let (day, year, hour, minute) = (moment.day(), moment.year(), moment.hour(), moment.minute());
    Ok(match language {
        MailLanguage::English => format!("{day} {english} {year} at {hour:02}:{minute:02} UTC"),
        MailLanguage::French => {
            let day = if day == 1 { "1er".to_owned() } else { day.to_string() };
            format!("{day} {french} {year} à {hour:02} h {minute:02} (UTC)")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn every_template_is_written_in_every_language_and_lacks_nothing() {
        let templates = Templates::new().unwrap();
        for template in MailTemplate::ALL {
            let mut texts = Vec::new();
            for language in MailLanguage::ALL {
                let letter = sample(template, language, "https://gate.example");
                let written = templates.write(&letter).unwrap();
                let html_language = format!("<html lang=\"{}\">", language.code());
                assert!(written.html.contains(&html_language), "{}", written.html);
                // A slash is escaped too, which every reader of HTML undoes.
                for part in [&written.text, &written.html.replace("&#x2f;", "/")] {
                    let link = letter.link.as_deref().unwrap_or_default();
                    assert!(part.contains(link), "{template:?} {language:?}: {part}");
                    let space = if template == MailTemplate::Test { "" } else { "Maternal Health North" };
                    assert!(part.contains(space), "{template:?} {language:?}: {part}");
                    assert!(!part.contains("{{") && !part.contains("{%"), "{part}");
                }
                assert!(!written.subject.is_empty() && !written.text.starts_with('\n'), "{written:?}");
                texts.push(written.text);
            }
            texts.dedup();
            assert_eq!(texts.len(), MailLanguage::ALL.len(), "{template:?} is not translated");
        }
    }

    #[test]
    fn a_field_that_is_not_there_is_a_mistake_and_not_an_empty_place() {
        let templates = Templates::new().unwrap();
        for template in MailTemplate::ALL {
            for field in template.fields() {
                let mut letter = sample(template, MailLanguage::English, "https://gate.example");
                if *field == "link" {
                    letter.link = None;
                } else {
                    letter.data.as_object_mut().unwrap().remove(*field);
                }
                assert!(templates.write(&letter).is_err(), "{template:?} does not say `{field}`");
            }
        }
    }

    #[test]
    fn what_people_write_is_text_and_nothing_else() {
        let mut letter = sample(MailTemplate::Invitation, MailLanguage::English, "https://gate.example");
        letter.project_space = Some("<b>{{ link }}</b>\r\nBcc: everybody@example.org".to_owned());
        letter.data["inviter"] = "{% include 'layout.html' %}".into();
        let written = Templates::new().unwrap().write(&letter).unwrap();
        assert_eq!(
            written.subject,
            "{% include 'layout.html' %} invites you to <b>{{ link }}</b> Bcc: everybody@example.org"
        );
        assert!(written.html.contains("&lt;b&gt;{{ link }}&lt;&#x2f;b&gt;"), "{}", written.html);
        assert!(written.html.contains("{% include &#x27;layout.html&#x27; %}"), "{}", written.html);
    }

    #[test]
    fn a_moment_is_written_as_people_write_it() {
        let templates = Templates::new().unwrap();
        let text = |language, at: &str| {
            let mut letter = sample(MailTemplate::Invitation, language, "https://gate.example");
            letter.data["expires_at"] = at.into();
            templates.write(&letter).map(|written| written.text)
        };
        let english = text(MailLanguage::English, "2026-12-01T14:05:59+01:00").unwrap();
        assert!(english.contains("1 December 2026 at 13:05 UTC"), "{english}");
        let french = text(MailLanguage::French, "2026-08-01T14:05:59Z").unwrap();
        assert!(french.contains("1er août 2026 à 14 h 05 (UTC)"), "{french}");
        assert!(text(MailLanguage::English, "tomorrow").is_err());
    }
}
