//! `<job>-Manifest.json`: what a job's folder holds, where it came from, and how to check it.
//!
//! The manifest is a STAC 1.1 Item: each file is an asset with its size, its media type, its roles and its SHA-256
//! (`file:checksum` as a multihash, `eventscape:sha256` as plain hexadecimal); each granule is a `derived_from` link; the
//! footprint and the span of time are those of the job. The job itself, its notices and whether it is complete are in
//! properties that begin with `eventscape:`.

mod artifact;
mod href;
mod item;
mod job;

pub use artifact::{Artifact, listed_files};
pub use item::{Status, write_item, write_manifest};
pub use job::{Manifest, read_manifest};
