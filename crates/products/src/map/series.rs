//! A chart of an event's life: the mean of a variable inside it, with bands of percentiles, over time.

use eventscape_core::Timestamp;

use super::Map;
use super::colours::{label, ticks};
use super::drawing::{Drawing, Frame, Path, Step, disc};
use super::text::{Anchor, Font};

const INK: [u8; 4] = [40, 40, 40, 255];
const SOFT: [u8; 4] = [95, 95, 95, 255];
const GRID: [u8; 4] = [215, 215, 215, 255];
const OUTER: [u8; 4] = [198, 219, 239, 255];
const INNER: [u8; 4] = [131, 178, 214, 255];
const MEDIAN: [u8; 4] = [8, 69, 148, 255];
const MEAN: [u8; 4] = [214, 24, 60, 255];
const FRAME: Frame = Frame { x: 92.0, y: 90.0, width: 860.0, height: 384.0 };
const WIDTH: u32 = 1000;
const HEIGHT: u32 = 560;

/// What is known of one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeriesPoint {
    /// The time.
    pub time: Timestamp,
    /// The mean.
    pub mean: f64,
    /// The 10th, 25th, 50th, 75th and 90th percentile.
    pub percentiles: [f64; 5],
}

/// A chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// First line of the title.
    pub title: String,
    /// Second line.
    pub subtitle: String,
    /// Name and units at the vertical axis.
    pub axis: String,
    /// The times, ascending. Where there is a gap (`None`), the lines are broken.
    pub points: Vec<Option<SeriesPoint>>,
}

impl Series {
    /// Draws the chart.
    #[must_use]
    pub fn map(&self) -> Map {
        let font = Font::new();
        let mut drawing = Drawing { width: WIDTH, height: HEIGHT, title: self.title.clone(), items: Vec::new() };
        let room = WIDTH as f32 - 60.0;
        let (text, size) = font.fit(&self.title, 19.0, 12.0, room);
        drawing.fill(font.path(&text, size, 30.0, 32.0, Anchor::Start), INK);
        let (text, size) = font.fit(&self.subtitle, 14.0, 11.0, room);
        drawing.fill(font.path(&text, size, 30.0, 55.0, Anchor::Start), SOFT);
        let points: Vec<SeriesPoint> = self.points.iter().flatten().copied().collect();
        let (Some(first), Some(last)) = (points.first(), points.last()) else {
            drawing
                .fill(font.path("no valid value at any time", 16.0, WIDTH as f32 / 2.0, 280.0, Anchor::Middle), SOFT);
            return Map { drawing };
        };
        let span = (last.time.seconds_since(first.time)).max(1.0);
        let single = points.len() == 1;
        let x = |point: &SeriesPoint| {
            let share = if single { 0.5 } else { point.time.seconds_since(first.time) / span };
            FRAME.x + FRAME.width * share as f32
        };
        let (low, high) = range(&points);
        let y = |value: f64| FRAME.bottom() - FRAME.height * ((value - low) / (high - low)) as f32;
        self.axes(&mut drawing, &font, (low, high), first.time, span, single);

        for run in self.points.split(Option::is_none) {
            let run: Vec<SeriesPoint> = run.iter().flatten().copied().collect();
            for (lower, upper, colour) in [(0, 4, OUTER), (1, 3, INNER)] {
                let there = run.iter().map(|p| (x(p), y(p.percentiles[upper])));
                let back = run.iter().rev().map(|p| (x(p), y(p.percentiles[lower])));
                let mut outline: Vec<(f32, f32)> = there.chain(back).collect();
                if let ([only], true) = (&run[..], true) {
                    // one time alone has a band as wide as a bar
                    let (x, top, bottom) = (x(only), y(only.percentiles[upper]), y(only.percentiles[lower]));
                    outline = vec![(x - 7.0, top), (x + 7.0, top), (x + 7.0, bottom), (x - 7.0, bottom)];
                }
                drawing.fill(line(&outline, true), colour);
            }
            let of = |value: fn(&SeriesPoint) -> f64| run.iter().map(|p| (x(p), y(value(p)))).collect::<Vec<_>>();
            drawing.stroke(line(&of(|p| p.percentiles[2]), false), MEDIAN, 1.6);
            drawing.stroke(line(&of(|p| p.mean), false), MEAN, 1.8);
        }
        if points.len() <= 120 {
            for point in &points {
                drawing.fill(disc(x(point), y(point.mean), 2.6), MEAN);
            }
        }
        drawing.stroke(FRAME.path(), INK, 1.2);
        legend(&mut drawing, &font);
        Map { drawing }
    }

    fn axes(
        &self,
        drawing: &mut Drawing,
        font: &Font,
        (low, high): (f64, f64),
        first: Timestamp,
        span: f64,
        single: bool,
    ) {
        let (values, decimals) = ticks(low, high, 6.0);
        for value in values {
            let y = FRAME.bottom() - FRAME.height * ((value - low) / (high - low)) as f32;
            drawing.stroke(line(&[(FRAME.x, y), (FRAME.right(), y)], false), GRID, 1.0);
            drawing.fill(font.path(&label(value, decimals), 13.0, FRAME.x - 8.0, y + 4.5, Anchor::End), INK);
        }
        const MARKS: usize = 5;
        let marks = if single { 1 } else { MARKS };
        for k in 0..marks {
            let share = if single { 0.5 } else { k as f64 / (MARKS - 1) as f64 };
            let x = FRAME.x + FRAME.width * share as f32;
            let time = if single { first } else { first.plus_seconds((span * share).round()) };
            drawing.stroke(line(&[(x, FRAME.bottom()), (x, FRAME.bottom() + 6.0)], false), INK, 1.0);
            let civil = time.civil();
            let date = format!("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day);
            let clock = format!("{:02}:{:02}", civil.hour, civil.minute);
            drawing.fill(font.path(&date, 13.0, x, FRAME.bottom() + 22.0, Anchor::Middle), INK);
            if span < 40.0 * 86_400.0 {
                drawing.fill(font.path(&clock, 12.0, x, FRAME.bottom() + 38.0, Anchor::Middle), SOFT);
            }
        }
        let (text, size) = font.fit(&self.axis, 13.0, 10.0, 420.0);
        drawing.fill(font.path(&text, size, FRAME.x, FRAME.y - 6.0, Anchor::Start), SOFT);
    }
}

/// Lowest and highest value to show, with a little room.
fn range(points: &[SeriesPoint]) -> (f64, f64) {
    let all = || points.iter().flat_map(|p| p.percentiles.iter().copied().chain([p.mean])).filter(|v| v.is_finite());
    let (low, high) = (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
    if !(low.is_finite() && high.is_finite()) {
        return (0.0, 1.0);
    }
    let room = if high > low { 0.06 * (high - low) } else { (0.01 * low.abs()).max(1e-9) };
    (low - room, high + room)
}

fn line(points: &[(f32, f32)], closed: bool) -> Path {
    let mut path = Path::with_capacity(points.len() + 1);
    for (k, (x, y)) in points.iter().enumerate() {
        path.push(if k == 0 { Step::Move(*x, *y) } else { Step::Line(*x, *y) });
    }
    if closed && !path.is_empty() {
        path.push(Step::Close);
    }
    path
}

fn legend(drawing: &mut Drawing, font: &Font) {
    let y = HEIGHT as f32 - 20.0;
    let mut x = FRAME.x;
    for (text, colour, is_band) in
        [("mean", MEAN, false), ("median", MEDIAN, false), ("25–75 %", INNER, true), ("10–90 %", OUTER, true)]
    {
        let high = if is_band { 12.0 } else { 3.0 };
        let mark = Frame { x, y: y - 4.0 - high / 2.0, width: 24.0, height: high };
        drawing.fill(mark.path(), colour);
        drawing.fill(font.path(text, 13.0, x + 31.0, y, Anchor::Start), INK);
        x += 31.0 + font.width(text, 13.0) + 26.0;
    }
}
