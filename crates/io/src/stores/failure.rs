//! What failures of the network mean to the user. Nothing here repeats what a request carried.

use std::error::Error;

use object_store::client::{HttpError, HttpErrorKind};

use crate::IoError;

/// Codes of S3 that mean the credentials are not good (some come with status 400).
const REFUSED: [(&str, &str); 10] = [
    ("ExpiredToken", "the temporary credentials have expired; get new ones"),
    ("TokenRefreshRequired", "the temporary credentials must be renewed"),
    ("InvalidToken", "the session token is not valid; get new credentials"),
    ("InvalidAccessKeyId", "the access key is not known; check AWS_ACCESS_KEY_ID"),
    ("InvalidClientTokenId", "the access key is not known; check AWS_ACCESS_KEY_ID"),
    ("NotSignedUp", "the access key is not known to this server; check AWS_ACCESS_KEY_ID"),
    ("SignatureDoesNotMatch", "the secret key is wrong; check AWS_SECRET_ACCESS_KEY"),
    ("RequestTimeTooSkewed", "this machine's clock differs too much from the server's; set it right"),
    ("AuthorizationHeaderMalformed", "the signature is for another region; check AWS_REGION"),
    (
        "AccessDenied",
        "these credentials do not give access; check them, or set AWS_SKIP_SIGNATURE=true for a public bucket",
    ),
];

/// Translates a failure of object_store.
pub(crate) fn from_store(action: &'static str, location: &str, error: object_store::Error) -> IoError {
    let location = location.to_owned();
    let text = error.to_string();
    if let object_store::Error::NotFound { .. } = error {
        return if ["NoSuchBucket", "ContainerNotFound"].iter().any(|c| text.contains(&format!("<Code>{c}</Code>"))) {
            IoError::Location { location, reason: "there is no such bucket".to_owned() }
        } else {
            IoError::NotFound { location }
        };
    }
    if let Some(own) = cause_of::<IoError>(&error) {
        // keys could not be had
        return match own {
            IoError::Remote { reason, .. } => IoError::Remote { action, location, reason: reason.clone() },
            other => IoError::Denied { location, reason: other.to_string() },
        };
    }
    for (code, advice) in REFUSED {
        if text.contains(&format!("<Code>{code}</Code>")) {
            return IoError::Denied { location, reason: format!("{advice} ({code})") };
        }
    }
    if text.contains("http://169.254.") || text.contains("metadata endpoint") {
        return without_credentials(action, location, &error, are_promised());
    }
    match &error {
        object_store::Error::PermissionDenied { .. } => {
            IoError::Denied { location, reason: "the server refuses it (403); check the credentials".to_owned() }
        }
        object_store::Error::Unauthenticated { .. } => {
            IoError::Denied { location, reason: "the server wants credentials (401)".to_owned() }
        }
        object_store::Error::Precondition { .. } => changed(&location),
        _ => IoError::Remote { action, location, reason: reason_of(&error, &text) },
    }
}

/// What of the environment says that this task or pod is given credentials.
const PROMISES: [&str; 3] =
    ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_WEB_IDENTITY_TOKEN_FILE"];

fn are_promised() -> bool {
    PROMISES.iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// What it means that the machine's own service (of an instance, a task or a pod) gave no credentials. It is asked at the end of
/// the chain, when nothing else was found.
///
/// - It answers that it has none (4xx): that is final.
/// - It answers that it fails (5xx, 408, 429), falls silent, or sends what cannot be read: it is there, and that may pass.
/// - No connection comes about: a machine without credentials, such as a laptop, has no such service. That is final, too, unless
///   the environment promises one (`promised`).
fn without_credentials(action: &'static str, location: String, error: &object_store::Error, promised: bool) -> IoError {
    let (keys, is_amazon) = match location.split_once("://") {
        Some(("az", _)) => ("AZURE_STORAGE_ACCOUNT_KEY, or AZURE_SKIP_SIGNATURE=true for a public container", false),
        Some(("gs", _)) => ("GOOGLE_APPLICATION_CREDENTIALS, or GOOGLE_SKIP_SIGNATURE=true for a public bucket", false),
        _ => ("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_SKIP_SIGNATURE=true for a public bucket", true),
    };
    let text = error.to_string();
    let is_passing = match status_of(&text) {
        Some(status) => may_pass(status),
        None => (promised && is_amazon) || !is_unreachable(error),
    };
    if !is_passing {
        return IoError::Denied { location, reason: format!("no credentials were found; set {keys}") };
    }
    let cause = reason_of(error, &text);
    let reason =
        format!("this machine's service of credentials gave none ({cause}); if it has no such service, set {keys}");
    IoError::Remote { action, location, reason }
}

/// Whether no connection came about; the time that one may take to come up can also be over.
fn is_unreachable(error: &object_store::Error) -> bool {
    cause_of::<HttpError>(error).is_some_and(|http| http.kind() == HttpErrorKind::Connect)
        || cause_of::<reqwest::Error>(error).is_some_and(reqwest::Error::is_connect)
}

/// The status in a message of object_store.
fn status_of(text: &str) -> Option<u16> {
    text.split_once("status code: ")?.1.get(..3)?.parse().ok()
}

/// Whether a status tells of a failure that may be over the next time.
pub(crate) fn may_pass(status: u16) -> bool {
    status >= 500 || matches!(status, 408 | 429)
}

/// Translates a failure of the HTTP client.
pub(crate) fn from_web(location: &str, error: reqwest::Error) -> IoError {
    let error = error.without_url();
    let reason = if error.is_timeout() { TIMED_OUT.to_owned() } else { innermost(&error) };
    IoError::Remote { action: "reading", location: location.to_owned(), reason }
}

/// The file was replaced while it was read.
pub(crate) fn changed(location: &str) -> IoError {
    IoError::Damaged { location: location.to_owned(), reason: "it changed while it was read; start again".to_owned() }
}

const TIMED_OUT: &str = "the server did not answer in time; try again later";

/// The part of a message that tells the cause, without request lines and bodies.
fn reason_of(error: &object_store::Error, text: &str) -> String {
    if let Some(http) = cause_of::<HttpError>(error) {
        return match http.kind() {
            HttpErrorKind::Timeout => TIMED_OUT.to_owned(),
            HttpErrorKind::Connect => format!("no connection: {}", innermost(http)),
            _ => innermost(http),
        };
    }
    if let (Some(code), message) = (element(text, "Code"), element(text, "Message")) {
        return format!("the server says {code}: {}", message.unwrap_or("nothing more"));
    }
    match text.split_once("status code: ") {
        Some((_, status)) => format!("the server answered {}", status.split(':').next().unwrap_or(status).trim()),
        None => innermost(error),
    }
}

/// The first cause of a kind.
fn cause_of<E: Error + 'static>(error: &object_store::Error) -> Option<&E> {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(e) = cause {
        if let Some(found) = e.downcast_ref::<E>() {
            return Some(found);
        }
        cause = e.source();
    }
    None
}

/// The content of the first XML element of a name.
fn element<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    let (content, _) = rest.split_once(&format!("</{name}>"))?;
    Some(content)
}

/// The message of the last cause, cut to a line.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut last = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    last.to_string().chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Arc;
    use std::time::Duration;

    use eventscape_core::ErrorKind;
    use reqwest::dns::{Name, Resolve, Resolving};

    use super::*;

    /// What object_store makes of a failure to get the credentials of an instance.
    #[derive(Debug)]
    struct OfInstance(String, Option<HttpError>);

    impl std::fmt::Display for OfInstance {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "Error performing PUT http://169.254.169.254/latest/api/token in 1s - {}", self.0)
        }
    }

    impl Error for OfInstance {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_ref().map(|http| http as _)
        }
    }

    fn told(location: &str, told: &str, http: Option<HttpError>, promised: bool) -> IoError {
        let source = Box::new(OfInstance(told.to_owned(), http));
        let error = object_store::Error::Generic { store: "S3", source };
        without_credentials("reading", location.to_owned(), &error, promised)
    }

    /// The failure of a connection that takes too long to come up.
    fn slow_connection() -> HttpError {
        struct Never;
        impl Resolve for Never {
            fn resolve(&self, _: Name) -> Resolving {
                Box::pin(std::future::pending())
            }
        }
        crate::stores::install_tls();
        let client = reqwest::Client::builder().no_proxy().dns_resolver(Arc::new(Never));
        let client = client.connect_timeout(Duration::from_millis(5)).build().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let error = runtime.block_on(client.get("http://nowhere.example/").send()).unwrap_err();
        assert!(error.is_timeout());
        HttpError::new(HttpErrorKind::Timeout, error)
    }

    fn http(kind: HttpErrorKind, cause: io::ErrorKind) -> Option<HttpError> {
        Some(HttpError::new(kind, io::Error::from(cause)))
    }

    #[test]
    fn a_machine_without_a_service_of_credentials_is_told_to_set_some() {
        let unreachable = || {
            [
                http(HttpErrorKind::Connect, io::ErrorKind::ConnectionRefused),
                http(HttpErrorKind::Connect, io::ErrorKind::HostUnreachable),
                Some(slow_connection()),
            ]
        };
        for cause in unreachable() {
            let error = told("s3://data/a", "HTTP error", cause, false);
            assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
            assert!(error.to_string().contains("set AWS_ACCESS_KEY_ID"), "{error}");
        }
        for cause in unreachable() {
            let error = told("s3://data/a", "HTTP error", cause, true);
            assert!(matches!(error, IoError::Remote { .. }), "the environment promises one: {error}");
            assert!(error.to_string().contains("set AWS_ACCESS_KEY_ID"), "{error}");
        }
        for cause in unreachable() {
            let error = told("gs://data/a", "HTTP error", cause, true);
            assert_eq!(error.kind(), ErrorKind::Denied, "what Amazon promises is nothing to others: {error}");
        }
        for promised in [false, true] {
            let error = told("s3://data/a", "Server returned non-2xx status code: 404 Not Found: ", None, promised);
            assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
        }
    }

    #[test]
    fn a_service_of_credentials_that_fails_is_asked_again() {
        for status in ["503 Service Unavailable: ", "500 Internal Server Error: x", "429 Too Many Requests: "] {
            let error = told("s3://data/a", &format!("Server returned non-2xx status code: {status}"), None, false);
            assert!(matches!(error, IoError::Remote { .. }) && error.to_string().contains(&status[..3]), "{error}");
        }
        let causes = [
            http(HttpErrorKind::Timeout, io::ErrorKind::TimedOut),
            http(HttpErrorKind::Interrupted, io::ErrorKind::ConnectionReset),
            http(HttpErrorKind::Decode, io::ErrorKind::InvalidData),
        ];
        for cause in causes {
            let error = told("s3://data/a", "HTTP error", cause, false);
            assert!(matches!(error, IoError::Remote { .. }), "{error}");
            assert!(error.to_string().contains("set AWS_ACCESS_KEY_ID"), "{error}");
        }
    }
}
