//! `netcdf-writer`, the netCDF face of `hdf5-writer`. It takes all values before it writes the first byte.
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use netcdf_writer::{NcAttrValue, NcFileBuilder, NcWriteFormat, NcWriteOptions};
use writers::{NX, NY, PART, ROWS, Result, STEPS, TILE, Writer, axes, cells, group_name, part, run, scene};

struct NetcdfWriter;

fn write(file: &NcFileBuilder, path: &Path) -> Result {
    file.write(BufWriter::new(File::create(path)?), NcWriteOptions { format: NcWriteFormat::Nc4 })?;
    Ok(())
}

impl Writer for NetcdfWriter {
    fn flat(path: &Path) -> Result {
        let mut file = NcFileBuilder::new();
        file.add_attribute("Conventions", NcAttrValue::Chars("CF-1.8".to_owned()))?;
        let mut dims = Vec::new();
        for (name, values, units) in axes() {
            let dim = file.add_dimension(name, values.len() as u64)?;
            let variable = file.add_variable::<f64>(name, &[dim])?;
            file.add_variable_attribute(variable, "units", NcAttrValue::Chars(units.to_owned()))?;
            file.write_variable(variable, &values)?;
            dims.push(dim);
        }
        let variable = file.add_variable::<i32>("event_id", &dims)?;
        file.set_variable_chunking(variable, [1, TILE as u64, TILE as u64])?;
        file.set_variable_deflate(variable, Some(1), true)?;
        let (mut all, mut now) = (Vec::with_capacity(STEPS * NY * NX), Vec::new());
        for step in 0..STEPS {
            scene(step, &mut now);
            all.extend_from_slice(&now);
        }
        file.write_variable(variable, &all)?;
        drop(all);
        write(&file, path)
    }

    fn groups(path: &Path, count: usize) -> Result {
        let mut file = NcFileBuilder::new();
        for time in 0..count {
            let name = group_name(time);
            let pixels = file.add_dimension_path(format!("{name}/num_pixels"), ROWS as u64)?;
            let columns = file.add_dimension_path(format!("{name}/num_cols"), 3)?;
            let (indices, values) = cells(time);
            let variable = file.add_variable_path::<i32>(format!("{name}/mask_indices"), &[pixels, columns])?;
            file.write_variable(variable, &indices)?;
            let variable = file.add_variable_path::<f32>(format!("{name}/data_values"), &[pixels])?;
            file.write_variable(variable, &values)?;
        }
        write(&file, path)
    }

    fn ragged(path: &Path, count: usize) -> Result {
        let mut file = NcFileBuilder::new();
        let obs = file.add_dimension("obs", count as u64)?;
        let variable = file.add_variable::<f64>("value", &[obs])?;
        file.set_variable_chunking(variable, [PART as u64])?;
        file.set_variable_deflate(variable, Some(1), true)?;
        file.write_variable(variable, &part(0, count))?;
        write(&file, path)
    }
}

fn main() -> Result {
    run::<NetcdfWriter>()
}
