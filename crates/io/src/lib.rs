//! Bytes: scientific formats, object stores, the scene cache, the spool of events and the sink of products.
//!

#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod encoding;
mod error;
mod failure;

pub mod cache;
pub mod credentials;
pub mod formats;
pub mod sink;
pub mod spool;
pub mod stores;

pub use error::{IoError, Result};
