//! Errors as problem details (RFC 9457).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::error::ServiceError;

/// Where OGC keeps its kinds of exceptions.
const OGC: &str = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/";
/// Seconds after which to come again where nothing better is known.
const SOON: u64 = 5;

/// What went wrong, for the one who asked.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    status: StatusCode,
    kind: Option<&'static str>,
    detail: String,
    /// Whether what TOS2CA says stands beside it.
    in_tos2ca_words: bool,
    /// Seconds after which to come again.
    again: u64,
}

impl Problem {
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, kind: None, detail: detail.into(), in_tos2ca_words: false, again: SOON }
    }

    pub(super) fn bad(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    pub(super) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// One of OGC's kinds.
    pub(super) fn of_kind(status: StatusCode, kind: &'static str, detail: impl Into<String>) -> Self {
        Self { kind: Some(kind), ..Self::new(status, detail) }
    }

    /// With what TOS2CA says beside it.
    pub(super) fn in_tos2ca_words(self) -> Self {
        Self { in_tos2ca_words: true, ..self }
    }

    /// The same, to come again after so many seconds.
    pub(super) fn again_in(self, seconds: u64) -> Self {
        Self { again: seconds.max(1), ..self }
    }

    /// Whether it says that something is not there.
    pub(super) fn is_missing(&self) -> bool {
        self.status == StatusCode::NOT_FOUND
    }

    fn body(&self) -> Value {
        let kind = self.kind.map_or("about:blank".to_owned(), |kind| match kind.contains(':') {
            true => kind.to_owned(),
            false => format!("{OGC}{kind}"),
        });
        let mut body = json!({
            "type": kind,
            "title": self.status.canonical_reason().unwrap_or("Error"),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        if self.in_tos2ca_words {
            body["Status"] = "[FAILED]".into();
            body["Message"] = self.detail.as_str().into();
        }
        body
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body())).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if matches!(self.status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            headers.insert(header::RETRY_AFTER, self.again.into());
        }
        response
    }
}

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        if let ServiceError::Busy(why) = &error {
            return Self::new(StatusCode::SERVICE_UNAVAILABLE, why);
        }
        let status = match &error {
            ServiceError::Request(_) => StatusCode::BAD_REQUEST,
            ServiceError::NotFound(_) => StatusCode::NOT_FOUND,
            ServiceError::Unauthorized(_) => StatusCode::UNAUTHORIZED,
            ServiceError::Forbidden(_) => StatusCode::FORBIDDEN,
            ServiceError::Conflict(_) => StatusCode::CONFLICT,
            ServiceError::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            ServiceError::Database { .. } => StatusCode::SERVICE_UNAVAILABLE,
            error if error.is_gone() => StatusCode::GONE,
            ServiceError::Product(_) | ServiceError::Store(_) => StatusCode::BAD_GATEWAY,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        if status.is_server_error() {
            // what the database says is for the operator, not for the one who asked
            tracing::error!(%error, "a request failed");
            let detail = match status {
                StatusCode::SERVICE_UNAVAILABLE => "the service cannot reach its database; try again in a moment",
                StatusCode::BAD_GATEWAY => {
                    "the object store does not answer, or not as it should; try again in a moment"
                }
                _ => "the service failed over this request",
            };
            return Self::new(status, detail);
        }
        if status == StatusCode::GONE {
            tracing::warn!(%error, "a product is asked for that is gone");
            return Self::new(status, "this product is gone from the object store; submit its job again");
        }
        let kind = matches!(&error, ServiceError::NotFound(what) if what.starts_with("job")).then_some("no-such-job");
        Self { kind, ..Self::new(status, error.to_string()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_come_at_a_bad_time_are_told_when_to_come_again() {
        let again = |problem: Problem| {
            let response = problem.into_response();
            let value = response.headers().get(header::RETRY_AFTER).map(|v| v.to_str().unwrap().to_owned());
            (response.status().as_u16(), value)
        };
        let busy = Problem::from(ServiceError::Busy("too much is read at once".to_owned()));
        assert_eq!(busy.detail, "too much is read at once");
        assert_eq!(again(busy), (503, Some("5".to_owned())));
        let late = Problem::new(StatusCode::TOO_MANY_REQUESTS, "").again_in(17);
        assert_eq!(again(late), (429, Some("17".to_owned())));
        assert_eq!(again(Problem::bad("")), (400, None));
    }
}
