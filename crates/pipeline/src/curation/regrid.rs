//! Values on the events' own cells and times.

use eventscape_catalog::VariableMeta;
use eventscape_core::grid::CellAreas;
use eventscape_core::regrid::{
    Method, PointMethod, Targets, Weights, average_directions, circular_statistics, compat, grid_weights,
    point_weights, spacing, statistics, time_weights,
};
use eventscape_core::{Cells, Grid, Timestamp, Values};
use eventscape_products::curation::{
    CuratedEvent, CuratedTime, EventStatistics, Gathered, InterpolatedEvent, InterpolatedTime, InterpolatedValues,
    Places, STEPS,
};
use eventscape_products::read::MaskedEvent;
use rayon::prelude::*;

use crate::error::{PipelineError, Result};

/// How values are brought to the masks.
pub(super) struct Regridder<'a> {
    targets: Targets<'a>,
    areas: CellAreas,
    pub(super) method: Method,
    /// Swaths and curvilinear grids: how points are used.
    pub(super) points: PointMethod,
    /// The reference's way.
    compat: Option<Compat>,
    /// For each variable, whether its values are directions.
    directions: Vec<bool>,
}

/// What the reference's way needs to know.
#[derive(Clone, Copy, Debug)]
pub(super) struct Compat {
    /// Spacing of the other data, degrees.
    pub(super) spacing: (f64, f64),
    /// The other data's step is longer than the masks'.
    pub(super) coarse_in_time: bool,
}

impl<'a> Regridder<'a> {
    /// `method` is for data on a grid, `points` for swaths and curvilinear grids.
    pub(super) fn new(
        grid: &'a Grid,
        method: Method,
        points: PointMethod,
        compat: Option<Compat>,
        variables: &[VariableMeta],
    ) -> Self {
        Self {
            targets: Targets::new(grid),
            areas: grid.areas(),
            method,
            points,
            compat,
            directions: variables.iter().map(VariableMeta::is_direction).collect(),
        }
    }

    /// The values of a time on the cells of its events. `time` is the mask time on the other data's calendar, `mask` the mask
    /// time as the mask file has it.
    pub(super) fn interpolate(
        &self,
        curated: &[CuratedTime],
        masks: &[MaskedEvent],
        time: Timestamp,
        mask: (Timestamp, &str),
    ) -> Result<InterpolatedTime> {
        let one = |mask: &MaskedEvent| match curated {
            [CuratedTime { gathered: Gathered::Steps { times, .. }, name, events, .. }] => {
                let event = events.iter().find(|event| event.id == mask.id);
                let event = event.ok_or_else(|| {
                    PipelineError::State(format!("nothing was gathered around event {} at {time}", mask.id))
                })?;
                self.event(event, &mask.cells, Moment::Steps { time, steps: *times, name })
            }
            orbits => self.event(&merged(orbits, mask.id, self.directions.len()), &mask.cells, Moment::Window),
        };
        let events = masks.par_iter().map(one).collect::<Result<Vec<_>>>()?;
        Ok(InterpolatedTime { time: mask.0, stamp: mask.1.to_owned(), events })
    }

    fn event(&self, event: &CuratedEvent, cells: &Cells, moment: Moment<'_>) -> Result<InterpolatedEvent> {
        let grid = self.targets.grid();
        let centres = cells.cells().filter_map(|cell| grid.centre_of(cell));
        let (lat, lon): (Vec<f64>, Vec<f64>) = centres.unzip();
        let area_km2: Vec<f64> =
            cells.places(grid.nx() as u32).map(|(r, c)| self.areas.get(r as usize, c as usize)).collect();
        let weights = if self.compat.is_none() { self.weights(&event.places, cells)? } else { None };
        let mut variables = Vec::with_capacity(event.values.len());
        for (number, steps) in event.values.iter().enumerate() {
            let is_direction = self.compat.is_none() && self.directions.get(number) == Some(&true);
            let (values, coverage, in_time) = match (self.compat, moment) {
                (Some(rules), Moment::Steps { name, .. }) => {
                    self.as_the_reference(rules, event, steps, name, &lat, &lon)
                }
                _ => combine(weights.as_ref(), steps, moment, cells.count() as usize, is_direction),
            };
            let by_area = self.compat.is_none().then_some(area_km2.as_slice());
            let round = is_direction.then(|| circular_statistics(&values, by_area).unwrap_or((f64::NAN, f64::NAN)));
            let found = statistics(&values, by_area).map(|s| {
                let (mean, std_dev) = round.unwrap_or((s.mean, s.std_dev));
                EventStatistics { min: s.min, max: s.max, mean, std_dev, percentiles: s.percentiles }
            });
            variables.push(InterpolatedValues { values, coverage, in_time, statistics: found });
        }
        Ok(InterpolatedEvent { id: event.id, cells: cells.clone(), lat, lon, area_km2, variables })
    }

    fn weights(&self, places: &Places, cells: &Cells) -> Result<Option<Weights>> {
        Ok(match places {
            _ if places.is_empty() => None,
            Places::Axes { lat, lon } => {
                let source = Grid::rectilinear(lat.clone(), lon.clone())?;
                Some(grid_weights(&source, &self.targets, cells, self.method)?)
            }
            Places::Points { lat, lon } | Places::Swath { lat, lon, .. } => {
                Some(point_weights(lat, lon, &self.targets, cells, self.points)?)
            }
        })
    }

    /// The reference's rules for time: at t, or the mean of t and t+1 for the second mask time of a longer step.
    fn as_the_reference(
        &self,
        rules: Compat,
        event: &CuratedEvent,
        steps: &[Option<Values>; STEPS],
        name: &str,
        lat: &[f64],
        lon: &[f64],
    ) -> (Vec<f64>, Vec<f64>, &'static str) {
        let narrow = |values: &[f64]| values.iter().map(|x| *x as f32).collect::<Vec<f32>>();
        let Places::Axes { lat: rows, lon: columns } = &event.places else {
            return (vec![f64::NAN; lat.len()], vec![0.0; lat.len()], "none");
        };
        let (rows, columns) = (narrow(rows), narrow(columns));
        let cells: Vec<(f32, f32)> = lat.iter().zip(lon).map(|(a, o)| (*a as f32, *o as f32)).collect();
        let method = if rules.coarse_in_time { Method::Linear } else { self.method };
        let at = |step: usize| -> Option<Vec<f32>> {
            let values = steps.get(step).and_then(Option::as_ref)?;
            Some((0..values.len()).map(|k| values.get(k).unwrap_or(f64::NAN) as f32).collect())
        };
        let is_second = rules.coarse_in_time && !name.ends_with("-1");
        let field = match (at(1), is_second) {
            (now, false) => now,
            // the mean is taken in float32, before anything is interpolated
            (Some(now), true) => at(2).map(|next| now.iter().zip(next).map(|(a, b)| (a + b) / 2.0).collect()),
            (None, true) => None,
        };
        let values = match field {
            Some(field) => compat::interpolate(method, &rows, &columns, &field, rules.spacing, &cells),
            None => vec![f64::NAN; lat.len()],
        };
        let coverage = values.iter().map(|v: &f64| f64::from(u8::from(!v.is_nan()))).collect();
        (values, coverage, if is_second { "mean of t and t+1" } else { "t" })
    }
}

/// How values belong to a mask time.
#[derive(Clone, Copy)]
enum Moment<'a> {
    /// By the steps around it; `name` is the group's, `YYYYMMDDhhmmss-<k>`.
    Steps { time: Timestamp, steps: [Timestamp; STEPS], name: &'a str },
    /// All that were seen near it.
    Window,
}

/// All that orbits saw around an event.
fn merged(orbits: &[CuratedTime], id: u32, variables: usize) -> CuratedEvent {
    let (mut lat, mut lon) = (Vec::new(), Vec::new());
    let mut values = vec![Vec::new(); variables];
    for event in orbits.iter().flat_map(|orbit| &orbit.events).filter(|event| event.id == id) {
        for (a, o, _) in event.places.in_order() {
            lat.push(a);
            lon.push(o);
        }
        for (all, own) in values.iter_mut().zip(&event.values) {
            if let [_, Some(own), _] = own {
                all.extend((0..own.len()).map(|k| own.get(k).unwrap_or(f64::NAN)));
            }
        }
    }
    let values = values.into_iter().map(|all| [None, Some(Values::F64(all)), None]).collect();
    CuratedEvent { id, places: Places::Points { lat, lon }, values }
}

/// The values of the steps by the true weights of the time. Where one of two steps has no value in a cell, the other counts
/// if it holds at least half of the weight.
fn combine(
    weights: Option<&Weights>,
    steps: &[Option<Values>; STEPS],
    moment: Moment<'_>,
    cells: usize,
    is_direction: bool,
) -> (Vec<f64>, Vec<f64>, &'static str) {
    let nothing = (vec![f64::NAN; cells], vec![0.0; cells], "none");
    let Some(weights) = weights else { return nothing };
    let present = [0, 1, 2].map(|k: usize| steps.get(k).is_some_and(Option::is_some));
    let (shares, how) = match moment {
        Moment::Steps { time, steps, .. } => {
            let found = time_weights(time, steps, present);
            (found.weights, found.how.name())
        }
        Moment::Window => ([0.0, 1.0, 0.0], "window"),
    };
    let value = |(sum, share, _): &(f64, f64, f64)| match *share {
        share if share < 0.5 => f64::NAN,
        share if (share - 1.0).abs() < 1e-12 => *sum,
        share => sum / share,
    };
    let found = sums(weights, steps, shares, |x| x);
    let values: Vec<f64> = if is_direction {
        average_directions(|of| sums(weights, steps, shares, of).iter().map(value).collect())
    } else {
        found.iter().map(value).collect()
    };
    let coverage = found.iter().zip(&values).map(|(sum, v)| if v.is_nan() { 0.0 } else { sum.2 }).collect();
    (values, coverage, how)
}

/// For each target the sums over the steps of value, share and coverage; values are changed by `of` before.
fn sums(
    weights: &Weights,
    steps: &[Option<Values>; STEPS],
    shares: [f64; STEPS],
    of: impl Fn(f64) -> f64,
) -> Vec<(f64, f64, f64)> {
    let mut sums = vec![(0.0, 0.0, 0.0); weights.len()];
    for (values, share) in steps.iter().zip(shares).filter(|(_, share)| *share > 0.0) {
        let (found, covered) = match values {
            Some(Values::F32(v)) => weights.apply(|place| v.get(place).map_or(f64::NAN, |x| of(f64::from(*x)))),
            Some(Values::F64(v)) => weights.apply(|place| v.get(place).map_or(f64::NAN, |x| of(*x))),
            None => continue,
        };
        for (sum, (value, part)) in sums.iter_mut().zip(found.iter().zip(covered)) {
            if !value.is_nan() {
                sum.0 += share * value;
                sum.1 += share;
                sum.2 += share * part;
            }
        }
    }
    sums
}

/// The method of a name.
pub(super) fn method_of(name: &str) -> Result<Method> {
    Method::parse(name).map_err(|e| PipelineError::job("method", e.to_string()))
}

/// The method that a job names, or the choice by the two grids.
pub(super) fn method(named: Option<&str>, mask: &Grid, source: (f64, f64)) -> Result<Method> {
    match named {
        Some(name) => method_of(name),
        None => Ok(Method::choose(spacing(mask), source)),
    }
}
