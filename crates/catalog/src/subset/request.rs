//! What a job asks for.

use std::sync::Arc;

use eventscape_core::Timestamp;
use eventscape_core::grid::Domain;
use eventscape_core::time::Calendar;
use eventscape_formats::OpenOptions;
use eventscape_io::cache::SceneCache;
use eventscape_io::stores::Stores;

use crate::cf::LevelChoice;
use crate::{CatalogError, Entry, Result};

/// Where the granules are: a collection, files, or both.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// The collection; its entry tells names, directories, and what the granules do not say themselves.
    pub collection: Option<Entry>,
    /// Files, folders, patterns or URLs; with a collection they are its granules.
    pub inputs: Vec<String>,
    /// The folder or URL under which the collection's directories lie; default: where its provider has them.
    pub root: Option<String>,
}

/// In which order scenes come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeOrder {
    /// By time.
    #[default]
    Sorted,
    /// The scenes of a single granule as it lists them. Those of several granules are sorted: the order in which
    /// granules are found is nobody's choice.
    AsListed,
}

/// What a job asks for.
#[derive(Clone, Debug, Default)]
pub struct SubsetRequest {
    /// Where from.
    pub source: Source,
    /// Names or paths of the variables, the tracked one first; empty where the granules hold a single one on a grid.
    pub variables: Vec<String>,
    /// First time, inclusive (`2015-08-12`, `2015-08-12T06:00Z`), on the data's calendar; all if absent.
    pub start: Option<String>,
    /// Last time, inclusive; a day, month or year means its whole length.
    pub end: Option<String>,
    /// The area.
    pub domain: Domain,
    /// The level, for variables that have several.
    pub level: Option<LevelChoice>,
    /// The order of the scenes.
    pub order: TimeOrder,
    /// Keep the last column of a file that repeats its first meridian there, unless the domain has that meridian inside;
    /// otherwise it is left out, and told of.
    pub keep_repeated_meridian: bool,
}

/// What a subset is opened with.
#[derive(Clone, Default)]
pub struct Context {
    /// Opens files and objects.
    pub stores: Stores,
    /// Where scenes are kept between passes and jobs.
    pub cache: Option<Arc<dyn SceneCache>>,
    /// Bounds on what a granule may ask for.
    pub open: OpenOptions,
    /// Granules whose structure is read at the same time; `None`: as many as there are cores, and 16 for remote ones.
    pub parallel: Option<usize>,
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("stores", &self.stores)
            .field("cache", &self.cache.is_some())
            .finish_non_exhaustive()
    }
}

/// A span of time, bounds included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: Option<Timestamp>,
    pub(crate) end: Option<Timestamp>,
}

impl Span {
    pub(crate) fn has(self, time: Timestamp) -> bool {
        self.start.is_none_or(|s| s.micros() <= time.micros()) && self.end.is_none_or(|e| time.micros() <= e.micros())
    }

    /// Whether it shares an instant with `[from, until)`.
    pub(crate) fn meets(self, from: Timestamp, until: Timestamp) -> bool {
        self.start.is_none_or(|s| s.micros() < until.micros()) && self.end.is_none_or(|e| from.micros() <= e.micros())
    }
}

impl SubsetRequest {
    /// Whether the times that are asked for can be times of any calendar: of which the days are only the data tell.
    ///
    /// # Errors
    /// A text that is no time, or an end before the start.
    pub fn check_times(&self) -> Result<()> {
        let standard = self.span(Calendar::Standard);
        standard.or_else(|error| self.span(Calendar::Day360).map_err(|_| error)).map(|_| ())
    }

    /// The span asked for on a calendar.
    pub(crate) fn span(&self, calendar: Calendar) -> Result<Span> {
        let start = self.start.as_deref().map(|t| Timestamp::parse(t, calendar).map(|(time, _)| time)).transpose();
        let end = self.end.as_deref().map(|t| Timestamp::parse_last(t, calendar)).transpose();
        let span =
            Span { start: start.map_err(CatalogError::core("start"))?, end: end.map_err(CatalogError::core("end"))? };
        match (span.start, span.end) {
            (Some(start), Some(end)) if end.micros() < start.micros() => {
                Err(CatalogError::Request(format!("the end {end} is before the start {start}")))
            }
            _ => Ok(span),
        }
    }
}
