//! Which way of regridding, and the choice by the two grids.

use crate::grid::Coordinates;
use crate::sphere::half_turn;
use crate::{CoreError, Grid};

/// How values of a source reach a cell of the mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// The source's cell at the same place: its centre at most half a cell away. For equal grids; floats are never compared
    /// for equality, so coordinates that differ by rounding lose no cell.
    Collocation,
    /// The source's cell in which the centre lies, however far the centres are apart.
    Nearest,
    /// Bilinear between the four centres around (on points: on the triangles of a Delaunay triangulation). Where some of
    /// the corners are missing, the weights of the others are scaled up as long as they hold half of the weight.
    Linear,
    /// The mean of the source's cells that overlap the cell, each weighing as much as its whole area.
    Mean,
    /// The mean weighted by the area of the overlap (first-order conservative, Jones 1999): the integral is kept.
    Conservative,
}

impl Method {
    /// All of them with their names.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Collocation, "collocation"),
        (Self::Nearest, "nearest"),
        (Self::Linear, "linear"),
        (Self::Mean, "mean"),
        (Self::Conservative, "conservative"),
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(method, _)| *method == self).map_or("", |(_, name)| name)
    }

    /// The method of a name.
    ///
    /// # Errors
    /// [`CoreError::Grid`] with the names that there are.
    pub fn parse(name: &str) -> Result<Self, CoreError> {
        let found = Self::ALL.iter().find(|(_, known)| known.eq_ignore_ascii_case(name.trim()));
        found.map(|(method, _)| *method).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|(_, name)| *name).collect();
            CoreError::Grid(format!("`{name}` is no way of regridding; there are {}", names.join(", ")))
        })
    }

    /// The choice by the spacings (latitude, longitude; degrees), as TOS2CA makes it: equal to three decimals,
    /// collocation; the mask finer both ways, linear; otherwise the mean.
    #[must_use]
    pub fn choose(mask: (f64, f64), source: (f64, f64)) -> Self {
        let thousandths = |degrees: f64| (degrees.abs() * 1000.0).round_ties_even();
        let (mask, source) =
            ((thousandths(mask.0), thousandths(mask.1)), (thousandths(source.0), thousandths(source.1)));
        if mask == source {
            Self::Collocation
        } else if mask.0 < source.0 && mask.1 < source.1 {
            Self::Linear
        } else {
            Self::Mean
        }
    }
}

/// Length of a degree of a great circle.
pub(super) const KM_PER_DEGREE: f64 = 111.195;

/// The usual distance of a grid's rows and of its columns, degrees; of one row or column, one degree.
#[must_use]
pub fn spacing(grid: &Grid) -> (f64, f64) {
    let usual = |mut differences: Vec<f64>| {
        differences.retain(|d| d.is_finite());
        differences.sort_by(f64::total_cmp);
        differences.get(differences.len() / 2).copied().unwrap_or(1.0)
    };
    let steps =
        |values: &mut dyn Iterator<Item = (f64, f64)>| usual(values.map(|(a, b)| half_turn(b - a).abs()).collect());
    match grid.coordinates() {
        Coordinates::Rectilinear { lat, lon } => {
            (steps(&mut lat.windows(2).map(|w| (w[0], w[1]))), steps(&mut lon.windows(2).map(|w| (w[0], w[1]))))
        }
        Coordinates::Mesh(mesh) => {
            // cells have one size in all directions: the side of a square of their usual area
            let side = usual(mesh.areas().iter().map(|area| area.sqrt() / KM_PER_DEGREE).collect());
            (side, side)
        }
        Coordinates::Curvilinear { lat, lon } => {
            let nx = grid.nx();
            // the distance to the next cell of the column, and to the next of the row, in degrees of arc
            let arc = |a: usize, b: usize| {
                let (p, q) = (lat.get(a)?, lat.get(b)?);
                let east = half_turn(lon.get(b)? - lon.get(a)?) * (0.5 * (p + q)).to_radians().cos();
                Some((q - p).hypot(east))
            };
            let down = (0..lat.len().saturating_sub(nx)).filter_map(|k| arc(k, k + nx)).collect();
            let across = (0..lat.len()).filter(|k| (k + 1) % nx.max(1) != 0).filter_map(|k| arc(k, k + 1)).collect();
            (usual(down), usual(across))
        }
    }
}
