//! Products as the outside sees them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod cdl;
mod goldens;
mod maps;
mod meshes;
mod netcdf;
mod outlines;
mod support;
mod tables;
