//! The area of a job, and the part of a grid that lies in it.

mod circle;
mod inside;

use std::ops::Range;

use crate::sphere::{
    Polygon, PolygonRings, box_width, check_rings, east_of, half_turn, hull, parse_geojson, parse_wkt,
};
use crate::{CoreError, Grid};

use super::Coordinates;
use circle::column_ranges;

/// The area that a job asks for. Longitudes may be of any convention.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Domain {
    /// All there is.
    #[default]
    Whole,
    /// A box of degrees, bounds included; one that goes 360° or more east takes all longitudes.
    Box {
        /// Western bound; larger than `east` where the box crosses ±180° (or 0°, in a convention of 0…360).
        west: f64,
        /// Southern bound.
        south: f64,
        /// Eastern bound.
        east: f64,
        /// Northern bound.
        north: f64,
    },
    /// Polygons, by the even-odd rule: a cell counts where its centre is inside.
    Polygons(Vec<PolygonRings>),
}

/// A part of a grid: rows, and columns from west to east (two ranges where the part crosses the file's seam).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// The rows.
    pub rows: Range<usize>,
    /// The columns, from west to east.
    pub columns: Vec<Range<usize>>,
}

impl Window {
    /// Number of columns.
    #[must_use]
    pub fn nx(&self) -> usize {
        self.columns.iter().map(ExactSizeIterator::len).sum()
    }
}

impl Domain {
    /// A box, checked.
    ///
    /// # Errors
    /// [`CoreError::Domain`] for a bound that is not a number or out of range, or for south above north.
    pub fn new_box(west: f64, south: f64, east: f64, north: f64) -> Result<Self, CoreError> {
        let wrong = |text: String| Err(CoreError::Domain(text));
        if ![west, south, east, north].iter().all(|v| v.is_finite()) {
            return wrong(format!("the box {west},{south},{east},{north} has a bound that is not a number"));
        }
        if south.abs() > 90.0 || north.abs() > 90.0 || west.abs() > 720.0 || east.abs() > 720.0 {
            return wrong(format!(
                "the box {west},{south},{east},{north} leaves the Earth; give west,south,east,north in degrees"
            ));
        }
        if south > north {
            return wrong(format!("the box has its south {south} above its north {north}; give west,south,east,north"));
        }
        Ok(Self::Box { west, south, east, north })
    }

    /// Polygons from WKT (`POLYGON`, `MULTIPOLYGON`) or GeoJSON (a geometry, feature or collection of features).
    ///
    /// # Errors
    /// [`CoreError::Domain`] says what could not be understood.
    ///
    /// ```
    /// use eventscape_core::grid::Domain;
    ///
    /// let area = Domain::parse_polygon("POLYGON((170 -5, -170 -5, -170 5, 170 5, 170 -5))")?;
    /// assert_eq!(area.bounds(), Some([170.0, -5.0, -170.0, 5.0]));
    /// # Ok::<(), eventscape_core::CoreError>(())
    /// ```
    pub fn parse_polygon(text: &str) -> Result<Self, CoreError> {
        const LONGEST: usize = 64 << 20;
        if text.len() > LONGEST {
            return Err(CoreError::Domain(format!("the polygon has {} characters; {LONGEST} are allowed", text.len())));
        }
        let polygons = if text.trim_start().starts_with('{') { parse_geojson(text)? } else { parse_wkt(text)? };
        check_rings(&polygons)?;
        Ok(Self::Polygons(polygons))
    }

    /// West, south, east, north of the domain; `None` for the whole. `west > east` where it crosses ±180°.
    #[must_use]
    pub fn bounds(&self) -> Option<[f64; 4]> {
        match self {
            Self::Whole => None,
            Self::Box { west, south, east, north } => Some([*west, *south, *east, *north]),
            Self::Polygons(polygons) => {
                let polygons: Vec<Polygon> = polygons.iter().map(Polygon::new).collect();
                let (west, width) = hull(polygons.iter().map(|p| (p.west, p.east - p.west)));
                let south = polygons.iter().map(|p| p.south).fold(f64::INFINITY, f64::min);
                let north = polygons.iter().map(|p| p.north).fold(f64::NEG_INFINITY, f64::max);
                Some(if width >= 360.0 {
                    [-180.0, south, 180.0, north]
                } else {
                    [half_turn(west), south, half_turn(west + width), north]
                })
            }
        }
    }

    /// The part of a grid that lies in the domain, and the grid cut to it. Cells of the part that lie outside a polygon are
    /// outside the grid's [`Grid::domain`].
    ///
    /// A cell lies in a box if its centre does, bounds included (a bound may be off by the rounding of float32).
    ///
    /// # Errors
    /// [`CoreError::Domain`] where no cell lies in the domain; it tells the grid's extent.
    ///
    /// ```
    /// use eventscape_core::Grid;
    /// use eventscape_core::grid::Domain;
    ///
    /// let globe = Grid::rectilinear(vec![-10.0, 0.0, 10.0], (0..36).map(|k| -175.0 + 10.0 * f64::from(k)).collect())?;
    /// // a box across ±180°: the window has two parts, from west to east
    /// let (window, part) = Domain::new_box(160.0, -5.0, -160.0, 15.0)?.select(&globe)?;
    /// assert_eq!((window.rows, window.columns), (1..3, vec![34..36, 0..2]));
    /// assert_eq!((part.ny(), part.nx()), (2, 4));
    /// # Ok::<(), eventscape_core::CoreError>(())
    /// ```
    pub fn select(&self, grid: &Grid) -> Result<(Window, Grid), CoreError> {
        match self {
            Self::Whole => {
                let window = Window { rows: 0..grid.ny(), columns: vec![0..grid.nx()] };
                Ok((window, grid.clone()))
            }
            Self::Box { west, south, east, north } => {
                let inside = BoxTest::new(*west, *south, *east, *north);
                match grid.coordinates() {
                    Coordinates::Rectilinear { lat, lon } => {
                        let rows = span(lat.iter().map(|a| inside.has_lat(*a)));
                        let columns = column_ranges(lon, |o| inside.has_lon(o), inside.west, grid.is_periodic());
                        let window = rows.zip(columns).map(|(rows, columns)| Window { rows, columns });
                        let window = window.ok_or_else(|| self.empty(grid))?;
                        let cut = grid.window(&window)?;
                        Ok((window, cut))
                    }
                    of_cells => {
                        let centres = of_cells.latitudes().iter().zip(of_cells.longitudes());
                        let cells = centres.map(|(a, o)| inside.has_lat(*a) && inside.has_lon(*o)).collect();
                        self.cut_to_cells(grid, cells)
                    }
                }
            }
            Self::Polygons(polygons) => {
                let polygons: Vec<Polygon> = polygons.iter().map(Polygon::new).collect();
                self.cut_to_cells(grid, inside::cells_inside(grid, &polygons))
            }
        }
    }

    fn cut_to_cells(&self, grid: &Grid, cells: Vec<bool>) -> Result<(Window, Grid), CoreError> {
        let nx = grid.nx();
        if grid.mesh().is_some() {
            // the cells of a mesh lie in no order that a window could cut
            if !cells.contains(&true) {
                return Err(self.empty(grid));
            }
            return Ok((Window { rows: 0..1, columns: vec![0..nx] }, grid.clone().with_domain(cells)?));
        }
        let rows = span(cells.chunks(nx).map(|row| row.contains(&true))).ok_or_else(|| self.empty(grid))?;
        let mut used = vec![false; nx];
        for row in cells.chunks(nx) {
            used.iter_mut().zip(row).for_each(|(u, c)| *u |= c);
        }
        let columns = circle::used_columns(&used, grid.is_periodic());
        let window = Window { rows, columns };
        let cut = grid.clone().with_domain(cells)?.window(&window)?;
        Ok((window, cut))
    }

    fn empty(&self, grid: &Grid) -> CoreError {
        let (lats, lons) = (grid.coordinates().latitudes(), grid.coordinates().longitudes());
        let extent = |v: &[f64]| {
            (v.iter().copied().fold(f64::INFINITY, f64::min), v.iter().copied().fold(f64::NEG_INFINITY, f64::max))
        };
        let ((south, north), (west, east)) = (extent(lats), extent(lons));
        let asked = match self {
            Self::Box { west, south, east, north } => format!("the box {west},{south},{east},{north}"),
            _ => "the polygon".to_owned(),
        };
        CoreError::Domain(format!(
            "no cell's centre lies in {asked}; the grid has latitudes {south}..{north} and longitudes {west}..{east}"
        ))
    }
}

/// The range from the first to the last `true`.
fn span(flags: impl Iterator<Item = bool>) -> Option<Range<usize>> {
    let mut range: Option<Range<usize>> = None;
    for (at, _) in flags.enumerate().filter(|(_, flag)| *flag) {
        range = Some(range.map_or(at, |r| r.start)..at + 1);
    }
    range
}

/// A box with its bounds widened by the rounding of float32 coordinates.
struct BoxTest {
    west: f64,
    width: f64,
    south: f64,
    north: f64,
}

/// Float32 longitudes near 180 are rounded by up to 8e-6°.
const ROUNDING_DEG: f64 = 1e-5;

impl BoxTest {
    fn new(west: f64, south: f64, east: f64, north: f64) -> Self {
        let width = if east - west >= 360.0 - ROUNDING_DEG { 360.0 } else { box_width(west, east) };
        Self { west, width, south, north }
    }

    fn has_lat(&self, lat: f64) -> bool {
        lat >= self.south - ROUNDING_DEG && lat <= self.north + ROUNDING_DEG
    }

    fn has_lon(&self, lon: f64) -> bool {
        east_of(lon + ROUNDING_DEG, self.west) <= self.width + 2.0 * ROUNDING_DEG
    }
}
