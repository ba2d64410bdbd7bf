//! A session with Earthdata: requests that are sent to log in, and come back.

use std::time::Duration;

use reqwest::header::{HeaderMap, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use url::Url;

use super::earthdata::{Earthdata, EarthdataLogin};
use crate::stores::{StoreOptions, install_tls, may_pass, web_failed};
use crate::{IoError, Result};

/// Redirects of one request: to the login, back, and on to where the file lies.
const MOST_HOPS: usize = 10;

/// Requests with an Earthdata login. The password goes to the place of login alone; a token to it and to the first server;
/// what a server redirects to besides gets neither.
#[derive(Debug)]
pub(crate) struct Session {
    client: Client,
    login: EarthdataLogin,
    login_address: Url,
}

impl Session {
    /// Begins a session; nothing is sent yet.
    pub(crate) fn new(login: EarthdataLogin, earthdata: &Earthdata, options: &StoreOptions) -> Result<Self> {
        install_tls();
        let client = Client::builder()
            .user_agent(concat!("eventscape/", env!("CARGO_PKG_VERSION")))
            .cookie_store(true)
            .redirect(Policy::none())
            .connect_timeout(options.connect_timeout)
            .read_timeout(options.read_timeout)
            .timeout(options.request_timeout.min(Duration::from_secs(300)))
            .build()
            .map_err(|e| web_failed("the HTTP client", e))?;
        let login_address = Url::parse(&earthdata.login_address).map_err(|e| IoError::Location {
            location: earthdata.login_address.clone(),
            reason: format!("it is no web address: {e}"),
        })?;
        Ok(Self { client, login, login_address })
    }

    /// A GET with these headers, logged in where a server asks for it. The answer may be of any status but a redirect.
    pub(crate) async fn get(&self, url: &Url, headers: &HeaderMap) -> Result<Response> {
        let shown = format!("{}{}", url.host_str().unwrap_or_default(), url.path());
        let mut at = url.clone();
        for _ in 0..MOST_HOPS {
            let mut request = self.client.get(at.clone()).headers(headers.clone());
            let is_login = at.origin() == self.login_address.origin();
            match &self.login {
                EarthdataLogin::Token(token) if is_login || at.origin() == url.origin() => {
                    request = request.bearer_auth(token.reveal());
                }
                EarthdataLogin::Password { user, password } if is_login => {
                    request = request.basic_auth(user, Some(password.reveal()));
                }
                _ => {}
            }
            let response = request.send().await.map_err(|e| web_failed(&shown, e))?;
            if !response.status().is_redirection() {
                return if is_login { Err(self.not_sent_back(&shown, response.status())) } else { Ok(response) };
            }
            let next = response.headers().get(LOCATION).and_then(|v| v.to_str().ok()).and_then(|v| at.join(v).ok());
            let broken = |reason: &str| IoError::Remote {
                action: "reading",
                location: shown.clone(),
                reason: reason.to_owned(),
            };
            let next = next.ok_or_else(|| broken("the server redirects to nowhere"))?;
            if url.scheme() == "https" && next.scheme() != "https" {
                return Err(broken("the server redirects to a place without TLS"));
            }
            at = next;
        }
        Err(IoError::Remote {
            action: "reading",
            location: shown,
            reason: format!("the server redirected more than {MOST_HOPS} times"),
        })
    }

    /// What it means that the place of login sends nobody back: where it fails itself that may pass, and says nothing of the
    /// login; otherwise (401, 403, or the page to log in on) the login is not taken.
    fn not_sent_back(&self, location: &str, status: StatusCode) -> IoError {
        if !may_pass(status.as_u16()) {
            return self.refused(location);
        }
        let host = self.login_address.host_str().unwrap_or_default();
        let reason = format!("the Earthdata login ({host}) answered {status}; try again later");
        IoError::Remote { action: "reading", location: location.to_owned(), reason }
    }

    /// That the login did not help.
    pub(crate) fn refused(&self, location: &str) -> IoError {
        let host = self.login_address.host_str().unwrap_or_default();
        let what = match self.login {
            EarthdataLogin::Token(_) => "the Earthdata token is not taken; it may have ended (they last 60 days)",
            EarthdataLogin::Password { .. } => "the Earthdata name or password is not taken",
        };
        let reason = format!("{what}; check it on {host}, and that the data's application is authorised there");
        IoError::Denied { location: location.to_owned(), reason }
    }
}
