//! Keys that last an hour.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use eventscape_core::Timestamp;
use eventscape_core::time::Calendar;
use object_store::CredentialProvider;
use object_store::aws::AwsCredential;
use reqwest::header::HeaderMap;
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use super::daac::Daac;
use super::session::Session;
use crate::{IoError, Result};

/// Keys are renewed so long before they end.
const BEFORE_END: Duration = Duration::from_secs(600);
/// Keys that are as new as this and refused are not the reason.
const NEW: Duration = Duration::from_secs(1);
const TRIES: u32 = 4;
/// The most that an answer with keys may have, bytes.
const LARGEST: usize = 64 << 10;

/// The temporary keys of a centre's buckets: asked for when they are first needed, kept for all its buckets, and renewed ten minutes
/// before they end, or once they are refused.
pub(crate) struct TemporaryKeys {
    daac: Daac,
    session: Arc<Session>,
    kept: Mutex<Option<Kept>>,
    first_pause: Duration,
}

struct Kept {
    keys: Arc<AwsCredential>,
    fetched: Instant,
    lasts: Duration,
}

impl Kept {
    /// Whether they should be renewed: ten minutes before their end, or after half of a shorter life.
    fn is_old(&self) -> bool {
        self.fetched.elapsed() >= self.lasts.saturating_sub(BEFORE_END).max(self.lasts / 2)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
    expiration: String,
}

impl std::fmt::Debug for TemporaryKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TemporaryKeys").field("daac", &self.daac.name).finish_non_exhaustive()
    }
}

impl TemporaryKeys {
    pub(crate) fn new(daac: Daac, session: Arc<Session>, first_pause: Duration) -> Self {
        Self { daac, session, kept: Mutex::new(None), first_pause }
    }

    /// Forgets keys that were refused by an answer to a request begun at `begun`; whether it is worth asking again.
    pub(crate) async fn were_refused(&self, begun: Instant) -> bool {
        let mut kept = self.kept.lock().await;
        match &*kept {
            // another request has renewed them meanwhile
            Some(keys) if keys.fetched > begun && keys.fetched.elapsed() > NEW => true,
            Some(keys) if keys.fetched.elapsed() <= NEW => false,
            _ => {
                tracing::info!("the keys of {} are refused; they are renewed", self.daac.name);
                *kept = None;
                true
            }
        }
    }

    async fn keys(&self) -> Result<Arc<AwsCredential>> {
        // whoever comes second waits for the first one's keys
        let mut kept = self.kept.lock().await;
        if let Some(keys) = &*kept
            && !keys.is_old()
        {
            return Ok(Arc::clone(&keys.keys));
        }
        match self.fetch().await {
            Ok(new) => {
                tracing::info!("keys of {} for {} minutes", self.daac.name, new.lasts.as_secs() / 60);
                let keys = Arc::clone(&new.keys);
                *kept = Some(new);
                Ok(keys)
            }
            Err(error) => match &*kept {
                Some(old) if old.fetched.elapsed() < old.lasts => {
                    tracing::warn!("{error}; the present keys are used while they last");
                    Ok(Arc::clone(&old.keys))
                }
                _ => Err(error),
            },
        }
    }

    async fn fetch(&self) -> Result<Kept> {
        let mut pause = self.first_pause;
        for _ in 1..TRIES {
            match self.ask().await {
                Err(error @ IoError::Remote { .. }) => {
                    tracing::info!("{error}; trying again in {:.1} s", pause.as_secs_f32());
                    tokio::time::sleep(pause).await;
                    pause = pause.saturating_mul(2);
                }
                answer => return answer,
            }
        }
        self.ask().await
    }

    async fn ask(&self) -> Result<Kept> {
        let address = &self.daac.credentials;
        let location = format!("the keys of {} ({address})", self.daac.name);
        let failed = |reason: String| IoError::Remote { action: "reading", location: location.clone(), reason };
        let url = Url::parse(address).map_err(|e| IoError::Location {
            location: location.clone(),
            reason: format!("it is no web address: {e}"),
        })?;
        let fetched = Instant::now();
        let mut response = self.session.get(&url, &HeaderMap::new()).await?;
        let status = response.status();
        if matches!(status.as_u16(), 401 | 403) {
            return Err(self.session.refused(&location));
        }
        if !status.is_success() {
            return Err(failed(format!("the server answered {status}")));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| failed(e.without_url().to_string()))? {
            body.extend_from_slice(&chunk);
            if body.len() > LARGEST {
                return Err(failed(format!("the answer has more than {LARGEST} bytes")));
            }
        }
        let damaged = |reason: &str| IoError::Damaged { location: location.clone(), reason: reason.to_owned() };
        let answer: Answer = serde_json::from_slice(&body).map_err(|_| damaged("the answer holds no keys"))?;
        let (ends, _) = Timestamp::parse(&answer.expiration, Calendar::ProlepticGregorian)
            .map_err(|e| damaged(&format!("the end of the keys cannot be read: {e}")))?;
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let ends = Duration::from_micros(u64::try_from(ends.micros()).unwrap_or(0));
        let lasts = ends.saturating_sub(now);
        if lasts.is_zero() {
            return Err(damaged("the keys have ended already; check this machine's clock"));
        }
        let keys = AwsCredential {
            key_id: answer.access_key_id,
            secret_key: answer.secret_access_key,
            token: Some(answer.session_token),
        };
        Ok(Kept { keys: Arc::new(keys), fetched, lasts })
    }
}

#[async_trait::async_trait]
impl CredentialProvider for TemporaryKeys {
    type Credential = AwsCredential;

    async fn get_credential(&self) -> object_store::Result<Arc<AwsCredential>> {
        let failed = |error: IoError| object_store::Error::Generic { store: "Earthdata", source: Box::new(error) };
        self.keys().await.map_err(failed)
    }
}
