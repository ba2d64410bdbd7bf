//! Tables (Parquet), read whole.

use std::sync::Arc;

use eventscape_core::Timestamp;
use eventscape_products::read::{TableReader, TableRows};

use super::described::{Described, IN_TABLE};
use super::facts::{Events, Facts, LinkRow, MILLISECOND, RELATIONS, Sums, Told, ValueSum, Values, digest, key_of};
use super::finding::{Checked, Faults, Trouble};
use super::product::Asked;
use super::rings;

/// A column without an empty row.
fn filled<T>(name: &str, column: Vec<Option<T>>, before: u64) -> Checked<Vec<T>> {
    let mut values = Vec::with_capacity(column.len());
    for (k, value) in column.into_iter().enumerate() {
        values.push(value.ok_or_else(|| Trouble::at(format!("{name}[{}]", before + k as u64), "there is no value"))?);
    }
    Ok(values)
}

fn track(name: &str, row: u64, id: i64, least: u32) -> Checked<u32> {
    let track = u32::try_from(id).ok().filter(|id| *id >= least);
    track.ok_or_else(|| Trouble::at(format!("{name}[{row}]"), format!("it is {id}, which is no event")))
}

/// Looks at `<job>-Tracks.parquet`.
pub(super) fn tracks(asked: &Asked<'_>, faults: &mut Faults) -> Checked<Facts> {
    let mut sums = Sums::default();
    let mut tracks = std::collections::BTreeSet::new();
    let mut before = 0;
    TableReader::new(asked.source.clone()).each_rows(|rows| -> Checked<()> {
        asked.going.check()?;
        let ids = filled("track_id", rows.integers("track_id")?, before)?;
        let times = inside(asked, "time", rows.times("time")?, before)?;
        let cells = filled("cells", rows.integers("cells")?, before)?;
        let outlines = rows.outlines("geometry")?;
        let described = described(rows, before)?;
        for k in 0..rows.len() {
            let row = before + k as u64;
            let id = track("track_id", row, ids[k], 1)?;
            tracks.insert(id);
            let count = u64::try_from(cells[k]).ok().filter(|cells| *cells > 0);
            let count = count.ok_or_else(|| Trouble::at(format!("cells[{row}]"), "a component has a cell at least"))?;
            let numbers = Described(described.each_ref().map(|column| column[k]));
            if let Some((which, why)) = numbers.wrong() {
                faults.add(format!("{}[{row}]", IN_TABLE[which]), why);
            }
            if let Some(why) = rings::wrong(&outlines[k]) {
                faults.add(format!("geometry[{row}]"), why);
            }
            sums.add((times[k], id), numbers.sum(count));
        }
        before += rows.len() as u64;
        Ok(())
    })?;
    let mut facts = Facts::default();
    facts.counts.extend([("components", before), ("tracks", tracks.len() as u64)]);
    let tells = Told { components: true, all_cells: true, range: true, description: true, ..Told::default() };
    facts.events = Some(Events { rows: sums.finish(), unit: MILLISECOND, tells, ..Events::default() });
    Ok(facts)
}

fn described(rows: &TableRows, before: u64) -> Checked<[Vec<f64>; 9]> {
    let mut columns: [Vec<f64>; 9] = Default::default();
    for (column, name) in columns.iter_mut().zip(IN_TABLE) {
        *column = filled(name, rows.numbers(name)?, before)?;
    }
    Ok(columns)
}

/// Times within the span of the job.
fn inside(asked: &Asked<'_>, name: &str, times: Vec<Timestamp>, before: u64) -> Checked<Vec<i64>> {
    let (first, last) = asked.manifest.coverage;
    let mut keys = Vec::with_capacity(times.len());
    for (k, time) in times.into_iter().enumerate() {
        let is_of = time.calendar() == first.calendar();
        if !is_of || time.micros() < first.micros() || time.micros() > last.micros() {
            let why = format!("it is {time}; the manifest says that the job goes from {first} to {last}");
            return Err(Trouble::at(format!("{name}[{}]", before + k as u64), why));
        }
        keys.push(key_of(time));
    }
    Ok(keys)
}

/// Looks at `<job>-Lineage.parquet`.
pub(super) fn lineage(asked: &Asked<'_>) -> Checked<Facts> {
    let mut links = Vec::new();
    TableReader::new(asked.source.clone()).each_rows(|rows| -> Checked<()> {
        asked.going.check()?;
        let before = links.len() as u64;
        let whole = |name: &str| filled(name, rows.integers(name)?, before);
        let share = |name: &str| filled(name, rows.numbers(name)?, before);
        let (parents, children, cells) = (whole("parent")?, whole("child")?, whole("cells")?);
        let parent_times = inside(asked, "parent_time", rows.times("parent_time")?, before)?;
        let child_times = inside(asked, "child_time", rows.times("child_time")?, before)?;
        let (of_parent, of_child) = (share("overlap_parent")?, share("overlap_child")?);
        let relations = rows.texts("relation")?;
        for k in 0..rows.len() {
            let row = before + k as u64;
            let at = |name: &str, why: String| Trouble::at(format!("{name}[{row}]"), why);
            let relation = RELATIONS.iter().position(|known| *known == relations[k]);
            let relation = relation.ok_or_else(|| at("relation", format!("`{}` is none", relations[k])))?;
            for (name, share) in [("overlap_parent", of_parent[k]), ("overlap_child", of_child[k])] {
                if !(0.0..=1.0).contains(&share) {
                    return Err(at(name, format!("it is {share}, which is no share")));
                }
            }
            links.push(LinkRow {
                parent: track("parent", row, parents[k], 0)?,
                child: track("child", row, children[k], 0)?,
                parent_time: parent_times[k],
                child_time: child_times[k],
                cells: u64::try_from(cells[k]).unwrap_or(0),
                relation: relation as u8,
                overlaps: digest(&[of_parent[k], of_child[k]]),
            });
        }
        Ok(())
    })?;
    let mut facts = Facts::default();
    facts.counts.insert("links", links.len() as u64);
    facts.links = Some(links);
    Ok(facts)
}

/// Looks at `<job>-Curated.parquet`.
pub(super) fn curated(asked: &Asked<'_>, faults: &mut Faults) -> Checked<Facts> {
    let (mut gathered, mut values) = (Sums::default(), Sums::default());
    let mut names: Vec<Arc<str>> = Vec::new();
    let mut before = 0;
    TableReader::new(asked.source.clone()).each_rows(|rows| -> Checked<()> {
        asked.going.check()?;
        // release 0.1 called the column `event_id`
        let ids = rows.integers("track_id").or_else(|_| rows.integers("event_id"))?;
        let ids = filled("track_id", ids, before)?;
        let times = inside(asked, "mask_time", rows.times("mask_time")?, before)?;
        let (kinds, variables) = (rows.texts("kind")?, rows.texts("variable")?);
        let lat = filled("lat", rows.numbers("lat")?, before)?;
        let lon = filled("lon", rows.numbers("lon")?, before)?;
        let (found, weights) = (rows.numbers("value")?, rows.numbers("weight")?);
        rows.times("value_time")?;
        for k in 0..rows.len() {
            let row = before + k as u64;
            if !(lat[k].abs() <= 90.0 + 1e-4 && lon[k].abs() <= 720.0) {
                let why = format!("it lies at latitude {}, longitude {}", lat[k], lon[k]);
                faults.add(format!("lat[{row}]"), why);
            }
            if weights[k].is_some_and(|weight| !(weight >= 0.0 && weight.is_finite())) {
                faults.add(format!("weight[{row}]"), "it is no area");
            }
            let name = interned(&mut names, variables[k]);
            let key = (times[k], track("track_id", row, ids[k], 1)?, name);
            let value = found[k].unwrap_or(f64::NAN);
            match kinds[k] {
                "interpolated" => values.add(key, ValueSum::at(lat[k], lon[k], value)),
                // the curated file has float32, and what is missing in it is not told apart
                "curated" if value.is_nan() => gathered.add(key, ValueSum::default()),
                "curated" => {
                    let narrow = |number: f64| f64::from(number as f32);
                    gathered.add(key, ValueSum::at(narrow(lat[k]), narrow(lon[k]), narrow(value)));
                }
                other => return Err(Trouble::at(format!("kind[{row}]"), format!("`{other}` is none"))),
            }
        }
        before += rows.len() as u64;
        Ok(())
    })?;
    let of = |sums: Sums<_, _>| Some(Values { rows: sums.finish(), unit: MILLISECOND, has_each: true });
    Ok(Facts { values: of(values), gathered: of(gathered), ..Facts::default() })
}

fn interned(names: &mut Vec<Arc<str>>, name: &str) -> Arc<str> {
    if let Some(known) = names.iter().find(|known| &***known == name) {
        return known.clone();
    }
    let new: Arc<str> = Arc::from(name);
    names.push(new.clone());
    new
}
