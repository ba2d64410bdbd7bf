//! The table that `/getData` answers with, written down as it is.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};
use serde_json::{Map, Value, json};

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

/// Statistics of each column, by the names in the file.
type ColumnStatistics = BTreeMap<usize, Vec<(String, f64)>>;

/// Values of cells: a column for each variable of each file.
pub(super) struct Table {
    names: Vec<String>,
    units: Vec<Option<String>>,
    /// The times as numbers, where they are.
    stamps: Vec<Option<u64>>,
    rows: BTreeMap<Cell, Row>,
    /// Of all rows, one after the other; NaN where missing.
    values: Vec<f64>,
    /// Of each time and event for each column that has any, by the names in the file.
    statistics: BTreeMap<(usize, u32), ColumnStatistics>,
    /// Whether rows are shown in which a value is missing.
    with_missing: bool,
}

impl Table {
    pub(super) fn new(names: Vec<String>, stamps: Vec<Option<u64>>, with_missing: bool) -> Self {
        let units = vec![None; names.len()];
        let statistics = BTreeMap::new();
        Self { names, units, stamps, rows: BTreeMap::new(), values: Vec::new(), statistics, with_missing }
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

    /// Whether there are rows of an event at a time, given by its place.
    pub(super) fn has_event(&self, stamp: usize, id: u32) -> bool {
        let from = Cell { stamp, id, row: 0, col: 0 };
        self.rows.range(from..).next().is_some_and(|(cell, _)| (cell.stamp, cell.id) == (stamp, id))
    }

    /// The statistics of an event at a time.
    pub(super) fn put_statistics(&mut self, stamp: usize, id: u32, column: usize, found: Vec<(String, f64)>) {
        if !found.is_empty() {
            self.statistics.entry((stamp, id)).or_default().insert(column, found);
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

impl Table {
    /// Statistics as the reference has them: of each time by event and variable.
    fn by_time(&self) -> Vec<Value> {
        let mut times: Vec<(usize, Map<String, Value>)> = Vec::new();
        for ((stamp, id), columns) in &self.statistics {
            if times.last().is_none_or(|(last, _)| last != stamp) {
                times.push((*stamp, Map::new()));
            }
            let Some((_, events)) = times.last_mut() else { continue };
            let of = |found: &Vec<(String, f64)>| -> Map<String, Value> {
                found.iter().map(|(name, value)| (name.to_ascii_lowercase(), Value::from(*value))).collect()
            };
            let named = |(column, found): (&usize, &Vec<(String, f64)>)| {
                Some((self.names.get(*column)?.clone(), Value::Object(of(found))))
            };
            events.insert(id.to_string(), Value::Object(columns.iter().filter_map(named).collect()));
        }
        let shown = |(stamp, events): (usize, Map<String, Value>)| json!({ "time": self.stamp(stamp), "stats": Value::Object(events) });
        times.into_iter().map(shown).collect()
    }

    /// The same as a table, as the newest page of the reference reads it: a row for each time and event.
    fn as_rows(&self) -> Value {
        const SHOWN: [(&str, &str); 4] = [("Min", "min"), ("Max", "max"), ("Mean", "mean"), ("Std_dev", "std_dev")];
        let of_variable = |name: &String| SHOWN.map(|(_, shown)| format!("{name}_{shown}"));
        let columns = ["datetime", "anom_id"].map(str::to_owned).into_iter();
        let columns: Vec<String> = columns.chain(self.names.iter().flat_map(of_variable)).collect();
        let row = |((stamp, id), found): (&(usize, u32), &ColumnStatistics)| -> Value {
            let value = |column: usize, name: &str| -> Value {
                let found = found.get(&column).and_then(|all| all.iter().find(|(known, _)| known == name));
                Value::from(found.map(|(_, value)| *value))
            };
            let values = (0..self.names.len()).flat_map(|column| SHOWN.map(|(name, _)| value(column, name)));
            [Value::from(self.stamp(*stamp)), Value::from(*id)].into_iter().chain(values).collect()
        };
        json!({ "columns": columns, "rows": self.statistics.iter().map(row).collect::<Vec<Value>>() })
    }

    fn stamp(&self, place: usize) -> Option<u64> {
        self.stamps.get(place).copied().flatten()
    }
}

/// With a capital at its beginning.
fn titled(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

impl Serialize for Table {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Answer<'t> {
            title: String,
            values: Lines<'t>,
            axis_labels: Vec<String>,
            var_list: &'t [String],
            stats: Vec<Value>,
            data: Value,
        }
        let title = self.names.iter().map(|name| titled(name)).collect::<Vec<_>>().join(" x ");
        let (stats, data) = (self.by_time(), self.as_rows());
        Answer { title, values: Lines(self), axis_labels: self.labels(), var_list: &self.names, stats, data }
            .serialize(to)
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
                let stamp = table.stamp(cell.stamp);
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
            let begins =
                format!(r#"{{"title":"A x B","values":{known},"axis_labels":["a (1)","b (K)"],"var_list":["a","b"],"#);
            assert!(text.starts_with(&begins), "{text}");
        }
    }

    #[test]
    fn statistics_are_there_by_time_event_and_variable_and_as_a_table() {
        let names = vec!["a".to_owned(), "b".to_owned()];
        let mut table = Table::new(names, vec![Some(201_508_120_000), Some(201_508_120_030)], false);
        let statistics = |min: f64| vec![("Min".to_owned(), min), ("Std_dev".to_owned(), 0.5)];
        table.put(Cell { stamp: 1, id: 7, row: 0, col: 0 }, (0.0, 0.0), 0, 1.0);
        assert!(table.has_event(1, 7) && !table.has_event(1, 6) && !table.has_event(0, 7));
        table.put_statistics(1, 7, 0, statistics(1.0));
        table.put_statistics(0, 2, 0, statistics(2.0));
        table.put_statistics(0, 2, 1, statistics(3.0));
        table.put_statistics(0, 1, 0, Vec::new());
        let value = serde_json::to_value(&table).unwrap();
        let known = json!([
            {"time": 201_508_120_000_u64, "stats": {"2": {"a": {"min": 2.0, "std_dev": 0.5}, "b": {"min": 3.0, "std_dev": 0.5}}}},
            {"time": 201_508_120_030_u64, "stats": {"7": {"a": {"min": 1.0, "std_dev": 0.5}}}},
        ]);
        assert_eq!(value["stats"], known);
        let columns =
            ["datetime", "anom_id", "a_min", "a_max", "a_mean", "a_std_dev", "b_min", "b_max", "b_mean", "b_std_dev"];
        assert_eq!(value["data"]["columns"], json!(columns));
        let rows = json!([
            [201_508_120_000_u64, 2, 2.0, null, null, 0.5, 3.0, null, null, 0.5],
            [201_508_120_030_u64, 7, 1.0, null, null, 0.5, null, null, null, null],
        ]);
        assert_eq!(value["data"]["rows"], rows);
    }
}
