//! TOS2CA's interpolator, number for number (its faults included, see docs/correctness.md).
//!
//! It knows curated values as rows of float32 latitude, longitude and value in the order of columns, and the mask's cells by
//! their float32 coordinates.

use super::Method;

/// The values that TOS2CA gives to cells: NaN where it has none.
///
/// `lat` and `lon` are the axes of the window, `values` row-major. Collocation compares coordinates for equality, linear
/// takes the two triangles of each box of four centres (here cut from south-west to north-east), the mean takes all values
/// within one spacing each way, bounds included, missing ones left out.
#[must_use]
pub fn interpolate(
    method: Method,
    lat: &[f32],
    lon: &[f32],
    values: &[f32],
    spacing: (f64, f64),
    cells: &[(f32, f32)],
) -> Vec<f64> {
    let nx = lon.len();
    let at = |row: usize, column: usize| values.get(row * nx + column).map_or(f64::NAN, |v| f64::from(*v));
    let one = |(a, o): &(f32, f32)| match method {
        Method::Collocation => {
            let row = lat.iter().position(|x| x == a);
            let column = lon.iter().position(|x| x == o);
            row.zip(column).map_or(f64::NAN, |(row, column)| at(row, column))
        }
        Method::Mean | Method::Conservative | Method::Nearest => {
            let (a, o) = (f64::from(*a), f64::from(*o));
            let inside = |x: f32, centre: f64, reach: f64| {
                let x = f64::from(x);
                x >= centre - reach && x <= centre + reach
            };
            let rows: Vec<usize> = (0..lat.len()).filter(|r| inside(lat[*r], a, spacing.0)).collect();
            let columns: Vec<usize> = (0..nx).filter(|c| inside(lon[*c], o, spacing.1)).collect();
            let found: Vec<f32> = columns
                .iter()
                .flat_map(|column| rows.iter().map(|row| at(*row, *column) as f32).collect::<Vec<_>>())
                .collect();
            mean(&found)
        }
        Method::Linear => triangle(lat, lon, &at, f64::from(*a), f64::from(*o)),
    };
    cells.iter().map(one).collect()
}

/// numpy's `nanmean` of float32 values: added up in float32, in the order that numpy has for up to 128 of them.
fn mean(values: &[f32]) -> f64 {
    let valid = values.iter().filter(|v| !v.is_nan()).count();
    if valid == 0 {
        return f64::NAN;
    }
    let zeroed: Vec<f32> = values.iter().map(|v| if v.is_nan() { 0.0 } else { *v }).collect();
    f64::from(pairwise(&zeroed) / valid as f32)
}

fn pairwise(values: &[f32]) -> f32 {
    const LANES: usize = 8;
    const BLOCK: usize = 128;
    if values.len() < LANES {
        return values.iter().fold(-0.0, |sum, v| sum + v);
    }
    if values.len() > BLOCK {
        let half = values.len() / 2;
        let (a, b) = values.split_at(half - half % LANES);
        return pairwise(a) + pairwise(b);
    }
    let mut lanes = [0.0f32; LANES];
    let groups = values.chunks_exact(LANES);
    let rest = groups.remainder();
    for (k, group) in groups.enumerate() {
        for (lane, v) in lanes.iter_mut().zip(group) {
            *lane = if k == 0 { *v } else { *lane + v };
        }
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    rest.iter().fold(((a + b) + (c + d)) + ((e + f) + (g + h)), |sum, v| sum + v)
}

/// Linear on the triangle of a box that holds the point; NaN outside, and where a corner of the triangle is missing.
fn triangle(lat: &[f32], lon: &[f32], at: &impl Fn(usize, usize) -> f64, a: f64, o: f64) -> f64 {
    let (Some((r, y)), Some((c, x))) = (share(lat, a), share(lon, o)) else { return f64::NAN };
    let (sw, se, nw, ne) = (at(r, c), at(r, c + 1), at(r + 1, c), at(r + 1, c + 1));
    if x >= y {
        // on the diagonal, or on an edge, corners without weight do not count
        weigh(&[(sw, 1.0 - x), (se, x - y), (ne, y)])
    } else {
        weigh(&[(sw, 1.0 - y), (nw, y - x), (ne, x)])
    }
}

fn weigh(corners: &[(f64, f64)]) -> f64 {
    corners.iter().map(|(value, weight)| value * weight).sum()
}

/// The interval of an axis that holds a position, and where in it.
fn share(axis: &[f32], x: f64) -> Option<(usize, f64)> {
    let inside = |w: &[f32]| {
        let (from, until) = (f64::from(w[0]), f64::from(w[1]));
        (from.min(until) <= x && x <= from.max(until)).then(|| (x - from) / (until - from))
    };
    axis.windows(2).enumerate().find_map(|(k, w)| inside(w).map(|share| (k, share)))
}
