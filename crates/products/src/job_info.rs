//! What every product says about the job it came from.

use std::collections::BTreeMap;

use eventscape_core::Timestamp;

/// The variable that is tracked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VariableInfo {
    /// Its name in the granules.
    pub name: String,
    /// Its units, in the granules' own words; `None` where they say none.
    pub units: Option<String>,
    /// Its `long_name`.
    pub long_name: Option<String>,
    /// Its CF `standard_name`.
    pub standard_name: Option<String>,
}

impl VariableInfo {
    /// The name to show to people: `long_name`, or the name.
    #[must_use]
    pub fn label(&self) -> &str {
        self.long_name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(&self.name)
    }
}

/// A box on the Earth, degrees, in the job's longitude convention; `west > east` where it crosses the convention's seam.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// Western edge.
    pub west: f64,
    /// Southern edge.
    pub south: f64,
    /// Eastern edge.
    pub east: f64,
    /// Northern edge.
    pub north: f64,
}

/// A granule that the job read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputGranule {
    /// Its path or address, without credentials.
    pub location: String,
    /// Its size in bytes, where it is known.
    pub size: Option<u64>,
}

/// A track whose phenomenon was given by its outlines, not found by a condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GivenTrack {
    /// The track's number.
    pub id: u32,
    /// The phenomenon's number or code where it comes from.
    pub source_id: String,
    /// Its name, for people.
    pub name: Option<String>,
    /// Whether its beginning is in the job: not cut off by the span, and away from the edge of the grid.
    pub begins: bool,
    /// Whether its end is.
    pub ends: bool,
}

impl GivenTrack {
    /// What to call it.
    #[must_use]
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.source_id)
    }
}

/// The job, as far as its products tell of it. The library has no clock and reads no environment: the caller gives all.
#[derive(Clone, Debug, PartialEq)]
pub struct JobInfo {
    /// Its number; the first part of every product's name.
    pub job_id: u64,
    /// One line, e.g. `Events of brightness temperature below 235 K`.
    pub title: String,
    /// A paragraph.
    pub summary: String,
    /// The catalogue's name of the collection; `None` where the input was given as files.
    pub collection: Option<String>,
    /// What the reference calls `dataset`: the collection's name, or a label for the input files.
    pub dataset_label: String,
    /// The tracked variable.
    pub variable: VariableInfo,
    /// The condition in words, e.g. `Tb < 235 K`.
    pub condition_text: String,
    /// The reference's `event_type`, e.g. `less_than_threshold`, or one of ours in its style.
    pub event_type: String,
    /// The threshold as the user wrote it, for conditions that have more than one number too.
    pub threshold_text: String,
    /// The threshold where it is one number.
    pub threshold: Option<f64>,
    /// Start of the span asked for.
    pub start: Timestamp,
    /// End of the span asked for.
    pub end: Timestamp,
    /// The box asked for, or the grid's.
    pub bounds: Bounds,
    /// The tracker's name, e.g. `fortracc`.
    pub tracker: String,
    /// Every option of detection and tracking, as text, by name.
    pub options: BTreeMap<String, String>,
    /// The granules read, in time order.
    pub granules: Vec<InputGranule>,
    /// Search words.
    pub keywords: Vec<String>,
    /// Who runs this, e.g. a laboratory.
    pub institution: Option<String>,
    /// The project the job belongs to.
    pub project: Option<String>,
    /// The person who asked.
    pub creator_name: Option<String>,
    /// Their address.
    pub creator_email: Option<String>,
    /// Their page.
    pub creator_url: Option<String>,
    /// Terms of use of the products.
    pub license: String,
    /// Version of Eventscape.
    pub software_version: String,
    /// When the products were made, ISO 8601 in UTC (`2026-01-02T03:04:05Z`); `None` leaves the time out, which makes
    /// the products' bytes depend on the job alone.
    pub created: Option<String>,
    /// What was done, one line a step.
    pub history: String,
    /// The command that does it again.
    pub command: String,
    /// The tracks by ascending number, where they were given; such may share cells. Empty where they were found.
    pub given: Vec<GivenTrack>,
}

impl JobInfo {
    /// What is known of a track that was given.
    #[must_use]
    pub fn given(&self, track: u32) -> Option<&GivenTrack> {
        self.given.binary_search_by_key(&track, |given| given.id).ok().and_then(|place| self.given.get(place))
    }

    /// A job of which number, title, span and place are known; everything else is empty.
    #[must_use]
    pub fn titled(job_id: u64, title: String, (start, end): (Timestamp, Timestamp), bounds: Bounds) -> Self {
        Self {
            job_id,
            title,
            summary: String::new(),
            collection: None,
            dataset_label: String::new(),
            variable: VariableInfo::default(),
            condition_text: String::new(),
            event_type: String::new(),
            threshold_text: String::new(),
            threshold: None,
            start,
            end,
            bounds,
            tracker: String::new(),
            options: BTreeMap::new(),
            granules: Vec::new(),
            keywords: Vec::new(),
            institution: None,
            project: None,
            creator_name: None,
            creator_email: None,
            creator_url: None,
            license: "The terms of the input data apply".to_owned(),
            software_version: env!("CARGO_PKG_VERSION").to_owned(),
            created: None,
            history: String::new(),
            command: String::new(),
            given: Vec::new(),
        }
    }
}
