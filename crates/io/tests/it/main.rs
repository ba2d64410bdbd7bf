//! Integration tests of the crate, in one binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cache;
mod servers;
mod sink;
mod spool;
mod stores;
