//! The reference's mask file: the cells of each time with their values. All of it lies in the file uncompressed.

use eventscape_formats::Hyperslab;
use eventscape_products::read::time_of_stamp;

use super::{Nc, navigation};
use crate::verify::facts::{EventSum, Events, Facts, Range, Sums, Times, Told, cell_digest};
use crate::verify::finding::{Checked, Faults, Trouble};
use crate::verify::stamps::unit_of;

/// Cells that are read at a time.
const CELLS: u64 = 1 << 20;

pub(super) fn check(nc: &Nc<'_>, faults: &mut Faults) -> Checked<Facts> {
    let mut facts = Facts::default();
    let outcome = navigation::check(nc, &mut facts);
    let size = faults.take(outcome)?;
    let tracks = number_of_events(nc)?;
    facts.counts.insert("tracks", tracks);
    let mut sums = Sums::default();
    let (mut times, mut unit) = (Vec::new(), 1);
    let stamps = nc.granule.groups().filter_map(|path| path.strip_prefix("masks/")).filter(|name| !name.contains('/'));
    for stamp in stamps {
        let outcome = scene(nc, stamp, size, tracks);
        let found = faults.take(outcome)?;
        let time = time_of_stamp(stamp, nc.asked.manifest.calendar);
        if let (Some(time), Some(found)) = (time, found) {
            times.push(time.micros());
            unit = unit_of(stamp).max(unit);
            sums.extend(found.into_iter().map(|(id, sum)| ((time.micros(), id), sum)).collect());
        }
    }
    facts.counts.insert("times", times.len() as u64);
    facts.times = Some(Times::of(times, unit));
    let tells = Told { all_cells: true, places: true, range: true, ..Told::default() };
    facts.events = Some(Events { rows: sums.finish(), unit, tells, ..Events::default() });
    Ok(facts)
}

fn number_of_events(nc: &Nc<'_>) -> Checked<u64> {
    let told = nc.granule.attributes("masks").ok().and_then(|attributes| attributes.get("num_events")?.number());
    told.map(|number| number as u64).ok_or_else(|| Trouble::at("masks", "it does not tell its number of events"))
}

/// The cells of a time, by event.
fn scene(nc: &Nc<'_>, stamp: &str, size: Option<(u64, u64)>, tracks: u64) -> Checked<Vec<(u32, EventSum)>> {
    let (indices, values) = (format!("masks/{stamp}/mask_indices"), format!("masks/{stamp}/data_values"));
    let ([cells, 3], [count]) = (nc.shape::<2>(&indices)?, nc.shape::<1>(&values)?) else {
        return Err(Trouble::at(&indices, "it does not have row, column and event of each cell"));
    };
    if cells != count {
        return Err(Trouble::at(&values, format!("it has {count} values for {cells} cells")));
    }
    let mut sums = Sums::default();
    let mut last: Option<[i64; 3]> = None;
    for start in (0..cells).step_by(CELLS as usize) {
        let end = (start + CELLS).min(cells);
        let places = nc.slab(&indices, &Hyperslab(vec![start..end, 0..3]))?.to_i64();
        let places = places.ok_or_else(|| Trouble::at(&indices, "it holds no whole numbers"))?;
        let numbers = nc.slab(&values, &Hyperslab(vec![start..end]))?.to_f64();
        let numbers = numbers.ok_or_else(|| Trouble::at(&values, "it holds no numbers"))?;
        for (k, (cell, value)) in places.chunks_exact(3).zip(numbers).enumerate() {
            let cell @ [row, column, id] = [cell[0], cell[1], cell[2]];
            let wrong =
                |why: &str| Trouble::at(format!("{indices}[{}]", start + k as u64), format!("it is {cell:?}, {why}"));
            let is_inside =
                size.is_none_or(|(ny, nx)| (0..ny as i64).contains(&row) && (0..nx as i64).contains(&column));
            if !is_inside || row < 0 || column < 0 {
                return Err(wrong("which is no cell of the grid"));
            }
            if id < 1 || id as u64 > tracks {
                return Err(wrong(&format!("which is none of the {tracks} events")));
            }
            let order = [id, row, column];
            if last.is_some_and(|last| last >= order) {
                return Err(wrong("which does not come after the cell before (by event, row, column)"));
            }
            last = Some(order);
            let range = Range::of(value);
            let places = cell_digest(row as u64, column as u64);
            sums.add(id as u32, EventSum { cells: 1, places, range, ..EventSum::default() });
        }
    }
    nc.is_read(&indices);
    nc.is_read(&values);
    Ok(sums.finish())
}
