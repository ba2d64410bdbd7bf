//! Downloads, whole or in part, read from the object store block by block.

use std::ops::Range;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use eventscape_io::stores::{ByteSource, Location};
use futures::stream;

use super::App;
use super::auth::SeenJob;
use super::conditions::{self, Fate};
use super::path::Names;
use super::problem::Problem;
use crate::error::ServiceError;
use crate::jobs::place_of;
use crate::percent::encoded;

/// Bytes that are read at once.
const BLOCK: u64 = 1 << 20;

pub(super) async fn download(
    State(app): State<App>,
    SeenJob(job): SeenJob,
    names: Names,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let name = names.get("name");
    // only what the job's list of products names is read, whatever else lies in the folder
    let outputs = app.jobs.outputs(job.job_id).await?;
    let file = outputs.into_iter().find(|file| file.name == name);
    let (Some(file), Some(folder)) = (file, job.location) else {
        return Err(Problem::not_found(format!("job {} has no product `{}`", job.job_id, names.shown("name"))));
    };
    let (stores, place) = (app.stores.clone(), place_of(&folder, &file.name));
    let source = tokio::task::spawn_blocking(move || stores.open(&Location::parse(&place)?))
        .await
        .map_err(|_| ServiceError::Internal("a download broke down".to_owned()))?
        .map_err(ServiceError::from)?;
    let length = source.len();
    // no checksum is known of products that were copied from TOS2CA
    let tag = (!file.sha256.is_empty()).then(|| format!("\"{}\"", file.sha256));
    match conditions::fate(&headers, tag.as_deref()) {
        Fate::Go => {}
        Fate::NotModified => {
            let response = Response::builder().status(StatusCode::NOT_MODIFIED);
            return finished(tag.iter().fold(response, |r, tag| r.header(header::ETAG, tag)).body(Body::empty()));
        }
        Fate::Failed => {
            let why = "the file is another one than `If-Match` asks for";
            return Err(Problem::new(StatusCode::PRECONDITION_FAILED, why));
        }
    }
    // HEAD has no parts (RFC 9110, 14.2)
    let asked = headers.get(header::RANGE).and_then(|value| value.to_str().ok()).filter(|_| method == Method::GET);
    let part = asked.filter(|_| conditions::is_same(&headers, tag.as_deref())).map(|text| range(text, length));
    let (status, bytes) = match part {
        None | Some(Asked::Whole) => (StatusCode::OK, 0..length),
        Some(Asked::Part(part)) => (StatusCode::PARTIAL_CONTENT, part),
        Some(Asked::Nothing) => {
            let total = [(header::CONTENT_RANGE, format!("bytes */{length}"))];
            let problem = Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, format!("the file has {length} bytes"));
            return Ok((total, problem).into_response());
        }
    };
    let mut response = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, file.media_type)
        .header(header::CONTENT_LENGTH, bytes.end - bytes.start)
        .header(header::ACCEPT_RANGES, "bytes")
        .header(header::CONTENT_DISPOSITION, saved_as(&file.name))
        .header("x-content-type-options", "nosniff");
    if let Some(tag) = tag {
        response = response.header(header::ETAG, tag);
    }
    if status == StatusCode::PARTIAL_CONTENT {
        let told = format!("bytes {}-{}/{length}", bytes.start, bytes.end - 1);
        response = response.header(header::CONTENT_RANGE, told);
    }
    finished(response.body(Body::from_stream(blocks(source, bytes))))
}

fn finished(response: Result<Response, axum::http::Error>) -> Result<Response, Problem> {
    response.map_err(|e| ServiceError::Internal(format!("a download has a wrong header: {e}")).into())
}

/// The header that says under which name to save a file.
fn saved_as(name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or_default();
    let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\') || c == ' ';
    let plain: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    match plain == name {
        true => format!("attachment; filename=\"{plain}\""),
        false => format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", encoded(name)),
    }
}

/// The bytes, a block at a time.
fn blocks(
    source: Arc<dyn ByteSource>,
    bytes: Range<u64>,
) -> impl stream::Stream<Item = std::io::Result<bytes::Bytes>> + Send {
    stream::unfold((source, bytes), |(source, bytes)| async move {
        if bytes.is_empty() {
            return None;
        }
        let block = bytes.start..bytes.end.min(bytes.start + BLOCK);
        let (from, until) = (source.clone(), block.end);
        let read = tokio::task::spawn_blocking(move || from.read_ranges(&[block])).await;
        let found = match read {
            Ok(Ok(blocks)) => Ok(blocks.into_iter().next().unwrap_or_default()),
            Ok(Err(error)) => Err(std::io::Error::other(error.to_string())),
            Err(error) => Err(std::io::Error::other(error.to_string())),
        };
        let rest = if found.is_ok() { until..bytes.end } else { 0..0 };
        Some((found, (source, rest)))
    })
}

#[derive(Debug, PartialEq)]
enum Asked {
    Whole,
    Part(Range<u64>),
    Nothing,
}

/// A `Range` header: one range of bytes; several, or what cannot be understood, are the whole file.
fn range(text: &str, length: u64) -> Asked {
    let Some((first, last)) = text.strip_prefix("bytes=").and_then(|list| list.trim().split_once('-')) else {
        return Asked::Whole;
    };
    let range = match (first.trim().parse::<u64>(), last.trim()) {
        (Ok(first), "") => first..length,
        (Ok(first), last) => match last.parse::<u64>() {
            Ok(last) if last >= first => first..last.saturating_add(1).min(length),
            _ => return Asked::Whole,
        },
        (Err(_), last) if first.trim().is_empty() => match last.parse::<u64>() {
            Ok(count) => length.saturating_sub(count)..length,
            Err(_) => return Asked::Whole,
        },
        _ => return Asked::Whole,
    };
    if range.start >= range.end { Asked::Nothing } else { Asked::Part(range) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_saved_under_their_own_names() {
        for (name, known) in [
            ("1-a.nc", "attachment; filename=\"1-a.nc\""),
            ("s3://b/x/1-a.nc", "attachment; filename=\"1-a.nc\""),
            ("a\"b\r\nü.nc", "attachment; filename=\"a_b___.nc\"; filename*=UTF-8''a%22b%0D%0A%C3%BC.nc"),
        ] {
            assert_eq!(saved_as(name), known);
        }
    }

    #[test]
    fn ranges_are_those_of_http() {
        for (text, known) in [
            ("bytes=0-9", Asked::Part(0..10)),
            ("bytes=90-", Asked::Part(90..100)),
            ("bytes=-10", Asked::Part(90..100)),
            ("bytes=-1000", Asked::Part(0..100)),
            ("bytes=50-1000", Asked::Part(50..100)),
            ("bytes=100-", Asked::Nothing),
            ("bytes=-0", Asked::Nothing),
            ("bytes=9-0", Asked::Whole),
            ("bytes=0-1,5-6", Asked::Whole),
            ("lines=0-1", Asked::Whole),
            ("bytes=18446744073709551615-", Asked::Nothing),
        ] {
            assert_eq!(range(text, 100), known, "{text}");
        }
    }
}
