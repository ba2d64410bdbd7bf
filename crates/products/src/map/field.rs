//! The field as an image: for each pixel of the map the colour of the cell below its middle.

use eventscape_core::{Grid, Values};

use super::colours::{NOTHING, Scale};
use super::drawing::Frame;
use super::view::{Cells, View};

/// Which cell lies below each pixel of the map; made once a job.
pub(super) enum Lookup {
    /// The row of each line of pixels and the column of each column of pixels.
    Lines { rows: Vec<Option<usize>>, cols: Vec<Option<usize>> },
    /// The cell of each pixel, `u32::MAX` where there is none.
    Pixels(Vec<u32>),
}

impl Lookup {
    pub(super) fn new(cells: &Cells, view: &View) -> Self {
        let (e, frame) = (view.extent, view.frame);
        let (width, height) = (frame.width as usize, frame.height as usize);
        match cells {
            Cells::Lines { lon, lat, .. } => {
                let across = (0..width).map(|k| e.west + (k as f64 + 0.5) / width as f64 * (e.east - e.west));
                let down = (0..height).map(|k| e.north - (k as f64 + 0.5) / height as f64 * (e.north - e.south));
                Self::Lines {
                    rows: down.map(|v| between(lat, v)).collect(),
                    cols: across.map(|v| between(lon, v)).collect(),
                }
            }
            Cells::Corners { nx, corners } => Self::Pixels(rasterised(*nx, corners, view)),
        }
    }

    /// The image, and whether a pixel of the grid has no value.
    pub(super) fn image(&self, grid: &Grid, values: &Values, scale: &Scale, frame: Frame) -> (Vec<u8>, bool) {
        let mut missing = false;
        let mut number = |cell: usize| {
            if grid.domain().is_some_and(|domain| domain.get(cell) == Some(&false)) {
                return NOTHING;
            }
            let number = values.get(cell).map_or(NOTHING, |value| scale.number(value));
            missing |= number == NOTHING;
            number
        };
        let (width, height) = (frame.width as usize, frame.height as usize);
        let mut image = Vec::with_capacity(width * height);
        match self {
            Self::Lines { rows, cols } => {
                let mut line: Vec<u8> = Vec::new();
                let mut of = None;
                for row in rows {
                    // neighbouring lines of pixels are often of one row
                    if line.is_empty() || of != *row {
                        of = *row;
                        line.clear();
                        line.extend(cols.iter().map(|col| match (row, col) {
                            (Some(row), Some(col)) => number(row * grid.nx() + col),
                            _ => NOTHING,
                        }));
                    }
                    image.extend_from_slice(&line);
                }
            }
            Self::Pixels(cells) => {
                image.extend(cells.iter().map(|cell| if *cell == u32::MAX { NOTHING } else { number(*cell as usize) }));
            }
        }
        (image, missing)
    }
}

/// The interval of monotonic edges that holds a value.
fn between(edges: &[f64], value: f64) -> Option<usize> {
    let upward = edges.last() > edges.first();
    let past = edges.partition_point(|edge| if upward { *edge <= value } else { *edge >= value });
    (1..edges.len()).contains(&past).then(|| past - 1)
}

fn rasterised(nx: usize, corners: &[(f64, f64)], view: &View) -> Vec<u32> {
    let (width, height) = (view.frame.width as usize, view.frame.height as usize);
    let mut pixels = vec![u32::MAX; width * height];
    let across = nx + 1;
    let rows = (corners.len() / across).saturating_sub(1);
    for row in 0..rows {
        for col in 0..nx {
            let at = row * across + col;
            let quad = [at, at + 1, at + across + 1, at + across].map(|k| {
                let (x, y) = view.pixel(corners[k].0, corners[k].1);
                (x - view.frame.x, y - view.frame.y)
            });
            let (x0, x1) = quad.iter().fold((f32::MAX, f32::MIN), |s, p| (s.0.min(p.0), s.1.max(p.0)));
            let (y0, y1) = quad.iter().fold((f32::MAX, f32::MIN), |s, p| (s.0.min(p.1), s.1.max(p.1)));
            // a cell around the pole or across the far side of the globe has no place on this map
            if f64::from(x1 - x0) > 0.5 * f64::from(view.frame.width) * 360.0 / (view.extent.east - view.extent.west) {
                continue;
            }
            for y in (y0.floor().max(0.0) as usize)..(y1.ceil().max(0.0) as usize).min(height) {
                for x in (x0.floor().max(0.0) as usize)..(x1.ceil().max(0.0) as usize).min(width) {
                    if holds(&quad, (x as f32 + 0.5, y as f32 + 0.5)) {
                        pixels[y * width + x] = (row * nx + col) as u32;
                    }
                }
            }
        }
    }
    pixels
}

fn holds(quad: &[(f32, f32); 4], p: (f32, f32)) -> bool {
    (0..4).fold(false, |inside, k| {
        let (a, b) = (quad[k], quad[(k + 1) % 4]);
        let crosses = (a.1 > p.1) != (b.1 > p.1) && p.0 < (b.0 - a.0) * (p.1 - a.1) / (b.1 - a.1) + a.0;
        inside != crosses
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_of_either_direction_find_their_interval() {
        assert_eq!(between(&[0.0, 1.0, 3.0], 2.0), Some(1));
        assert_eq!(between(&[3.0, 1.0, 0.0], 2.0), Some(0));
        assert_eq!(between(&[0.0, 1.0], 1.5), None);
        assert_eq!(between(&[0.0, 1.0], -0.5), None);
    }
}
