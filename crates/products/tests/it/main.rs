//! Products as the outside sees them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod goldens;
mod outlines;
mod support;
mod tables;
