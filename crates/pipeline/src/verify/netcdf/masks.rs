//! `<job>-Masks.nc`: the grid, the times, and the event of each cell.

use std::collections::BTreeMap;

use eventscape_formats::{ArrayData, Hyperslab};

use super::{Nc, axes, times};
use crate::verify::blocks::blocks_of;
use crate::verify::facts::{EventSum, Events, Facts, MILLISECOND, Times, Told, cell_digest};
use crate::verify::finding::{Checked, Faults, Trouble};

const FLAGS: &str = "event_flag";

pub(super) fn check(nc: &Nc<'_>, faults: &mut Faults) -> Checked<Facts> {
    let mut facts = Facts::default();
    let outcome = times::axis(nc, faults);
    let times = faults.take(outcome)?;
    let outcome = axes::check(nc, &mut facts, faults);
    faults.take(outcome)?;
    let by_scene = events(nc, faults)?;
    if let Some(times) = times {
        facts.counts.insert("times", times.len() as u64);
        let rows = by_scene.into_iter().filter_map(|((scene, id), sum)| Some(((*times.get(scene)?, id), sum)));
        // where phenomena that were given share cells, a cell is of one of them
        let all = !nc.asked.manifest.is_given;
        let tells = Told { all_cells: all, places: all, ..Told::default() };
        facts.events = Some(Events { rows: rows.collect(), unit: MILLISECOND, tells, ..Events::default() });
        facts.times = Some(Times::of(times, MILLISECOND));
    }
    Ok(facts)
}

/// Reads both variables side by side; gives the cells by scene and event.
fn events(nc: &Nc<'_>, faults: &mut Faults) -> Checked<BTreeMap<(usize, u32), EventSum>> {
    let ids_path = nc.track_ids()?;
    let shape = nc.shape::<3>(ids_path)?;
    if nc.shape::<3>(FLAGS)? != shape {
        return Err(Trouble::at(FLAGS, format!("it does not have the shape {shape:?} of `{ids_path}`")));
    }
    let lengths = ["time", "lat", "lon"].map(|path| nc.variable(path).map(|found| found.shape()));
    if let [Ok(times), Ok(lat), Ok(lon)] = &lengths {
        let is_of = |found: &[u64], d: usize| found.len() == 2 || found.first() == shape.get(d);
        if !(is_of(times, 0) && is_of(lat, 1) && is_of(lon, 2)) {
            return Err(Trouble::at(ids_path, format!("its shape {shape:?} is not that of the axes")));
        }
    }
    let mut sums = BTreeMap::new();
    let mut is_right = true;
    for slab in blocks_of(nc.variable(ids_path)?) {
        let (ArrayData::I32(ids), ArrayData::I8(flags)) = (nc.slab(ids_path, &slab)?, nc.slab(FLAGS, &slab)?) else {
            return Err(Trouble::at(ids_path, "it does not hold int32, or its flags are not int8"));
        };
        let wrong = count(&slab, &ids, &flags, &mut sums);
        if let Some((at, id, flag)) = wrong.filter(|_| is_right) {
            is_right = false;
            let [t, row, column] = place(&slab, at);
            faults.add(format!("{ids_path}[{t}][{row}][{column}]"), format!("it is {id}, `{FLAGS}` is {flag} there"));
        }
    }
    nc.is_read(ids_path);
    nc.is_read(FLAGS);
    Ok(sums)
}

/// Adds the cells of a block to the sums; gives the first cell whose flag contradicts its event.
fn count(
    slab: &Hyperslab,
    ids: &[i32],
    flags: &[i8],
    sums: &mut BTreeMap<(usize, u32), EventSum>,
) -> Option<(usize, i32, i8)> {
    let width = slab.shape().last().copied().unwrap_or(0).max(1) as usize;
    for (line, cells) in ids.chunks(width).enumerate() {
        let [t, row, first] = place(slab, line * width);
        let mut column = first;
        for run in cells.chunk_by(|a, b| a == b) {
            let end = column + run.len() as u64;
            if let Some(id) = run.first().and_then(|id| u32::try_from(*id).ok()).filter(|id| *id > 0) {
                let sum = sums.entry((t as usize, id)).or_default();
                sum.cells += run.len() as u64;
                for column in column..end {
                    sum.places = sum.places.wrapping_add(cell_digest(row, column));
                }
            }
            column = end;
        }
    }
    let fits = |id: i32, flag: i8| matches!((id, flag), (0, 0) | (1.., 1) | (-1, 2 | 3));
    let wrong = ids.iter().zip(flags).position(|(id, flag)| !fits(*id, *flag))?;
    Some((wrong, *ids.get(wrong)?, *flags.get(wrong)?))
}

/// The indices of a value of a block of three dimensions.
fn place(slab: &Hyperslab, at: usize) -> [u64; 3] {
    let lengths = slab.shape();
    let [start, rows, columns] = [0, 1, 2].map(|d| slab.0.get(d).map_or(0, |range| range.start));
    let (ny, nx) = (lengths.get(1).copied().unwrap_or(1).max(1), lengths.get(2).copied().unwrap_or(1).max(1));
    let at = at as u64;
    [start + at / (ny * nx), rows + at / nx % ny, columns + at % nx]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_counted_by_scene_and_event_wherever_their_block_lies() {
        let slab = Hyperslab(vec![4..6, 10..12, 20..23]);
        let ids = [0, 7, 7, -1, 7, 0, 2, 2, 2, 0, 0, 7];
        let flags = [0, 1, 1, 3, 1, 0, 1, 1, 1, 0, 2, 1];
        let mut sums = BTreeMap::new();
        assert_eq!(count(&slab, &ids, &flags, &mut sums), Some((10, 0, 2)));
        let cells: Vec<_> = sums.iter().map(|(key, sum)| (*key, sum.cells)).collect();
        assert_eq!(cells, [((4, 7), 3), ((5, 2), 3), ((5, 7), 1)]);
        let known = [(10, 21), (10, 22), (11, 21)].map(|(r, c)| cell_digest(r, c));
        assert_eq!(sums[&(4, 7)].places, known.iter().fold(0u64, |sum, one| sum.wrapping_add(*one)));
        assert_eq!(place(&slab, 10), [5, 11, 21]);
    }
}
