//! Outlines, numbers and paths of the events.

use eventscape_core::{CellRange, SceneComponents};

use super::clip;
use super::drawing::{Colour, Drawing, Frame, Path, disc};
use super::paths::TrackPath;
use super::text::{Anchor, Font};
use super::view::{Cells, View};
use crate::polygons::{Corner, every_corner, steps, trace};

pub(super) const LINE: Colour = [214, 24, 60, 255];
pub(super) const WIDTH: f32 = 1.5;
pub(super) const CASING: Colour = [255, 255, 255, 225];
pub(super) const CASING_WIDTH: f32 = 3.4;
const PATH: Colour = [20, 20, 20, 255];
/// More numbers than that are a grey mass.
const MOST_NUMBERS: usize = 150;
/// Older steps of a path are left out.
const MOST_STEPS: usize = 240;

/// Draws the outlines of all events of a scene.
pub(super) fn outlines(drawing: &mut Drawing, cells: &Cells, view: &View, scene: &SceneComponents, ids: &[u32]) {
    let mut path = Path::new();
    for (component, id) in scene.components.iter().zip(ids) {
        if *id > 0 {
            outline(&mut path, cells, view, scene.cells_of(component));
        }
    }
    drawing.cased(path, LINE, WIDTH, CASING, CASING_WIDTH);
}

fn outline(path: &mut Path, cells: &Cells, view: &View, event: &[CellRange]) {
    for part in trace(event, cells.columns(), steps) {
        for ring in std::iter::once(&part.shell).chain(&part.holes) {
            match cells {
                Cells::Lines { lon, lat, periodic } => {
                    let at = |c: &Corner| view.pixel(lon[c.col as usize], lat[c.line as usize]);
                    // the seam of a periodic grid is no edge of an event
                    let (left, right) = (view.frame.x, view.frame.right());
                    let seam = |a: (f32, f32), b: (f32, f32)| {
                        let on = |x: f32| (a.0 - x).abs() < 0.01 && (b.0 - x).abs() < 0.01;
                        *periodic && (on(left) || on(right))
                    };
                    clip::line(path, ring.iter().chain(ring.first()).map(at), view.frame, 0.0, seam);
                }
                Cells::Corners { nx, corners } => {
                    let at = |c: Corner| {
                        let (lon, lat) = corners[c.line as usize * (nx + 1) + c.col as usize];
                        view.pixel(lon, lat)
                    };
                    let first = ring.first().copied().into_iter();
                    let turn = view.frame.width * (180.0 / (view.extent.east - view.extent.west)) as f32;
                    let far = |a: (f32, f32), b: (f32, f32)| (a.0 - b.0).abs() > turn;
                    clip::line(path, every_corner(ring).chain(first).map(at), view.frame, 0.3, far);
                }
            }
        }
    }
}

/// Draws the ways of the tracks.
pub(super) fn paths(drawing: &mut Drawing, view: &View, paths: &[TrackPath]) {
    for track in paths {
        let recent = &track.points[track.points.len().saturating_sub(MOST_STEPS)..];
        let points: Vec<(f32, f32)> = recent.iter().map(|(lat, lon)| view.pixel(view.wrapped(*lon), *lat)).collect();
        path(drawing, &points);
    }
}

/// A path with a dot at each step and a larger one at its end.
pub(super) fn path(drawing: &mut Drawing, points: &[(f32, f32)]) {
    let everywhere = Frame { x: 0.0, y: 0.0, width: drawing.width as f32, height: drawing.height as f32 };
    let mut line = Path::new();
    // a step over half the picture is one across the seam
    let far = |a: (f32, f32), b: (f32, f32)| (a.0 - b.0).abs() > everywhere.width / 2.0;
    clip::line(&mut line, points.iter().copied(), everywhere, 0.0, far);
    drawing.cased(line, PATH, 1.6, CASING, 3.6);
    let Some((&(x, y), before)) = points.split_last() else { return };
    let dots: Path = before.iter().flat_map(|(x, y)| disc(*x, *y, 1.9)).collect();
    drawing.cased(dots.clone(), PATH, 0.1, CASING, 1.6);
    drawing.fill(dots, PATH);
    drawing.stroke(disc(x, y, 3.2), CASING, 2.6);
    drawing.fill(disc(x, y, 3.2), LINE);
}

/// Writes the numbers of the tracks beside their centroids, the largest events first; one that would cover another moves
/// around its centroid or is left out.
pub(super) fn numbers(drawing: &mut Drawing, font: &Font, view: &View, scene: &SceneComponents, ids: &[u32]) {
    let mut events: Vec<_> = scene.components.iter().zip(ids).filter(|(_, id)| **id > 0).collect();
    events.sort_by_key(|(component, id)| (std::cmp::Reverse(component.cells), **id));
    let size = if events.len() > 60 { 12.0 } else { 14.0 };
    let mut taken: Vec<Frame> = Vec::new();
    let mut halo = Path::new();
    for (component, id) in events.into_iter().take(MOST_NUMBERS) {
        let d = &component.description;
        let (x, y) = view.pixel(view.wrapped(d.centroid_lon), d.centroid_lat);
        let text = id.to_string();
        let width = font.width(&text, size);
        let places = [(7.0, -5.0), (-7.0 - width, -5.0), (7.0, size), (-7.0 - width, size), (-width / 2.0, -9.0)];
        let place = places.into_iter().find_map(|(dx, dy)| {
            let most = view.frame.right() - width - 2.0;
            let left = (x + dx).clamp(view.frame.x + 2.0, most.max(view.frame.x + 2.0));
            let base = (y + dy).clamp(view.frame.y + size, view.frame.bottom() - 3.0);
            let room = Frame { x: left - 2.0, y: base - size, width: width + 4.0, height: size + 3.0 };
            (!taken.iter().any(|other| other.overlaps(room))).then_some((left, base, room))
        });
        if let Some((left, base, room)) = place {
            taken.push(room);
            halo.extend(font.path(&text, size, left, base, Anchor::Start));
        }
    }
    drawing.stroke(halo.clone(), [255, 255, 255, 235], 3.4);
    drawing.fill(halo, PATH);
}
