//! `<job>-Stationary.nc`: the grid and the times; the values are only read.

use super::{Nc, axes, times};
use crate::verify::facts::{Facts, MILLISECOND, Times};
use crate::verify::finding::{Checked, Faults, Trouble};

pub(super) fn check(nc: &Nc<'_>, faults: &mut Faults) -> Checked<Facts> {
    let mut facts = Facts::default();
    let outcome = times::axis(nc, faults);
    if let Some(times) = faults.take(outcome)? {
        facts.counts.insert("times", times.len() as u64);
        facts.times = Some(Times::of(times, MILLISECOND));
    }
    let outcome = axes::check(nc, &mut facts, faults);
    let Some(grid) = faults.take(outcome)? else { return Ok(facts) };
    for variable in nc.granule.variables().iter().filter(|variable| variable.dims.len() == 3) {
        let shape = variable.shape();
        let is_field = variable.dims.first().is_some_and(|dim| dim.name == "time");
        if is_field && shape.get(1..) != Some(&[grid.ny() as u64, grid.nx() as u64]) {
            return Err(Trouble::at(&variable.path, format!("its shape {shape:?} is not that of the axes")));
        }
    }
    Ok(facts)
}
