//! Cells by their centres.

use eventscape_core::Grid;
use eventscape_core::grid::Coordinates;

/// Centres that differ by less are the same, degrees.
const SAME: f64 = 1e-4;

/// Finds cells by their centres, which are float32 in one file and float64 in another.
#[derive(Debug)]
pub(super) enum Places {
    /// Values of rows and of columns, each with its place, ascending.
    Axes { rows: Vec<(f64, u32)>, columns: Vec<(f64, u32)> },
    /// Cells by their bands of latitude, and by longitude within a band.
    Bands(Vec<u32>),
}

impl Places {
    pub(super) fn of(grid: &Grid) -> Self {
        match grid.coordinates() {
            Coordinates::Rectilinear { lat, lon } => Self::Axes { rows: sorted(lat), columns: sorted(lon) },
            of_cells => {
                let (lat, lon) = (of_cells.latitudes(), of_cells.longitudes());
                let mut cells: Vec<u32> = (0..lat.len() as u32).collect();
                let key = |cell: &u32| Some((band(*lat.get(*cell as usize)?), *lon.get(*cell as usize)?));
                cells.sort_by(|a, b| match (key(a), key(b)) {
                    (Some((band, x)), Some((other, y))) => band.cmp(&other).then(x.total_cmp(&y)),
                    (a, b) => a.is_some().cmp(&b.is_some()),
                });
                Self::Bands(cells)
            }
        }
    }

    /// The cell with a centre; of several, the first of the grid.
    pub(super) fn cell(&self, grid: &Grid, lat: f64, lon: f64) -> Option<u32> {
        match (self, grid.coordinates()) {
            (Self::Axes { rows, columns }, _) => {
                Some(on_axis(rows, lat)? * u32::try_from(grid.nx()).ok()? + on_axis(columns, lon)?)
            }
            (Self::Bands(_), Coordinates::Rectilinear { .. }) => None,
            (Self::Bands(cells), of_cells) => {
                let (lats, lons) = (of_cells.latitudes(), of_cells.longitudes());
                let at = |cell: u32| Some((*lats.get(cell as usize)?, *lons.get(cell as usize)?));
                let own = band(lat);
                let near = (own.saturating_sub(1)..=own.saturating_add(1)).flat_map(|wanted| {
                    let before = |cell: &u32| {
                        at(*cell).is_some_and(|(y, x)| {
                            let of = band(y);
                            of < wanted || of == wanted && x.total_cmp(&(lon - SAME)).is_lt()
                        })
                    };
                    let rest = cells.get(cells.partition_point(before)..).unwrap_or_default();
                    rest.iter()
                        .copied()
                        .take_while(move |cell| at(*cell).is_some_and(|(y, x)| band(y) == wanted && x < lon + SAME))
                });
                let is_it =
                    |cell: &u32| at(*cell).is_some_and(|(y, x)| (y - lat).abs() < SAME && (x - lon).abs() < SAME);
                near.filter(is_it).min()
            }
        }
    }
}

/// The band of latitude, one as high as centres may differ.
fn band(lat: f64) -> i64 {
    (lat / SAME).floor() as i64
}

fn sorted(values: &[f64]) -> Vec<(f64, u32)> {
    let mut all: Vec<(f64, u32)> = values.iter().enumerate().map(|(k, v)| (*v, k as u32)).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    all
}

fn on_axis(axis: &[(f64, u32)], x: f64) -> Option<u32> {
    let k = axis.partition_point(|(v, _)| *v < x - SAME);
    axis.get(k).filter(|(v, _)| (v - x).abs() <= SAME).map(|(_, place)| *place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_turned_grids_are_found_by_their_centres() {
        // turned by a sixth of a right angle, so that no two cells are of one latitude or longitude
        let (ny, nx) = (37, 53);
        let (cos, sin) = (15.0_f64.to_radians().cos(), 15.0_f64.to_radians().sin());
        let place = |k: usize| ((k / nx) as f64 * 0.1, (k % nx) as f64 * 0.1);
        let lat: Vec<f64> = (0..ny * nx).map(place).map(|(y, x)| y * cos - x * sin).collect();
        let lon: Vec<f64> = (0..ny * nx).map(place).map(|(y, x)| y * sin + x * cos).collect();
        let grid = Grid::curvilinear(ny, nx, lat.clone(), lon.clone()).unwrap();
        let places = Places::of(&grid);
        for (k, (lat, lon)) in lat.iter().zip(&lon).enumerate() {
            let known = Some(k as u32);
            // as float32 has them, and across the edge of a band on either side
            for (dy, dx) in [(0.0, 0.0), (0.9e-4, -0.9e-4), (-0.9e-4, 0.9e-4)] {
                assert_eq!(places.cell(&grid, lat + dy, lon + dx), known, "{k}");
            }
            let rounded = (f64::from(*lat as f32), f64::from(*lon as f32));
            assert_eq!(places.cell(&grid, rounded.0, rounded.1), known, "{k}");
            assert_eq!(places.cell(&grid, lat + 0.02, *lon), None, "{k}");
        }
        assert_eq!(places.cell(&grid, f64::NAN, 0.0), None);
    }

    #[test]
    fn of_cells_with_one_centre_the_first_is_found() {
        let grid = Grid::curvilinear(2, 2, vec![5.0, 5.0, 5.00005, 6.0], vec![7.0; 4]).unwrap();
        let places = Places::of(&grid);
        assert_eq!(places.cell(&grid, 5.00004, 7.0), Some(0));
        assert_eq!(places.cell(&grid, 6.0, 7.0), Some(3));
    }

    #[test]
    fn cells_of_plain_grids_are_found_on_their_axes() {
        let grid = Grid::rectilinear(vec![2.0, 1.0, 0.0], vec![179.5, -179.5]).unwrap();
        let places = Places::of(&grid);
        assert_eq!(places.cell(&grid, 0.000_05, -179.5), Some(5));
        assert_eq!(places.cell(&grid, 0.5, -179.5), None);
    }
}
