//! How a job tells what it is doing, and how it is asked to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A part of a job whose progress is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// Finding and opening granules.
    Granules,
    /// Passes over the data for anomalies, percentiles and climatologies (counted in scenes).
    Baseline,
    /// Reading scenes and finding components.
    Scenes,
    /// Linking components through time (counted in scenes).
    Linking,
    /// Reading the masks that curation starts from.
    Masks,
    /// Gathering other data around events.
    Gathering,
    /// Bringing values to the events' cells.
    Regridding,
    /// Bringing whole fields to the masks' grid.
    Stationary,
    /// Writing products.
    Products,
    /// Reading products back.
    Verifying,
}

impl Stage {
    /// What is counted.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Self::Granules => "granules",
            Self::Baseline | Self::Scenes | Self::Linking => "scenes",
            Self::Masks | Self::Gathering | Self::Regridding | Self::Stationary => "mask times",
            Self::Products | Self::Verifying => "products",
        }
    }

    /// What is being done.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Granules => "opening granules",
            Self::Baseline => "statistics for the condition",
            Self::Scenes => "reading and detecting",
            Self::Linking => "linking through time",
            Self::Masks => "reading masks",
            Self::Gathering => "gathering values",
            Self::Regridding => "regridding",
            Self::Stationary => "regridding whole fields",
            Self::Products => "writing products",
            Self::Verifying => "reading products back",
        }
    }
}

/// Hears of a job's progress. Called from several threads.
pub trait Observer: Send + Sync {
    /// A stage begins, with so many units of work (0: not known).
    fn begin(&self, stage: Stage, total: u64);
    /// So many units are done.
    fn advance(&self, stage: Stage, units: u64);
    /// A stage has ended.
    fn end(&self, stage: Stage);
    /// Something that the user should know: a missing granule, a gap.
    fn notice(&self, severity: &str, message: &str);
}

/// An observer that hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    fn begin(&self, _: Stage, _: u64) {}
    fn advance(&self, _: Stage, _: u64) {}
    fn end(&self, _: Stage) {}
    fn notice(&self, _: &str, _: &str) {}
}

/// A request to stop, shared between whoever runs a job and whoever may stop it.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks the job to stop at the next safe point.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
