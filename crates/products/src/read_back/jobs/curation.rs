//! Random curations: what was gathered around events, and the values on their cells.

use std::collections::BTreeSet;

use eventscape_core::time::Calendar;
use eventscape_core::{Cells, Grid, Timestamp, Values};
use eventscape_formats::{Attribute, Attributes};

use super::{grid, info, scenes};
use crate::curation::{
    CuratedEvent, CuratedTime, CuratedVariable, CurationInfo, EventStatistics, Gathered, InterpolatedEvent,
    InterpolatedTime, InterpolatedValues, Places, STEPS,
};
use crate::names::scene_stamps;
use crate::read_back::chance::Chance;

/// A curation that products are written of.
pub(in crate::read_back) struct RandomCuration {
    pub(in crate::read_back) info: CurationInfo,
    pub(in crate::read_back) grid: Grid,
    pub(in crate::read_back) times: Vec<Timestamp>,
    pub(in crate::read_back) curated: Vec<CuratedTime>,
    pub(in crate::read_back) interpolated: Vec<InterpolatedTime>,
    /// For each variable and time the values over the whole grid.
    pub(in crate::read_back) stationary: Vec<Vec<Vec<f32>>>,
}

impl RandomCuration {
    pub(in crate::read_back) fn of(chance: &mut Chance, seed: u64) -> Self {
        let shape = grid::shape(chance, seed);
        let grid = grid::grid(chance, shape);
        let places = Size::of(chance);
        let most = if places.0.is_some() { 2 } else { (600_000 / grid.len()).clamp(1, 40) };
        let most = if chance.one_in(5) { most } else { most.min(5) };
        let count = chance.within(1..=most);
        let times = scenes::times(chance, count);
        let calendar = chance.pick(&[Calendar::Standard, times[0].calendar()]);
        let variables: Vec<CuratedVariable> = (0..chance.within(1..=3)).map(|k| variable(chance, k)).collect();
        let orbit = chance.one_in(4);
        let stamps = scene_stamps(&times);
        let timed: Vec<(Timestamp, &String)> = times.iter().copied().zip(&stamps).collect();
        let curated = timed
            .iter()
            .enumerate()
            .map(|(k, (time, stamp))| curated(chance, k, (*time, calendar), stamp, (variables.len(), orbit), places))
            .collect();
        let interpolated = timed
            .iter()
            .map(|(time, stamp)| InterpolatedTime {
                time: *time,
                stamp: (*stamp).clone(),
                events: ids(chance, places)
                    .into_iter()
                    .map(|id| event(chance, id, variables.len(), (places, grid.nx())))
                    .collect(),
            })
            .collect();
        let field = |chance: &mut Chance| -> Vec<f32> {
            let (a, b) = (chance.real(0.0, 1.0), chance.real(0.0, 1.0));
            let value = |k: usize| (a * k as f64).sin() as f32 * 300.0 + b as f32;
            (0..grid.len()).map(|k| if k % 97 == 5 { f32::NAN } else { value(k) }).collect()
        };
        let stationary = variables.iter().map(|_| times.iter().map(|_| field(chance)).collect()).collect();
        let info = curation_info(chance, &times, variables);
        Self { info, grid, times, curated, interpolated, stationary }
    }

    /// Rows of the table of all values.
    pub(in crate::read_back) fn rows(&self) -> usize {
        let there = |steps: &[Option<Values>; STEPS]| steps.iter().flatten().map(Values::len).sum::<usize>();
        let curated = self.curated.iter().flat_map(|time| &time.events).flat_map(|event| &event.values).map(there);
        let interpolated = self.interpolated.iter().flat_map(|time| &time.events);
        curated.sum::<usize>() + interpolated.map(|event| event.lat.len() * event.variables.len()).sum::<usize>()
    }
}

/// How large the events are: small ones, or one of about so many places, at which chunks of tables end.
#[derive(Clone, Copy)]
struct Size(Option<usize>);

impl Size {
    fn of(chance: &mut Chance) -> Self {
        let large = [21_845, 43_690, 43_691, 65_535, 65_536, 65_537, 131_073, 174_763];
        Self(chance.one_in(4).then(|| chance.pick(&large)))
    }

    fn places(self, chance: &mut Chance) -> usize {
        match self.0 {
            Some(count) => count,
            None => chance.pick(&[0, 1, 1, 2, 5, 30, 200]),
        }
    }
}

/// The numbers of the events of a time.
fn ids(chance: &mut Chance, size: Size) -> Vec<u32> {
    let most = if size.0.is_some() { 1 } else { chance.pick(&[0, 1, 3, 3, 8, 8, 8, 8, 8, 8, 8, 300]) };
    let ids: BTreeSet<u32> = (0..chance.within(0..=most)).map(|_| chance.within(1..=5000) as u32).collect();
    ids.into_iter().collect()
}

fn curation_info(chance: &mut Chance, times: &[Timestamp], variables: Vec<CuratedVariable>) -> CurationInfo {
    CurationInfo {
        job: info::info(chance, times),
        phdef_job: chance.within(1..=1_000_000) as u64,
        mask_location: format!("s3://bucket/{}.nc4", chance.text(9)),
        variables,
        product_info: chance.one_in(2).then(|| "https://example.org/10.5067".to_owned()),
        full_name: chance.one_in(2).then(|| chance.text(30)),
        coverage: chance.pick(&["global", "50° S to 50° N"]).to_owned(),
        file_format: "HDF5".to_owned(),
        resolution: "0.1 x 0.1".to_owned(),
        method: chance.pick(&["linear", "mean, weighted by area", "nearest"]).to_owned(),
        grids: "The mask's is finer".to_owned(),
        steps: "The same".to_owned(),
        weighted: chance.one_in(2),
        compat: chance.one_in(3),
    }
}

fn variable(chance: &mut Chance, number: usize) -> CuratedVariable {
    let mut attributes = Attributes::new();
    let mut maybe = |name: &str, value: Attribute| {
        if chance.one_in(3) {
            attributes.insert(name.to_owned(), value);
        }
    };
    maybe("LongName", Attribute::Text("precipitation, °C".to_owned()));
    maybe("_FillValue", Attribute::Floats32(vec![-9999.9]));
    maybe("CodeMissingValue", Attribute::Text("-9999.9".to_owned()));
    maybe("fmissing_value", Attribute::Floats32(vec![1e15]));
    maybe("vmax", Attribute::Floats(vec![1e15]));
    maybe("vmin", Attribute::Integers(vec![-7]));
    maybe("valid_range", Attribute::Floats32(vec![-1e15, 1e15]));
    let mut some = |text: &str| chance.one_in(2).then(|| text.to_owned());
    CuratedVariable {
        name: format!("{}{number}", ["precipitation", "T2M", "größe_"][number % 3]),
        units: some("mm h-1"),
        long_name: some(" a long, \"quoted\" name "),
        standard_name: some(["air_temperature", "rainfall_rate"][number % 2]),
        is_direction: chance.one_in(4),
        attributes,
    }
}

fn curated(
    chance: &mut Chance,
    number: usize,
    (mask_time, calendar): (Timestamp, Calendar),
    stamp: &str,
    (variables, orbit): (usize, bool),
    size: Size,
) -> CuratedTime {
    let at = |minutes: i64| Timestamp::from_micros(calendar, mask_time.micros() + minutes * 60_000_000);
    let gathered = if orbit {
        Gathered::Orbit { start: at(-40), input: format!("orbit_{number}.nc") }
    } else {
        let input = |chance: &mut Chance, k: usize| (!chance.one_in(5)).then(|| format!("granule_{}.nc", k / 2));
        let inputs = [input(chance, number), input(chance, number + 1), input(chance, number + 2)];
        Gathered::Steps { times: [at(-30), at(0), at(30)], inputs }
    };
    let events = ids(chance, size)
        .into_iter()
        .map(|id| {
            let places = places(chance, orbit, size, mask_time);
            let values = (0..variables).map(|_| values(chance, &gathered, places.len())).collect();
            CuratedEvent { id, places, values }
        })
        .collect();
    let name = format!("{}{:02}-{}", at(0).stamp(), at(0).civil().second, number + 1);
    CuratedTime { name, mask_time, mask_stamp: stamp.to_owned(), gathered, events }
}

fn coordinates(chance: &mut Chance, count: usize, limit: f64) -> Vec<f64> {
    (0..count).map(|_| chance.real(-limit, limit)).collect()
}

fn places(chance: &mut Chance, orbit: bool, size: Size, mask_time: Timestamp) -> Places {
    let count = size.places(chance);
    let (lat, lon) = (coordinates(chance, count, 90.0), coordinates(chance, count, 360.0));
    if orbit {
        let micros = (0..count).map(|k| mask_time.micros() - 2_000_000_000 + 17_001 * k as i64).collect();
        Places::Swath { lat, lon, micros }
    } else if chance.one_in(3) {
        Places::Points { lat, lon }
    } else {
        let rows = chance.within(1..=count.max(1)).min(700);
        let columns = count.div_ceil(rows);
        Places::Axes { lat: lat.into_iter().cycle().take(rows.min(count)).collect(), lon: lon[..columns].to_vec() }
    }
}

fn values(chance: &mut Chance, gathered: &Gathered, count: usize) -> [Option<Values>; STEPS] {
    let double = chance.one_in(2);
    let mut of_step = |there: bool| {
        there.then(|| {
            let value = |chance: &mut Chance| if chance.one_in(9) { f64::NAN } else { chance.real(-400.0, 400.0) };
            let values: Vec<f64> = (0..count).map(|_| value(chance)).collect();
            if double { Values::F64(values) } else { Values::F32(values.iter().map(|v| *v as f32).collect()) }
        })
    };
    match gathered {
        Gathered::Orbit { .. } => [None, of_step(true), None],
        Gathered::Steps { inputs, .. } => [0, 1, 2].map(|k| of_step(inputs[k].is_some())),
    }
}

fn event(chance: &mut Chance, id: u32, variables: usize, (size, nx): (Size, usize)) -> InterpolatedEvent {
    let count = size.places(chance);
    InterpolatedEvent {
        id,
        cells: Cells::of(0..count as u32, nx as u32),
        lat: coordinates(chance, count, 90.0),
        lon: coordinates(chance, count, 360.0),
        area_km2: (0..count).map(|_| chance.real(1.0, 900.0)).collect(),
        variables: (0..variables).map(|_| on_cells(chance, count)).collect(),
    }
}

fn on_cells(chance: &mut Chance, count: usize) -> InterpolatedValues {
    let scale = chance.pick(&[1e-6, 1.0, 300.0]);
    let empty = chance.one_in(6);
    let value = |chance: &mut Chance| if empty || chance.one_in(7) { f64::NAN } else { chance.real(-scale, scale) };
    let values: Vec<f64> = (0..count).map(|_| value(chance)).collect();
    let there = values.iter().any(|v| !v.is_nan());
    let mut any = || chance.real(-scale, scale);
    let statistics = there.then(|| EventStatistics {
        min: any(),
        max: any(),
        mean: any(),
        std_dev: any(),
        percentiles: [any(), any(), any(), any(), any()],
    });
    let coverage = (0..count).map(|_| chance.share()).collect();
    let in_time = chance.pick(&["exact", "linear", "step", "window", "none"]);
    InterpolatedValues { values, coverage, in_time, statistics }
}
