//! What a job is about, known before any field is read: definition, grid, times, variables, granules.
//!
//! It is the header of the job's spool, so that a chunk that ran elsewhere can be stitched without the source.

use std::collections::{BTreeMap, HashMap};

use eventscape_catalog::{Notice, Outlines, Severity, Subset, VariableMeta};
use eventscape_core::detect::{DetectOptions, Expression};
use eventscape_core::time::Calendar;
use eventscape_core::track::{AuxGeoirOptions, FortraccOptions, OverlapRule};
use eventscape_core::{Condition, Connectivity, Grid, Timestamp};
use eventscape_products::{Bounds, InputGranule, JobInfo, Product, VariableInfo};
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use crate::Surroundings;
use crate::command::command_line;
use crate::converted::converted_water;
use crate::error::{PipelineError, Result};
use crate::job::{Job, TrackerName};
use crate::mask_from::Facts;
use crate::request;

/// Raised whenever the meaning of a scope or of the spool behind it changes.
const VERSION: u32 = 1;
/// Gaps of more than so many steps are not bridged by default.
const DEFAULT_GAP_STEPS: f64 = 1.5;
const DEFAULT_MIN_CELLS: u32 = 150;

/// A granule of the job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct ScopeGranule {
    location: String,
    version: String,
    size: Option<u64>,
}

/// What a job is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Scope {
    version: u32,
    pub(crate) job: Job,
    pub(crate) grid: Grid,
    calendar: Calendar,
    /// Microseconds since 1970 on the calendar.
    times: Vec<i64>,
    variables: Vec<VariableMeta>,
    collection: Option<String>,
    collection_title: Option<String>,
    granules: Vec<ScopeGranule>,
    pub(crate) notices: Vec<Notice>,
    nominal_step: Option<f64>,
}

/// How components are found.
#[derive(Clone, Debug)]
pub(crate) enum Finder {
    Condition(Box<Condition>, DetectOptions),
    AuxGeoir(AuxGeoirOptions),
}

impl Scope {
    pub(crate) fn of(job: &Job, subset: &Subset) -> Result<Self> {
        // the reference knows no neighbours across the seam
        let grid = subset.grid().clone();
        let periodic = grid.is_periodic() && !job.tos2ca_compat;
        let mut scope = Self {
            version: VERSION,
            job: job.clone(),
            grid: grid.with_periodic(periodic),
            calendar: subset.calendar(),
            times: subset.times().iter().map(|t| t.micros()).collect(),
            variables: subset.variables().to_vec(),
            collection: subset.collection().map(|e| e.id.clone()),
            collection_title: subset.collection().map(|e| e.title.clone()),
            granules: subset
                .granules()
                .iter()
                .map(|g| ScopeGranule { location: g.location.clone(), version: g.version.clone(), size: g.size })
                .collect(),
            notices: subset.notices().to_vec(),
            nominal_step: subset.nominal_step_seconds(),
        };
        // what is wrong with the options should be told before anything is read
        scope.finder()?;
        scope.max_gap_seconds()?;
        scope.notices.extend(converted_water(&scope));
        Ok(scope)
    }

    /// The scope of a job whose phenomena are given, as far as the stages after detection need it.
    pub(crate) fn predefined(
        job: Job,
        grid: &Grid,
        times: &[Timestamp],
        facts: &Facts,
        outlines: &Outlines,
        notices: Vec<Notice>,
    ) -> Self {
        Self {
            version: VERSION,
            job,
            grid: grid.clone(),
            calendar: times.first().map_or_else(Calendar::default, |time| time.calendar()),
            times: times.iter().map(|t| t.micros()).collect(),
            variables: vec![facts.variable.clone()],
            collection: None,
            collection_title: None,
            granules: vec![ScopeGranule {
                location: outlines.location.clone(),
                version: outlines.checksum.clone(),
                size: Some(outlines.size),
            }],
            notices,
            // there are no gaps that could hide a phenomenon
            nominal_step: None,
        }
    }

    pub(crate) fn from_bytes(bytes: &[u8], subject: &str) -> Result<Self> {
        let wrong = |why: String| PipelineError::State(format!("`{subject}` cannot be used: {why}"));
        let scope: Self =
            serde_json::from_slice(bytes).map_err(|e| wrong(format!("its header is not understood ({e})")))?;
        if scope.version != VERSION {
            return Err(wrong(format!(
                "it is of version {}, this program writes {VERSION}; run the chunk anew",
                scope.version
            )));
        }
        Ok(scope)
    }

    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).map_err(|e| PipelineError::Internal(format!("the job cannot be written down: {e}")))
    }

    /// The scope without what does not change the components: where products go, threads, chunks, titles.
    pub(crate) fn essence(&self) -> Self {
        let job = Job {
            chunks: None,
            chunk_steps: None,
            chunk: None,
            cache: None,
            cache_dir: None,
            out: None,
            job_id: None,
            title: None,
            products: None,
            tos2ca_names: None,
            no_plots: false,
            threads: None,
            memory_limit: None,
            overwrite: false,
            ..self.job.clone()
        };
        Self { job, ..self.clone() }
    }

    /// A text that is equal for jobs of equal components.
    pub(crate) fn key(&self) -> Result<String> {
        let digest = digest(&SHA256, &self.essence().to_bytes()?);
        Ok(digest.as_ref().iter().take(16).map(|b| format!("{b:02x}")).collect())
    }

    pub(crate) fn times(&self) -> Vec<Timestamp> {
        self.times.iter().map(|m| Timestamp::from_micros(self.calendar, *m)).collect()
    }

    /// The index of each time, by its microseconds.
    pub(crate) fn index_of_times(&self) -> HashMap<i64, usize> {
        self.times.iter().enumerate().map(|(index, micros)| (*micros, index)).collect()
    }

    /// The products that these scenes can make; the others are told of.
    ///
    /// # Errors
    /// Where one of the others was asked for by name.
    pub(crate) fn possible(&self, wanted: Vec<Product>, around: &Surroundings<'_>) -> Result<Vec<Product>> {
        if self.times.is_sorted() {
            return Ok(wanted);
        }
        let (kept, left_out) = request::without_order(&self.job, wanted)?;
        if !left_out.is_empty() {
            let text = format!("{left_out} are not made: the scenes are not in order of time");
            around.observer.notice("warning", &text);
        }
        Ok(kept)
    }

    pub(crate) fn scenes(&self) -> usize {
        self.times.len()
    }

    /// Bytes of a scene's fields in memory.
    pub(crate) fn scene_bytes(&self) -> u64 {
        let cell: u64 = self.variables.iter().map(|v| v.value_type.bytes()).sum();
        cell * self.grid.len() as u64
    }

    /// The variable that is described.
    pub(crate) fn variable(&self) -> Result<&VariableMeta> {
        self.variables.first().ok_or_else(|| PipelineError::Internal("the job has no variable".to_owned()))
    }

    pub(crate) fn condition(&self) -> Result<Condition> {
        let units = self.variable()?.measure();
        let (operator, value) = (request::operator(&self.job)?, request::value(&self.job)?);
        Ok(Condition::parse(&operator, &value, units, self.job.tos2ca_compat)?)
    }

    /// Names and units of the fields, for expressions.
    pub(crate) fn fields(&self) -> Vec<(&str, Option<&str>)> {
        self.variables.iter().map(|v| (v.name.as_str(), v.measure())).collect()
    }

    pub(crate) fn connectivity(&self) -> Result<Connectivity> {
        match self.job.connectivity {
            None | Some(8) => Ok(Connectivity::Eight),
            Some(4) => Ok(Connectivity::Four),
            Some(n) => Err(PipelineError::job("connectivity", format!("{n} is neither 4 nor 8"))),
        }
    }

    pub(crate) fn finder(&self) -> Result<Finder> {
        let condition = self.condition()?;
        if let Condition::Expression(expression) = &condition {
            check_expression(expression, &self.fields())?;
        }
        if self.job.tracker.unwrap_or_default() == TrackerName::AuxGeoir {
            let Condition::Compare { comparison: eventscape_core::Comparison::LessThan, threshold } = condition else {
                return Err(PipelineError::job(
                    "operator",
                    "AUX-GEOIR looks for cold cells: use lessThan and a temperature",
                ));
            };
            return Ok(Finder::AuxGeoir(self.aux_geoir(threshold)?));
        }
        let job = &self.job;
        let aux_keys = [
            ("warm_threshold", job.warm_threshold.is_some()),
            ("max_size", job.max_size.is_some()),
            ("min_steps", job.min_steps.is_some()),
            ("cold_only", job.cold_only),
        ];
        if let Some((key, _)) = aux_keys.into_iter().find(|(_, is_set)| *is_set) {
            return Err(PipelineError::job(
                key,
                "this is for AUX-GEOIR alone: add --tracker aux-geoir, or leave it out",
            ));
        }
        let options = DetectOptions {
            connectivity: self.connectivity()?,
            min_cells: self.job.min_size.unwrap_or(DEFAULT_MIN_CELLS),
            min_area_km2: self.job.min_area_km2,
            max_hole_cells: self.job.fill_holes.unwrap_or(0),
            smooth_cells: self.job.smooth.unwrap_or(0),
            keep_missing: true,
        };
        Ok(Finder::Condition(Box::new(condition), options))
    }

    fn aux_geoir(&self, cold_kelvin: f64) -> Result<AuxGeoirOptions> {
        let defaults = AuxGeoirOptions::default();
        let warm_kelvin = self.job.warm_threshold.unwrap_or(defaults.warm_kelvin);
        if !self.job.cold_only && cold_kelvin >= warm_kelvin {
            let why = format!(
                "the cold threshold, {cold_kelvin} K, must be below the warm one, {warm_kelvin} K: change --value or \
                 --warm-threshold, or use --cold-only"
            );
            return Err(PipelineError::job("warm_threshold", why));
        }
        Ok(AuxGeoirOptions {
            cold_kelvin,
            warm_kelvin,
            min_cells: self.job.min_size.unwrap_or(defaults.min_cells),
            max_cells: self.job.max_size.unwrap_or(defaults.max_cells),
            min_overlap: self.job.min_overlap.unwrap_or(defaults.min_overlap),
            two_stages: !self.job.cold_only,
            min_steps: self.job.min_steps.unwrap_or(defaults.min_steps),
            max_gap_seconds: self.max_gap_seconds()?,
            reference: self.job.tos2ca_compat,
        })
    }

    pub(crate) fn fortracc(&self) -> Result<FortraccOptions> {
        Ok(FortraccOptions {
            min_overlap: self.job.min_overlap.unwrap_or(FortraccOptions::default().min_overlap),
            connectivity: self.connectivity()?,
            mode: if self.job.tos2ca_compat { OverlapRule::Reference } else { OverlapRule::Correct },
            max_gap_seconds: self.max_gap_seconds()?,
        })
    }

    /// The longest gap that is bridged.
    pub(crate) fn max_gap_seconds(&self) -> Result<Option<f64>> {
        match self.job.max_gap {
            Some(hours) if hours.is_finite() && hours > 0.0 => Ok(Some(hours * 3600.0)),
            Some(hours) => Err(PipelineError::job("max_gap", format!("{hours} is not a positive number of hours"))),
            None if self.job.tos2ca_compat => Ok(None),
            None => Ok(self.nominal_step.map(|step| step * DEFAULT_GAP_STEPS)),
        }
    }

    /// Whether its granules lie on a remote store.
    pub(crate) fn is_remote(&self) -> bool {
        self.granules.iter().any(|g| g.location.contains("://") && !g.location.starts_with("file://"))
    }

    /// What the products say of the job.
    pub(crate) fn info(&self, now: Option<String>) -> Result<JobInfo> {
        let condition = self.condition()?;
        let variable = self.variable()?;
        let times = self.times();
        let (first, last) = (times.iter().min_by_key(|t| t.micros()), times.iter().max_by_key(|t| t.micros()));
        let (Some(first), Some(last)) = (first.copied(), last.copied()) else {
            return Err(PipelineError::Internal("the job has no scene".to_owned()));
        };
        let dataset_label = self.collection.clone().unwrap_or_else(|| self.input_label());
        let condition_text = condition.describe(&variable.name, variable.units.as_deref());
        let job_id = self.job.job_id.unwrap_or(1);
        let title = self.job.title.clone().unwrap_or_else(|| format!("{dataset_label}: {condition_text}"));
        let command = command_line("phdef", &self.essence().job);
        let history = format!(
            "{}eventscape {} phdef",
            now.as_ref().map(|n| format!("{n} ")).unwrap_or_default(),
            env!("CARGO_PKG_VERSION")
        );
        Ok(JobInfo {
            summary: format!(
                "Connected regions of {condition_text} in {} from {first} to {last}, found in each scene and followed through time.",
                self.collection_title.as_ref().unwrap_or(&dataset_label)
            ),
            collection: self.collection.clone(),
            dataset_label,
            variable: VariableInfo {
                name: variable.name.clone(),
                units: variable.units.clone(),
                long_name: variable.long_name.clone(),
                standard_name: variable.standard_name.clone(),
            },
            condition_text,
            event_type: condition.event_type(),
            threshold_text: request::value(&self.job)?,
            threshold: condition.threshold(),
            tracker: match self.job.tracker.unwrap_or_default() {
                TrackerName::Fortracc => "fortracc",
                TrackerName::AuxGeoir => "aux-geoir",
            }
            .to_owned(),
            options: self.options()?,
            granules: self
                .granules
                .iter()
                .map(|g| InputGranule { location: g.location.clone(), size: g.size })
                .collect(),
            keywords: vec!["phenomenon".to_owned(), "object tracking".to_owned(), variable.name.clone()],
            created: now,
            history,
            command,
            ..JobInfo::titled(job_id, title, (first, last), bounds(&self.grid))
        })
    }

    fn input_label(&self) -> String {
        let name = |g: &ScopeGranule| g.location.rsplit('/').next().unwrap_or_default().to_owned();
        match self.granules.as_slice() {
            [one] => name(one),
            [first, .., last] => format!("{} to {}", name(first), name(last)),
            [] => "input".to_owned(),
        }
    }

    fn options(&self) -> Result<BTreeMap<String, String>> {
        let mut options = BTreeMap::from([
            ("key".to_owned(), self.key()?),
            ("operator".to_owned(), request::operator(&self.job)?),
            ("tos2ca_compat".to_owned(), self.job.tos2ca_compat.to_string()),
        ]);
        let mut tell = |name: &str, value: String| options.insert(name.to_owned(), value);
        if let Some(gap) = self.max_gap_seconds()? {
            tell("max_gap_seconds", gap.to_string());
        }
        match self.finder()? {
            Finder::Condition(_, detect) => {
                let link = self.fortracc()?;
                tell("connectivity", if detect.connectivity == Connectivity::Four { "4" } else { "8" }.to_owned());
                tell("min_size", detect.min_cells.to_string());
                tell("min_overlap", link.min_overlap.to_string());
                tell("fill_holes", detect.max_hole_cells.to_string());
                tell("smooth", detect.smooth_cells.to_string());
                if let Some(area) = detect.min_area_km2 {
                    tell("min_area_km2", area.to_string());
                }
            }
            Finder::AuxGeoir(aux) => {
                tell("cold_kelvin", aux.cold_kelvin.to_string());
                tell("warm_kelvin", aux.warm_kelvin.to_string());
                tell("min_size", aux.min_cells.to_string());
                tell("max_size", aux.max_cells.to_string());
                tell("min_overlap", aux.min_overlap.to_string());
                tell("min_steps", aux.min_steps.to_string());
                tell("two_stages", aux.two_stages.to_string());
            }
        }
        if let Some(level) = self.variable()?.level.clone() {
            options.insert("level".to_owned(), level);
        }
        Ok(options)
    }

    /// Notices for people.
    pub(crate) fn told(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.notices.iter().map(|n| {
            let severity = if n.severity == Severity::Info { "info" } else { "warning" };
            (severity, n.to_string())
        })
    }
}

fn check_expression(expression: &Expression, fields: &[(&str, Option<&str>)]) -> Result<()> {
    expression.bind(fields)?;
    Ok(())
}

/// The edges of the grid.
pub(crate) fn bounds(grid: &Grid) -> Bounds {
    if let (Some(lat), Some(lon)) = (grid.lat_edges(), grid.lon_edges())
        && let ([south, .., north], [west, .., east]) = (lat.as_slice(), lon.as_slice())
    {
        let (south, north) = (south.min(*north), north.max(*south));
        // the grid's own convention: a box over its seam has its east below its west
        let east = if *east > 360.0 || (*west < 180.0 && *east > 180.0 && *west < 0.0) { east - 360.0 } else { *east };
        return Bounds { west: *west, south, east, north };
    }
    let corners = grid.corners();
    let fold =
        |pick: fn(&(f64, f64)) -> f64, start: f64, f: fn(f64, f64) -> f64| corners.iter().map(pick).fold(start, f);
    Bounds {
        west: fold(|c| c.1, f64::INFINITY, f64::min),
        south: fold(|c| c.0, f64::INFINITY, f64::min),
        east: fold(|c| c.1, f64::NEG_INFINITY, f64::max),
        north: fold(|c| c.0, f64::NEG_INFINITY, f64::max),
    }
}
