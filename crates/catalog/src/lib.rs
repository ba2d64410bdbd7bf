//! Collections: what each is called, where its granules are, how its axes, times and packing look.
//!
//! A [`Catalog`] holds one declarative [`Entry`] per collection (the files in `entries/`), to which a file of the user
//! or the reference's own dictionaries may add. A [`Subset`] is what a job asks for, opened: the granules of a
//! collection (or any CF files) that fall in a span of time, their common [`eventscape_core::Grid`] cut to a domain,
//! their times in order, and [`Subset::read`] for the scene of each.
//!
//! ```
//! use eventscape_catalog::Catalog;
//!
//! let catalog = Catalog::builtin()?;
//! let entry = catalog.get("gpm_mergir.1")?;
//! assert_eq!(entry.id, "GPM_MERGIR");
//! assert_eq!(entry.variables["Tb"].units.as_deref(), Some("K"));
//! # Ok::<(), eventscape_catalog::CatalogError>(())
//! ```
//!
#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod cf;
mod collections;
mod entry;
mod error;
mod outlines;
mod pattern;
mod subset;
mod swath;

pub use cf::LevelChoice;
pub use collections::Catalog;
pub use entry::{
    Axes, Capability, Curation, Entry, GranuleRule, Instant, LongitudeConvention, Period, Provider, Quality, Rounding,
    RoundingRule, TimeRule, Validity, VariableEntry,
};
pub use error::{CatalogError, Result};
pub use outlines::{OutlineKind, OutlineRequest, Outlines};
pub use pattern::{NameDate, NamePattern};
pub use subset::{
    Context, GranuleInfo, Notice, NoticeCode, ReadCounts, SceneParts, Severity, Source, Subset, SubsetPlan,
    SubsetRequest, TimeOrder, ValueType, VariableMeta, WindowsPlan, grid_of,
};
pub use swath::{Orbit, QualityChoice, Swaths};
