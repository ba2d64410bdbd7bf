//! Where bytes are: files, object stores, web servers.

mod byte_source;

pub use byte_source::{ByteSource, LocalFile, MemoryBytes};
