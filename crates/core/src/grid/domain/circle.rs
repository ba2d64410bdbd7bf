//! Intervals of longitude on the circle.

use std::ops::Range;

use crate::sphere::east_of;

/// The ranges of columns whose longitudes are inside, from west to east beginning at `west`; `None` where none is.
pub(super) fn column_ranges(
    lon: &[f64],
    inside: impl Fn(f64) -> bool,
    west: f64,
    periodic: bool,
) -> Option<Vec<Range<usize>>> {
    let flags: Vec<bool> = lon.iter().map(|o| inside(*o)).collect();
    if flags.iter().all(|f| *f) {
        // the whole of a periodic grid keeps the file's order
        if periodic {
            return Some(vec![0..lon.len()]);
        }
    }
    let mut ranges = ranges(&flags);
    let east_of_west = |r: &Range<usize>| east_of(lon[r.start] + 1e-4, west);
    ranges.sort_by(|a, b| east_of_west(a).total_cmp(&east_of_west(b)));
    (!ranges.is_empty()).then_some(ranges)
}

/// The columns between the ends of the widest gap of unused ones.
pub(super) fn used_columns(used: &[bool], periodic: bool) -> Vec<Range<usize>> {
    let n = used.len();
    let first = used.iter().position(|u| *u).unwrap_or(0);
    let last = used.iter().rposition(|u| *u).unwrap_or(0);
    let plain = vec![first..last + 1];
    if !periodic || used.iter().all(|u| *u) {
        return plain;
    }
    // the widest gap inside, against the gap over the seam
    let gap = ranges(&used.iter().map(|u| !u).collect::<Vec<_>>())
        .into_iter()
        .filter(|g| g.start > 0 && g.end < n)
        .max_by_key(ExactSizeIterator::len);
    match gap {
        Some(gap) if gap.len() > first + n - 1 - last => vec![gap.end..n, 0..gap.start],
        _ => plain,
    }
}

fn ranges(flags: &[bool]) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for (at, _) in flags.iter().enumerate().filter(|(_, f)| **f) {
        match ranges.last_mut() {
            Some(r) if r.end == at => r.end += 1,
            _ => ranges.push(at..at + 1),
        }
    }
    ranges
}
