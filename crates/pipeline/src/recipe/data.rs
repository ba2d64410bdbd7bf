//! What is known of a job's data before any field is read: grid, times, variables, granules.

use std::collections::HashMap;

use eventscape_catalog::{Notice, Severity, Subset, VariableMeta};
use eventscape_core::time::Calendar;
use eventscape_core::{Grid, Timestamp};
use eventscape_products::{InputGranule, VariableInfo};
use serde::{Deserialize, Serialize};

/// A granule of the job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SourceGranule {
    pub(crate) location: String,
    pub(crate) version: String,
    /// Bytes, where the store knows them.
    pub(crate) size: Option<u64>,
}

/// What is known of a job's data before any field is read. It has a first variable and a first time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Data {
    pub(crate) grid: Grid,
    pub(super) calendar: Calendar,
    /// Microseconds since 1970 on the calendar.
    pub(super) times: Vec<i64>,
    /// The variable that is described.
    pub(crate) variable: VariableMeta,
    /// Those that an expression names beside it.
    pub(super) others: Vec<VariableMeta>,
    pub(super) collection: Option<String>,
    pub(super) collection_title: Option<String>,
    pub(super) granules: Vec<SourceGranule>,
    pub(super) notices: Vec<Notice>,
    /// Seconds between scenes, where it is known.
    pub(super) nominal_step: Option<f64>,
}

impl Data {
    /// The data of an opened subset; `None` if it has no variable. With `tos2ca_compat` the grid has no neighbours across its
    /// seam, as in TOS2CA.
    pub(super) fn of(subset: &Subset, tos2ca_compat: bool) -> Option<Self> {
        let grid = subset.grid().clone();
        let periodic = grid.is_periodic() && !tos2ca_compat;
        let (variable, others) = subset.variables().split_first()?;
        Some(Self {
            grid: grid.with_periodic(periodic),
            calendar: subset.calendar(),
            times: subset.times().iter().map(|t| t.micros()).collect(),
            variable: variable.clone(),
            others: others.to_vec(),
            collection: subset.collection().map(|e| e.id.clone()),
            collection_title: subset.collection().map(|e| e.title.clone()),
            granules: subset
                .granules()
                .iter()
                .map(|g| SourceGranule { location: g.location.clone(), version: g.version.clone(), size: g.size })
                .collect(),
            notices: subset.notices().to_vec(),
            nominal_step: subset.nominal_step_seconds(),
        })
    }

    /// The data of outlines.
    pub(super) fn of_outlines(
        grid: &Grid,
        times: &[Timestamp],
        variable: VariableMeta,
        file: SourceGranule,
        notices: Vec<Notice>,
    ) -> Self {
        Self {
            grid: grid.clone(),
            calendar: times.first().map_or_else(Calendar::default, |time| time.calendar()),
            times: times.iter().map(|t| t.micros()).collect(),
            variable,
            others: Vec::new(),
            collection: None,
            collection_title: None,
            granules: vec![file],
            notices,
            // there are no gaps that could hide a phenomenon
            nominal_step: None,
        }
    }

    /// The times of the scenes.
    pub(crate) fn times(&self) -> Vec<Timestamp> {
        self.times.iter().map(|m| Timestamp::from_micros(self.calendar, *m)).collect()
    }

    /// The index of each time, by its microseconds.
    pub(crate) fn index_of_times(&self) -> HashMap<i64, usize> {
        self.times.iter().enumerate().map(|(index, micros)| (*micros, index)).collect()
    }

    /// The number of scenes.
    pub(crate) fn scenes(&self) -> usize {
        self.times.len()
    }

    /// First and last time, whatever the order of the scenes.
    pub(super) fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let at = |micros: &i64| Timestamp::from_micros(self.calendar, *micros);
        Some((at(self.times.iter().min()?), at(self.times.iter().max()?)))
    }

    /// Bytes of a scene's fields in memory.
    pub(crate) fn scene_bytes(&self) -> u64 {
        let variables = std::iter::once(&self.variable).chain(&self.others);
        variables.map(|v| v.value_type.bytes()).sum::<u64>() * self.grid.len() as u64
    }

    /// Names and units of the fields, for expressions.
    pub(super) fn fields(&self) -> Vec<(&str, Option<&str>)> {
        let variables = std::iter::once(&self.variable).chain(&self.others);
        variables.map(|v| (v.name.as_str(), v.measure())).collect()
    }

    /// Whether its granules lie on a remote store.
    pub(crate) fn is_remote(&self) -> bool {
        self.granules.iter().any(|g| g.location.contains("://") && !g.location.starts_with("file://"))
    }

    /// The collection, or the files.
    pub(super) fn label(&self) -> String {
        let locations: Vec<&str> = self.granules.iter().map(|g| g.location.as_str()).collect();
        label(self.collection.as_deref(), &locations)
    }

    /// The described variable, as products name it.
    pub(super) fn variable_info(&self) -> VariableInfo {
        let variable = &self.variable;
        VariableInfo {
            name: variable.name.clone(),
            units: variable.units.clone(),
            long_name: variable.long_name.clone(),
            standard_name: variable.standard_name.clone(),
        }
    }

    /// The granules, as products name them.
    pub(super) fn input_granules(&self) -> Vec<InputGranule> {
        self.granules.iter().map(|g| InputGranule { location: g.location.clone(), size: g.size }).collect()
    }

    /// The notices, each with its severity.
    pub(crate) fn notices(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.notices.iter().map(|n| {
            let severity = if n.severity == Severity::Info { "info" } else { "warning" };
            (severity, n.to_string())
        })
    }
}

/// What people call data: the collection, or the files from the first to the last.
pub(crate) fn label(collection: Option<&str>, locations: &[&str]) -> String {
    let name = |location: &str| location.rsplit('/').next().unwrap_or_default().to_owned();
    match (collection, locations) {
        (Some(id), _) => id.to_owned(),
        (None, [one]) => name(one),
        (None, [first, .., last]) => format!("{} to {}", name(first), name(last)),
        (None, []) => "input".to_owned(),
    }
}
