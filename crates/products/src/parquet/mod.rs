//! Tables as Parquet: `<job>-Tracks.parquet` (GeoParquet 1.1, a row a component) and `<job>-Lineage.parquet` (a row a link).
//!
//! Both are written by row groups, so that memory does not grow with the job. Units and meanings of the columns are in
//! the fields' metadata (`units`, `description`). Times are instants (`timestamp[us, UTC]`) where the job's calendar
//! names real days (standard, proleptic Gregorian, Julian); on model calendars (`noleap`, `all_leap`, `360_day`) they are
//! ISO 8601 text, and the field's metadata name the calendar.

mod geo;
mod lineage;
mod table;
mod tracks;

pub(crate) use table::{BATCH_ROWS, Table, field, time_array, time_field};

pub use lineage::write_lineage_parquet;
pub use tracks::{TracksTable, write_tracks_parquet};
