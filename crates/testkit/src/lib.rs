//! Help for tests: golden cases, independent oracles, synthetic scenes. A dev-dependency only, so it panics with a clear
//! message where a fixture is broken.
//!
//! - [`golden`]: the cases under `fixtures/golden`, with what the TOS2CA reference made of them.
//! - `components_csv` (a feature): a product that is not built in.
//! - [`mesh`]: a grid that is a graph.
//! - [`oracle`]: plain restatements, on label images, of what the core computes on sets of cells. They share no code with it.
//! - `s3`, `earthdata` (a feature): an S3 server over a folder; NASA's login, keys and files behind it.
//! - [`servers`]: database servers on loopback.
//! - [`text_grid`]: a format that no table knows.
//! - [`synthetic`]: fields whose phenomena are known, and proptest strategies for arbitrary ones.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod classic;
#[cfg(feature = "products")]
mod components_csv;
#[cfg(feature = "s3")]
pub mod earthdata;
pub mod golden;
pub mod mesh;
pub mod oracle;
#[cfg(feature = "s3")]
pub mod s3;
pub mod servers;
pub mod synthetic;
pub mod text_grid;

use std::path::PathBuf;

#[cfg(feature = "products")]
pub use components_csv::COMPONENTS_CSV;

/// The repository's `fixtures` folder.
#[must_use]
pub fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}
