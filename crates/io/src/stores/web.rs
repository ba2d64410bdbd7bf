//! Files of web servers.

use std::ops::Range;
use std::sync::Arc;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use futures::future::BoxFuture;
use reqwest::header::{
    ACCEPT_ENCODING, CONTENT_RANGE, ETAG, HeaderMap, HeaderValue, LAST_MODIFIED, RANGE, RETRY_AFTER,
};
use reqwest::{Response, StatusCode};

use super::failure::{from_web, may_pass};
use super::location::HttpUrl;
use super::options::StoreOptions;
use super::remote::{Fetch, Fetched};
use super::traffic::Traffic;
use crate::credentials::Session;
use crate::{IoError, Result};

/// Makes `ring` the process's TLS provider, unless the program chose another one before.
pub(crate) fn install_tls() {
    // an error means that there is one already
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// The client that all web locations of one `Stores` share.
pub(crate) fn client(options: &StoreOptions) -> Result<reqwest::Client> {
    install_tls();
    reqwest::Client::builder()
        .user_agent(concat!("eventscape/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(options.connect_timeout)
        .read_timeout(options.read_timeout)
        .timeout(options.request_timeout)
        .build()
        .map_err(|e| from_web("the HTTP client", e))
}

/// How a web server is asked.
pub(crate) enum WebClient {
    /// As anybody would.
    Plain(reqwest::Client),
    /// With an Earthdata login.
    Earthdata(Arc<Session>),
}

/// One file of a web server, fetched by ranges where the server can.
pub(crate) struct WebFile {
    client: WebClient,
    url: HttpUrl,
    location: String,
    traffic: Arc<Traffic>,
    options: Arc<StoreOptions>,
    /// The whole file, from a server that does not know ranges.
    whole: OnceLock<(Bytes, Option<String>)>,
}

const NO_LOGIN: &str =
    "the server wants an Earthdata login: set EARTHDATA_TOKEN, or give ~/.netrc a line of urs.earthdata.nasa.gov";

/// Whether a failure may pass.
enum Attempt {
    Final(IoError),
    Again(IoError, Option<Duration>),
}

impl WebFile {
    pub(crate) fn new(client: WebClient, url: HttpUrl, traffic: Arc<Traffic>, options: Arc<StoreOptions>) -> Self {
        let location = url.to_string();
        Self { client, url, location, traffic, options, whole: OnceLock::new() }
    }

    async fn range(&self, range: Range<u64>) -> Result<Fetched> {
        if let Some((bytes, version)) = self.whole.get() {
            return Ok(part_of(bytes, version, range));
        }
        let begun = Instant::now();
        let mut pause = self.options.first_pause;
        let mut tried = 0;
        loop {
            let (error, wanted) = match self.attempt(range.clone()).await {
                Ok(fetched) => return Ok(fetched),
                Err(Attempt::Final(error)) => return Err(error),
                Err(Attempt::Again(error, wanted)) => (error, wanted),
            };
            let sleep = wanted.unwrap_or(pause).min(Duration::from_secs(30));
            if tried >= self.options.retries || begun.elapsed() + sleep > self.options.retry_timeout {
                return Err(error);
            }
            tracing::info!("{error}; trying again in {:.1} s", sleep.as_secs_f32());
            tokio::time::sleep(sleep).await;
            pause = pause.saturating_mul(2);
            tried += 1;
        }
    }

    async fn attempt(&self, range: Range<u64>) -> std::result::Result<Fetched, Attempt> {
        self.traffic.add_request();
        let range_text = format!("bytes={}-{}", range.start, range.end.saturating_sub(1));
        let response = match &self.client {
            WebClient::Plain(client) => {
                let request = client.get(self.url.as_url().clone()).header(RANGE, range_text);
                // a compressed answer would have other offsets
                let answer = request.header(ACCEPT_ENCODING, "identity").send().await;
                answer.map_err(|e| Attempt::Again(from_web(&self.location, e), None))?
            }
            WebClient::Earthdata(session) => {
                let mut headers = HeaderMap::new();
                headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
                let range_text = HeaderValue::from_str(&range_text);
                headers.insert(RANGE, range_text.map_err(|e| Attempt::Final(self.failed(&e.to_string())))?);
                session.get(self.url.as_url(), &headers).await.map_err(|error| match error {
                    IoError::Remote { .. } => Attempt::Again(error, None),
                    _ => Attempt::Final(error),
                })?
            }
        };
        let login = &self.options.earthdata.login_address;
        if self.is_behind_login() && response.url().origin().ascii_serialization() == login.trim_end_matches('/') {
            let location = self.location.clone();
            return Err(Attempt::Final(IoError::Denied { location, reason: NO_LOGIN.to_owned() }));
        }
        match response.status() {
            StatusCode::PARTIAL_CONTENT => self.partial(response, range).await,
            StatusCode::OK => self.whole(response, range).await,
            StatusCode::RANGE_NOT_SATISFIABLE => {
                let size = content_range(response.headers()).and_then(|(_, size)| size);
                match size {
                    Some(size) if range.start >= size => {
                        Ok(Fetched { bytes: Bytes::new(), size, version: version(response.headers()) })
                    }
                    _ => Err(Attempt::Final(self.failed("the server cannot send this range (416)"))),
                }
            }
            status => Err(self.refused(status, response.headers())),
        }
    }

    async fn partial(&self, response: Response, range: Range<u64>) -> std::result::Result<Fetched, Attempt> {
        let version = version(response.headers());
        let Some((sent, Some(size))) = content_range(response.headers()) else {
            let reason = "the server sends ranges without saying the file's size, so it cannot be read in parts; \
                          download it first";
            return Err(Attempt::Final(self.failed(reason)));
        };
        if sent != Some(range.start..range.end.min(size)) {
            return Err(Attempt::Final(self.failed("the server sent another range than was asked for")));
        }
        let expected = range.end.min(size).saturating_sub(range.start);
        let bytes = self.body(response, expected).await?;
        if bytes.len() as u64 == expected {
            Ok(Fetched { bytes, size, version })
        } else {
            Err(Attempt::Again(self.failed("the server broke off in the middle of its answer"), None))
        }
    }

    /// A server without ranges sends all there is.
    async fn whole(&self, response: Response, range: Range<u64>) -> std::result::Result<Fetched, Attempt> {
        let limit = self.options.whole_download_bytes;
        let version = version(response.headers());
        let announced = response.content_length();
        if announced.is_some_and(|n| n > limit) {
            return Err(Attempt::Final(self.too_large()));
        }
        let bytes = self.body(response, limit).await?;
        if announced.is_some_and(|n| n != bytes.len() as u64) {
            return Err(Attempt::Again(self.failed("the server broke off in the middle of its answer"), None));
        }
        tracing::warn!("the server of {} does not know ranges: the whole file was fetched", self.location);
        let (bytes, version) = self.whole.get_or_init(|| (bytes, version));
        Ok(part_of(bytes, version, range))
    }

    /// Reads a body of at most `limit` bytes.
    async fn body(&self, mut response: Response, limit: u64) -> std::result::Result<Bytes, Attempt> {
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| Attempt::Again(from_web(&self.location, e), None))? {
            self.traffic.add_bytes(chunk.len());
            if (body.len() + chunk.len()) as u64 > limit {
                return Err(Attempt::Final(self.too_large()));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }

    fn refused(&self, status: StatusCode, headers: &HeaderMap) -> Attempt {
        let location = self.location.clone();
        let denied = |reason: &str| IoError::Denied { location: location.clone(), reason: reason.to_owned() };
        match status {
            StatusCode::NOT_FOUND | StatusCode::GONE => Attempt::Final(IoError::NotFound { location }),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if self.is_behind_login() => match &self.client {
                WebClient::Plain(_) => Attempt::Final(denied(NO_LOGIN)),
                WebClient::Earthdata(session) => Attempt::Final(session.refused(&self.location)),
            },
            StatusCode::UNAUTHORIZED => Attempt::Final(denied("the server wants credentials (401)")),
            StatusCode::FORBIDDEN => Attempt::Final(denied("the server refuses it (403)")),
            _ => {
                let error = self.failed(&format!("the server answered {status}"));
                let wanted = headers.get(RETRY_AFTER).and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
                if may_pass(status.as_u16()) {
                    Attempt::Again(error, wanted.map(Duration::from_secs))
                } else {
                    Attempt::Final(error)
                }
            }
        }
    }

    fn is_behind_login(&self) -> bool {
        self.options.earthdata.covers(self.url.as_url())
    }

    fn failed(&self, reason: &str) -> IoError {
        IoError::Remote { action: "reading", location: self.location.clone(), reason: reason.to_owned() }
    }

    fn too_large(&self) -> IoError {
        IoError::Unsupported {
            location: self.location.clone(),
            feature: format!(
                "a server that cannot send parts of files, and is larger than the {} MiB that are fetched whole; \
                 download it first",
                self.options.whole_download_bytes >> 20
            ),
        }
    }
}

impl Fetch for WebFile {
    fn fetch(&self, range: Range<u64>) -> BoxFuture<'_, Result<Fetched>> {
        Box::pin(self.range(range))
    }
}

fn part_of(whole: &Bytes, version: &Option<String>, range: Range<u64>) -> Fetched {
    let size = whole.len() as u64;
    let bytes = whole.slice(range.start.min(size) as usize..range.end.min(size) as usize);
    Fetched { bytes, size, version: version.clone() }
}

fn version(headers: &HeaderMap) -> Option<String> {
    let text = |name| headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
    text(ETAG).or_else(|| text(LAST_MODIFIED))
}

/// Reads `bytes 0-9/100` or `bytes */100`: the range that was sent and the size, where they are told.
fn content_range(headers: &HeaderMap) -> Option<(Option<Range<u64>>, Option<u64>)> {
    let text = headers.get(CONTENT_RANGE)?.to_str().ok()?;
    let (range, size) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
    let sent = range
        .split_once('-')
        .and_then(|(from, to)| Some(from.trim().parse().ok()?..to.trim().parse::<u64>().ok()?.checked_add(1)?));
    Some((sent, size.trim().parse().ok()))
}
