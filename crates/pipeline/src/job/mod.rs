//! The definitions of jobs: their keys, and how these are read from files and flags. Every flag of the command line is a key here,
//! and the other way round.

mod curation;
mod duration;
mod file;
mod keys;
mod mask_from;
mod parts;
mod phdef;
mod table;
mod text;
mod tos2ca_names;

pub use curation::{CurationJob, CurationKeys};
pub(crate) use duration::duration_micros;
pub use file::{canonical_keys, read_table, read_toml_table};
pub use keys::{WrongKey, read_keys, takes_text};
pub use mask_from::{MaskFromJob, OutlineKeys};
pub use parts::{LimitKeys, OutputKeys, SourceKeys};
pub use phdef::{Job, PhenomenonKeys, RunningKeys};
pub use table::{JobTable, read_job};
pub use text::{BoxText, TextOrNumber, Texts, parse_bytes};
pub use tos2ca_names::Tos2caNames;
