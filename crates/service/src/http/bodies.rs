//! The bodies of requests: they are held until all of one is there, each of so many bytes, and all together of so many.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, BodyDataStream, HttpBody};
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Limits;
use super::auth::no_token;
use super::endpoints::{self, Endpoint};
use super::problem::Problem;

/// Bytes of a body that was refused that are still taken.
const MOST_DRAINED: usize = 16 << 20;

/// What bodies may cost.
#[derive(Clone)]
pub(super) struct Bodies {
    most: usize,
    time: Duration,
    needs_token: bool,
    /// A permit for each byte that may still be held.
    room: Arc<Semaphore>,
}

/// A body that is held, with its room.
struct Held {
    bytes: Bytes,
    _room: Option<OwnedSemaphorePermit>,
}

impl Bodies {
    pub(super) fn new(limits: &Limits, needs_token: bool) -> Self {
        // one of the largest there may be has room alone
        let room = limits.bodies.max(limits.body).min(Semaphore::MAX_PERMITS);
        Self { most: limits.body, time: limits.time, needs_token, room: Arc::new(Semaphore::new(room)) }
    }

    fn too_large(&self) -> Problem {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the body has more than {} bytes", self.most))
    }

    /// What can be said of a request before its body is there.
    fn refusal(&self, request: &Request, endpoint: Option<&Endpoint>) -> Option<Problem> {
        let is_closed = endpoint.is_some_and(|endpoint| !endpoint.is_open);
        if self.needs_token && is_closed && !request.headers().contains_key(header::AUTHORIZATION) {
            return Some(no_token().into());
        }
        // a number by its `content-length`
        (request.body().size_hint().lower() > self.most as u64).then(|| self.too_large())
    }

    /// All of a body; nothing of one that is of no use. Room is taken as it comes, so that nobody keeps any by saying that much
    /// will come.
    async fn held(&self, stream: &mut BodyDataStream, is_used: bool) -> Result<Held, Problem> {
        let (mut bytes, mut total, mut room) = (BytesMut::new(), 0_usize, None::<OwnedSemaphorePermit>);
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|_| Problem::bad("the body broke off"))?;
            total = total.saturating_add(chunk.len());
            if total > self.most {
                return Err(self.too_large());
            }
            if !is_used {
                continue;
            }
            let count = u32::try_from(chunk.len()).map_err(|_| self.too_large())?;
            let more = Arc::clone(&self.room).try_acquire_many_owned(count).map_err(|_| {
                let why = "too much is sent by all at once; try again in a moment";
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, why)
            })?;
            match &mut room {
                Some(room) => room.merge(more),
                None => room = Some(more),
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Held { bytes: bytes.freeze(), _room: room })
    }
}

/// Waits for the whole body, before the request takes a place among those at work.
pub(super) async fn whole(bodies: Bodies, request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let endpoint = path.and_then(|path| endpoints::find(request.method(), path));
    let refusal = bodies.refusal(&request, endpoint);
    let (parts, body) = request.into_parts();
    if let Some(problem) = refusal {
        // who waits to be told to go on sends nothing more
        let is_coming = !parts.headers.contains_key(header::EXPECT);
        return refused(problem, body.into_data_stream(), bodies.time, is_coming);
    }
    let mut stream = body.into_data_stream();
    let is_used = endpoint.is_some_and(|endpoint| endpoint.body.is_some());
    let held = tokio::time::timeout(bodies.time, bodies.held(&mut stream, is_used)).await;
    match held {
        Ok(Ok(held)) => next.run(Request::from_parts(parts, Body::from(held.bytes.clone()))).await,
        Ok(Err(problem)) => refused(problem, stream, bodies.time, true),
        Err(_) => {
            let why = format!("the body did not come within {} s", bodies.time.as_secs());
            refused(Problem::new(StatusCode::REQUEST_TIMEOUT, why), stream, bodies.time, false)
        }
    }
}

/// An answer after which the connection is of no use, as the rest of a body is still in it. Some of that is taken and thrown away
/// meanwhile, or the other side would hear no answer but a broken connection.
fn refused(problem: Problem, mut rest: BodyDataStream, time: Duration, is_coming: bool) -> Response {
    if is_coming {
        tokio::spawn(tokio::time::timeout(time, async move {
            let mut left = MOST_DRAINED;
            while let Some(Ok(chunk)) = rest.next().await {
                left = left.saturating_sub(chunk.len());
                if left == 0 {
                    break;
                }
            }
        }));
    }
    let mut response = problem.into_response();
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    async fn held(bodies: &Bodies, sizes: &[usize]) -> Result<Held, u16> {
        come(bodies, sizes, true).await
    }

    async fn come(bodies: &Bodies, sizes: &[usize], is_used: bool) -> Result<Held, u16> {
        let chunks: Vec<_> = sizes.iter().map(|size| Ok::<_, std::io::Error>(vec![b'x'; *size])).collect();
        let mut stream = Body::from_stream(stream::iter(chunks)).into_data_stream();
        bodies.held(&mut stream, is_used).await.map_err(|problem| problem.into_response().status().as_u16())
    }

    #[tokio::test]
    async fn bodies_have_so_much_room_together() {
        let limits = Limits { body: 100, bodies: 250, ..Limits::default() };
        let bodies = Bodies::new(&limits, false);
        let first = held(&bodies, &[40, 60]).await.unwrap();
        assert_eq!(first.bytes.len(), 100);
        assert_eq!(held(&bodies, &[40, 61]).await.err(), Some(413));
        let second = held(&bodies, &[100]).await.unwrap();
        assert_eq!(held(&bodies, &[40, 11]).await.err(), Some(503));
        // what was refused keeps nothing
        let third = held(&bodies, &[50]).await.unwrap();
        assert_eq!(held(&bodies, &[1]).await.err(), Some(503));
        // nor does what nobody looks at
        assert!(come(&bodies, &[50, 50], false).await.unwrap().bytes.is_empty());
        assert_eq!(come(&bodies, &[50, 51], false).await.err(), Some(413));
        drop((first, second, third));
        assert!(held(&bodies, &[100]).await.is_ok());
        assert_eq!(bodies.room.available_permits(), 250);
    }
}
