//! Progress as server-sent events: the status whenever it changes, until the job ends, the service stops, or the stream is old.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::stream::{self, Stream};
use tokio::time::Instant;

use super::App;
use super::auth::{Asker, seen_job};
use super::path::Names;
use super::problem::Problem;
use super::streams::Place;
use crate::error::ServiceError;

/// How often the database is asked.
const PAUSE: Duration = Duration::from_millis(500);
/// How long clients are to wait before they connect again; then their tokens are looked at again, too.
const AGAIN: Duration = Duration::from_secs(2);

/// A stream that goes on.
struct Watch {
    app: App,
    job: i64,
    /// What was told last.
    told: Option<String>,
    is_over: bool,
    end: Instant,
    /// It is free again when the client goes away.
    _place: Place,
}

pub(super) async fn events(
    State(app): State<App>,
    Asker(user): Asker,
    names: Names,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let job = seen_job(&app, &user, names.get("jobID")).await?.job_id;
    let place = app.streams.take(user.user_id)?;
    let end = Instant::now() + app.limits.stream_time;
    let watch = Watch { app, job, told: None, is_over: false, end, _place: place };
    let stream = stream::unfold(watch, |mut watch| async move { Some((Ok(watch.next().await?), watch)) });
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}

impl Watch {
    /// The next status that differs from the last; `None` at the end of the stream.
    async fn next(&mut self) -> Option<Event> {
        let mut stop = self.app.stop.clone();
        while !self.is_over {
            if let Some(event) = self.look().await {
                return Some(event);
            }
            if self.is_over {
                return None;
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                // clients ask again, and this process answers, or another one
                () = tokio::time::sleep_until(self.end) => return None,
                _ = stop.wait_for(|stop| *stop) => return None,
            }
        }
        None
    }

    async fn look(&mut self) -> Option<Event> {
        let record = match self.app.jobs.get(self.job).await {
            Ok(record) => record,
            // it was removed
            Err(ServiceError::NotFound(_)) => {
                self.is_over = true;
                return None;
            }
            Err(error) => {
                // the database may be back at the next look
                tracing::warn!(%error, job = self.job, "a job's progress cannot be read");
                return None;
            }
        };
        self.is_over = record.status.is_over();
        let text = self.app.documents().status(&record).to_string();
        if self.told.as_ref() == Some(&text) {
            return None;
        }
        let event = Event::default().event("status").data(&text);
        let event = if self.told.is_none() { event.retry(AGAIN) } else { event };
        self.told = Some(text);
        Some(event)
    }
}
