use super::invite;
use crate::support::TestApp;

#[tokio::test]
async fn a_mail_is_written_in_the_recipients_language_else_the_project_spaces_else_in_english() {
    let app = TestApp::spawn().await;
    let english = |text: &str| text.contains("Your role there");
    let french = |text: &str| text.contains("Votre rôle");
    invite(&app, "ana@example.org").await;
    app.deliver().await;
    assert!(english(&app.mailbox.take()[0].written.text));

    app.rows("UPDATE project_space SET mail_language = 'fr'").await.unwrap();
    invite(&app, "ben@example.org").await;
    app.deliver().await;
    let mail = app.mailbox.take().remove(0);
    assert!(french(&mail.written.text) && mail.written.subject.contains("vous invite"), "{mail:?}");

    for (language, is) in [("en", english as fn(&str) -> bool), ("sw", french as fn(&str) -> bool)] {
        let id = invite(&app, &format!("{language}@example.org")).await;
        let data = app
            .rows(&format!("SELECT CAST(data AS TEXT) FROM mail WHERE message_id = '{id}@fieldgate'"))
            .await
            .unwrap()[0][0]
            .clone();
        let mut data: serde_json::Value = serde_json::from_str(&data).unwrap();
        data["language"] = language.into();
        app.rows(&format!("UPDATE mail SET data = '{data}' WHERE message_id = '{id}@fieldgate'"))
            .await
            .unwrap();
        app.deliver().await;
        let text = app.mailbox.take().remove(0).written.text;
        assert!(is(&text), "{language}: {text}");
    }
}

#[tokio::test]
async fn a_mail_names_the_project_space_as_it_is_called_when_the_mail_is_sent() {
    let app = TestApp::spawn().await;
    invite(&app, "ana@example.org").await;
    app.rows("UPDATE project_space SET display_name = 'Maternal <Health>'").await.unwrap();
    app.deliver().await;
    let mail = app.mailbox.take().remove(0);
    assert!(mail.written.subject.ends_with("invites you to Maternal <Health>"), "{}", mail.written.subject);
    assert!(mail.written.text.contains("\"Maternal <Health>\""), "{}", mail.written.text);
    assert!(mail.written.html.contains("<strong>Maternal &lt;Health&gt;</strong>"), "{}", mail.written.html);
}
