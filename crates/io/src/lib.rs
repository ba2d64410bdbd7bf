//! Bytes on their way: files and object stores, the scene cache, the spool of components and the sink of products.
//!

#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod encoding;
mod failure;

pub mod cache;
pub mod credentials;
pub mod sink;
pub mod spool;
pub mod stores;

pub use eventscape_formats::{IoError, Result};
