//! `rust-hdf5`, with netCDF-4's own attributes set by hand.
use std::path::Path;

use libdeflater::{CompressionLvl, Compressor};
use rust_hdf5::{DatatypeMessage, H5Dataset, H5File, H5Group};
use writers::{
    NX, NY, PART, ROWS, Result, STEPS, TILE, Writer, axes, bytes, cells, group_name, pack, part, run, scene, tile, tiles,
};

struct RustHdf5;

fn create(path: &Path) -> Result<H5File> {
    let file = H5File::options().track_order(true).create(path)?;
    file.set_track_order(true)?;
    let (kind, bytes) = text("version=2,rust-hdf5=0.7.9");
    file.set_attr_typed("_NCProperties", kind, bytes)?;
    Ok(file)
}

fn text(text: &str) -> (DatatypeMessage, Vec<u8>) {
    let size = text.len() as u32 + 1;
    (DatatypeMessage::FixedString { size, padding: 0, charset: 0 }, [text.as_bytes(), &[0]].concat())
}

fn mark_scale(scale: &H5Dataset, name: &str, id: i32) -> Result {
    scale.set_scale(Some(name))?;
    scale.new_attr::<i32>().create("_Netcdf4Dimid")?.write_numeric(&id)?;
    Ok(())
}

fn attach(dataset: &H5Dataset, scales: &[(&H5Dataset, i32)]) -> Result {
    for (axis, (scale, _)) in scales.iter().enumerate() {
        dataset.attach_scale(axis, scale)?;
    }
    let ids: Vec<i32> = scales.iter().map(|scale| scale.1).collect();
    dataset.new_attr::<i32>().shape([ids.len()]).create("_Netcdf4Coordinates")?.write_array(&ids)?;
    Ok(())
}

/// A dimension without a variable: a data set with no values.
fn dimension(group: &H5Group, name: &str, size: usize, id: i32) -> Result<H5Dataset> {
    let scale = group.new_dataset::<f32>().shape([size]).create(name)?;
    mark_scale(&scale, &format!("This is a netCDF dimension but not a netCDF variable.{size:>10}"), id)?;
    Ok(scale)
}

fn flat(path: &Path, packed: bool) -> Result {
    let file = create(path)?;
    let (kind, value) = text("CF-1.8");
    file.set_attr_typed("Conventions", kind, value)?;
    let mut scales = Vec::new();
    for (id, (name, values, units)) in axes().into_iter().enumerate() {
        let scale = file.new_dataset::<f64>().shape([values.len()]).create(name)?;
        scale.write_raw(&values)?;
        mark_scale(&scale, name, id as i32)?;
        let (kind, value) = text(units);
        scale.set_attr_typed("units", kind, value)?;
        scales.push(scale);
    }
    let shape = [STEPS, NY, NX];
    let dataset =
        file.new_dataset::<i32>().shape(shape).chunk(&[1, TILE, TILE]).shuffle_deflate(1).create("event_id")?;
    attach(&dataset, &[(&scales[0], 0), (&scales[1], 1), (&scales[2], 2)])?;
    let mut packer = Compressor::new(CompressionLvl::new(1).unwrap_or_default());
    let mut now = Vec::new();
    for step in 0..STEPS {
        scene(step, &mut now);
        for at in tiles() {
            let chunk = bytes(&tile(&now, at, true), i32::to_le_bytes);
            let place = [step, at[0] / TILE, at[1] / TILE];
            if packed {
                dataset.write_chunk_raw_at(&place, &pack(&chunk, 4, &mut packer)?, 0)?;
            } else {
                dataset.write_chunk_at(&place, &chunk)?;
            }
        }
    }
    drop((dataset, scales));
    Ok(file.close_no_sync()?)
}

impl Writer for RustHdf5 {
    fn flat(path: &Path) -> Result {
        flat(path, false)
    }

    fn flat_packed(path: &Path) -> Result {
        flat(path, true)
    }

    fn groups(path: &Path, count: usize) -> Result {
        let file = create(path)?;
        for time in 0..count {
            let (indices, values) = cells(time);
            let group = file.create_group(&group_name(time))?;
            let id = 2 * time as i32;
            let pixels = dimension(&group, "num_pixels", ROWS, id)?;
            let columns = dimension(&group, "num_cols", 3, id + 1)?;
            let dataset = group.new_dataset::<i32>().shape([ROWS, 3]).create("mask_indices")?;
            dataset.write_raw(&indices)?;
            attach(&dataset, &[(&pixels, id), (&columns, id + 1)])?;
            let dataset = group.new_dataset::<f32>().shape([ROWS]).create("data_values")?;
            dataset.write_raw(&values)?;
            attach(&dataset, &[(&pixels, id)])?;
        }
        Ok(file.close_no_sync()?)
    }

    fn ragged(path: &Path, count: usize) -> Result {
        let file = create(path)?;
        let obs = dimension(&file.root_group(), "obs", count, 0)?;
        let dataset = file.new_dataset::<f64>().shape([count]).chunk(&[PART]).shuffle_deflate(1).create("value")?;
        attach(&dataset, &[(&obs, 0)])?;
        for (index, from) in (0..count).step_by(PART).enumerate() {
            let mut chunk = bytes(&part(from, (from + PART).min(count)), f64::to_le_bytes);
            chunk.resize(8 * PART, 0);
            dataset.write_chunk(index, &chunk)?;
        }
        drop((dataset, obs));
        Ok(file.close_no_sync()?)
    }
}

fn main() -> Result {
    run::<RustHdf5>()
}
