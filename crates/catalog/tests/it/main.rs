//! The catalogue against real granules, the reference's readers, and files with one peculiarity each.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod axes;
mod bucket;
mod cache;
mod clocks;
mod collections;
mod entries;
mod hostile;
mod numbers;
mod positions;
mod readers;
mod series;
mod support;
mod swaths;
mod times;
mod web;
mod windows;
