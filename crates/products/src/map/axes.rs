//! The graticule and its labels.

use eventscape_core::sphere::half_turn;

use super::drawing::{Drawing, Path, Step};
use super::text::{Anchor, Font};
use super::view::View;

const STEPS: [f64; 19] =
    [90.0, 60.0, 45.0, 30.0, 20.0, 15.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];
const SIZE: f32 = 12.5;
const INK: [u8; 4] = [60, 60, 60, 255];

/// Draws the lines and labels of meridians and parallels.
pub(super) fn draw(drawing: &mut Drawing, font: &Font, view: &View) {
    let (e, frame) = (view.extent, view.frame);
    let mut lines = Path::new();
    let mut marks = Path::new();
    let lon_step = step(e.east - e.west, f64::from(frame.width) / 105.0);
    for lon in multiples(e.west, e.east, lon_step) {
        let x = view.x(lon);
        lines.extend([Step::Move(x, frame.y), Step::Line(x, frame.bottom())]);
        marks.extend([Step::Move(x, frame.bottom()), Step::Line(x, frame.bottom() + 5.0)]);
        let text = longitude(lon, lon_step);
        drawing.fill(font.path(&text, SIZE, x, frame.bottom() + 19.0, Anchor::Middle), INK);
    }
    let lat_step = step(e.north - e.south, f64::from(frame.height) / 62.0);
    for lat in multiples(e.south, e.north, lat_step) {
        let y = view.y(lat);
        lines.extend([Step::Move(frame.x, y), Step::Line(frame.right(), y)]);
        marks.extend([Step::Move(frame.x - 5.0, y), Step::Line(frame.x, y)]);
        let text = latitude(lat, lat_step);
        drawing.fill(font.path(&text, SIZE, frame.x - 9.0, y + 4.5, Anchor::End), INK);
    }
    drawing.dashed(lines.clone(), [255, 255, 255, 110], 1.6, [4.0, 4.0]);
    drawing.dashed(lines, [40, 40, 40, 130], 0.7, [4.0, 4.0]);
    drawing.stroke(marks, INK, 1.0);
    drawing.stroke(frame.path(), INK, 1.2);
}

/// The largest step that makes as many lines as there is room for, or nearly.
fn step(span: f64, room: f64) -> f64 {
    let room = room.max(1.0);
    STEPS.iter().rev().copied().find(|step| span / step <= room).unwrap_or(90.0)
}

fn multiples(low: f64, high: f64, step: f64) -> impl Iterator<Item = f64> {
    let slack = 1e-6 * (high - low);
    let first = ((low - slack) / step).ceil();
    let count = (((high + slack) / step).floor() - first).clamp(-1.0, 60.0) as i64;
    (0..=count).map(move |k| (first + k as f64) * step)
}

fn longitude(lon: f64, step: f64) -> String {
    let lon = half_turn(lon);
    let number = number(lon.abs(), step);
    match number.as_str() {
        "0" | "180" => format!("{number}°"),
        _ if lon < 0.0 => format!("{number}°W"),
        _ => format!("{number}°E"),
    }
}

fn latitude(lat: f64, step: f64) -> String {
    let number = number(lat.abs(), step);
    match number.as_str() {
        "0" => "0°".to_owned(),
        _ if lat < 0.0 => format!("{number}°S"),
        _ => format!("{number}°N"),
    }
}

fn number(degrees: f64, step: f64) -> String {
    let decimals = if step >= 1.0 { 0 } else { (-step.log10()).ceil() as usize };
    let text = format!("{degrees:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_named_as_people_do() {
        assert_eq!(longitude(0.0, 30.0), "0°");
        assert_eq!(longitude(190.0, 10.0), "170°W");
        assert_eq!(longitude(-180.0, 10.0), "180°");
        assert_eq!(longitude(540.0, 10.0), "180°");
        assert_eq!(longitude(359.5, 0.5), "0.5°W");
        assert_eq!(latitude(-20.0, 10.0), "20°S");
        assert_eq!(latitude(0.25, 0.05), "0.25°N");
    }
}
