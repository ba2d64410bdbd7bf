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
/// Keys that were as new as this when a request began, and are refused, are not the reason.
const NEW: Duration = Duration::from_secs(1);
/// A centre that gives no new keys is left alone for so long, as far as the present ones last.
const LEFT_ALONE: Duration = Duration::from_secs(30);
const TRIES: u32 = 4;
/// The most that an answer with keys may have, bytes.
const LARGEST: usize = 64 << 10;

/// The temporary keys of a centre's buckets: asked for when they are first needed, kept for all its buckets, and renewed ten minutes
/// before they end, or once they are refused.
pub(crate) struct TemporaryKeys {
    daac: Daac,
    session: Arc<Session>,
    state: Mutex<State>,
    first_pause: Duration,
}

#[derive(Default)]
struct State {
    kept: Option<Kept>,
    /// When the centre is asked again, after it gave no new keys.
    try_again_at: Option<Instant>,
}

impl State {
    /// Keys that need no asking: new ones, or such as still last while their centre is left alone.
    fn at_hand(&self) -> Option<&Kept> {
        let is_left_alone = self.try_again_at.is_some_and(|at| Instant::now() < at);
        self.kept.as_ref().filter(|kept| !kept.is_old() || (is_left_alone && kept.is_good()))
    }
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

    /// Whether they have not ended yet.
    fn is_good(&self) -> bool {
        self.fetched.elapsed() < self.lasts
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
        Self { daac, session, state: Mutex::default(), first_pause }
    }

    /// Forgets keys that were refused by an answer to a request begun at `begun`; whether it is worth asking again, once.
    pub(crate) async fn were_refused(&self, begun: Instant) -> bool {
        let mut state = self.state.lock().await;
        match &state.kept {
            // another request has renewed them meanwhile: of many that were refused together, all but the first come here
            Some(keys) if keys.fetched > begun => true,
            Some(keys) if keys.fetched.elapsed() <= NEW => false,
            _ => {
                tracing::info!("the keys of {} are refused; they are renewed", self.daac.name);
                *state = State::default();
                true
            }
        }
    }

    async fn keys(&self) -> Result<Arc<AwsCredential>> {
        // whoever comes second waits for the first one's keys
        let mut state = self.state.lock().await;
        if let Some(kept) = state.at_hand() {
            return Ok(Arc::clone(&kept.keys));
        }
        let old = state.kept.as_ref().filter(|kept| kept.is_good()).map(|kept| Arc::clone(&kept.keys));
        // with keys that still last nobody waits for a second try: it comes by itself
        let answer = if old.is_some() { self.ask().await } else { self.fetch().await };
        match (answer, old) {
            (Ok(new), _) => {
                tracing::info!("keys of {} for {} minutes", self.daac.name, new.lasts.as_secs() / 60);
                let keys = Arc::clone(&new.keys);
                *state = State { kept: Some(new), try_again_at: None };
                Ok(keys)
            }
            (Err(error), Some(old)) => {
                tracing::warn!("{error}; the present keys are used while they last");
                state.try_again_at = Some(Instant::now() + LEFT_ALONE);
                Ok(old)
            }
            (Err(error), None) => Err(error),
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
        // a page in their place, as servers show while they are mended, says nothing of the login
        let answer: Answer = serde_json::from_slice(&body)
            .map_err(|_| failed("the server sent something else than keys; try again later".to_owned()))?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::{Earthdata, EarthdataLogin, Secret};
    use crate::stores::StoreOptions;
    use eventscape_testkit::earthdata::{EarthdataServers, TOKEN};

    fn keys_of(servers: &EarthdataServers) -> TemporaryKeys {
        let earthdata = Earthdata { login_address: servers.login.clone(), ..Earthdata::default() };
        let login = EarthdataLogin::Token(Secret::new(TOKEN));
        let session = Session::new(login, &earthdata, &StoreOptions::default()).unwrap();
        let daac = Daac::new("TEST DAAC", &["data"], &format!("{}/s3credentials", servers.centre));
        TemporaryKeys::new(daac, Arc::new(session), Duration::from_millis(1))
    }

    fn wait<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    /// Makes the keys older than they are.
    async fn age(keys: &TemporaryKeys, by: Duration) {
        let mut state = keys.state.lock().await;
        let kept = state.kept.as_mut().unwrap();
        kept.fetched = kept.fetched.checked_sub(by).unwrap();
    }

    #[test]
    fn all_that_were_refused_together_ask_again_and_keys_are_renewed_once() {
        let servers = EarthdataServers::start();
        let keys = keys_of(&servers);
        wait(async {
            keys.keys().await.unwrap();
            age(&keys, Duration::from_secs(10)).await;
            let begun = Instant::now();
            assert!(keys.were_refused(begun).await);
            keys.keys().await.unwrap();
            for _ in 0..5 {
                assert!(keys.were_refused(begun).await, "the refused ones were the old ones");
            }
            assert!(!keys.were_refused(Instant::now()).await, "the new ones are not the reason");
        });
        assert_eq!(servers.keys_given(), 2);
    }

    #[test]
    fn keys_that_still_last_are_given_without_asking_a_centre_that_just_failed() {
        let servers = EarthdataServers::start();
        let keys = keys_of(&servers);
        let again = wait(async {
            let first = keys.keys().await.unwrap();
            age(&keys, Duration::from_secs(55 * 60)).await;
            servers.fail(usize::MAX);
            for _ in 0..5 {
                assert_eq!(keys.keys().await.unwrap(), first);
            }
            assert_eq!(servers.keys_asked(), 2, "once for the first keys and once in vain");
            keys.state.lock().await.try_again_at = Some(Instant::now());
            assert_eq!(keys.keys().await.unwrap(), first);
            assert_eq!(servers.keys_asked(), 3, "after a while it is asked again");
            servers.fail(0);
            assert_eq!(keys.keys().await.unwrap(), first, "and left alone again");
            keys.state.lock().await.try_again_at = Some(Instant::now());
            assert_ne!(keys.keys().await.unwrap(), first);
            age(&keys, Duration::from_secs(2 * 3600)).await;
            keys.state.lock().await.try_again_at = Some(Instant::now() + LEFT_ALONE);
            keys.keys().await
        });
        again.unwrap();
        assert_eq!(servers.keys_given(), 3, "keys that have ended are never given");
    }
}
