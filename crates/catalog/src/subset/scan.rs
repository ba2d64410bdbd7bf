//! What each granule holds: its times, and whether it fits the others.

use eventscape_core::Timestamp;
use eventscape_core::time::Calendar;
use eventscape_formats::{Granule, Remark};

use super::pool::{OpenGranule, open_granule};
use super::request::Context;
use super::source::Candidate;
use super::units;
use super::variable::{OpenVariable, VariableMeta};
use crate::cf::{LevelChoice, Positions, cells, coordinate_unpacking, method_in_time, text, times};
use crate::{CatalogError, Entry, Result};

/// What is the same in all granules of a subset.
pub(crate) struct Reference {
    pub(crate) location: String,
    pub(crate) positions: Positions,
    pub(crate) variables: Vec<VariableMeta>,
    pub(crate) calendar: Calendar,
}

/// What a granule holds of the job's variables.
#[derive(Debug)]
pub(crate) struct Scanned {
    pub(crate) times: Vec<Timestamp>,
    pub(crate) variables: Vec<VariableMeta>,
    /// The calendar that the file names, where the entry takes another.
    pub(crate) relabelled: Option<Calendar>,
    /// The cell of each time, where the values are means or sums over it.
    pub(crate) cells: Cells,
    /// What the user should be told of attributes.
    pub(crate) remarks: Vec<Remark>,
}

/// How granules are opened for a job.
pub(crate) struct Opener<'a> {
    pub(crate) context: &'a Context,
    pub(crate) entry: Option<&'a Entry>,
    pub(crate) names: &'a [String],
    pub(crate) level: Option<&'a LevelChoice>,
}

impl Opener<'_> {
    pub(crate) fn open(&self, candidate: &Candidate) -> Result<OpenGranule> {
        let granule = open_granule(&self.context.stores, &candidate.location, &self.context.open)?;
        let find = |name: &String| OpenVariable::find(&granule, name, self.entry, self.level);
        let variables = self.names.iter().map(find).collect::<Result<_>>()?;
        Ok(OpenGranule { granule, variables })
    }

    /// Scans the granule whose grid, units and calendar the others must share.
    pub(crate) fn scan_first(&self, candidate: &Candidate) -> Result<(Reference, Scanned)> {
        let open = self.open(candidate)?;
        let (positions, scanned) = self.contents(&open, candidate)?;
        let calendar = scanned.times.first().map_or(Calendar::Standard, |t| t.calendar());
        let location = open.granule.location().to_owned();
        Ok((Reference { location, positions, variables: scanned.variables.clone(), calendar }, scanned))
    }

    /// Scans a granule and compares it with the first one.
    pub(crate) fn scan(&self, candidate: &Candidate, reference: &Reference) -> Result<Scanned> {
        let open = self.open(candidate)?;
        let (positions, scanned) = self.contents(&open, candidate)?;
        let mismatch = |reason: String| CatalogError::Mismatch {
            first: reference.location.clone(),
            second: open.granule.location().to_owned(),
            reason,
        };
        if let Some(difference) = reference.positions.difference(&positions) {
            return Err(mismatch(format!("their grids differ: {difference}; choose granules of one grid")));
        }
        for (a, b) in reference.variables.iter().zip(&scanned.variables) {
            let (ua, ub) = (a.units.as_deref().unwrap_or_default(), b.units.as_deref().unwrap_or_default());
            if !units::same(ua, ub) {
                return Err(mismatch(format!("`{}` is in `{ua}` in the one and in `{ub}` in the other", a.name)));
            }
            if a.level != b.level {
                return Err(mismatch(format!(
                    "the level of `{}` is {:?} in the one and {:?} in the other",
                    a.name, a.level, b.level
                )));
            }
        }
        let scanned = Scanned { times: same_instants(scanned.times, reference.calendar), ..scanned };
        match scanned.times.first().map(|t| t.calendar()).filter(|c| *c != reference.calendar) {
            Some(other) => {
                Err(mismatch(format!("the calendar is {} in the one and {other} in the other", reference.calendar)))
            }
            None => Ok(scanned),
        }
    }

    fn contents(&self, open: &OpenGranule, candidate: &Candidate) -> Result<(Positions, Scanned)> {
        let granule = &open.granule;
        let Some(first) = open.variables.first() else {
            return Err(CatalogError::Request("no variable is asked for".to_owned()));
        };
        let positions = Positions::read(granule, &first.layout.horizontal)?;
        for other in open.variables.iter().skip(1) {
            let (a, b) = (&first.layout.horizontal, &other.layout.horizontal);
            if a.latitude == b.latitude && a.longitude == b.longitude && a.placement == b.placement {
                continue;
            }
            if let Some(difference) = positions.difference(&Positions::read(granule, b)?) {
                return Err(differing(granule, first, other, &format!("their grids differ: {difference}")));
            }
        }
        // a variable without a time axis (a mask, an orography) goes with every time of the others
        let leading = open.variables.iter().find(|v| v.layout.time.dim.is_some()).unwrap_or(first);
        let read = times(granule, &leading.layout.time, candidate.date)?;
        for other in &open.variables {
            let (a, b) = (&leading.layout.time, &other.layout.time);
            if b.dim.is_some() && a.path != b.path && times(granule, b, candidate.date)? != read {
                return Err(differing(granule, leading, other, "their times differ"));
            }
        }
        let (cells, instants) = time_cells(granule, leading, read.len())?;
        let (times, relabelled) = self.on_the_job_calendar(granule, read)?;
        // cells are on the file's own calendar
        let cells = if relabelled.is_some() { Vec::new() } else { cells };
        let variables = open.variables.iter().map(|v| v.meta(granule, self.entry)).collect::<Result<_>>()?;
        let mut remarks = remarks(open, leading)?;
        remarks.extend(instants);
        Ok((positions, Scanned { times, variables, relabelled, cells, remarks }))
    }

    fn on_the_job_calendar(
        &self,
        granule: &Granule,
        times: Vec<Timestamp>,
    ) -> Result<(Vec<Timestamp>, Option<Calendar>)> {
        let Some(name) = self.entry.and_then(|e| e.time.relabel_calendar.as_deref()) else { return Ok((times, None)) };
        let core = |source| CatalogError::Core { subject: granule.location().to_owned(), source };
        let calendar: Calendar = name.parse().map_err(core)?;
        let own = times.first().map(|t| t.calendar()).filter(|own| *own != calendar);
        let relabelled =
            times.into_iter().map(|t| t.in_calendar(calendar)).collect::<std::result::Result<_, _>>().map_err(core)?;
        Ok((relabelled, own))
    }
}

/// First and last instant of each time's cell, microseconds.
type Cells = Vec<(i64, i64)>;

/// The cell of each time, where the variable's values are means or sums over it; and what the user should be told where there are cells
/// and nothing says so.
fn time_cells(granule: &Granule, leading: &OpenVariable, count: usize) -> Result<(Cells, Option<Remark>)> {
    let Some(path) = &leading.layout.time.path else { return Ok((Vec::new(), None)) };
    let (variable, time) = (granule.variable(&leading.layout.path)?, granule.variable(path)?);
    if let (Some(method), Some(climatology)) = (method_in_time(variable, time.name()), text(time, "climatology")) {
        let text = format!(
            "`{climatology}` gives climatological spans (`{method}`), which are not followed: the values belong to the times of `{path}`"
        );
        return Ok((Vec::new(), Some(Remark { ignored: true, text })));
    }
    if text(time, "bounds").is_none() {
        return Ok((Vec::new(), None));
    }
    if method_in_time(variable, time.name()).is_none() {
        let says = text(variable, "cell_methods").is_some_and(|methods| methods.contains("point"));
        let text = format!(
            "`{path}` has cells, but no `cell_methods` says that `{}` is a mean or a sum over them: its values are taken for those of the \
             times themselves",
            variable.path
        );
        return Ok((Vec::new(), (!says).then_some(Remark { ignored: false, text })));
    }
    Ok((cells(granule, path, count)?.unwrap_or_default(), None))
}

/// What the user should be told of the attributes of the variables, and of where and when their cells are.
fn remarks(open: &OpenGranule, leading: &OpenVariable) -> Result<Vec<Remark>> {
    let mut remarks: Vec<Remark> = open.variables.iter().flat_map(|v| v.remarks.iter().cloned()).collect();
    let place = &leading.layout.horizontal;
    if let Some(unused) = &leading.layout.unused {
        let axes = Positions::read(&open.granule, place)?;
        if !Positions::read(&open.granule, unused)?.agrees_with_axes(&axes) {
            remarks.push(Remark {
                ignored: true,
                text: format!(
                    "`{}` is placed by the axes `{}` and `{}`; `{}` and `{}`, which say otherwise cell by cell, are not used, since \
                     `coordinates` does not name them",
                    leading.layout.path, place.latitude, place.longitude, unused.latitude, unused.longitude
                ),
            });
        }
    }
    for path in [Some(&place.latitude), Some(&place.longitude), leading.layout.time.path.as_ref()].into_iter().flatten()
    {
        let variable = open.granule.variable(path)?;
        remarks.extend(coordinate_unpacking(&open.granule, variable)?.remarks);
    }
    Ok(remarks)
}

/// The standard and the proleptic Gregorian calendar are one since 1582-10-15: times of the one become times of the other
/// where that changes nothing.
fn same_instants(times: Vec<Timestamp>, calendar: Calendar) -> Vec<Timestamp> {
    const REFORM: i64 = -12_219_292_800 * 1_000_000;
    let gregorian = |c| matches!(c, Calendar::Standard | Calendar::ProlepticGregorian);
    if times.iter().all(|t| gregorian(t.calendar()) && t.micros() >= REFORM) && gregorian(calendar) {
        return times.into_iter().map(|t| Timestamp::from_micros(calendar, t.micros())).collect();
    }
    times
}

fn differing(granule: &Granule, first: &OpenVariable, second: &OpenVariable, reason: &str) -> CatalogError {
    CatalogError::Mismatch {
        first: format!("`{}` of {}", first.layout.path, granule.location()),
        second: format!("`{}`", second.layout.path),
        reason: reason.to_owned(),
    }
}
