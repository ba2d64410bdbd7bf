//! What stands around the map: title, colour bar, explanations.

use eventscape_core::Timestamp;
use eventscape_core::time::Calendar;

use super::colours::{LEVELS, Scale, label, ticks};
use super::drawing::{Drawing, Frame, Item, Path, Step};
use super::events;
use super::text::{Anchor, Font};
use super::view::Layout;
use crate::JobInfo;

const INK: [u8; 4] = [25, 25, 25, 255];
const SOFT: [u8; 4] = [95, 95, 95, 255];

/// The variable and its units.
fn quantity(job: &JobInfo) -> String {
    match job.variable.units.as_deref().filter(|units| !units.trim().is_empty()) {
        Some(units) => format!("{} ({units})", job.variable.label()),
        None => job.variable.label().to_owned(),
    }
}

/// A time for people; a model calendar is named.
pub(super) fn moment(time: Timestamp) -> String {
    let c = time.civil();
    let mut text = format!("{:04}-{:02}-{:02} {:02}:{:02}", c.year, c.month, c.day, c.hour, c.minute);
    if c.second != 0 || c.micros != 0 {
        text += &format!(":{:02}", c.second);
    }
    match time.calendar() {
        Calendar::Standard | Calendar::ProlepticGregorian => text + " UTC",
        other => format!("{text} ({other})"),
    }
}

/// Two lines above the map: what is shown and when; by which condition and how much was found.
pub(super) fn title(drawing: &mut Drawing, font: &Font, job: &JobInfo, layout: &Layout, time: Timestamp, count: usize) {
    let (left, right) = (layout.map.x.min(66.0), layout.width as f32 - 24.0);
    let when = moment(time);
    let when_size = 17.0;
    drawing.fill(font.path(&when, when_size, right, 31.0, Anchor::End), INK);
    let room = right - left - font.width(&when, when_size) - 24.0;
    let (text, size) = font.fit(&quantity(job), 20.0, 13.0, room);
    drawing.fill(font.path(&text, size, left, 31.0, Anchor::Start), INK);
    let events = match count {
        0 => "no event".to_owned(),
        1 => "1 event".to_owned(),
        n => format!("{n} events"),
    };
    let line = format!("{}  ·  {}  ·  {events}", job.dataset_label, job.condition_text);
    let (text, size) = font.fit(&line, 14.0, 11.0, right - left);
    drawing.fill(font.path(&text, size, left, 54.0, Anchor::Start), SOFT);
}

/// The colour bar with ticks, the variable and its units, and a mark at the threshold. Its ends are pointed where values
/// lie beyond them.
pub(super) fn colour_bar(
    drawing: &mut Drawing,
    font: &Font,
    job: &JobInfo,
    layout: &Layout,
    scale: &Scale,
    beyond: (bool, bool),
) {
    let bar = layout.bar;
    let length = if layout.upright { bar.height } else { bar.width };
    let at = |share: f32| if layout.upright { bar.bottom() - share * bar.height } else { bar.x + share * bar.width };
    let pixels: Vec<u8> = if layout.upright {
        (0..bar.height as usize)
            .flat_map(|row| {
                let number = level(1.0 - (row as f32 + 0.5) / bar.height);
                std::iter::repeat_n(number, bar.width as usize)
            })
            .collect()
    } else {
        let line: Vec<u8> = (0..bar.width as usize).map(|col| level((col as f32 + 0.5) / bar.width)).collect();
        line.repeat(bar.height as usize)
    };
    drawing.items.push(Item::Image {
        x: bar.x as u32,
        y: bar.y as u32,
        width: bar.width as u32,
        pixels,
        palette: scale.palette.clone(),
    });
    let mut outline = Path::new();
    for (there, end, number) in [(beyond.0, 0.0, 0), (beyond.1, 1.0, LEVELS - 1)] {
        if there {
            let tip = tip(bar, layout.upright, at(end), if end > 0.5 { 9.0 } else { -9.0 });
            drawing.fill(tip.clone(), scale.palette[usize::from(number)]);
            outline.extend(tip);
        }
    }
    outline.extend(bar.path());
    drawing.stroke(outline, SOFT, 1.0);

    let share = |value: f64| ((value - scale.low) / (scale.high - scale.low)) as f32;
    let (values, decimals) = ticks(scale.low, scale.high, f64::from(length) / if layout.upright { 60.0 } else { 80.0 });
    let mut marks = Path::new();
    let mut widest = 0.0_f32;
    for value in values {
        let (place, text) = (at(share(value)), label(value, decimals));
        if layout.upright {
            marks.extend([Step::Move(bar.right(), place), Step::Line(bar.right() + 5.0, place)]);
            drawing.fill(font.path(&text, 12.5, bar.right() + 9.0, place + 4.5, Anchor::Start), INK);
            widest = widest.max(font.width(&text, 12.5));
        } else {
            marks.extend([Step::Move(place, bar.bottom()), Step::Line(place, bar.bottom() + 5.0)]);
            drawing.fill(font.path(&text, 12.5, place, bar.bottom() + 18.0, Anchor::Middle), INK);
        }
    }
    drawing.stroke(marks, SOFT, 1.0);
    if let Some(threshold) = job.threshold.filter(|t| (0.0..=1.0).contains(&share(*t))) {
        drawing.fill(pointer(bar, layout.upright, at(share(threshold))), events::LINE);
    }
    let name = quantity(job);
    if layout.upright {
        let (text, size) = font.fit(&name, 13.0, 10.0, length);
        let path = font.path(&text, size, 0.0, 0.0, Anchor::Middle);
        let (x, y) = (bar.right() + 27.0 + widest, bar.y + bar.height / 2.0);
        drawing.fill(turned(path, x.min(layout.width as f32 - 10.0), y), INK);
    } else {
        let (text, size) = font.fit(&name, 13.0, 10.0, layout.map.width);
        drawing.fill(font.path(&text, size, bar.x + bar.width / 2.0, bar.bottom() + 36.0, Anchor::Middle), INK);
    }
}

fn level(share: f32) -> u8 {
    (share * f32::from(LEVELS)).clamp(0.0, f32::from(LEVELS - 1)) as u8
}

/// A point on an end of the bar, `reach` beyond it (upwards or to the right if positive).
fn tip(bar: Frame, upright: bool, end: f32, reach: f32) -> Path {
    if upright {
        let middle = bar.x + bar.width / 2.0;
        vec![Step::Move(bar.x, end), Step::Line(middle, end - reach), Step::Line(bar.right(), end), Step::Close]
    } else {
        let middle = bar.y + bar.height / 2.0;
        vec![Step::Move(end, bar.y), Step::Line(end + reach, middle), Step::Line(end, bar.bottom()), Step::Close]
    }
}

/// The mark of the threshold, on the side that has no ticks.
fn pointer(bar: Frame, upright: bool, place: f32) -> Path {
    if upright {
        vec![
            Step::Move(bar.x - 1.0, place),
            Step::Line(bar.x - 9.0, place - 5.0),
            Step::Line(bar.x - 9.0, place + 5.0),
            Step::Close,
        ]
    } else {
        vec![
            Step::Move(place, bar.y - 1.0),
            Step::Line(place - 5.0, bar.y - 9.0),
            Step::Line(place + 5.0, bar.y - 9.0),
            Step::Close,
        ]
    }
}

/// A path turned to read upwards, then moved.
fn turned(path: Path, x: f32, y: f32) -> Path {
    let at = |px: f32, py: f32| (x + py, y - px);
    path.into_iter()
        .map(|step| match step {
            Step::Move(px, py) => Step::Move(at(px, py).0, at(px, py).1),
            Step::Line(px, py) => Step::Line(at(px, py).0, at(px, py).1),
            Step::Curve(cx, cy, px, py) => {
                let (c, p) = (at(cx, cy), at(px, py));
                Step::Curve(c.0, c.1, p.0, p.1)
            }
            Step::Close => Step::Close,
        })
        .collect()
}

/// What the foot of the picture explains.
pub(super) struct Foot {
    pub(super) events: bool,
    pub(super) paths: bool,
    pub(super) missing: bool,
    pub(super) no_value: bool,
}

/// The row at the bottom: what lines and grounds mean, and who made the map.
pub(super) fn foot(drawing: &mut Drawing, font: &Font, job: &JobInfo, layout: &Layout, foot: &Foot) {
    let (y, size) = (layout.foot, 11.5);
    let mut x = layout.map.x.min(66.0);
    let mut explain = |drawing: &mut Drawing, text: &str| {
        drawing.fill(font.path(text, size, x + 26.0, y, Anchor::Start), SOFT);
        let from = x;
        x += 26.0 + font.width(text, size) + 20.0;
        from
    };
    if foot.events {
        let x = explain(drawing, "event and its number");
        let sample = Frame { x: x + 1.0, y: y - 9.0, width: 18.0, height: 10.0 };
        drawing.cased(sample.path(), events::LINE, events::WIDTH, events::CASING, events::CASING_WIDTH);
    }
    if foot.paths {
        let x = explain(drawing, "path of its centroid");
        events::path(drawing, &[(x + 1.0, y - 4.0), (x + 10.0, y - 4.0), (x + 19.0, y - 4.0)]);
    }
    if foot.missing {
        let x = explain(drawing, "no value");
        let sample = Frame { x: x + 1.0, y: y - 9.0, width: 18.0, height: 10.0 };
        drawing.fill(sample.path(), super::SEA);
        drawing.stroke(sample.path(), SOFT, 0.8);
    }
    if foot.no_value {
        explain(drawing, "no value in this scene");
    }
    let maker = format!("job {}  ·  Eventscape {}  ·  coasts: Natural Earth", job.job_id, job.software_version);
    let right = layout.width as f32 - 24.0;
    let (text, size) = font.fit(&maker, 11.0, 8.0, right - x);
    drawing.fill(font.path(&text, size, right, y, Anchor::End), [140, 140, 140, 255]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_calendar_is_named_beside_the_time() {
        assert_eq!(moment(Timestamp::from_micros(Calendar::Standard, 0)), "1970-01-01 00:00 UTC");
        assert_eq!(moment(Timestamp::from_micros(Calendar::Day360, 1_000_000)), "1970-01-01 00:00:01 (360_day)");
    }
}
