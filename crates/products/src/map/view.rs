//! Where the map lies: its extent in degrees and its frame in pixels.

use eventscape_core::Grid;
use eventscape_core::sphere::{eastward, near};

use super::drawing::Frame;

/// A box in degrees; `east` is above `west`, and may be above 180.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Extent {
    pub(super) west: f64,
    pub(super) south: f64,
    pub(super) east: f64,
    pub(super) north: f64,
}

/// The edges of the grid's cells, longitudes without jumps.
pub(super) enum Cells {
    Lines {
        lon: Vec<f64>,
        lat: Vec<f64>,
        periodic: bool,
    },
    /// Longitude and latitude of `(ny + 1) * (nx + 1)` corners; longitudes within 180° of the middle of the grid.
    Corners {
        nx: usize,
        corners: Vec<(f64, f64)>,
    },
}

impl Cells {
    /// Number of columns.
    pub(super) fn columns(&self) -> u32 {
        match self {
            Self::Lines { lon, .. } => lon.len() as u32 - 1,
            Self::Corners { nx, .. } => *nx as u32,
        }
    }

    pub(super) fn of(grid: &Grid) -> (Self, Extent) {
        let (cells, lon, lat) = match (grid.lon_edges(), grid.lat_edges()) {
            (Some(lon), Some(lat)) => {
                let spans = (span(lon.iter().copied()), span(lat.iter().copied()));
                (Self::Lines { lon, lat, periodic: grid.is_periodic() }, spans.0, spans.1)
            }
            _ => {
                let corners = grid.corners();
                let (sin, cos) = corners.iter().fold((0.0, 0.0), |(sin, cos), (lat, lon)| {
                    let (lat, lon) = (lat.to_radians(), lon.to_radians());
                    (sin + lat.cos() * lon.sin(), cos + lat.cos() * lon.cos())
                });
                let middle = f64::atan2(sin, cos).to_degrees();
                let corners: Vec<(f64, f64)> = corners.into_iter().map(|(lat, lon)| (near(lon, middle), lat)).collect();
                let spans = (span(corners.iter().map(|c| c.0)), span(corners.iter().map(|c| c.1)));
                let cells = match grid.mesh() {
                    // maps of meshes are refused: only their extent matters
                    Some(_) => Self::Lines {
                        lon: vec![spans.0.0, spans.0.1],
                        lat: vec![spans.1.0, spans.1.1],
                        periodic: false,
                    },
                    None => Self::Corners { nx: grid.nx(), corners },
                };
                (cells, spans.0, spans.1)
            }
        };
        (cells, Extent { west: lon.0, east: lon.1, south: lat.0, north: lat.1 })
    }
}

/// Smallest and largest; never equal.
fn span(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
    if low.is_finite() && high - low > 1e-9 { (low, high) } else { (low.max(-1e3) - 0.5, low.max(-1e3) + 0.5) }
}

/// An extent and its frame: a plate carrée, stretched as the layout wants it.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    pub(super) extent: Extent,
    pub(super) frame: Frame,
}

impl View {
    pub(super) fn x(&self, lon: f64) -> f32 {
        let share = (lon - self.extent.west) / (self.extent.east - self.extent.west);
        self.frame.x + (share * f64::from(self.frame.width)) as f32
    }

    pub(super) fn y(&self, lat: f64) -> f32 {
        let share = (self.extent.north - lat) / (self.extent.north - self.extent.south);
        self.frame.y + (share * f64::from(self.frame.height)) as f32
    }

    pub(super) fn pixel(&self, lon: f64, lat: f64) -> (f32, f32) {
        (self.x(lon), self.y(lat))
    }

    /// The longitude, a turn more or less, that lies in the extent, if one does.
    pub(super) fn wrapped(&self, lon: f64) -> f64 {
        eastward(lon, self.extent.west)
    }
}

/// Sizes of a picture.
pub(super) struct Layout {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) map: Frame,
    /// The colour bar, upright at the right or lying below.
    pub(super) bar: Frame,
    pub(super) upright: bool,
    /// Base line of the row of explanations at the bottom.
    pub(super) foot: f32,
}

const WIDEST: f64 = 1120.0;
const HIGHEST: f64 = 720.0;
const LEAST_WIDTH: f64 = 240.0;
const LEAST_HEIGHT: f64 = 170.0;
const LEFT: f32 = 66.0;
const TOP: f32 = 72.0;

impl Layout {
    /// The sizes for an extent. Degrees of longitude are as long as they are in the middle latitude (on maps of less than
    /// 100° of latitude); a map that would be too flat or too narrow is stretched to 170 by 240 pixels.
    pub(super) fn of(extent: Extent) -> Self {
        let (wide, high) = (extent.east - extent.west, extent.north - extent.south);
        let middle = f64::midpoint(extent.south, extent.north).to_radians();
        let shrink = if high < 100.0 { middle.cos().max(0.35) } else { 1.0 };
        let ratio = wide * shrink / high;
        let width = WIDEST.min(HIGHEST * ratio);
        let height = (width / ratio).clamp(LEAST_HEIGHT, HIGHEST).round() as f32;
        let width = width.max(LEAST_WIDTH).round() as f32;
        let upright = width < 2.2 * height;
        let (right, below) = if upright { (118.0, 0.0) } else { (30.0, 64.0) };
        let picture = (LEFT + width + right).max(660.0);
        let x = (LEFT + (picture - LEFT - width - right) / 2.0).round();
        let map = Frame { x, y: TOP, width, height };
        let bar = if upright {
            Frame { x: map.right() + 22.0, y: map.y, width: 16.0, height }
        } else {
            let bar = (width * 0.5).max(300.0).min(width);
            Frame { x: (x + (width - bar) / 2.0).round(), y: map.bottom() + 40.0, width: bar, height: 14.0 }
        };
        let foot = map.bottom() + 50.0 + below;
        Self { width: picture as u32, height: (foot + 16.0) as u32, map, bar, upright, foot }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(wide: f64, high: f64) -> Layout {
        Layout::of(Extent { west: 0.0, east: wide, south: 0.0, north: high })
    }

    #[test]
    fn pictures_are_of_a_fair_size_whatever_the_grid() {
        for (wide, high) in [(360.0, 180.0), (108.0, 4.5), (1.0, 1.0), (0.1, 60.0), (40.0, 25.0), (1e-6, 1e-6)] {
            let layout = layout(wide, high);
            assert!((660..=1400).contains(&layout.width) && (300..=960).contains(&layout.height), "{wide} {high}");
            assert!(layout.map.x >= LEFT && layout.map.width >= 240.0 && layout.map.height >= 170.0);
            assert!(layout.bar.right() < layout.width as f32 && layout.bar.bottom() < layout.height as f32);
        }
    }

    #[test]
    fn a_flat_map_has_its_colour_bar_below() {
        assert!(!layout(108.0, 4.5).upright);
        assert!(layout(40.0, 30.0).upright);
    }
}
