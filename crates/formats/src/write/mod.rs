//! Writing of netCDF-4, as a stream.
//!
//! [`NcFile`] takes groups one after the other and values before the headers that describe them, so that memory does not grow with
//! the file: a file of 20,000 groups, or a variable of any size in packed chunks, needs a few kilobytes an open object. When it is
//! complete it is read back and its structure walked ([`check_structure`]); a file that does not hang together is an error.
//!
//! [`RunCoder`] packs runs of equal numbers into zlib streams without making the numbers: the chunks of a mask.
//!
//! # Example
//!
//! ```
//! use std::io::Cursor;
//! use eventscape_formats::write::{Codec, NcFile, Variable, check_structure};
//!
//! let mut file = NcFile::create(Cursor::new(Vec::new()), "a mask")?;
//! file.attribute("Conventions", "CF-1.11")?;
//! file.dimension("time", 2)?;
//! file.dimension("cell", 1000)?;
//! let mask = Variable::of::<i8>("mask", &["time", "cell"]).fill(-1i8).with("long_name", "inside");
//! // a chunk a time, shuffled and packed by zlib
//! file.compressed(mask, 1, Codec { shuffle: false, level: 1 }, &vec![1i8; 2000])?;
//! let mut file = file.finish()?;
//!
//! let found = check_structure(&mut file)?;
//! assert_eq!((found.groups, found.chunks), (1, 2));
//! assert!(found.data_bytes < 100);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod deflate;
mod error;
mod hdf5;
mod netcdf;

pub use deflate::RunCoder;
pub use error::WriteError;
pub use hdf5::{Element, Kind, Medium, Structure, TextByte, check_structure};
pub use netcdf::{Attribute, Attributes, Codec, NcFile, StreamId, Variable};
