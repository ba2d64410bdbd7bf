//! Cuts rings of any shape at ±180°, for grids whose cells are not along meridians.

use eventscape_core::sphere::{half_turn, signed_area};

use super::{Point, Polygon, Ring};

/// Cuts the rings of one part (each open, the inside on the left hand, steps of less than half a turn) at ±180° and puts
/// the pieces together along the frame -180..180 by -90..90, so that a part around a pole reaches up to it.
pub(super) fn cut(rings: &[Ring]) -> Vec<Polygon> {
    let mut closed: Vec<Ring> = Vec::new();
    let mut chains: Vec<Ring> = Vec::new();
    for ring in rings {
        split(ring, &mut closed, &mut chains);
    }
    join(chains, &mut closed);
    let mut shells: Vec<Polygon> = Vec::new();
    let mut holes: Vec<Ring> = Vec::new();
    for mut ring in closed {
        ring.dedup();
        while ring.len() > 1 && ring.first() == ring.last() {
            ring.pop();
        }
        let area = signed_area(&ring);
        if ring.len() < 3 || area == 0.0 {
            continue;
        }
        if area > 0.0 { shells.push(Polygon { shell: ring, holes: Vec::new() }) } else { holes.push(ring) }
    }
    for hole in holes {
        let single = shells.len() == 1;
        // the middle of an edge: the corners may lie on the shell
        let inner = [(hole[0][0] + hole[1][0]) / 2.0, (hole[0][1] + hole[1][1]) / 2.0];
        if let Some(polygon) = shells.iter_mut().find(|polygon| single || contains(&polygon.shell, inner)) {
            polygon.holes.push(hole);
        }
    }
    shells
}

/// Splits one ring where it crosses ±180°: into chains from frame to frame, or not at all.
fn split(ring: &Ring, closed: &mut Vec<Ring>, chains: &mut Vec<Ring>) {
    let own: Ring = ring.iter().map(|p| [half_turn(p[0]), p[1]]).collect();
    let mut pieces: Vec<Ring> = vec![Vec::new()];
    for (index, from) in own.iter().enumerate() {
        let to = own[(index + 1) % own.len()];
        let step = to[0] - from[0];
        if let Some(piece) = pieces.last_mut() {
            piece.push(*from);
            if step.abs() > 180.0 {
                let side = if step < 0.0 { 180.0 } else { -180.0 };
                let share = (side - from[0]) / (step - 360.0_f64.copysign(step));
                let lat = from[1] + share * (to[1] - from[1]);
                piece.push([side, lat]);
                pieces.push(vec![[-side, lat]]);
            }
        }
    }
    // the last piece goes on in the first
    if let Some(last) = pieces.pop() {
        if pieces.is_empty() {
            closed.push(last);
        } else {
            pieces[0].splice(0..0, last);
            chains.append(&mut pieces);
        }
    }
}

/// Joins chains along the frame, left hand inside: from each end on to the next start.
fn join(mut chains: Vec<Ring>, closed: &mut Vec<Ring>) {
    let mut starts: Vec<(f64, usize)> =
        chains.iter().enumerate().filter_map(|(i, chain)| Some((along_frame(*chain.first()?), i))).collect();
    starts.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut used = vec![false; chains.len()];
    for first in 0..chains.len() {
        let mut ring: Ring = Vec::new();
        let mut chain = first;
        while !used[chain] {
            used[chain] = true;
            ring.append(&mut chains[chain]);
            let Some(end) = ring.last().map(|p| along_frame(*p)) else { break };
            let open = |&&(_, i): &&(f64, usize)| !used[i] || i == first;
            let next = starts.iter().filter(open).find(|(t, _)| *t >= end).or_else(|| starts.iter().find(open));
            let Some(&(start, to)) = next else { break };
            let way = if start >= end { end..start } else { end..start + TURN };
            for (t, corner) in FRAME.iter().flat_map(|(t, corner)| [(*t, *corner), (*t + TURN, *corner)]) {
                if way.start < t && t < way.end {
                    ring.push(corner);
                }
            }
            chain = to;
        }
        if !ring.is_empty() {
            closed.push(ring);
        }
    }
}

const TURN: f64 = 1080.0;
const FRAME: [(f64, Point); 4] =
    [(180.0, [180.0, 90.0]), (540.0, [-180.0, 90.0]), (720.0, [-180.0, -90.0]), (1080.0, [180.0, -90.0])];

/// The way along the frame from its lower right corner, counter-clockwise, to a point on its left or right side.
fn along_frame(p: Point) -> f64 {
    if p[0] > 0.0 { p[1] + 90.0 } else { 630.0 - p[1] }
}

fn contains(ring: &Ring, p: Point) -> bool {
    let mut inside = false;
    for (index, a) in ring.iter().enumerate() {
        let b = ring[(index + 1) % ring.len()];
        if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < (b[0] - a[0]) * (p[1] - a[1]) / (b[1] - a[1]) + a[0] {
            inside = !inside;
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slanted_box_across_the_cut_falls_into_two_of_the_same_area() {
        let ring = vec![[170.0, 0.0], [-170.0, 4.0], [-172.0, 20.0], [168.0, 16.0]];
        let whole = signed_area(&[[170.0, 0.0], [190.0, 4.0], [188.0, 20.0], [168.0, 16.0]]);
        let polygons = cut(&[ring]);
        assert_eq!(polygons.len(), 2);
        let sum: f64 = polygons.iter().map(|polygon| signed_area(&polygon.shell)).sum();
        assert!((sum - whole).abs() < 1e-9, "{sum} {whole}");
    }

    #[test]
    fn a_cap_reaches_the_pole() {
        let polygons = cut(&[vec![[-135.0, 70.0], [-45.0, 70.0], [45.0, 70.0], [135.0, 70.0]]]);
        assert_eq!(polygons.len(), 1);
        assert!((signed_area(&polygons[0].shell) - 360.0 * 20.0).abs() < 1e-9, "{polygons:?}");
    }

    #[test]
    fn a_ring_around_the_pole_leaves_the_pole_out() {
        let outer = vec![[-135.0, 60.0], [-45.0, 60.0], [45.0, 60.0], [135.0, 60.0]];
        let inner: Ring = outer.iter().rev().map(|p| [p[0], 80.0]).collect();
        let polygons = cut(&[outer, inner]);
        assert_eq!(polygons.len(), 1);
        assert!((signed_area(&polygons[0].shell) - 360.0 * 20.0).abs() < 1e-9, "{polygons:?}");
    }

    #[test]
    fn an_edge_on_the_cut_makes_no_sliver() {
        let polygons = cut(&[vec![[170.0, 0.0], [180.0, 0.0], [180.0, 10.0], [170.0, 10.0]]]);
        assert_eq!(polygons.len(), 1);
        assert_eq!(signed_area(&polygons[0].shell), 100.0);
    }
}
