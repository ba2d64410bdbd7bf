//! How long the parts of a job take.

use std::time::Instant;

use serde::Serialize;

use crate::error::Result;

/// Seconds that a stage took.
#[derive(Clone, Debug, Serialize)]
pub struct StageTime {
    /// The stage.
    pub stage: &'static str,
    /// Its seconds.
    pub seconds: f64,
}

/// What took how long.
#[derive(Default)]
pub(crate) struct Clock(Vec<StageTime>);

impl Clock {
    pub(crate) fn time<T>(&mut self, stage: &'static str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let start = Instant::now();
        let result = work()?;
        self.0.push(StageTime { stage, seconds: start.elapsed().as_secs_f64() });
        Ok(result)
    }

    pub(crate) fn times(self) -> Vec<StageTime> {
        self.0
    }
}
