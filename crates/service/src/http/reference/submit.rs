//! Submitting jobs in TOS2CA's words.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::http::App;
use crate::http::auth::Asker;
use crate::http::problem::Problem;
use crate::http::processes::{Wishes, submit};
use crate::jobs::{JobRequest, JobStage};
use crate::users::User;

/// Who asks, by TOS2CA's form; the token tells it here.
#[derive(Deserialize)]
struct Person {
    email: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Phdef {
    #[serde(flatten)]
    person: Person,
    dataset: String,
    variable: String,
    start_date: Option<String>,
    end_date: Option<String>,
    coords: Option<String>,
    ineq_operator: String,
    ineq_value: Value,
    description: Option<String>,
}

#[derive(Deserialize)]
struct Curation {
    #[serde(flatten)]
    person: Person,
    #[serde(rename = "jobID")]
    job_id: i64,
    dataset: String,
    variable: String,
    description: Option<String>,
}

pub(in crate::http) async fn submit_phdef(
    State(app): State<App>,
    Asker(user): Asker,
    body: Bytes,
) -> Result<Response, Problem> {
    phdef(&app, &user, &body).await.map_err(Problem::in_tos2ca_words)
}

pub(in crate::http) async fn submit_curation(
    State(app): State<App>,
    Asker(user): Asker,
    body: Bytes,
) -> Result<Response, Problem> {
    curation(&app, &user, &body).await.map_err(Problem::in_tos2ca_words)
}

async fn phdef(app: &App, user: &User, body: &[u8]) -> Result<Response, Problem> {
    let asked: Phdef = read(body)?;
    check_person(app, user, &asked.person)?;
    let value = match &asked.ineq_value {
        Value::Number(_) | Value::String(_) => asked.ineq_value.clone(),
        _ => return Err(Problem::bad("ineqValue: it is no number")),
    };
    let mut keys = Map::new();
    let mut put = |key: &str, value: Value| keys.insert(key.to_owned(), value);
    put("collection", asked.dataset.into());
    put("variable", asked.variable.into());
    put("operator", asked.ineq_operator.into());
    put("value", value);
    for (key, text) in [("start", asked.start_date), ("end", asked.end_date), ("title", asked.description)] {
        text.filter(|text| !text.is_empty()).map(|text| put(key, text.into()));
    }
    if let Some(coords) = asked.coords.filter(|text| !text.trim().is_empty()) {
        put("polygon", polygon(&coords)?.into());
    }
    queue(app, user, JobStage::Phdef, keys).await
}

async fn curation(app: &App, user: &User, body: &[u8]) -> Result<Response, Problem> {
    let asked: Curation = read(body)?;
    check_person(app, user, &asked.person)?;
    let mut keys = Map::new();
    keys.insert("phdef".to_owned(), asked.job_id.into());
    keys.insert("collection".to_owned(), asked.dataset.into());
    keys.insert("variable".to_owned(), asked.variable.into());
    asked.description.filter(|text| !text.is_empty()).map(|text| keys.insert("title".to_owned(), text.into()));
    queue(app, user, JobStage::Curation, keys).await
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|e| Problem::bad(format!("the body: {e}")))
}

/// Nobody submits in another's name.
fn check_person(app: &App, user: &User, person: &Person) -> Result<(), Problem> {
    match &person.email {
        Some(email) if app.needs_token && !email.trim().eq_ignore_ascii_case(&user.email) => {
            Err(Problem::bad("email: it is not that of the token's user"))
        }
        _ => Ok(()),
    }
}

async fn queue(app: &App, user: &User, stage: JobStage, keys: Map<String, Value>) -> Result<Response, Problem> {
    let request = JobRequest::read(stage, keys, &app.policy)?;
    let job = submit(app, user, request, Wishes::default()).await?;
    let told = json!({ "Status": "[SUCCESS]", "Message": "Job was successfully submitted", "jobID": job.job_id });
    Ok(Json(told).into_response())
}

/// TOS2CA's corners, `lon lat,lon lat,…`, as a polygon; the last may be the first again.
fn polygon(coords: &str) -> Result<String, Problem> {
    let wrong = || Problem::bad("coords: write corners as `lon lat,lon lat,…`, at least three");
    let corner = |text: &str| {
        let numbers: Vec<f64> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?;
        <[f64; 2]>::try_from(numbers).ok().filter(|corner| corner.iter().all(|n| n.is_finite()))
    };
    let mut corners: Vec<[f64; 2]> = coords.split(',').map(corner).collect::<Option<_>>().ok_or_else(wrong)?;
    if corners.len() > 1 && corners.first() == corners.last() {
        corners.pop();
    }
    if corners.len() < 3 {
        return Err(wrong());
    }
    let written: Vec<String> = corners.iter().chain(corners.first()).map(|[lon, lat]| format!("{lon} {lat}")).collect();
    Ok(format!("POLYGON (({}))", written.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_become_a_closed_ring() {
        let known = "POLYGON ((-109.28 45.17, -109.28 64.81, -59.36 64.81, -59.36 45.17, -109.28 45.17))";
        let open = "-109.28 45.17,-109.28 64.81,-59.36 64.81,-59.36 45.17";
        assert_eq!(polygon(open).unwrap(), known);
        assert_eq!(polygon(&format!("{open}, -109.28 45.17")).unwrap(), known);
        for wrong in ["", "1 2,3 4", "1 2,3 4,1 2", "1,2,3", "a b,c d,e f", "1 2,3 4,5 nan", "1 2 3,4 5 6,7 8 9"] {
            assert!(polygon(wrong).is_err(), "{wrong}");
        }
    }
}
