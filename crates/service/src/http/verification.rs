//! Whether the products of a job are as they were made.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::App;
use super::auth::SeenJob;
use super::problem::Problem;
use super::results::check_complete;
use crate::error::ServiceError;
use crate::verification::{place, read_back};

/// Bytes of products that a request may have read back.
const MOST_BYTES: i64 = 2 << 30;
/// The share of a request's time that reading may take; the rest is for the answer.
const SHARE: f64 = 0.8;

pub(super) async fn verification(State(app): State<App>, SeenJob(job): SeenJob) -> Result<Json<Value>, Problem> {
    check_complete(&job)?;
    let outputs = app.jobs.outputs(job.job_id).await?;
    let place = place(&job, &outputs)?;
    let too_much = |what: &str| {
        let number = job.job_id;
        ServiceError::Conflict(format!("{what}; whoever runs the service can: `eventscape jobs verify {number}`"))
    };
    let bytes = outputs.iter().fold(0_i64, |sum, output| sum.saturating_add(output.size));
    if bytes > MOST_BYTES {
        let what = format!("the products have {bytes} bytes, a request reads back at most {MOST_BYTES}");
        return Err(too_much(&what).into());
    }
    let stores = app.stores.clone();
    // dropped when the time is up, it gives the reading up
    let read = app.events.heavy.read(move |wanted| read_back(place, Some(1), &stores, wanted.cancel()));
    let found = tokio::time::timeout(app.limits.time.mul_f64(SHARE), read).await;
    let found = found.map_err(|_| too_much("reading the products back takes longer than a request may"))??;
    Ok(Json(json!({
        "jobID": job.job_id.to_string(),
        "isSound": found.is_sound,
        "products": found.products,
        "bytes": found.bytes,
        "damaged": found.damaged,
        "findings": found.findings,
    })))
}
