//! Cuts lines and areas at the frame of the map.

use super::drawing::{Frame, Path, Step};

/// The part of a line of points within a frame, added to a path. Points nearer than `least` to the one before are left
/// out; `skip` says which segments are not drawn.
pub(super) fn line(
    path: &mut Path,
    points: impl Iterator<Item = (f32, f32)>,
    frame: Frame,
    least: f32,
    skip: impl Fn((f32, f32), (f32, f32)) -> bool,
) {
    let mut last: Option<(f32, f32)> = None;
    let mut drawn: Option<(f32, f32)> = None;
    for point in points {
        let Some(from) = last else {
            last = Some(point);
            continue;
        };
        if (point.0 - from.0).abs().max((point.1 - from.1).abs()) < least {
            continue;
        }
        if !skip(from, point)
            && let Some((a, b)) = segment(from, point, frame)
        {
            if drawn != Some(a) {
                path.push(Step::Move(a.0, a.1));
            }
            path.push(Step::Line(b.0, b.1));
            drawn = Some(b);
        } else {
            drawn = None;
        }
        last = Some(point);
    }
}

/// The part of a segment within a frame (Liang and Barsky's way).
fn segment(a: (f32, f32), b: (f32, f32), frame: Frame) -> Option<((f32, f32), (f32, f32))> {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (mut enter, mut leave) = (0.0_f32, 1.0_f32);
    for (step, room) in
        [(-dx, a.0 - frame.x), (dx, frame.right() - a.0), (-dy, a.1 - frame.y), (dy, frame.bottom() - a.1)]
    {
        if step == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if step < 0.0 {
            enter = enter.max(room / step);
        } else {
            leave = leave.min(room / step);
        }
    }
    let at = |t: f32| (a.0 + t * dx, a.1 + t * dy);
    (enter < leave).then(|| (if enter > 0.0 { at(enter) } else { a }, if leave < 1.0 { at(leave) } else { b }))
}

/// The part of an area within a frame (Sutherland and Hodgman's way; edges along the frame do not matter to a fill).
pub(super) fn area(path: &mut Path, points: impl Iterator<Item = (f32, f32)>, frame: Frame, least: f32) {
    let mut ring: Vec<(f32, f32)> = Vec::new();
    for point in points {
        let near = |from: &(f32, f32)| (point.0 - from.0).abs().max((point.1 - from.1).abs()) < least;
        if !ring.last().is_some_and(near) {
            ring.push(point);
        }
    }
    let sides: [(usize, f32, f32); 4] =
        [(0, 1.0, frame.x), (0, -1.0, -frame.right()), (1, 1.0, frame.y), (1, -1.0, -frame.bottom())];
    for (axis, sign, bound) in sides {
        let depth = |p: (f32, f32)| sign * if axis == 0 { p.0 } else { p.1 } - bound;
        let mut cut = Vec::with_capacity(ring.len() + 4);
        for (index, &to) in ring.iter().enumerate() {
            let from = ring[(index + ring.len() - 1) % ring.len()];
            let (d0, d1) = (depth(from), depth(to));
            if (d0 < 0.0) != (d1 < 0.0) {
                let t = d0 / (d0 - d1);
                cut.push((from.0 + t * (to.0 - from.0), from.1 + t * (to.1 - from.1)));
            }
            if d1 >= 0.0 {
                cut.push(to);
            }
        }
        ring = cut;
    }
    if ring.len() > 2 {
        for (index, (x, y)) in ring.into_iter().enumerate() {
            path.push(if index == 0 { Step::Move(x, y) } else { Step::Line(x, y) });
        }
        path.push(Step::Close);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame { x: 0.0, y: 0.0, width: 10.0, height: 10.0 };

    #[test]
    fn a_line_across_the_frame_is_cut_on_both_sides() {
        let mut path = Path::new();
        line(&mut path, [(-5.0, 5.0), (15.0, 5.0)].into_iter(), FRAME, 0.0, |_, _| false);
        assert_eq!(path, [Step::Move(0.0, 5.0), Step::Line(10.0, 5.0)]);
    }

    #[test]
    fn an_area_around_the_frame_fills_it() {
        let mut path = Path::new();
        area(&mut path, [(-5.0, -5.0), (15.0, -5.0), (15.0, 15.0), (-5.0, 15.0)].into_iter(), FRAME, 0.0);
        assert_eq!(path.len(), 5);
        let mut none = Path::new();
        area(&mut none, [(20.0, 20.0), (30.0, 20.0), (30.0, 30.0)].into_iter(), FRAME, 0.0);
        assert!(none.is_empty());
    }
}
