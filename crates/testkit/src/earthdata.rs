//! NASA in small: a place to log in, a data centre that gives temporary keys and files behind the login, and its bucket.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU16, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::s3::{ACCESS_KEY, S3Server, SECRET_KEY, is_left};

/// The name that may log in.
pub const USER: &str = "ada";
/// Its password, with characters that must be escaped in a netrc or a URL.
pub const PASSWORD: &str = "lo#ve/l@ce:1";
/// A token that is taken in its place.
pub const TOKEN: &str = "eyJ-earthdata-token";

/// The servers; they stop when this is dropped.
pub struct EarthdataServers {
    /// The bucket `data`; it takes the newest keys alone.
    pub bucket: S3Server,
    /// Address of the place to log in.
    pub login: String,
    /// Address of the data centre.
    pub centre: String,
    state: Arc<Centre>,
    _runtime: Runtime,
}

struct Centre {
    accepted: Arc<Mutex<Option<String>>>,
    login: Mutex<String>,
    keys_asked: AtomicUsize,
    keys_given: AtomicUsize,
    lasts_seconds: AtomicU64,
    fails: AtomicUsize,
    pages: AtomicUsize,
    login_fails: AtomicUsize,
    login_status: AtomicU16,
    /// Headers `authorization` that reached a place that should see none.
    leaked: Mutex<Vec<String>>,
}

impl EarthdataServers {
    /// Starts all three. Keys last an hour.
    #[must_use]
    pub fn start() -> Self {
        let accepted = Arc::new(Mutex::new(Some("none yet".to_owned())));
        let bucket = S3Server::start_with_changing_token(Arc::clone(&accepted));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let state = Arc::new(Centre {
            accepted,
            login: Mutex::default(),
            keys_asked: AtomicUsize::new(0),
            keys_given: AtomicUsize::new(0),
            lasts_seconds: AtomicU64::new(3600),
            fails: AtomicUsize::new(0),
            pages: AtomicUsize::new(0),
            login_fails: AtomicUsize::new(0),
            login_status: AtomicU16::new(503),
            leaked: Mutex::default(),
        });
        let page = Router::new().route("/oauth/authorize", get(authorize)).with_state(Arc::clone(&state));
        let login = serve(&runtime, page);
        *state.login.lock().unwrap() = login.clone();
        let routes = Router::new()
            .route("/s3credentials", get(keys))
            .route("/redirect", get(back))
            .route("/protected/{name}", get(file))
            .route("/signed/{name}", get(signed))
            .with_state(Arc::clone(&state));
        let centre = serve(&runtime, routes);
        Self { bucket, login, centre, state, _runtime: runtime }
    }

    /// How often those who are logged in asked for keys.
    #[must_use]
    pub fn keys_asked(&self) -> usize {
        self.state.keys_asked.load(Ordering::SeqCst)
    }

    /// How often keys were given.
    #[must_use]
    pub fn keys_given(&self) -> usize {
        self.state.keys_given.load(Ordering::SeqCst)
    }

    /// Makes the keys given so far worthless.
    pub fn revoke(&self) {
        *self.state.accepted.lock().unwrap() = Some("revoked".to_owned());
    }

    /// How long keys last that are given from now on.
    pub fn keys_last(&self, seconds: u64) {
        self.state.lasts_seconds.store(seconds, Ordering::SeqCst);
    }

    /// The next requests for keys fail, so many of them.
    pub fn fail(&self, times: usize) {
        self.state.fails.store(times, Ordering::SeqCst);
    }

    /// The next requests for keys are answered with a page in their place, so many of them.
    pub fn send_pages(&self, times: usize) {
        self.state.pages.store(times, Ordering::SeqCst);
    }

    /// The next requests to log in fail with a status, so many of them.
    pub fn fail_login(&self, times: usize, status: u16) {
        self.state.login_status.store(status, Ordering::SeqCst);
        self.state.login_fails.store(times, Ordering::SeqCst);
    }

    /// What reached places that should not be told who asks.
    #[must_use]
    pub fn leaked(&self) -> Vec<String> {
        self.state.leaked.lock().unwrap().clone()
    }
}

fn serve(runtime: &Runtime, routes: Router) -> String {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    runtime.spawn(async move { axum::serve(listener, routes).await.unwrap() });
    address
}

fn authorization(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()
}

/// The page to log in on: a name with its password, or a token.
async fn authorize(
    State(state): State<Arc<Centre>>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    if is_left(&state.login_fails) {
        return StatusCode::from_u16(state.login_status.load(Ordering::SeqCst)).unwrap().into_response();
    }
    // `ada:lo#ve/l@ce:1`
    let taken = [format!("Bearer {TOKEN}"), "Basic YWRhOmxvI3ZlL2xAY2U6MQ==".to_owned()];
    match authorization(&headers) {
        Some(sent) if taken.iter().any(|t| t == sent) => {
            let (to, state) = (&query["redirect_uri"], &query["state"]);
            Redirect::temporary(&format!("{to}?code=0123&state={state}")).into_response()
        }
        Some(_) => StatusCode::UNAUTHORIZED.into_response(),
        None => "<html>log in</html>".into_response(),
    }
}

/// `None` for somebody who is logged in; otherwise where to go.
fn sent_away(state: &Centre, headers: &HeaderMap, path: &str) -> Option<Response> {
    let cookie = headers.get(header::COOKIE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    match authorization(headers) {
        Some(sent) if sent == format!("Bearer {TOKEN}") => None,
        Some(sent) if sent.starts_with("Bearer ") => Some(StatusCode::UNAUTHORIZED.into_response()),
        Some(sent) => {
            state.leaked.lock().unwrap().push(sent.to_owned());
            Some(StatusCode::BAD_REQUEST.into_response())
        }
        None if cookie.contains("accessToken=0123") => None,
        None => {
            let host = headers[header::HOST].to_str().unwrap();
            let login = state.login.lock().unwrap();
            let to = format!("{login}/oauth/authorize?redirect_uri=http://{host}/redirect&state={path}");
            Some(Redirect::temporary(&to).into_response())
        }
    }
}

async fn back(Query(query): Query<HashMap<String, String>>) -> Response {
    let cookie = format!("accessToken={}; Path=/; HttpOnly", query["code"]);
    ([(header::SET_COOKIE, cookie)], Redirect::temporary(&query["state"])).into_response()
}

async fn keys(State(state): State<Arc<Centre>>, headers: HeaderMap) -> Response {
    if let Some(answer) = sent_away(&state, &headers, "/s3credentials") {
        return answer;
    }
    state.keys_asked.fetch_add(1, Ordering::SeqCst);
    if is_left(&state.fails) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    if is_left(&state.pages) {
        return "<html>we are mending something</html>".into_response();
    }
    let number = state.keys_given.fetch_add(1, Ordering::SeqCst) + 1;
    let token = format!("session-{number}");
    *state.accepted.lock().unwrap() = Some(token.clone());
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let ends = i64::try_from(now + state.lasts_seconds.load(Ordering::SeqCst)).unwrap();
    let ends =
        eventscape_core::Timestamp::from_micros(eventscape_core::time::Calendar::ProlepticGregorian, ends * 1_000_000);
    let text = ends.to_string().replace('T', " ").replace('Z', "+00:00");
    let body = serde_json::json!({
        "accessKeyId": ACCESS_KEY, "secretAccessKey": SECRET_KEY, "sessionToken": token, "expiration": text,
    });
    ([(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

async fn file(State(state): State<Arc<Centre>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    match sent_away(&state, request.headers(), &path) {
        Some(answer) => answer,
        // another origin, as the buckets behind the centres are
        None => {
            let host = request.headers()[header::HOST].to_str().unwrap().replace("127.0.0.1", "localhost");
            Redirect::to(&format!("http://{host}{}", path.replace("protected", "signed"))).into_response()
        }
    }
}

async fn signed(State(state): State<Arc<Centre>>, request: Request) -> Response {
    if let Some(sent) = authorization(request.headers()) {
        state.leaked.lock().unwrap().push(sent.to_owned());
    }
    "the bytes of a granule".into_response()
}
