//! The reference's table of contents and hierarchies (JSON).

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufReader;

use eventscape_io::stores::ByteReader;
use eventscape_products::read::time_of_stamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::facts::{Facts, Spans, Times};
use super::finding::{Checked, Trouble};
use super::product::Asked;
use super::stamps::unit_of;

fn read<T: DeserializeOwned>(asked: &Asked<'_>, what: &str) -> Checked<T> {
    let file = BufReader::new(ByteReader::new(asked.source.clone()));
    serde_json::from_reader(file).map_err(|error| Trouble::at("", format!("it is no {what}: {error}")))
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    start_date: String,
    end_date: String,
}

/// Looks at the table of contents.
pub(super) fn toc(asked: &Asked<'_>) -> Checked<Facts> {
    let entries: Vec<Entry> = read(asked, "table of contents")?;
    let mut facts = Facts::default();
    facts.counts.insert("tracks", entries.len() as u64);
    let mut spans = Spans { by_track: BTreeMap::new(), unit: 1 };
    for (k, entry) in entries.iter().enumerate() {
        let at = |why: &str| Trouble::at(format!("[{k}]"), why);
        let id = entry.name.strip_prefix("Anomaly ").and_then(|number| number.parse().ok());
        let id = id.ok_or_else(|| at(&format!("`{}` is no name of an event", entry.name)))?;
        let time = |stamp: &str| time_of_stamp(stamp, asked.manifest.calendar);
        spans.unit = spans.unit.max(unit_of(&entry.start_date));
        if let (Some(first), Some(last)) = (time(&entry.start_date), time(&entry.end_date))
            && spans.by_track.insert(id, (first.micros(), last.micros())).is_some()
        {
            return Err(at(&format!("there are two of the name `{}`", entry.name)));
        }
    }
    // names of times before the year 0 or after 9999 cannot be read
    facts.spans = (spans.by_track.len() == entries.len()).then_some(spans);
    Ok(facts)
}

#[derive(Deserialize)]
struct Hierarchy {
    navigation: Vec<String>,
    masks: BTreeMap<String, Vec<String>>,
}

/// Looks at the hierarchy of the mask file.
pub(super) fn hierarchy(asked: &Asked<'_>) -> Checked<Facts> {
    let told: Hierarchy = read(asked, "hierarchy of a mask file")?;
    check_navigation(&told.navigation)?;
    if let Some((stamp, _)) = told.masks.iter().find(|(_, variables)| *variables != &["mask_indices"]) {
        return Err(Trouble::at(format!("masks.{stamp}"), "it does not have the variable `mask_indices` alone"));
    }
    let time = |stamp: &String| time_of_stamp(stamp, asked.manifest.calendar).map(|time| time.micros());
    let mut facts = Facts::default();
    facts.counts.insert("times", told.masks.len() as u64);
    let unit = told.masks.keys().map(|stamp| unit_of(stamp)).max().unwrap_or(1);
    facts.times = told.masks.keys().map(time).collect::<Option<Vec<_>>>().map(|micros| Times::of(micros, unit));
    Ok(facts)
}

fn check_navigation(variables: &[String]) -> Checked<()> {
    match variables == ["lat", "lon"] {
        true => Ok(()),
        false => Err(Trouble::at("navigation", "it does not have `lat` and `lon`")),
    }
}

/// A member of the hierarchy of a curated file: the events of a time, or the grid.
#[derive(Deserialize)]
#[serde(untagged)]
enum Member {
    Grid(Vec<String>),
    Time(BTreeMap<String, Vec<String>>),
}

/// Looks at the hierarchy of the curated file.
pub(super) fn curation(asked: &Asked<'_>) -> Checked<Facts> {
    let members: BTreeMap<String, Member> = read(asked, "hierarchy of a curated file")?;
    let mut groups: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    let mut has_grid = false;
    for (name, member) in members {
        match member {
            Member::Grid(variables) if name == "navigation" => {
                check_navigation(&variables)?;
                has_grid = true;
            }
            Member::Grid(_) => return Err(Trouble::at(name, "it has variables and no events")),
            Member::Time(events) => {
                let ids = events.keys().map(|id| id.parse().ok()).collect::<Option<BTreeSet<u32>>>();
                let ids = ids.ok_or_else(|| Trouble::at(&name, "it has a member that is no event"))?;
                groups.insert(name, ids);
            }
        }
    }
    if !has_grid {
        return Err(Trouble::at("navigation", "it is not there"));
    }
    Ok(Facts { groups: Some(groups), ..Facts::default() })
}
