//! A job, understood once: what it reads, looks for and makes, how much of the machine it may use, and what its products say of it.
//!
//! A PhDef job is understood in two steps. [`Request`] is what the keys alone say; [`Recipe`] is the same in the job's own data,
//! before any field is read. The recipe is the header of the job's spool, so that a chunk that ran elsewhere can be stitched
//! without the source. No stage reads a key or parses a text again.

mod bounds;
mod choices;
mod command;
mod converted;
mod cut;
mod data;
mod given;
mod header;
mod identity;
mod limits;
mod output;
mod reading;
mod search;

use std::collections::BTreeMap;
use std::sync::Arc;

use eventscape_catalog::{Notice, Outlines, Subset};
use eventscape_core::track::Method;
use eventscape_core::{Grid, Timestamp};
use eventscape_products::{GivenTrack, JobInfo};

pub(crate) use bounds::bounds;
pub(crate) use choices::OutputChoices;
pub(crate) use cut::Cut;
pub(crate) use data::{Data, label};
pub(crate) use given::Given;
pub(crate) use identity::{Identity, key_of};
pub(crate) use limits::Limits;
pub(crate) use output::Output;
pub use reading::load_catalog;
pub(crate) use reading::{CacheChoice, Reading};
pub(crate) use search::{Phenomenon, Search};

use crate::doors::Doors;
use crate::error::{PipelineError, Result};
use crate::job::{Job, JobTable, MaskFromJob, OutlineKeys};
use data::SourceGranule;
use identity::{key_of_bytes, written};

/// Raised whenever the same outlines and keys give other cells or tracks.
const GIVEN_VERSION: u32 = 1;

/// What the keys of a PhDef job say, before its data are known.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    keys: Job,
    pub(crate) reading: Reading,
    pub(crate) search: Search,
    pub(crate) cut: Cut,
    pub(crate) output: Output,
    pub(crate) limits: Limits,
}

impl Request {
    /// Understands the keys of a job; `doors` has the kinds that it can name.
    ///
    /// # Errors
    /// The key that is missing or wrong.
    pub(crate) fn of(job: &Job, doors: &Doors) -> Result<Self> {
        Ok(Self {
            limits: Limits::of(&job.limits)?,
            output: Output::of(&job.output, job.running.no_plots, job.running.tos2ca_names, doors)?,
            reading: Reading::of(job)?,
            search: Search::of(job, &doors.methods)?,
            cut: Cut::of(&job.running)?,
            keys: job.what_matters(),
        })
    }

    /// Whether scenes are needed more than once: for the statistics of the condition, for pictures.
    pub(crate) fn reads_again(&self) -> bool {
        // a condition that is wrong fails where its variable is known
        let needs_statistics = self.search.condition_without_units().is_ok_and(|condition| condition.needs_baseline());
        needs_statistics || self.output.has_pictures()
    }
}

/// How a job's phenomena come about.
#[derive(Debug)]
enum Origin {
    /// They are found and followed.
    Found(Arc<Phenomenon>),
    /// Their outlines are given.
    Given(Box<Given>),
}

/// A job, understood.
#[derive(Debug)]
pub(crate) struct Recipe {
    pub(crate) identity: Identity,
    pub(crate) data: Data,
    pub(crate) output: Output,
    pub(crate) limits: Limits,
    origin: Origin,
    /// First and last time.
    span: (Timestamp, Timestamp),
    /// The keys that decide on the components.
    keys: Job,
    header: Vec<u8>,
}

impl Recipe {
    /// The recipe of a PhDef job in its own data, and what it looks for.
    ///
    /// # Errors
    /// A condition that does not fit the variable, options that do not fit each other, by their keys.
    pub(crate) fn of(request: Request, subset: &Subset) -> Result<(Self, Arc<Phenomenon>)> {
        let compat = request.keys.phenomenon.tos2ca_compat;
        let data = Data::of(subset, compat);
        let data = data.ok_or_else(|| PipelineError::Internal("the job has no variable".to_owned()))?;
        Self::found(request.keys, request.search, data, request.output, request.limits)
    }

    fn found(
        keys: Job,
        search: Search,
        mut data: Data,
        output: Output,
        limits: Limits,
    ) -> Result<(Self, Arc<Phenomenon>)> {
        let span = data.span().ok_or_else(no_scene)?;
        let phenomenon = Arc::new(search.in_data(&data)?);
        let header = header::of(&keys, &data)?;
        let notices = converted::converted_water(&phenomenon, &data);
        data.notices.extend(notices);
        let variable = &data.variable;
        let title = output.title.clone().unwrap_or_else(|| {
            let condition = phenomenon.condition.describe(&variable.name, variable.units.as_deref());
            format!("{}: {condition}", data.label())
        });
        let identity = Identity::new("phdef", &keys, key_of_bytes(&header), output.job_id, title);
        let origin = Origin::Found(Arc::clone(&phenomenon));
        Ok((Self { identity, data, output, limits, origin, span, keys, header }, phenomenon))
    }

    /// The recipe of given phenomena.
    ///
    /// # Errors
    /// Where the outlines have no time.
    pub(crate) fn given(
        job: &MaskFromJob,
        outlines: &Outlines,
        given: Given,
        (grid, times): (&Grid, &[Timestamp]),
        notices: Vec<Notice>,
        (output, limits): (Output, Limits),
    ) -> Result<Self> {
        let file = SourceGranule {
            location: outlines.location.clone(),
            version: outlines.checksum.clone(),
            size: Some(outlines.size),
        };
        let data = Data::of_outlines(grid, times, given.variable.clone(), file, notices);
        let span = data.span().ok_or_else(no_scene)?;
        let nameless = OutlineKeys { outlines: None, ..job.outlines.clone() };
        let header = written(&(GIVEN_VERSION, given.kind, &nameless, &outlines.checksum, grid))?;
        let key = key_of_bytes(&header);
        let identity = Identity::new("mask-from", &job.outlines, key, output.job_id, given.title.clone());
        let origin = Origin::Given(Box::new(given));
        Ok(Self { identity, data, output, limits, origin, span, keys: Job::default(), header })
    }

    /// The recipe that the header of a spool holds, and what it looks for; the header says nothing of what the job makes.
    /// `subject` is what messages call the spool.
    ///
    /// # Errors
    /// A header of another version, or one that is not understood.
    pub(crate) fn from_header(
        bytes: &[u8],
        subject: &str,
        methods: &[Method],
        (output, limits): (Output, Limits),
    ) -> Result<(Self, Arc<Phenomenon>)> {
        let (keys, data) = header::read(bytes, subject)?;
        let keys = Job::read(keys, methods).map_err(|wrong| {
            PipelineError::State(format!("`{subject}` cannot be used: key `{}`: {}", wrong.key, wrong.reason))
        })?;
        let search = Search::of(&keys, methods)?;
        Self::found(keys, search, data, output, limits)
    }

    /// The recipe as the header of the job's spool: all that decides on the components.
    pub(crate) fn header(&self) -> &[u8] {
        &self.header
    }

    /// What the job reads.
    ///
    /// # Errors
    /// Where its collection is not in the catalogue here.
    pub(crate) fn reading(&self) -> Result<Reading> {
        Reading::of(&self.keys)
    }

    /// Whether the job's data are still as the recipe has them.
    ///
    /// # Errors
    /// What cannot be written as JSON.
    pub(crate) fn is_of(&self, subset: &Subset) -> Result<bool> {
        match Data::of(subset, self.keys.phenomenon.tos2ca_compat) {
            Some(data) => Ok(header::of(&self.keys, &data)? == self.header),
            None => Ok(false),
        }
    }

    /// The longest gap that tracks bridge, s; `None`: any.
    pub(crate) fn max_gap_seconds(&self) -> Option<f64> {
        match &self.origin {
            Origin::Found(phenomenon) => phenomenon.max_gap_seconds,
            Origin::Given(_) => None,
        }
    }

    /// Leaves out the products that these scenes cannot have. Gives what people should know of it.
    ///
    /// # Errors
    /// Where one of them was asked for by name.
    pub(crate) fn leave_out_impossible(&mut self) -> Result<Option<String>> {
        if self.data.times.is_sorted() {
            return Ok(None);
        }
        let left_out = self.output.leave_out_ordered()?;
        let text = || format!("{left_out} are not made: the scenes are not in order of time");
        Ok((!left_out.is_empty()).then(text))
    }

    /// Adds what people should know, and gives it with its severity.
    pub(crate) fn add_notice(&mut self, notice: Option<Notice>) -> Option<(&'static str, String)> {
        self.data.notices.push(notice?);
        self.data.notices().last()
    }

    /// What the products say of the job. `tracks` names the given phenomena where they come from.
    pub(crate) fn info(&self, now: Option<String>, tracks: Vec<GivenTrack>) -> JobInfo {
        let data = &self.data;
        let same = self.identity.info(now, self.span, &data.grid);
        let info = JobInfo {
            variable: data.variable_info(),
            granules: data.input_granules(),
            collection: data.collection.clone(),
            given: tracks,
            ..same
        };
        match &self.origin {
            Origin::Found(phenomenon) => self.found_info(phenomenon, info),
            Origin::Given(given) => self.given_info(given, info),
        }
    }

    fn found_info(&self, phenomenon: &Phenomenon, info: JobInfo) -> JobInfo {
        let (first, last) = self.span;
        let (data, variable) = (&self.data, &self.data.variable);
        let condition_text = phenomenon.condition.describe(&variable.name, variable.units.as_deref());
        let dataset_label = data.label();
        JobInfo {
            summary: format!(
                "Connected regions of {condition_text} in {} from {first} to {last}, found in each scene and followed through time.",
                data.collection_title.as_ref().unwrap_or(&dataset_label)
            ),
            dataset_label,
            condition_text,
            event_type: phenomenon.condition.event_type(),
            threshold_text: phenomenon.value.clone(),
            threshold: phenomenon.condition.threshold(),
            tracker: phenomenon.method_name.to_owned(),
            options: self.found_options(phenomenon),
            keywords: vec!["phenomenon".to_owned(), "object tracking".to_owned(), variable.name.clone()],
            ..info
        }
    }

    fn found_options(&self, phenomenon: &Phenomenon) -> BTreeMap<String, String> {
        let job = [
            ("key", Some(self.identity.key.clone())),
            ("operator", Some(phenomenon.operator.clone())),
            ("tos2ca_compat", Some(phenomenon.tos2ca_compat.to_string())),
            ("max_gap_seconds", phenomenon.max_gap_seconds.map(|gap| gap.to_string())),
            ("level", self.data.variable.level.clone()),
        ];
        let job = job.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        let of_method = phenomenon.method.options().into_iter().map(|(name, value)| (name.to_owned(), value));
        job.chain(of_method).collect()
    }

    fn given_info(&self, given: &Given, info: JobInfo) -> JobInfo {
        let (start, end) = self.span;
        let key = ("key".to_owned(), self.identity.key.clone());
        JobInfo {
            summary: format!(
                "Cells of {} phenomena ({}) of {}, {}, from {start} to {end}. Outlines and times are given; nothing was detected \
                 or followed.",
                info.given.len(),
                given.kind,
                given.label,
                given.condition
            ),
            dataset_label: given.label.clone(),
            condition_text: given.condition.clone(),
            event_type: given.event_type.to_owned(),
            threshold_text: "none".to_owned(),
            threshold: given.threshold,
            tracker: "given".to_owned(),
            options: given.options.clone().into_iter().chain([key]).collect(),
            keywords: vec!["phenomenon".to_owned(), "predefined".to_owned(), given.kind.to_owned()],
            ..info
        }
    }
}

fn no_scene() -> PipelineError {
    PipelineError::Internal("the job has no scene".to_owned())
}
