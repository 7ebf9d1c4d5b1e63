use fieldgate::service::{FetchError, Https};
use std::collections::HashMap;
use std::sync::Mutex;

/// Other servers: what they have at which address, and what was asked of them.
#[derive(Default)]
pub struct Pages {
    pages: Mutex<HashMap<String, Vec<u8>>>,
    asked: Mutex<Vec<String>>,
}

impl Pages {
    pub fn put(&self, url: &str, body: impl Into<Vec<u8>>) {
        self.pages.lock().unwrap().insert(url.to_owned(), body.into());
    }

    /// The addresses that were read since the last call.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

#[async_trait::async_trait]
impl Https for Pages {
    async fn get(&self, url: &str) -> Result<Vec<u8>, FetchError> {
        self.asked.lock().unwrap().push(url.to_owned());
        let page = self.pages.lock().unwrap().get(url).cloned();
        page.ok_or_else(|| FetchError { url: url.to_owned(), reason: "it answered 404".to_owned() })
    }
}
