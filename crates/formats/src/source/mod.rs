//! Where bytes come from: one file or object, or a folder of them.

mod byte_source;
mod directory_source;

pub use byte_source::{ByteSource, LocalFile, MemoryBytes, checked_len};
pub use directory_source::{Children, DirectorySource, LocalDirectory, check_key};
