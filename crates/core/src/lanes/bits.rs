//! Rows of bits: cell `c` is bit `c % 64` of word `c / 64`; bits past the last column are zero.

/// Number of words of a row.
pub(crate) fn words(nx: usize) -> usize {
    nx.div_ceil(64)
}

/// The parts of words that columns `start..end` take: index of the word, and its bits.
fn parts(start: u32, end: u32) -> impl Iterator<Item = (usize, u64)> {
    let (first, last) = (start as usize / 64, (end.max(1) as usize - 1) / 64);
    (first..=last).filter(move |_| start < end).map(move |k| {
        let mut mask = u64::MAX;
        if k == first {
            mask &= u64::MAX << (start % 64);
        }
        if k == last {
            mask &= u64::MAX >> (63 - (end - 1) % 64);
        }
        (k, mask)
    })
}

/// Whether any of columns `start..end` is set.
pub(crate) fn any(row: &[u64], start: u32, end: u32) -> bool {
    parts(start, end).any(|(k, mask)| row[k] & mask != 0)
}

/// Whether all of columns `start..end` are set.
pub(crate) fn all(row: &[u64], start: u32, end: u32) -> bool {
    parts(start, end).all(|(k, mask)| row[k] & mask == mask)
}

/// Sets columns `start..end`.
pub(crate) fn set(row: &mut [u64], start: u32, end: u32) {
    for (k, mask) in parts(start, end) {
        row[k] |= mask;
    }
}

/// Whether a column is set.
pub(crate) fn get(row: &[u64], column: u32) -> bool {
    row[column as usize / 64] >> (column % 64) & 1 == 1
}

/// A row with all `nx` columns set.
pub(crate) fn full_row(nx: usize) -> Vec<u64> {
    let mut row = vec![0; words(nx)];
    set(&mut row, 0, nx as u32);
    row
}

/// Bits of all rows from one entry a cell.
pub(crate) fn image(cells: &[bool], nx: usize) -> Vec<u64> {
    let mut image = Vec::with_capacity(cells.len() / nx * words(nx));
    for row in cells.chunks(nx) {
        image.extend(row.chunks(64).map(|word| word.iter().rev().fold(0, |bits, cell| bits << 1 | u64::from(*cell))));
    }
    image
}

/// Cells of `image` (all rows) of which one of the 8 neighbours inside the grid is not in it.
pub(crate) fn rim(image: &[u64], nx: usize, periodic: bool) -> Vec<u64> {
    let (count, full) = (words(nx), full_row(nx));
    // What is outside, and what lies beside it, row by row.
    let widened: Vec<Vec<u64>> = image
        .chunks(count)
        .map(|row| {
            let outside: Vec<u64> = row.iter().zip(&full).map(|(cells, full)| !cells & full).collect();
            let mut wide = outside.clone();
            for k in 0..count {
                wide[k] |= outside[k] << 1 | outside[k] >> 1;
                if k > 0 {
                    wide[k] |= outside[k - 1] >> 63;
                }
                if k + 1 < count {
                    wide[k] |= outside[k + 1] << 63;
                }
            }
            let (west, east) = (get(&outside, 0), get(&outside, nx as u32 - 1));
            if periodic && east {
                set(&mut wide, 0, 1);
            }
            if periodic && west {
                set(&mut wide, nx as u32 - 1, nx as u32);
            }
            wide
        })
        .collect();
    let mut rim = Vec::with_capacity(image.len());
    for (r, row) in image.chunks(count).enumerate() {
        for (k, cells) in row.iter().enumerate() {
            let near = |at: Option<usize>| at.and_then(|at| widened.get(at)).map_or(0, |row| row[k]);
            rim.push(cells & (near(r.checked_sub(1)) | near(Some(r)) | near(Some(r + 1))));
        }
    }
    rim
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_columns_is_set_across_words() {
        let mut row = vec![0; 3];
        set(&mut row, 60, 130);
        for column in 0..192 {
            assert_eq!(get(&row, column), (60..130).contains(&column), "column {column}");
        }
        assert!(all(&row, 60, 130) && !all(&row, 59, 130) && any(&row, 0, 61) && !any(&row, 0, 60));
        assert!(!any(&row, 61, 61));
    }

    #[test]
    fn the_rim_is_what_touches_the_outside_by_edge_or_corner() {
        let nx = 70;
        let cells: Vec<bool> = (0..5 * nx).map(|k| k != 2 * nx + 64).collect();
        let rim = rim(&image(&cells, nx), nx, false);
        for (k, row) in rim.chunks(words(nx)).enumerate() {
            for column in 0..nx as u32 {
                let near = k.abs_diff(2) <= 1 && column.abs_diff(64) <= 1 && (k, column) != (2, 64);
                assert_eq!(get(row, column), near, "row {k}, column {column}");
            }
        }
    }

    #[test]
    fn the_rim_goes_on_across_the_seam() {
        let nx = 70;
        let cells: Vec<bool> = (0..nx).map(|k| k != 0).collect();
        let plain = rim(&image(&cells, nx), nx, false);
        let periodic = rim(&image(&cells, nx), nx, true);
        assert!(!get(&plain, 69) && get(&periodic, 69) && get(&plain, 1));
    }
}
