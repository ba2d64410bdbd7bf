//! Whole jobs, from their definition to their files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod calendar;
mod formats;
mod job;
mod joint;
mod products;
mod stitch;
