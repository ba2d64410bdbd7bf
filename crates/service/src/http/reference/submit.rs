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
use crate::tos2ca::{AUX_GEOIR_MIN_OVERLAP, AUX_GEOIR_MIN_SIZE};
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
    /// `fortracc` (the default) or `auxgeoir`.
    algorithm: Option<String>,
    /// AUX-GEOIR: `on` where clusters grow into what is warmer and cools; else what is cold alone.
    warmer_toggle: Option<String>,
    /// AUX-GEOIR: the warm threshold in K.
    warmer_value: Option<Value>,
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
    put("value", value);
    match asked.algorithm.as_deref() {
        None | Some("" | "fortracc") => {
            if asked.warmer_toggle.as_deref() == Some("on") {
                return Err(Problem::bad("warmerToggle: only the algorithm `auxgeoir` has it"));
            }
            put("operator", asked.ineq_operator.into());
        }
        // it looks for what is colder, whatever the operator says
        Some("auxgeoir") => {
            put("tracker", "aux-geoir".into());
            put("min_size", AUX_GEOIR_MIN_SIZE.into());
            put("min_overlap", AUX_GEOIR_MIN_OVERLAP.into());
            put("cold_only", (!is_on(asked.warmer_toggle.as_deref())?).into());
            kelvin(asked.warmer_value.as_ref())?.map(|warm| put("warm_threshold", warm.into()));
        }
        Some(other) => {
            let other: String = other.chars().take(64).collect();
            return Err(Problem::bad(format!("algorithm: `{other}` is not known; there are fortracc, auxgeoir")));
        }
    }
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

/// Whether TOS2CA's toggle is on; it is off where it is not there.
fn is_on(toggle: Option<&str>) -> Result<bool, Problem> {
    match toggle {
        Some("on") => Ok(true),
        None | Some("" | "off") => Ok(false),
        Some(_) => Err(Problem::bad("warmerToggle: write `on` or `off`")),
    }
}

/// TOS2CA's warm threshold, a number or a text of one; `None` where there is none.
fn kelvin(value: Option<&Value>) -> Result<Option<f64>, Problem> {
    let number = match value {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) if text.trim().is_empty() => return Ok(None),
        Some(Value::String(text)) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        Some(value) => value.as_f64(),
    };
    number.map(Some).ok_or_else(|| Problem::bad("warmerValue: it is no number of kelvins"))
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
    fn the_warm_threshold_is_a_number_or_a_text_of_one_and_the_toggle_is_on_or_off() {
        for (value, known) in
            [(json!(265), Some(265.0)), (json!("264.5"), Some(264.5)), (json!(""), None), (json!(null), None)]
        {
            assert_eq!(kelvin(Some(&value)).unwrap_or_else(|_| panic!("{value}")), known);
        }
        for wrong in [json!("warm"), json!("NaN"), json!([1]), json!(true)] {
            assert!(kelvin(Some(&wrong)).is_err(), "{wrong}");
        }
        let on = |toggle| is_on(toggle).ok();
        assert_eq!(
            [on(Some("on")), on(Some("off")), on(None), on(Some("maybe"))],
            [Some(true), Some(false), Some(false), None]
        );
    }

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
