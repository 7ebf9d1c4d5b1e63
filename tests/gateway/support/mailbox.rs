use fieldgate::outbound::mail::{Templates, Written};
use fieldgate::service::mail::{Letter, Mailer, SendError};
use std::collections::VecDeque;
use std::sync::{LazyLock, Mutex};

static TEMPLATES: LazyLock<Templates> = LazyLock::new(|| Templates::new().unwrap());

/// A mail as somebody reads it.
#[derive(Debug, Clone)]
pub struct Received {
    pub letter: Letter,
    pub written: Written,
}

/// Everybody's mailbox: what is sent can be read, and a test says what is to be refused.
#[derive(Default)]
pub struct Mailbox {
    received: Mutex<Vec<Received>>,
    refusals: Mutex<VecDeque<SendError>>,
}

impl Mailbox {
    /// What was received since the last call.
    pub fn take(&self) -> Vec<Received> {
        std::mem::take(&mut *self.received.lock().unwrap())
    }

    /// The next letter is not taken.
    pub fn refuse(&self, error: SendError) {
        self.refusals.lock().unwrap().push_back(error);
    }
}

#[async_trait::async_trait]
impl Mailer for Mailbox {
    async fn send(&self, letter: &Letter) -> Result<(), SendError> {
        if let Some(error) = self.refusals.lock().unwrap().pop_front() {
            return Err(error);
        }
        let written = TEMPLATES.write(letter).unwrap();
        self.received.lock().unwrap().push(Received { letter: letter.clone(), written });
        Ok(())
    }
}
