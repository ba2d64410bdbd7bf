//! What a curation job is about, known before any field is read, and what its products say of it.

use std::collections::BTreeMap;

use eventscape_catalog::Severity;
use eventscape_core::Grid;
use eventscape_core::regrid::{Method, PointMethod, spacing};
use eventscape_products::curation::{CuratedVariable, CurationInfo};
use eventscape_products::{Artifact, InputGranule, JobInfo, VariableInfo};

use super::masks::Masks;
use super::other::Other;
use super::plan::Plan;
use super::regrid::{self, Compat};
use super::{CurationReport, point_method};
use crate::error::{PipelineError, Result};
use crate::job::{CurationJob, CurationKeys, LimitKeys, OutputKeys};
use crate::recipe::{Identity, key_of, label};
use crate::run::{Clock, JobFolder};

/// Raised whenever the meaning of the products or of the spool behind them changes.
const VERSION: u32 = 5;
/// Missing steps that are named one by one.
const MOST_NAMED: usize = 5;

/// What a curation job is about.
pub(super) struct CurationRecipe {
    pub(super) identity: Identity,
    pub(super) method: Method,
    pub(super) points: PointMethod,
    pub(super) compat: Option<Compat>,
    /// Swaths: how long before and after a mask time values count, microseconds.
    pub(super) window_micros: i64,
    /// Severity and text.
    pub(super) notices: Vec<(&'static str, String)>,
    pub(super) label: String,
    granules: usize,
    method_text: String,
    grids: String,
    steps: String,
    options: BTreeMap<String, String>,
    /// Where the masks are, as the products tell it.
    mask_location: String,
}

impl CurationRecipe {
    /// `margin` is in degrees, `window` in microseconds.
    pub(super) fn of(
        job: &CurationJob,
        masks: &Masks,
        other: &Other,
        plan: &Plan,
        (margin, window): (f64, i64),
    ) -> Result<Self> {
        let mask_grid = masks.file.grid();
        let (source, is_points) = (other.spacing(), other.is_points());
        let (method, points) = if is_points {
            (Method::choose(spacing(mask_grid), source), point_method(&job.curation, source)?)
        } else {
            (
                regrid::method(job.curation.method.as_deref(), mask_grid, source)?,
                PointMethod::Linear { radius_km: None },
            )
        };
        let mask_step = step_of(masks.file.times());
        let own_step = other.step_seconds();
        let compat = job
            .curation
            .tos2ca_compat
            .then_some(Compat { spacing: source, coarse_in_time: mask_step.zip(own_step).is_some_and(|(m, o)| m < o) });
        let locations: Vec<&str> = other.granules().iter().map(|g| g.location.as_str()).collect();
        let label = label(other.collection().map(|entry| entry.id.as_str()), &locations);
        let names: Vec<&str> = other.variables().iter().map(|v| v.name.as_str()).collect();
        let title =
            job.output.title.clone().unwrap_or_else(|| {
                format!("{} of {label} inside the events of job {}", names.join(", "), masks.job_id)
            });
        let job_id = job.output.job_id.unwrap_or(masks.job_id + 1);
        let method_text = if is_points { point_text(points) } else { method.name().to_owned() };
        let mut notices: Vec<(&'static str, String)> = other
            .notices()
            .iter()
            .map(|n| (if n.severity == Severity::Info { "info" } else { "warning" }, n.message.clone()))
            .collect();
        notices.extend(missing_text(plan).map(|text| ("warning", text)));
        let (outside, unseen) = (plan.outside(), plan.unseen());
        if unseen > 0 {
            notices.push(("warning", format!("{unseen} mask times with events are met by no orbit")));
        }
        if outside > 0 {
            notices.push((
                "warning",
                format!("{outside} events lie outside of the other data's grid; they have no value"),
            ));
        }
        if let Some(rules) = compat.filter(|_| is_points) {
            tracing::debug!("{rules:?} does not apply to points");
            return Err(PipelineError::job(
                "tos2ca_compat",
                "the reference cannot interpolate swaths and curvilinear grids; leave it out",
            ));
        }
        let mask_location = Masks::told(masks.file.location(), job.output.out.as_deref());
        let mut options = BTreeMap::from([
            ("margin_degrees".to_owned(), margin.to_string()),
            ("method".to_owned(), method_text.clone()),
            ("tos2ca_compat".to_owned(), job.curation.tos2ca_compat.to_string()),
            ("stationary".to_owned(), job.curation.stationary.to_string()),
            ("phdef_job_id".to_owned(), masks.job_id.to_string()),
            ("masks".to_owned(), mask_location.clone()),
        ]);
        if let Other::Swath(swaths) = other {
            options.insert("time_window_seconds".to_owned(), (window as f64 / 1e6).to_string());
            options.insert("quality_flags_rejected".to_owned(), swaths.reject().join(" "));
        }
        let what_matters = CurationJob {
            curation: CurationKeys {
                phdef: job.curation.phdef.as_deref().map(|phdef| Masks::told(phdef, job.output.out.as_deref())),
                ..job.curation.clone()
            },
            output: OutputKeys::default(),
            limits: LimitKeys::default(),
            ..job.clone()
        };
        let key = key(&what_matters, masks, other, &options)?;
        options.insert("key".to_owned(), key.clone());
        Ok(Self {
            identity: Identity::new("curate", &what_matters, key, job_id, title),
            method,
            points,
            compat,
            window_micros: window,
            notices,
            label,
            granules: other.granules().len(),
            method_text,
            grids: compare_grids(mask_grid, source, is_points),
            steps: match other {
                Other::Grid(_) => compare_steps(mask_step, own_step),
                Other::Swath(_) => {
                    format!(
                        "the other data are swaths; values seen at most {} s from a mask time count",
                        window as f64 / 1e6
                    )
                }
            },
            options,
            mask_location,
        })
    }

    /// What the products say of the job.
    pub(super) fn info(&self, other: &Other, masks: &Masks, now: Option<String>) -> Result<CurationInfo> {
        let entry = other.collection();
        let variables = other
            .variables()
            .iter()
            .map(|v| {
                Ok(CuratedVariable {
                    name: v.name.clone(),
                    units: v.units.clone(),
                    long_name: v.long_name.clone(),
                    standard_name: v.standard_name.clone(),
                    is_direction: v.is_direction(),
                    attributes: other.attributes_of(&v.path)?,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let first = other.variables().first();
        let times = masks.file.times();
        let (Some(start), Some(end)) = (times.first().copied(), times.last().copied()) else {
            return Err(PipelineError::Internal("the masks have no time".to_owned()));
        };
        let (down, across) = other.spacing();
        let resolution = entry.map_or([down, across], |e| e.axes.resolution);
        let compat = self.compat.is_some();
        Ok(CurationInfo {
            job: JobInfo {
                summary: format!(
                    "{} around and on the cells of the events of job {} from {start} to {end}.",
                    other.variables().iter().map(|v| v.name.as_str()).collect::<Vec<_>>().join(", "),
                    masks.job_id
                ),
                collection: entry.map(|e| e.id.clone()),
                dataset_label: self.label.clone(),
                variable: VariableInfo {
                    name: first.map(|v| v.name.clone()).unwrap_or_default(),
                    units: first.and_then(|v| v.units.clone()),
                    long_name: first.and_then(|v| v.long_name.clone()),
                    standard_name: first.and_then(|v| v.standard_name.clone()),
                },
                condition_text: format!("inside the events of job {}", masks.job_id),
                event_type: masks.file.attribute("event_type").unwrap_or_default(),
                options: self.options.clone(),
                granules: other
                    .granules()
                    .iter()
                    .map(|g| InputGranule { location: g.location.clone(), size: g.size })
                    .collect(),
                keywords: vec!["phenomenon".to_owned(), "data curation".to_owned()],
                ..self.identity.info(now, (start, end), masks.file.grid())
            },
            phdef_job: masks.job_id,
            mask_location: self.mask_location.clone(),
            variables,
            product_info: entry.and_then(|e| e.product_info.clone()),
            full_name: entry.map(|e| e.title.clone()),
            coverage: entry
                .map_or_else(|| "not stated".to_owned(), |e| e.coverage.clone().unwrap_or_else(|| "global".to_owned())),
            file_format: entry.map_or_else(|| "CF".to_owned(), |e| file_format(&e.format)),
            resolution: format!("{} x {}", shortest(resolution[0]), shortest(resolution[1])),
            method: self.method_text.clone(),
            grids: self.grids.clone(),
            steps: self.steps.clone(),
            weighted: !compat,
            compat,
        })
    }

    pub(super) fn report(
        &self,
        place: &JobFolder,
        plan: &Plan,
        products: Vec<Artifact>,
        clock: Clock,
        scenes_read: usize,
        already_complete: bool,
    ) -> CurationReport {
        let events = || plan.times.iter().flat_map(|t| &t.events);
        CurationReport {
            job_id: self.identity.job_id,
            title: self.identity.title.clone(),
            location: place.location().to_owned(),
            already_complete,
            granules: self.granules,
            scenes_read,
            times: plan.times.iter().filter(|t| !t.events.is_empty()).count(),
            events: events().count(),
            without_value: 0,
            cells: events().map(|event| event.cells).sum(),
            method: self.method_text.clone(),
            products,
            notices: self.notices.iter().map(|(_, text)| text.clone()).collect(),
            stages: clock.times(),
        }
    }
}

impl CurationReport {
    pub(super) fn with_counts(mut self, without_value: usize) -> Self {
        self.without_value = without_value;
        self
    }
}

/// A format as TOS2CA's files name it.
fn file_format(format: &str) -> String {
    match format {
        "netCDF-4" | "HDF5" => "NetCDF-4/HDF-5".to_owned(),
        other => other.to_owned(),
    }
}

/// The step of the masks, as the reference takes it: between the first two times.
fn step_of(times: &[eventscape_core::Timestamp]) -> Option<f64> {
    match times {
        [first, second, ..] => Some(second.seconds_since(*first)),
        _ => None,
    }
}

/// A text that is equal for jobs of equal products.
fn key(what_matters: &CurationJob, masks: &Masks, other: &Other, options: &BTreeMap<String, String>) -> Result<String> {
    let granules: Vec<(&str, &str)> =
        other.granules().iter().map(|g| (g.location.as_str(), g.version.as_str())).collect();
    key_of(&(VERSION, what_matters, &masks.version, granules, options))
}

fn point_text(points: PointMethod) -> String {
    match points {
        PointMethod::Linear { radius_km: None } => "linear on triangles".to_owned(),
        PointMethod::Linear { radius_km: Some(radius) } => {
            format!("linear on triangles with corners within {:.1} km", 2.0 * radius)
        }
        PointMethod::Nearest { radius_km } => format!("nearest point within {radius_km:.1} km"),
        PointMethod::Distance { radius_km } => format!("inverse distance within {radius_km:.1} km"),
        PointMethod::Mean { radius_km } => format!("mean within {radius_km:.1} km"),
    }
}

fn shortest(degrees: f64) -> f64 {
    (degrees * 1e6).round() / 1e6
}

fn compare_grids(mask: &Grid, source: (f64, f64), is_points: bool) -> String {
    let own = spacing(mask);
    let text = |s: (f64, f64)| format!("{} x {} degrees", shortest(s.0), shortest(s.1));
    if is_points {
        return format!("the masks' cells are {}; the other data are points", text(own));
    }
    let verdict = match Method::choose(own, source) {
        Method::Collocation => "the spacings are equal",
        Method::Linear => "the masks are finer",
        _ => "the masks are not finer both ways",
    };
    format!("the masks' cells are {}, the other data's {}: {verdict}", text(own), text(source))
}

fn compare_steps(mask: Option<f64>, source: Option<f64>) -> String {
    match (mask, source) {
        (Some(m), Some(s)) if (m - s).abs() < 0.5 => format!("both have a step of {m} s"),
        (Some(m), Some(s)) => {
            format!("the masks' step is {m} s, the other data's {s} s: {}", if m < s { "shorter" } else { "longer" })
        }
        (None, Some(s)) => format!("the masks have one time, the other data a step of {s} s"),
        (_, None) => "the other data have one time".to_owned(),
    }
}

fn missing_text(plan: &Plan) -> Option<String> {
    let missing = plan.missing();
    let named: Vec<String> = missing.iter().take(MOST_NAMED).map(ToString::to_string).collect();
    match missing.len() {
        0 => None,
        n if n <= MOST_NAMED => Some(format!("steps without data: {}", named.join(", "))),
        n => Some(format!("{n} steps without data, the first: {}", named.join(", "))),
    }
}
