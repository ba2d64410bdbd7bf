//! Webhooks: a POST of JSON.

use std::time::Duration;

use reqwest::redirect::Policy;
use serde_json::Value;

use crate::error::{Result, ServiceError};

const TIMEOUT: Duration = Duration::from_secs(15);

/// Sends JSON to addresses. Redirects are not followed: an allowed address cannot hand on to one that is not.
pub(super) struct Webhooks {
    client: reqwest::Client,
}

impl Webhooks {
    pub(super) fn new() -> Result<Self> {
        // an error means that the process has one already
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().timeout(TIMEOUT).redirect(Policy::none()).build();
        let client = client.map_err(|e| ServiceError::Internal(format!("webhooks cannot be sent: {e}")))?;
        Ok(Self { client })
    }

    /// Sends a document; `key` is the same at each attempt.
    pub(super) async fn post(&self, address: &str, key: &str, body: &Value) -> Result<()> {
        let request = self
            .client
            .post(address)
            .header("content-type", "application/json")
            .header("eventscape-notification", key)
            .body(body.to_string());
        let failed = |reason: String| ServiceError::Conflict(format!("`{address}` was not told: {reason}"));
        let response = request.send().await.map_err(|e| failed(e.without_url().to_string()))?;
        match response.status() {
            status if status.is_success() => Ok(()),
            status => Err(failed(format!("it answered {status}"))),
        }
    }
}
