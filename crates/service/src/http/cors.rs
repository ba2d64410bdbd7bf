//! Pages of other sites that may use the API from browsers (CORS).

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, Any, CorsLayer};

use super::limits::REQUEST_ID;
use crate::error::{Result, ServiceError};

/// The key that names them.
const KEY: &str = "http.origins";
/// How long browsers remember what they may do.
const REMEMBERED: Duration = Duration::from_secs(3600);

/// The sites whose pages may; without any, nothing is said of others.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    /// As browsers write them.
    named: Vec<HeaderValue>,
    all: bool,
}

impl Origins {
    /// Understands `https://maps.example.org`; `*` are all, where requests need tokens.
    ///
    /// # Errors
    /// What is no such site.
    pub(crate) fn read(texts: &[String], needs_token: bool) -> Result<Self> {
        let mut origins = Self::default();
        for text in texts {
            if text == "*" {
                if !needs_token {
                    let why = "`*` lets every page use the service; set `auth.required = true`, or name the sites";
                    return Err(ServiceError::config(KEY, why));
                }
                origins.all = true;
                continue;
            }
            let wrong = || ServiceError::config(KEY, format!("`{text}` is no origin, as https://maps.example.org is"));
            origins.named.push(named(text).ok_or_else(wrong)?);
        }
        Ok(origins)
    }

    /// Whether a site is named.
    pub(super) fn has(&self, origin: &str) -> bool {
        self.named.iter().any(|known| known.as_bytes() == origin.as_bytes())
    }

    /// What answers browsers that ask first, and says in answers who may read them; `None` where no other site may.
    pub(super) fn layer(&self) -> Option<CorsLayer> {
        let origins = match (self.all, self.named.is_empty()) {
            (true, _) => AllowOrigin::from(Any),
            (false, false) => AllowOrigin::list(self.named.clone()),
            (false, true) => return None,
        };
        let last_event = HeaderName::from_static("last-event-id");
        let prefer = HeaderName::from_static("prefer");
        let layer = CorsLayer::new()
            .allow_origin(origins)
            .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::DELETE])
            .allow_headers([
                header::AUTHORIZATION,
                header::CONTENT_TYPE,
                header::RANGE,
                prefer,
                header::IF_NONE_MATCH,
                last_event,
            ])
            .expose_headers([
                header::LOCATION,
                header::CONTENT_RANGE,
                header::ETAG,
                header::RETRY_AFTER,
                HeaderName::from_static(REQUEST_ID),
            ])
            .max_age(REMEMBERED);
        Some(layer)
    }
}

/// A site as browsers write it, if it is one.
fn named(text: &str) -> Option<HeaderValue> {
    let url = url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let is_nameless = url.username().is_empty() && url.password().is_none();
    let origin = Some(url.origin()).filter(|_| is_bare && is_nameless)?;
    origin.ascii_serialization().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[&str], needs_token: bool) -> Result<Origins> {
        Origins::read(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>(), needs_token)
    }

    #[test]
    fn origins_are_sites_and_all_of_them_need_tokens() {
        let origins = read(&["https://Maps.example.org:443/", "http://localhost:3000"], false).unwrap();
        assert!(origins.has("https://maps.example.org") && origins.has("http://localhost:3000"));
        for other in ["http://maps.example.org", "https://maps.example.org:8443", "https://example.org", "null", ""] {
            assert!(!origins.has(other), "{other}");
        }
        assert!(origins.layer().is_some() && read(&[], true).unwrap().layer().is_none());
        for wrong in
            ["maps.example.org", "https://a.org/x", "https://u@a.org", "https://a.org?x", "ftp://a.org", "null"]
        {
            let error = read(&[wrong], true).unwrap_err().to_string();
            assert!(error.contains("http.origins") && error.contains(wrong), "{error}");
        }
        assert!(read(&["*"], false).unwrap_err().to_string().contains("auth.required"));
        let all = read(&["*"], true).unwrap();
        assert!(all.layer().is_some() && !all.has("https://evil.example.org") && !all.has("*"));
    }
}
