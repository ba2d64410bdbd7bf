//! `<job>-Statistics.csv`: a row for each event, time and variable.

use std::sync::Arc;

use eventscape_core::Timestamp;
use eventscape_io::stores::ByteReader;

use super::facts::{Facts, MILLISECOND, Range, Sums, ValueSum, Values, key_of};
use super::finding::{Checked, Faults, Trouble};
use super::product::Asked;

/// What the columns are called, in their order.
const HEAD: [&str; 20] = [
    "event_id",
    "time",
    "variable",
    "units",
    "cells",
    "valid",
    "missing",
    "area_km2",
    "valid_area_km2",
    "min",
    "max",
    "mean",
    "std_dev",
    "p10",
    "p25",
    "p50",
    "p75",
    "p90",
    "method",
    "in_time",
];

/// Looks at the table of statistics.
pub(super) fn check(asked: &Asked<'_>, faults: &mut Faults) -> Checked<Facts> {
    let mut reader = csv::Reader::from_reader(ByteReader::new(asked.source.clone()));
    let unreadable = |error: csv::Error| Trouble::at("", format!("it is no table: {error}"));
    if reader.headers().map_err(unreadable)? != HEAD.as_slice() {
        return Err(Trouble::at("line 1", "its columns are not those of statistics"));
    }
    let mut sums = Sums::default();
    for record in reader.records() {
        asked.going.check()?;
        let record = record.map_err(unreadable)?;
        let line = record.position().map_or(0, csv::Position::line);
        let (key, sum) = row(asked, &record, line)?;
        if sum.valid > 0 && sum.range.is_none() {
            faults.add(format!("line {line}"), "it has values and no statistics, or its smallest is above its largest");
        }
        sums.add(key, sum);
    }
    let values = Values { rows: sums.finish(), unit: MILLISECOND, has_each: false };
    Ok(Facts { values: Some(values), ..Facts::default() })
}

type Key = (i64, u32, Arc<str>);

fn row(asked: &Asked<'_>, record: &csv::StringRecord, line: u64) -> Checked<(Key, ValueSum)> {
    let text =
        |name: &str| HEAD.iter().position(|known| *known == name).and_then(|at| record.get(at)).unwrap_or_default();
    let wrong = |name: &str| Trouble::at(format!("line {line}"), format!("`{name}` is `{}`", text(name)));
    let count = |name: &str| text(name).parse::<u64>().map_err(|_| wrong(name));
    let number = |name: &str| text(name).parse::<f64>().map_err(|_| wrong(name));
    let id = text("event_id").parse::<u32>().map_err(|_| wrong("event_id"))?;
    let (time, _) = Timestamp::parse(text("time"), asked.manifest.calendar).map_err(|_| wrong("time"))?;
    let (cells, valid, missing) = (count("cells")?, count("valid")?, count("missing")?);
    if valid.checked_add(missing) != Some(cells) {
        return Err(wrong("cells"));
    }
    for name in ["area_km2", "valid_area_km2"] {
        if !(0.0..).contains(&number(name)?) {
            return Err(wrong(name));
        }
    }
    let mut range = Range::default();
    if valid > 0 {
        range = Range { min: number("min")?, max: number("max")? };
        for name in &HEAD[11..18] {
            number(name)?;
        }
    } else if let Some(name) = HEAD[9..18].iter().find(|name| !text(name).is_empty()) {
        return Err(wrong(name));
    }
    let key = (key_of(time), id, Arc::from(text("variable")));
    Ok((key, ValueSum { cells, valid, range, digest: 0 }))
}
