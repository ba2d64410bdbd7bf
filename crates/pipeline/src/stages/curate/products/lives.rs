//! Charts of the events that live longest: the statistics of each variable over time.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use eventscape_catalog::VariableMeta;
use eventscape_io::sink::ProductFile;
use eventscape_products::curation::InterpolatedTime;
use eventscape_products::map::{Series, SeriesPoint};
use eventscape_products::{ProductKind, series_name};

use super::Asked;
use crate::error::Result;
use crate::run::JobFolder;
use crate::stages::curate::plan::Plan;

/// Events that get a chart, at most.
const MOST: usize = 12;

/// What is known of the lives of some events.
pub(super) struct Lives {
    /// For each event, at each of its times, the statistics of each variable.
    points: BTreeMap<u32, Vec<Vec<Option<SeriesPoint>>>>,
}

/// The events that live longest, of equals those with the most cells: at most twelve.
fn chosen(plan: &Plan) -> Vec<u32> {
    let mut lives: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
    for event in plan.times.iter().flat_map(|time| &time.events) {
        let life = lives.entry(event.id).or_default();
        *life = (life.0 + 1, life.1 + event.cells);
    }
    let mut events: Vec<(u32, (usize, usize))> = lives.into_iter().collect();
    events.sort_by_key(|(id, life)| (Reverse(*life), *id));
    let mut chosen: Vec<u32> = events.into_iter().take(MOST).map(|(id, _)| id).collect();
    chosen.sort_unstable();
    chosen
}

/// What the charts are.
pub(super) const KIND: ProductKind = ProductKind::Series;

/// The names of the charts.
pub(super) fn names(job_id: u64, plan: &Plan, variables: &[VariableMeta]) -> Vec<String> {
    let of_event = |id: u32| variables.iter().map(move |variable| series_name(job_id, id, &variable.name));
    chosen(plan).into_iter().flat_map(of_event).collect()
}

impl Lives {
    pub(super) fn of(plan: &Plan) -> Self {
        Self { points: chosen(plan).into_iter().map(|id| (id, Vec::new())).collect() }
    }

    /// Takes the statistics of a time.
    pub(super) fn add(&mut self, time: &InterpolatedTime) {
        for event in &time.events {
            let Some(life) = self.points.get_mut(&event.id) else { continue };
            let point = |statistics: &eventscape_products::curation::EventStatistics| SeriesPoint {
                time: time.time,
                mean: statistics.mean,
                percentiles: statistics.percentiles,
            };
            life.push(event.variables.iter().map(|found| found.statistics.as_ref().map(point)).collect());
        }
    }

    /// Draws the charts.
    pub(super) fn draw(self, asked: &Asked<'_>, place: &JobFolder) -> Result<Vec<(ProductFile, ProductKind)>> {
        let info = asked.info;
        let mut files = Vec::new();
        for (id, life) in self.points {
            for (number, variable) in info.variables.iter().enumerate() {
                let name = variable.long_name.as_deref().unwrap_or(&variable.name);
                let chart = Series {
                    title: format!("{} inside anomaly {id}", name.split_whitespace().collect::<Vec<_>>().join(" ")),
                    subtitle: format!("{}, events of job {}", info.job.dataset_label, info.phdef_job),
                    axis: format!("{}, {}", variable.name, variable.units.as_deref().unwrap_or("1")),
                    points: life.iter().map(|at| at.get(number).copied().flatten()).collect(),
                };
                let mut file = place.create(&series_name(info.job.job_id, id, &variable.name))?;
                chart.map().raster().write_png(&mut file)?;
                files.push((file, KIND));
            }
        }
        Ok(files)
    }
}
