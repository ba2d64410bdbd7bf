//! The coasts of Natural Earth at 1:50 million.

use std::sync::OnceLock;

use super::clip;
use super::drawing::Path;
use super::view::View;

/// Units of the stored coordinates, degrees.
const UNIT: f32 = 0.005;

/// A ring of land, not closed: longitude and latitude.
struct Ring {
    points: Vec<(f32, f32)>,
    /// West, south, east, north.
    bounds: [f32; 4],
}

fn rings() -> &'static [Ring] {
    static RINGS: OnceLock<Vec<Ring>> = OnceLock::new();
    RINGS.get_or_init(|| decode(include_bytes!("../../assets/coast.bin")))
}

fn decode(bytes: &[u8]) -> Vec<Ring> {
    let mut rest = bytes.iter().copied();
    let mut varint = || -> Option<u32> {
        let mut value = 0;
        for shift in (0..32).step_by(7) {
            let byte = rest.next()?;
            value |= u32::from(byte & 127) << shift;
            if byte < 128 {
                break;
            }
        }
        Some(value)
    };
    let mut rings = Vec::new();
    while let Some(count) = varint() {
        let (mut x, mut y) = (0_i32, 0_i32);
        let mut ring = Ring { points: Vec::new(), bounds: [f32::MAX, f32::MAX, f32::MIN, f32::MIN] };
        for _ in 0..count {
            let (Some(dx), Some(dy)) = (varint(), varint()) else { return rings };
            let signed = |n: u32| (n >> 1) as i32 ^ -((n & 1) as i32);
            (x, y) = (x + signed(dx), y + signed(dy));
            let (lon, lat) = (x as f32 * UNIT, y as f32 * UNIT);
            let b = &mut ring.bounds;
            *b = [b[0].min(lon), b[1].min(lat), b[2].max(lon), b[3].max(lat)];
            ring.points.push((lon, lat));
        }
        rings.push(ring);
    }
    rings
}

/// The areas of land and the lines of the coast within a view.
pub(super) fn land_and_coast(view: &View) -> (Path, Path) {
    let (mut land, mut coast) = (Path::new(), Path::new());
    let e = view.extent;
    for ring in rings() {
        if f64::from(ring.bounds[3]) < e.south || f64::from(ring.bounds[1]) > e.north {
            continue;
        }
        for turn in -2..=2_i8 {
            let shift = 360.0 * f64::from(turn);
            if f64::from(ring.bounds[2]) + shift < e.west || f64::from(ring.bounds[0]) + shift > e.east {
                continue;
            }
            let at = |&(lon, lat): &(f32, f32)| view.pixel(f64::from(lon) + shift, f64::from(lat));
            clip::area(&mut land, ring.points.iter().map(at), view.frame, 0.35);
            // the cuts at ±180° and at the pole are no coast
            let (left, right) = (view.x(-180.0 + shift), view.x(180.0 + shift));
            let bottom = view.y(-89.9);
            let made = |a: (f32, f32), b: (f32, f32)| {
                let on = |x: f32| (a.0 - x).abs() < 0.02 && (b.0 - x).abs() < 0.02;
                on(left) || on(right) || (a.1 >= bottom && b.1 >= bottom)
            };
            let closed = ring.points.iter().chain(ring.points.first());
            clip::line(&mut coast, closed.map(at), view.frame, 0.6, made);
        }
    }
    (land, coast)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coast_is_whole_and_on_the_earth() {
        let rings = rings();
        assert_eq!(rings.len(), 1422);
        assert_eq!(rings.iter().map(|ring| ring.points.len()).sum::<usize>(), 59_217);
        for ring in rings {
            assert!(ring.bounds[0] >= -180.0 && ring.bounds[2] <= 180.0);
            assert!(ring.bounds[1] >= -90.0 && ring.bounds[3] <= 90.0);
            let jump = ring.points.windows(2).map(|p| (p[1].0 - p[0].0).abs()).fold(0.0, f32::max);
            // Antarctica's lower edge is the only long one
            assert!(jump < 30.0 || ring.bounds[1] < -89.0, "{jump}");
        }
    }
}
