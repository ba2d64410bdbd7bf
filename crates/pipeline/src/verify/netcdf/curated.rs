//! `<job>-Curated-Data.nc4`: rows of latitude, longitude and value around each event.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use eventscape_formats::Attribute;
use eventscape_products::read::time_of_stamp;

use super::{Nc, navigation};
use crate::verify::facts::{Facts, Sums, ValueSum, Values};
use crate::verify::finding::{Checked, Faults, Trouble};
use crate::verify::stamps::unit_of;

pub(super) fn check(nc: &Nc<'_>, faults: &mut Faults) -> Checked<Facts> {
    let mut facts = Facts::default();
    let outcome = navigation::check(nc, &mut facts);
    faults.take(outcome)?;
    let mut groups: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    let (mut sums, mut unit) = (Sums::default(), 1);
    for variable in nc.granule.variables() {
        let Some((group, event, name)) = event_variable(&variable.path) else { continue };
        groups.entry(group.to_owned()).or_default().insert(event);
        let shape = variable.shape();
        if shape.last() != Some(&3) || shape.len() < 2 {
            // of an orbit, the times of its cells
            continue;
        }
        let stamp = mask_stamp(nc, group)?;
        unit = unit_of(&stamp).max(unit);
        let time = time_of_stamp(&stamp, nc.asked.manifest.calendar);
        let outcome = rows(nc, &variable.path);
        if let (Some(time), Some(sum)) = (time, faults.take(outcome)?) {
            sums.add((time.micros(), event, Arc::from(name)), sum);
        }
    }
    facts.groups = Some(groups);
    facts.gathered = Some(Values { rows: sums.finish(), unit, has_each: true });
    Ok(facts)
}

/// Group, event and variable of a path `<group>/<event>/<variable>`.
pub(super) fn event_variable(path: &str) -> Option<(&str, u32, &str)> {
    let mut parts = path.split('/');
    let (group, event, name) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
    parts.next().is_none().then_some((group, event, name))
}

/// The mask time that a group belongs to.
fn mask_stamp(nc: &Nc<'_>, group: &str) -> Checked<String> {
    let attributes = nc.granule.attributes(group).map_err(|_| Trouble::at(group, "the group is not there"))?;
    let stamp = attributes.get("MaskTime").and_then(Attribute::text);
    stamp.map(str::to_owned).ok_or_else(|| Trouble::at(group, "it does not tell its `MaskTime`"))
}

/// The rows of a variable that have a value.
fn rows(nc: &Nc<'_>, path: &str) -> Checked<ValueSum> {
    let mut sum = ValueSum::default();
    let mut before = 0;
    nc.blocks(path, |_, data| {
        let numbers = data.to_f64().ok_or_else(|| Trouble::at(path, "it holds no numbers"))?;
        for (k, row) in numbers.chunks_exact(3).enumerate() {
            check_place(path, before + k, row[0], row[1])?;
            if !row[2].is_nan() {
                crate::verify::facts::Add::add(&mut sum, &ValueSum::at(row[0], row[1], row[2]));
            }
        }
        before += numbers.len() / 3;
        Ok(())
    })?;
    Ok(sum)
}

/// Says of a row whose place is none where it is.
pub(super) fn check_place(path: &str, row: usize, lat: f64, lon: f64) -> Checked<()> {
    if lat.abs() <= 90.0 + 1e-4 && lon.abs() <= 720.0 {
        return Ok(());
    }
    Err(Trouble::at(format!("{path}[{row}]"), format!("it lies at latitude {lat}, longitude {lon}")))
}
