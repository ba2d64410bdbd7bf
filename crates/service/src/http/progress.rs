//! Progress as server-sent events: the status whenever it changes, until the job ends or the service stops.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::stream::{self, Stream};

use super::App;
use super::auth::SeenJob;
use super::problem::Problem;

/// How often the database is asked.
const PAUSE: Duration = Duration::from_millis(500);

enum Next {
    First,
    After(i64, String),
    Over,
}

pub(super) async fn events(
    State(app): State<App>,
    SeenJob(job): SeenJob,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let job = job.job_id;
    let stream = stream::unfold((app, Next::First), move |(app, next)| async move {
        let mut last = match next {
            Next::Over => return None,
            Next::First => None,
            Next::After(at, text) => Some((at, text)),
        };
        loop {
            match app.jobs.get(job).await {
                Ok(record) => {
                    let text = app.documents().status(&record).to_string();
                    if last.as_ref().is_none_or(|(_, told)| *told != text) {
                        let next = if record.status.is_over() {
                            Next::Over
                        } else {
                            Next::After(record.updated, text.clone())
                        };
                        return Some((Ok(Event::default().event("status").data(text)), (app, next)));
                    }
                }
                Err(error) => {
                    // the database may be back at the next look
                    tracing::warn!(%error, job, "a job's progress cannot be read");
                    last.get_or_insert((0, String::new()));
                }
            }
            let mut stop = app.stop.clone();
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                // clients ask again, and another process answers
                _ = stop.wait_for(|stop| *stop) => return None,
            }
        }
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}
