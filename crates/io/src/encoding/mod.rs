//! What the scene cache and the spool have in common: how numbers become compact, checked bytes and back.

mod block;
mod cursor;
mod numbers;
mod stamp;

pub(crate) use block::{Codec, compress, decompress, plausible};
pub(crate) use cursor::Cursor;
pub(crate) use numbers::{FieldNumber, Number};
pub(crate) use stamp::{calendar_code, calendar_of};
