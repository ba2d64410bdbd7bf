//! Reading rows: databases give whole numbers in different widths, and PostgreSQL's names are in small letters.

use sqlx::any::AnyRow;
use sqlx::{Column, Row};

/// The fields of a row.
pub(crate) trait Fields {
    /// A whole number; `None` where it is null.
    fn whole(&self, name: &str) -> Option<i64>;
    /// A text; `None` where it is null.
    fn text(&self, name: &str) -> Option<String>;
}

impl Fields for AnyRow {
    fn whole(&self, name: &str) -> Option<i64> {
        let at = place(self, name)?;
        self.try_get::<i64, _>(at)
            .ok()
            .or_else(|| self.try_get::<i32, _>(at).ok().map(i64::from))
            .or_else(|| self.try_get::<i16, _>(at).ok().map(i64::from))
    }

    fn text(&self, name: &str) -> Option<String> {
        self.try_get::<String, _>(place(self, name)?).ok()
    }
}

fn place(row: &AnyRow, name: &str) -> Option<usize> {
    row.columns().iter().position(|column| column.name().eq_ignore_ascii_case(name))
}
