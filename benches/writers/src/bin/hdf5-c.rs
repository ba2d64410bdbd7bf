//! The HDF5 library, through `hdf5-metno`. What the crate does not wrap (dimension scales, packed chunks) goes through its bindings.
use std::ffi::{CString, c_char, c_int, c_uint};
use std::path::Path;

use hdf5_metno::plist::dataset_create::AttrCreationOrder;
use hdf5_metno::plist::file_create::LinkCreationOrder;
use hdf5_metno::types::FixedAscii;
use hdf5_metno::{Dataset, File, Group, Location};
use hdf5_metno_sys::h5d::H5Dwrite_chunk;
use hdf5_metno_sys::h5i::hid_t;
use hdf5_metno_sys::h5p::H5P_DEFAULT;
use libdeflater::{CompressionLvl, Compressor};
use writers::{
    NX, NY, PART, ROWS, Result, STEPS, TILE, Writer, axes, bytes, cells, group_name, pack, part, run, scene, tile, tiles,
};

// the bindings have no part for `hl`, though they build it
#[link(name = "hdf5_hl", kind = "static")]
unsafe extern "C" {
    fn H5DSset_scale(scale: hid_t, name: *const c_char) -> c_int;
    fn H5DSattach_scale(dataset: hid_t, scale: hid_t, axis: c_uint) -> c_int;
}

struct Hdf5C;

const LINKS: LinkCreationOrder = LinkCreationOrder::TRACKED.union(LinkCreationOrder::INDEXED);
const ATTRIBUTES: AttrCreationOrder = AttrCreationOrder::TRACKED.union(AttrCreationOrder::INDEXED);

fn create(path: &Path) -> Result<File> {
    let file = File::with_options()
        .with_fcpl(|plist| plist.link_creation_order(LINKS).attr_creation_order(ATTRIBUTES))
        .with_fapl(|plist| plist.libver_v18())
        .create(path)?;
    text(&file, "_NCProperties", "version=2,hdf5-metno=0.15.1")?;
    Ok(file)
}

fn text(at: &Location, name: &str, value: &str) -> Result {
    at.new_attr::<FixedAscii<64>>().create(name)?.write_scalar(&FixedAscii::<64>::from_ascii(value)?)?;
    Ok(())
}

fn done(status: c_int) -> Result {
    if status < 0 { Err("HDF5 refuses".into()) } else { Ok(()) }
}

fn mark_scale(scale: &Dataset, name: &str, id: i32) -> Result {
    let name = CString::new(name)?;
    done(hdf5_metno::sync::sync(|| unsafe { H5DSset_scale(scale.id(), name.as_ptr()) }))?;
    scale.new_attr::<i32>().create("_Netcdf4Dimid")?.write_scalar(&id)?;
    Ok(())
}

fn attach(dataset: &Dataset, scales: &[(&Dataset, i32)]) -> Result {
    for (axis, (scale, _)) in scales.iter().enumerate() {
        done(hdf5_metno::sync::sync(|| unsafe { H5DSattach_scale(dataset.id(), scale.id(), axis as c_uint) }))?;
    }
    let ids: Vec<i32> = scales.iter().map(|scale| scale.1).collect();
    dataset.new_attr::<i32>().shape([ids.len()]).create("_Netcdf4Coordinates")?.write_raw(&ids)?;
    Ok(())
}

fn dimension(group: &Group, name: &str, size: usize, id: i32) -> Result<Dataset> {
    let scale = group.new_dataset::<f32>().attr_creation_order(ATTRIBUTES).shape([size]).create(name)?;
    mark_scale(&scale, &format!("This is a netCDF dimension but not a netCDF variable.{size:>10}"), id)?;
    Ok(scale)
}

fn flat(path: &Path, packed: bool) -> Result {
    let file = create(path)?;
    text(&file, "Conventions", "CF-1.8")?;
    let mut scales = Vec::new();
    for (id, (name, values, units)) in axes().into_iter().enumerate() {
        let scale = file.new_dataset::<f64>().shape([values.len()]).create(name)?;
        scale.write_raw(&values)?;
        mark_scale(&scale, name, id as i32)?;
        text(&scale, "units", units)?;
        scales.push(scale);
    }
    let dataset = file
        .new_dataset::<i32>()
        .chunk([1, TILE, TILE])
        .shuffle()
        .deflate(1)
        .shape([STEPS, NY, NX])
        .create("event_id")?;
    attach(&dataset, &[(&scales[0], 0), (&scales[1], 1), (&scales[2], 2)])?;
    let mut packer = Compressor::new(CompressionLvl::new(1).unwrap_or_default());
    let mut now = Vec::new();
    for step in 0..STEPS {
        scene(step, &mut now);
        for at in tiles() {
            let [row, column, rows, columns] = at;
            if packed {
                let chunk = pack(&bytes(&tile(&now, at, true), i32::to_le_bytes), 4, &mut packer)?;
                let place = [step as u64, row as u64, column as u64];
                let data = chunk.as_ptr().cast();
                done(hdf5_metno::sync::sync(|| unsafe {
                    H5Dwrite_chunk(dataset.id(), H5P_DEFAULT, 0, place.as_ptr(), chunk.len(), data)
                }))?;
            } else {
                let chunk = ndarray::Array3::from_shape_vec((1, rows, columns), tile(&now, at, false))?;
                dataset.write_slice(&chunk, (step..step + 1, row..row + rows, column..column + columns))?;
            }
        }
    }
    drop((dataset, scales));
    Ok(file.close()?)
}

impl Writer for Hdf5C {
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
            let group = file
                .create_group_builder()
                .with_gcpl(|plist| plist.link_creation_order(LINKS).attr_creation_order(ATTRIBUTES))
                .create(group_name(time).as_str())?;
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
        Ok(file.close()?)
    }

    fn ragged(path: &Path, count: usize) -> Result {
        let file = create(path)?;
        let obs = dimension(&file, "obs", count, 0)?;
        let dataset = file.new_dataset::<f64>().chunk([PART]).shuffle().deflate(1).shape([count]).create("value")?;
        attach(&dataset, &[(&obs, 0)])?;
        for from in (0..count).step_by(PART) {
            let to = (from + PART).min(count);
            dataset.write_slice(&part(from, to), from..to)?;
        }
        drop((dataset, obs));
        Ok(file.close()?)
    }
}

fn main() -> Result {
    run::<Hdf5C>()
}
