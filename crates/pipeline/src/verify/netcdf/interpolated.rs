//! `<job>-Interpolated-Data.nc4`: rows of latitude, longitude and value on each event's cells, with their statistics.

use std::sync::Arc;

use eventscape_formats::{Attribute, Variable};
use eventscape_products::read::time_of_stamp;

use super::curated::{check_place, event_variable};
use super::{Nc, navigation};
use crate::verify::facts::{Add, Facts, Sums, ValueSum, Values};
use crate::verify::finding::{Checked, Faults, Trouble};
use crate::verify::stamps::unit_of;

/// What missing values are in the file.
const FILL: f64 = -9999.0;
/// Statistics are written with three decimals, or with six digits.
const DECIMALS: f64 = 6e-4;
const DIGITS: f64 = 1e-5;

pub(super) fn check(nc: &Nc<'_>, faults: &mut Faults) -> Checked<Facts> {
    let mut facts = Facts::default();
    let outcome = navigation::check(nc, &mut facts);
    faults.take(outcome)?;
    let (mut sums, mut unit) = (Sums::default(), 1);
    for variable in nc.granule.variables() {
        let Some((stamp, event, name)) = event_variable(&variable.path) else { continue };
        let outcome = rows(nc, variable);
        let (sum, time) = (faults.take(outcome)?, time_of_stamp(stamp, nc.asked.manifest.calendar));
        if let (Some(time), Some(sum)) = (time, sum) {
            unit = unit_of(stamp).max(unit);
            sums.add((time.micros(), event, Arc::from(name)), sum);
        }
    }
    facts.values = Some(Values { rows: sums.finish(), unit, has_each: true });
    Ok(facts)
}

fn rows(nc: &Nc<'_>, variable: &Variable) -> Checked<ValueSum> {
    let path = variable.path.as_str();
    let [_, 3] = nc.shape::<2>(path)? else {
        return Err(Trouble::at(path, "it does not have latitude, longitude and value of each cell"));
    };
    let mut sum = ValueSum::default();
    let mut before = 0;
    nc.blocks(path, |_, data| {
        let numbers = data.to_f64().ok_or_else(|| Trouble::at(path, "it holds no numbers"))?;
        for (k, row) in numbers.chunks_exact(3).enumerate() {
            check_place(path, before + k, row[0], row[1])?;
            let value = if row[2] == FILL { f64::NAN } else { row[2] };
            sum.add(&ValueSum::at(row[0], row[1], value));
        }
        before += numbers.len() / 3;
        Ok(())
    })?;
    statistics(variable, &sum)?;
    Ok(sum)
}

/// Holds the values against what the attributes tell of them.
fn statistics(variable: &Variable, sum: &ValueSum) -> Checked<()> {
    let path = variable.path.as_str();
    let count = |name: &str| variable.attribute(name).and_then(Attribute::number);
    for (name, is) in [("Valid", sum.valid), ("Missing", sum.cells - sum.valid)] {
        if count(name).is_some_and(|told| told != is as f64) {
            return Err(Trouble::at(path, format!("`{name}` is not the {is} that there are")));
        }
    }
    let told =
        |name: &str| variable.attribute(name).and_then(Attribute::text).and_then(|text| text.parse::<f64>().ok());
    for (name, is) in [("Min", sum.range.min), ("Max", sum.range.max)] {
        let Some(told) = told(name) else { continue };
        if (told - is).abs().is_nan() || (told - is).abs() > DECIMALS + DIGITS * is.abs() {
            return Err(Trouble::at(path, format!("`{name}` says {told}, the values say {is}")));
        }
    }
    Ok(())
}
