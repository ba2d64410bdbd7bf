//! Cells without a position: those off a satellite's disk, beyond a projection, or with a fill value for a place.

/// Larger numbers are no degrees, but fill values that no attribute tells of (1e20, 1e30).
const LARGEST: f64 = 1e10;

/// Whether a cell has a position.
pub(super) fn is_known(lat: f64, lon: f64) -> bool {
    [lat, lon].iter().all(|x| x.is_finite() && x.abs() < LARGEST)
}

/// Gives cells without a position that of the line through the two cells beside them, else that of the nearest cell of the row or the
/// column that has one, so that the edges of the cells that count lie where they belong. Returns which cells have a position of their
/// own; `None` where all have.
pub(super) fn filled(lat: &mut [f64], lon: &mut [f64], nx: usize) -> Option<Vec<bool>> {
    let known: Vec<bool> = lat.iter().zip(lon.iter()).map(|(a, o)| is_known(*a, *o)).collect();
    if nx == 0 || known.iter().all(|k| *k) || !known.contains(&true) {
        return known.contains(&false).then_some(known);
    }
    let ny = known.len() / nx;
    let mut done = known.clone();
    extend(lat, lon, &mut done, (ny, nx), (nx, 1));
    extend(lat, lon, &mut done, (nx, ny), (1, nx));
    // what is left lies in rows and columns without any position
    let anywhere = done.iter().position(|d| *d).unwrap_or_default();
    let place = (lat[anywhere], lon[anywhere]);
    for (cell, done) in done.iter().enumerate() {
        if !done {
            (lat[cell], lon[cell]) = place;
        }
    }
    Some(known)
}

/// Goes through all lines in one direction: `lines` lines of `cells` cells, a step from line to line and from cell to cell.
fn extend(
    lat: &mut [f64],
    lon: &mut [f64],
    done: &mut [bool],
    (lines, cells): (usize, usize),
    (by_line, by_cell): (usize, usize),
) {
    let before = done.to_vec();
    for line in 0..lines {
        let at = |cell: usize| line * by_line + cell * by_cell;
        let known: Vec<usize> = (0..cells).filter(|cell| before[at(*cell)]).collect();
        if known.is_empty() {
            continue;
        }
        for cell in (0..cells).filter(|cell| !before[at(*cell)]) {
            let after = known.partition_point(|k| *k < cell);
            let nearest = match (after.checked_sub(1).and_then(|k| known.get(k)), known.get(after)) {
                (Some(a), Some(b)) if b - cell < cell - a => *b,
                (Some(a), _) => *a,
                (None, Some(b)) => *b,
                (None, None) => continue,
            };
            // the cell beyond the nearest one, if that is the neighbour
            let beyond = if nearest < cell { nearest.checked_sub(1) } else { Some(nearest + 1).filter(|c| *c < cells) };
            let step = beyond.filter(|c| before[at(*c)] && nearest.abs_diff(cell) == 1);
            let (a, o) = (lat[at(nearest)], lon[at(nearest)]);
            let place = match step {
                Some(c) => {
                    let turn = |x: f64| (x + 180.0).rem_euclid(360.0) - 180.0;
                    ((2.0 * a - lat[at(c)]).clamp(-90.0, 90.0), o + turn(o - lon[at(c)]))
                }
                None => (a, o),
            };
            (lat[at(cell)], lon[at(cell)]) = place;
            done[at(cell)] = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_beyond_the_rim_continue_their_row_or_column() {
        let n = f64::NAN;
        let mut lat = vec![n, n, n, n, 0.0, 0.0, n, 1.0, 1.0, n, 2.0, 1e30];
        let mut lon = vec![n, n, n, n, 10.0, 11.0, n, 10.0, 11.0, n, 10.0, 1e30];
        let known = filled(&mut lat, &mut lon, 3).unwrap();
        assert_eq!(known, [false, false, false, false, true, true, false, true, true, false, true, false]);
        assert_eq!((lat[3], lon[3]), (0.0, 9.0), "west of the first row");
        assert_eq!((lat[1], lon[1]), (-1.0, 10.0), "above the second column");
        assert!(lat.iter().chain(&lon).all(|x| x.abs() < 100.0));
        assert_eq!(filled(&mut [1.0], &mut [2.0], 1), None);
    }
}
