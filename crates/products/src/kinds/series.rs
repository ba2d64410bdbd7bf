//! `plots` of curation: a chart of the statistics over time, for each variable inside the tracks that live longest.

use std::collections::BTreeMap;

use eventscape_io::sink::ProductFile;

use crate::ProductError;
use crate::curation::EventStatistics;
use crate::map::{Series, SeriesPoint};
use crate::product::{Files, Product};
use crate::writers::{CurationContext, CurationTime, CurationWriter};

pub(super) const PRODUCT: Product = Product::of_curation("plots", Files::EachSeries, "image/png", begin)
    .titled("Statistics of an event over time (PNG)")
    .with_roles(&["visual", "statistics"])
    .known_to_tos2ca_as("interpolated plot");

fn begin<'c>(job: &'c CurationContext<'c>) -> Result<Box<dyn CurationWriter + 'c>, ProductError> {
    Ok(Box::new(Lives { job, points: job.charted.iter().map(|id| (*id, Vec::new())).collect() }))
}

/// What is known of the lives of some tracks.
struct Lives<'c> {
    job: &'c CurationContext<'c>,
    /// For each track, at each of its times, the statistics of each variable.
    points: BTreeMap<u32, Vec<Vec<Option<SeriesPoint>>>>,
}

impl CurationWriter for Lives<'_> {
    fn time(&mut self, time: &CurationTime<'_>) -> Result<(), ProductError> {
        let time = time.interpolated;
        for event in &time.events {
            let Some(life) = self.points.get_mut(&event.id) else { continue };
            let point = |statistics: &EventStatistics| SeriesPoint {
                time: time.time,
                mean: statistics.mean,
                percentiles: statistics.percentiles,
            };
            life.push(event.variables.iter().map(|found| found.statistics.as_ref().map(point)).collect());
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Vec<ProductFile>, ProductError> {
        let info = self.job.info;
        let mut files = Vec::new();
        for (id, life) in &self.points {
            for (number, variable) in info.variables.iter().enumerate() {
                let Some(file) = PRODUCT.files.of_series(info.job.job_id, *id, &variable.name) else { continue };
                let name = variable.long_name.as_deref().unwrap_or(&variable.name);
                let chart = Series {
                    title: format!("{} inside track {id}", name.split_whitespace().collect::<Vec<_>>().join(" ")),
                    subtitle: format!("{}, tracks of job {}", info.job.dataset_label, info.phdef_job),
                    axis: format!("{}, {}", variable.name, variable.units.as_deref().unwrap_or("1")),
                    points: life.iter().map(|at| at.get(number).copied().flatten()).collect(),
                };
                let mut file = (self.job.create)(&file)?;
                chart.map().raster().write_png(&mut file)?;
                files.push(file);
            }
        }
        Ok(files)
    }
}
