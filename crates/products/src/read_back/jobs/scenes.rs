//! Random scenes: fields, masks, and the components that a plain flood fill finds in them.

use eventscape_core::time::Calendar;
use eventscape_core::{Cells, Component, Connectivity, Description, Grid, SceneComponents, Timestamp, Values};
use eventscape_testkit::oracle;

use crate::read_back::chance::Chance;

/// Times of one calendar, ascending, at even or uneven steps.
pub(super) fn times(chance: &mut Chance, count: usize) -> Vec<Timestamp> {
    let calendar = chance.pick(&[
        Calendar::Standard,
        Calendar::Standard,
        Calendar::ProlepticGregorian,
        Calendar::Julian,
        Calendar::NoLeap,
        Calendar::AllLeap,
        Calendar::Day360,
    ]);
    let second: i64 = 1_000_000;
    let mut micros = chance.within(0..=4_000_000_000) as i64 * second - 2_000_000_000 * second;
    let step = chance.pick(&[1, 30, 60, 1800, 3600, 86_400]) * second;
    let uneven = chance.one_in(4);
    (0..count)
        .map(|_| {
            let time = Timestamp::from_micros(calendar, micros);
            micros += if uneven { chance.within(1..=step as usize) as i64 } else { step };
            time
        })
        .collect()
}

/// Whether missing cells may be inside of components, as trackers that fill them have it.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    pub(super) double: bool,
    pub(super) filled: bool,
}

/// The components of a random field.
pub(super) fn scene(chance: &mut Chance, grid: &Grid, time: Timestamp, rules: Rules) -> SceneComponents {
    let (ny, nx) = (grid.ny(), grid.nx());
    let field = field(chance, ny, nx);
    let level = chance.real(0.2, 1.2);
    let belongs = |cell: usize| grid.domain().is_none_or(|domain| domain[cell]);
    let is_inside = |(cell, value): (usize, &f32)| {
        belongs(cell) && (*value > level as f32 || rules.filled && value.is_nan() && cell % 3 == 0)
    };
    let mask: Vec<bool> = field.iter().enumerate().map(is_inside).collect();
    let connectivity = chance.pick(&[Connectivity::Four, Connectivity::Eight]);
    let least = chance.pick(&[1, 1, 2, 5]);
    let mut scene = oracle::components(time, &field, &mask, (ny, nx), connectivity, grid.is_periodic(), least);
    scene.missing = missing(&field, nx);
    scene.components.iter_mut().for_each(|component| component.description = description(chance, component));
    if let (true, Values::F32(values)) = (rules.double, &scene.values) {
        scene.values = Values::F64(values.iter().map(|v| f64::from(*v) + 1e-9).collect());
    }
    scene
}

/// Waves, and on small grids noise; cells without a value in stretches.
fn field(chance: &mut Chance, ny: usize, nx: usize) -> Vec<f32> {
    let noise = if ny * nx < 5000 { chance.pick(&[0.0, 0.3, 1.0]) } else { 0.0 };
    let (a, b, c) = (chance.real(0.02, 0.9), chance.real(0.02, 0.9), chance.real(0.0, 6.0));
    let mut field = Vec::with_capacity(ny * nx);
    for row in 0..ny {
        let y = (a * row as f64 + c).sin();
        for col in 0..nx {
            let mut value = y + (b * col as f64 - c).cos();
            if noise > 0.0 {
                value += noise * chance.real(-1.0, 1.0);
            }
            field.push(value as f32);
        }
    }
    for _ in 0..chance.within(0..=6) {
        let start = chance.within(0..=field.len() - 1);
        let end = (start + chance.within(1..=2 * nx)).min(field.len());
        field[start..end].fill(f32::NAN);
    }
    field
}

fn missing(field: &[f32], nx: usize) -> Cells {
    let cells = field.iter().enumerate().filter(|(_, value)| value.is_nan()).map(|(cell, _)| cell as u32);
    Cells::of(cells, nx as u32)
}

/// Numbers that differ from each other, so that none can stand in another one's place.
fn description(chance: &mut Chance, component: &Component) -> Description {
    let no_value = chance.one_in(10);
    let mut value = || if no_value { f64::NAN } else { chance.real(-500.0, 500.0) };
    let (min, mean, max, std_dev) = (value(), value(), value(), value());
    let mut any = |low: f64, high: f64| chance.real(low, high);
    Description {
        area_km2: any(1.0, 1e7) + f64::from(component.cells),
        centroid_lat: any(-90.0, 90.0),
        centroid_lon: any(-180.0, 360.0),
        south: any(-90.0, 0.0),
        north: any(0.0, 90.0),
        west: any(-180.0, 180.0),
        east: any(-180.0, 360.0),
        min,
        mean,
        max,
        std_dev,
        perimeter_km: any(0.0, 1e5),
        major_axis_km: any(0.0, 1e4),
        minor_axis_km: any(0.0, 1e3),
        eccentricity: any(0.0, 1.0),
        orientation_deg: any(0.0, 180.0),
        touches_edge: chance.one_in(2),
    }
}
