//! netCDF-C, through the `netcdf` crate.
use std::path::Path;

use netcdf::FileMut;
use writers::{PART, ROWS, Result, STEPS, TILE, Writer, axes, cells, group_name, part, run, scene, tile, tiles};

struct NetcdfC;

fn define_group(file: &mut FileMut, time: usize) -> Result {
    let mut group = file.add_group(&group_name(time))?;
    group.add_dimension("num_pixels", ROWS)?;
    group.add_dimension("num_cols", 3)?;
    group.add_variable::<i32>("mask_indices", &["num_pixels", "num_cols"])?;
    group.add_variable::<f32>("data_values", &["num_pixels"])?;
    Ok(())
}

fn fill_group(file: &mut FileMut, time: usize) -> Result {
    let (indices, values) = cells(time);
    let mut group = file.group_mut(&group_name(time))?.ok_or("no group")?;
    group.variable_mut("mask_indices").ok_or("no variable")?.put_values(&indices, ..)?;
    group.variable_mut("data_values").ok_or("no variable")?.put_values(&values, ..)?;
    Ok(())
}

impl Writer for NetcdfC {
    fn flat(path: &Path) -> Result {
        let mut file = netcdf::create(path)?;
        file.add_attribute("Conventions", "CF-1.8")?;
        for (name, values, units) in axes() {
            file.add_dimension(name, values.len())?;
            let mut variable = file.add_variable::<f64>(name, &[name])?;
            variable.put_attribute("units", units)?;
            variable.put_values(&values, ..)?;
        }
        let mut variable = file.add_variable::<i32>("event_id", &["time", "lat", "lon"])?;
        variable.set_chunking(&[1, TILE, TILE])?;
        variable.set_compression(1, true)?;
        let mut now = Vec::new();
        for step in 0..STEPS {
            scene(step, &mut now);
            for at in tiles() {
                let [row, column, rows, columns] = at;
                let place = (step..step + 1, row..row + rows, column..column + columns);
                variable.put_values(&tile(&now, at, false), place)?;
            }
        }
        Ok(file.close()?)
    }

    /// All groups are defined before the first value is written, so that netCDF-C leaves its define mode once.
    fn groups(path: &Path, count: usize) -> Result {
        let mut file = netcdf::create(path)?;
        (0..count).try_for_each(|time| define_group(&mut file, time))?;
        (0..count).try_for_each(|time| fill_group(&mut file, time))?;
        Ok(file.close()?)
    }

    /// As a job has them: a group is defined and filled, then the next.
    fn groups_in_turn(path: &Path, count: usize) -> Result {
        let mut file = netcdf::create(path)?;
        for time in 0..count {
            define_group(&mut file, time)?;
            fill_group(&mut file, time)?;
        }
        Ok(file.close()?)
    }

    fn ragged(path: &Path, count: usize) -> Result {
        let mut file = netcdf::create(path)?;
        file.add_dimension("obs", count)?;
        let mut variable = file.add_variable::<f64>("value", &["obs"])?;
        variable.set_chunking(&[PART])?;
        variable.set_compression(1, true)?;
        for from in (0..count).step_by(PART) {
            let to = (from + PART).min(count);
            variable.put_values(&part(from, to), from..to)?;
        }
        Ok(file.close()?)
    }
}

fn main() -> Result {
    run::<NetcdfC>()
}
