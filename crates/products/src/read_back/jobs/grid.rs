//! Random grids.

use eventscape_core::Grid;

use crate::read_back::chance::Chance;

/// Rows and columns: one cell, a few, those at which chunks are cut, up to millions.
pub(super) fn shape(chance: &mut Chance, seed: u64) -> (usize, usize) {
    match seed / 10 % 12 {
        0 => (1, 1),
        1 => (1, chance.within(2..=40)),
        2 => (chance.within(2..=40), 1),
        3 => (chance.within(1..=3), chance.pick(&[511, 512, 513, 1023, 1024, 1025, 1537])),
        4 => (chance.pick(&[511, 512, 513, 1025]), chance.within(1..=3)),
        // curvilinear coordinates of these sizes are blocks around what the netCDF writer holds
        5 => (chance.within(90..=130), chance.within(450..=900)),
        6 => (chance.within(360..=365), chance.within(715..=725)),
        7 => (chance.within(700..=2000), chance.within(700..=2000)),
        _ => (chance.within(2..=50), chance.within(2..=70)),
    }
}

/// A grid of that shape: rectilinear in any order and convention, or curvilinear; some with cells outside the domain.
pub(super) fn grid(chance: &mut Chance, (ny, nx): (usize, usize)) -> Grid {
    // two-dimensional coordinates and their bounds take 80 bytes a cell
    let grid =
        if chance.one_in(3) && ny * nx < 300_000 { curvilinear(chance, ny, nx) } else { rectilinear(chance, ny, nx) };
    if grid.len() < 2 || !chance.one_in(4) {
        return grid;
    }
    // a slanted edge, and single cells
    let (slope, edge) = (chance.real(-1.0, 1.0), chance.real(0.2, 0.8) * nx as f64);
    let mut domain: Vec<bool> = (0..ny * nx)
        .map(|cell| ((cell % nx) as f64) < edge + slope * (cell / nx) as f64 && !(cell + 1).is_multiple_of(11))
        .collect();
    domain[0] = true;
    grid.with_domain(domain).unwrap()
}

fn rectilinear(chance: &mut Chance, ny: usize, nx: usize) -> Grid {
    let span = |chance: &mut Chance, n: usize, most: f64| (chance.pick(&[0.01, 0.25, 1.0, 2.5]) * n as f64).min(most);
    let height = span(chance, ny, 178.0);
    let south = chance.real(-89.0, 89.0 - height);
    let uneven = chance.one_in(3);
    let mut lat = axis(chance, south, height, ny, uneven);
    if chance.one_in(2) {
        lat.reverse();
    }
    let globe = nx >= 4 && chance.one_in(4);
    let width = if globe { 360.0 } else { span(chance, nx, 340.0) };
    // the convention: -180..180, 0..360; the grid may begin anywhere and go across its seam
    let first: f64 = chance.pick(&[-180.0, 0.0]);
    let west = if globe { first } else { first + chance.real(0.0, 359.0) };
    let lon = axis(chance, west, width, nx, uneven && !globe);
    let lon = lon.into_iter().map(|x| if x >= first + 360.0 { x - 360.0 } else { x });
    // many files have float32 coordinates
    let single = chance.one_in(3) && width / nx as f64 > 0.1 && height / ny as f64 > 0.1;
    let kept = |x: f64| if single { f64::from(x as f32) } else { x };
    Grid::rectilinear(lat.into_iter().map(kept).collect(), lon.map(kept).collect()).unwrap()
}

/// Centres of `n` cells from `start`, of one width or of several.
fn axis(chance: &mut Chance, start: f64, length: f64, n: usize, uneven: bool) -> Vec<f64> {
    let widths: Vec<f64> = (0..n).map(|_| if uneven { chance.real(0.5, 1.5) } else { 1.0 }).collect();
    let scale = length / widths.iter().sum::<f64>();
    let mut edge = start;
    widths
        .iter()
        .map(|width| {
            edge += width * scale;
            edge - 0.5 * width * scale
        })
        .collect()
}

fn curvilinear(chance: &mut Chance, ny: usize, nx: usize) -> Grid {
    let step = (60.0 / ny.max(nx) as f64).min(1.0);
    let (south, west) = (chance.real(-70.0, 10.0), chance.pick(&[-170.0, -10.0, 100.0, 170.0]));
    let turn = chance.real(-0.4, 0.4);
    let place = |row: f64, col: f64| {
        let lat = south + step * (row + turn * col) * 0.8 + 0.2 * step * (0.3 * col).sin();
        let lon = west + step * (col - turn * row) + 0.2 * step * (0.2 * row).cos();
        (lat.clamp(-85.0, 85.0), if lon > 180.0 { lon - 360.0 } else { lon })
    };
    let (lat, lon) = (0..ny * nx).map(|cell| place((cell / nx) as f64, (cell % nx) as f64)).unzip();
    Grid::curvilinear(ny, nx, lat, lon).unwrap()
}
