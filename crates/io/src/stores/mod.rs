//! Where bytes are: files, object stores, web servers.
//!
//! A [`Location`] is parsed from what the user wrote; [`Stores`] opens it as a [`ByteSource`] (one file or object) or a
//! [`DirectorySource`] (a folder of files, which a Zarr store is) and turns patterns into locations. Remote sources
//! fetch by ranges: few, large and concurrent requests, tried again when the failure may pass.

mod below;
mod bucket;
mod byte_reader;
mod clouds;
mod expand;
mod failure;
mod fetch;
mod location;
mod options;
mod registry;
mod remote;
mod remote_directory;
mod runtime;
mod traffic;
mod web;

pub use crate::credentials::Secret;
pub use byte_reader::ByteReader;
pub use eventscape_formats::{ByteSource, Children, DirectorySource, LocalDirectory, LocalFile, MemoryBytes};
pub use location::{BucketName, Cloud, HttpUrl, Location};
pub use options::{S3Keys, StoreOptions};
pub use registry::{Listed, Stat, Stores};
pub use traffic::{Traffic, TrafficCount};

pub(crate) use bucket::Bucket;
pub(crate) use failure::{from_store as store_failed, from_web as web_failed, may_pass};
pub(crate) use fetch::nameless_copy;
pub(crate) use location::join_keys;
pub(crate) use runtime::Runtime;
pub(crate) use web::install_tls;
