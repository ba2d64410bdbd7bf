//! The products of a job.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::App;
use super::auth::Asker;
use super::problem::Problem;
use super::query::Query;
use crate::jobs::JobStatus;

pub(super) async fn results(
    State(app): State<App>,
    asker: Asker,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json<Value>, Problem> {
    query.only(&["f"])?;
    let job = asker.sees(&app, &id).await?;
    match job.status {
        JobStatus::Complete => {}
        JobStatus::Error => {
            let why = job.message.unwrap_or_else(|| "the job failed".to_owned());
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, why));
        }
        status => {
            let why = format!("job {} is `{}`: it has no results yet", job.job_id, status.name());
            return Err(Problem::of_kind(StatusCode::NOT_FOUND, "result-not-ready", why));
        }
    }
    let outputs = app.jobs.outputs(job.job_id).await?;
    let files: Map<String, Value> = outputs
        .into_iter()
        .map(|file| {
            let href = format!("{}/jobs/{}/files/{}", app.address, job.job_id, file.name);
            let mut value = json!({
                "href": href, "type": file.media_type, "title": file.kind, "length": file.size, "sha256": file.sha256,
            });
            if let (Value::Object(map), Some(time)) = (&mut value, file.time) {
                map.insert("time".to_owned(), time.into());
            }
            (file.name, value)
        })
        .collect();
    Ok(Json(json!({ "products": files })))
}
