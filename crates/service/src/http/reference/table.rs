//! The table that `/getData` answers with, written down as it is.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};

/// Which cell of which event at which time, in the order of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cell {
    /// Place of the time among those of the table.
    pub(super) stamp: usize,
    pub(super) id: u32,
    pub(super) row: u32,
    pub(super) col: u32,
}

/// Where a cell is, and where its values begin.
struct Row {
    lat: f64,
    lon: f64,
    at: usize,
}

/// Values of cells: a column for each variable of each file.
pub(super) struct Table {
    names: Vec<String>,
    units: Vec<Option<String>>,
    /// The times as numbers, where they are.
    stamps: Vec<Option<u64>>,
    rows: BTreeMap<Cell, Row>,
    /// Of all rows, one after the other; NaN where missing.
    values: Vec<f64>,
    /// Whether rows are shown in which a value is missing.
    with_missing: bool,
}

impl Table {
    pub(super) fn new(names: Vec<String>, stamps: Vec<Option<u64>>, with_missing: bool) -> Self {
        let units = vec![None; names.len()];
        Self { names, units, stamps, rows: BTreeMap::new(), values: Vec::new(), with_missing }
    }

    pub(super) fn rows(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn put(&mut self, cell: Cell, (lat, lon): (f64, f64), column: usize, value: f64) {
        let (values, width) = (&mut self.values, self.names.len());
        let row = self.rows.entry(cell).or_insert_with(|| {
            let at = values.len();
            values.resize(at + width, f64::NAN);
            Row { lat, lon, at }
        });
        if let Some(slot) = self.values.get_mut(row.at + column) {
            *slot = value;
        }
    }

    pub(super) fn has_unit(&self, column: usize) -> bool {
        self.units.get(column).is_some_and(Option::is_some)
    }

    pub(super) fn set_unit(&mut self, column: usize, unit: Option<String>) {
        if let Some(slot) = self.units.get_mut(column) {
            *slot = unit;
        }
    }

    fn labels(&self) -> Vec<String> {
        let label = |(name, unit): (&String, &Option<String>)| format!("{name} ({})", unit.as_deref().unwrap_or("1"));
        self.names.iter().zip(&self.units).map(label).collect()
    }
}

impl Serialize for Table {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Answer<'t> {
            title: String,
            values: Lines<'t>,
            axis_labels: Vec<String>,
        }
        let title = self.names.join(" x ");
        Answer { title, values: Lines(self), axis_labels: self.labels() }.serialize(to)
    }
}

/// The rows: values, latitude, longitude, time, event.
struct Lines<'t>(&'t Table);

/// A row and which it is.
struct Line<'t>(&'t [f64], &'t Row, Option<u64>, u32);

impl Serialize for Lines<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let table = self.0;
        let mut lines = to.serialize_seq(None)?;
        for (cell, row) in &table.rows {
            let values = table.values.get(row.at..row.at + table.names.len()).unwrap_or_default();
            if table.with_missing || values.iter().all(|value| !value.is_nan()) {
                let stamp = table.stamps.get(cell.stamp).copied().flatten();
                lines.serialize_element(&Line(values, row, stamp, cell.id))?;
            }
        }
        lines.end()
    }
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self(values, row, stamp, id) = self;
        let mut line = to.serialize_seq(Some(values.len() + 4))?;
        for value in values.iter().chain([&row.lat, &row.lon]) {
            // no number is null
            line.serialize_element(value)?;
        }
        line.serialize_element(stamp)?;
        line.serialize_element(id)?;
        line.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_in_order_and_what_is_missing_is_null() {
        for (with_missing, known) in [
            (true, "[[null,2.5,1.0,2.0,201508120000,1],[0.5,4.0,1.0,2.0,null,7],[3.0,null,0.0,-1.0,null,7]]"),
            (false, "[[0.5,4.0,1.0,2.0,null,7]]"),
        ] {
            let names = vec!["a".to_owned(), "b".to_owned()];
            let mut table = Table::new(names, vec![Some(201_508_120_000), None], with_missing);
            let cell = |stamp, id, row| Cell { stamp, id, row, col: 0 };
            table.put(cell(1, 7, 4), (0.0, -1.0), 0, 3.0);
            table.put(cell(1, 7, 3), (1.0, 2.0), 0, 0.5);
            table.put(cell(0, 1, 9), (1.0, 2.0), 1, 2.5);
            table.put(cell(1, 7, 3), (1.0, 2.0), 1, 4.0);
            table.set_unit(1, Some("K".to_owned()));
            assert_eq!((table.rows(), table.has_unit(0), table.has_unit(1)), (3, false, true));
            let text = serde_json::to_string(&table).unwrap();
            assert_eq!(text, format!(r#"{{"title":"a x b","values":{known},"axis_labels":["a (1)","b (K)"]}}"#));
        }
    }
}
