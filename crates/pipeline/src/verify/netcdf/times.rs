//! Times of CF files.

use eventscape_core::Timestamp;
use eventscape_core::time::Calendar;
use eventscape_formats::Attribute;

use super::Nc;
use crate::verify::facts::rounded;
use crate::verify::finding::{Checked, Faults, Trouble};

/// The axis of time that all our files have.
const UNITS: &str = "seconds since 1970-01-01T00:00:00Z";
/// Seconds of the years -99999 to 99999, about: times lie within.
const MOST_SECONDS: f64 = 3.2e12;
/// Instants of a file and of the manifest are the same up to so many microseconds (float64 seconds of far years).
const SAME: i64 = 1000;

/// How times are told, and between which they must lie.
pub(super) struct Axis {
    calendar: Calendar,
    coverage: (Timestamp, Timestamp),
}

impl Axis {
    /// That of a variable.
    pub(super) fn of(nc: &Nc<'_>, path: &str) -> Checked<Self> {
        let variable = nc.variable(path)?;
        let text = |name: &str| variable.attribute(name).and_then(Attribute::text).unwrap_or_default();
        if text("units") != UNITS {
            return Err(Trouble::at(path, format!("its units are `{}`, not `{UNITS}`", text("units"))));
        }
        let known = nc.asked.manifest.calendar;
        match text("calendar").parse::<Calendar>() {
            Ok(calendar) if calendar == known => Ok(Self { calendar, coverage: nc.asked.manifest.coverage }),
            _ => {
                let why = format!("its calendar is `{}`, that of the manifest is {known}", text("calendar"));
                Err(Trouble::at(path, why))
            }
        }
    }

    /// A time of the job in microseconds since 1970, rounded to the millisecond.
    pub(super) fn micros(&self, seconds: f64) -> Result<i64, String> {
        if !seconds.is_finite() || seconds.abs() > MOST_SECONDS {
            return Err(format!("it is {seconds:e} s, which is no time"));
        }
        let micros = rounded((seconds * 1e6).round() as i64);
        let (first, last) = self.coverage;
        if micros < first.micros().saturating_sub(SAME) || micros > last.micros().saturating_add(SAME) {
            let time = Timestamp::from_micros(self.calendar, micros);
            return Err(format!("it is {time}; the manifest says that the job goes from {first} to {last}"));
        }
        Ok(micros)
    }
}

/// A variable of times in microseconds since 1970, rounded to the millisecond.
pub(super) fn read(nc: &Nc<'_>, path: &str) -> Checked<Vec<i64>> {
    let axis = Axis::of(nc, path)?;
    let seconds = nc.reals(path)?;
    let micros = |(at, s): (usize, &f64)| axis.micros(*s).map_err(|why| Trouble::at(format!("{path}[{at}]"), why));
    seconds.iter().enumerate().map(micros).collect()
}

/// The axis of all scenes: it ascends, from the first to the last time of the job.
pub(super) fn axis(nc: &Nc<'_>, faults: &mut Faults) -> Checked<Vec<i64>> {
    let micros = read(nc, "time")?;
    if let Some(at) = micros.windows(2).position(|pair| pair[0] >= pair[1]) {
        faults.add(format!("time[{}]", at + 1), "it does not come after the time before");
    }
    let (first, last) = nc.asked.manifest.coverage;
    for (at, known) in [(micros.first(), first), (micros.last(), last)] {
        if at.is_some_and(|at| at.abs_diff(known.micros()) > SAME.unsigned_abs()) {
            faults
                .add("time", format!("the manifest says that the job goes from {first} to {last}, the axis does not"));
            break;
        }
    }
    Ok(micros)
}
