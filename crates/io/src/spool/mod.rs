//! The spool: the components of a job's scenes, in order, between the stages that make them and those that use them.
//!
//! A [`Spool`] takes one [`SceneComponents`] after the other and becomes a [`SpoolReader`], the
//! [`EventSource`] over which tracking and products stream. A temporary one stays in memory up to a bound and then moves
//! to a file; a persistent one is a file that tells which job it belongs to, appears under its name only when it is
//! complete, and can be continued after a crash.
//!
//! ```
//! use eventscape_core::{Cells, EventSource, SceneComponents, Timestamp, Values, time::Calendar};
//! use eventscape_io::spool::Spool;
//!
//! let mut spool = Spool::create(None, 64 << 20);
//! spool.append(&SceneComponents {
//!     time: Timestamp::from_micros(Calendar::Standard, 0),
//!     components: vec![],
//!     ranges: vec![],
//!     values: Values::F32(vec![]),
//!     missing: Cells::default(),
//!     detected: 0,
//!     valid_cells: 12,
//! })?;
//! let reader = spool.finish()?;
//! assert_eq!(reader.read(0).map_err(|e| e.to_string()).unwrap().valid_cells, 12);
//! # Ok::<(), eventscape_io::IoError>(())
//! ```
//!
//! [`SceneComponents`]: eventscape_core::SceneComponents
//! [`EventSource`]: eventscape_core::EventSource

mod document;
mod fetch;
mod file_format;
mod part_file;
mod reader;
mod record;
mod writer;

pub use reader::SpoolReader;
pub use writer::Spool;
