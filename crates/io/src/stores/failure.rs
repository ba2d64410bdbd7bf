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
        return if text.contains("<Code>NoSuchBucket</Code>") {
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
    // the last resort of the credential chain, asked when nothing else was found
    if text.contains("http://169.254.") || text.contains("metadata endpoint") {
        let keys = match location.split_once("://") {
            Some(("az", _)) => "AZURE_STORAGE_ACCOUNT_KEY, or AZURE_SKIP_SIGNATURE=true for a public container",
            Some(("gs", _)) => "GOOGLE_APPLICATION_CREDENTIALS, or GOOGLE_SKIP_SIGNATURE=true for a public bucket",
            _ => "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_SKIP_SIGNATURE=true for a public bucket",
        };
        return IoError::Denied { location, reason: format!("no credentials were found; set {keys}") };
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
