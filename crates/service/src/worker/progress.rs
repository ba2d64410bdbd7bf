//! How far a job is: its stages on one scale.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use eventscape_pipeline::{Observer, Stage};

use crate::jobs::JobStage;

/// Hears of a job's progress and keeps the last of it.
pub(super) struct Progress {
    stage: JobStage,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    /// Done and total of each stage.
    units: HashMap<Stage, (u64, u64)>,
    share: i64,
    message: String,
}

impl Progress {
    pub(super) fn new(stage: JobStage) -> Self {
        Self { stage, seen: Mutex::default() }
    }

    /// How much is done, of 1000, and what is being done.
    pub(super) fn told(&self) -> (i64, String) {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        (seen.share, seen.message.clone())
    }

    fn change(&self, stage: Stage, change: impl FnOnce(&mut (u64, u64))) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let units = seen.units.entry(stage).or_default();
        change(units);
        let (done, total) = *units;
        let (from, until) = span(self.stage, stage);
        let part =
            if total == 0 { 0 } else { i64::try_from((until - from) as u64 * done.min(total) / total).unwrap_or(0) };
        // stages may overlap: a share never goes back
        seen.share = seen.share.max(from + part);
        let of = if total > 0 { format!(" ({done} of {total} {})", stage.unit()) } else { String::new() };
        seen.message = format!("{}{of}", stage.title());
    }
}

/// The part of 1000 that a stage is given, by what it usually takes.
fn span(job: JobStage, stage: Stage) -> (i64, i64) {
    match (job, stage) {
        (_, Stage::Granules) => (0, 20),
        (JobStage::Phdef, Stage::Baseline) => (20, 200),
        (JobStage::Phdef, Stage::Linking) => (700, 750),
        (JobStage::Phdef, Stage::Products) => (750, 1000),
        (JobStage::Phdef, _) => (200, 700),
        (JobStage::Curation, Stage::Masks) => (0, 20),
        (JobStage::Curation, Stage::Gathering) => (20, 500),
        (JobStage::Curation, Stage::Regridding) => (500, 800),
        (JobStage::Curation, Stage::Stationary) => (800, 950),
        (JobStage::Curation, _) => (950, 1000),
    }
}

impl Observer for Progress {
    fn begin(&self, stage: Stage, total: u64) {
        self.change(stage, |units| *units = (0, total));
    }

    fn advance(&self, stage: Stage, units: u64) {
        self.change(stage, |seen| seen.0 += units);
    }

    fn end(&self, stage: Stage) {
        self.change(stage, |seen| seen.0 = seen.1);
    }

    fn notice(&self, severity: &str, message: &str) {
        tracing::info!(severity, message, "notice of a job");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_never_goes_back() {
        let progress = Progress::new(JobStage::Phdef);
        progress.begin(Stage::Scenes, 10);
        progress.advance(Stage::Scenes, 5);
        assert_eq!(progress.told(), (450, "reading and detecting (5 of 10 scenes)".to_owned()));
        progress.begin(Stage::Granules, 0);
        assert_eq!(progress.told().0, 450);
        progress.end(Stage::Products);
        assert_eq!(progress.told().0, 750);
    }
}
