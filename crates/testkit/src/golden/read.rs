//! Reads the files of a case.

use std::path::Path;

use netcdf_reader::NcFile;

use super::{Cube, minutes};

/// One time of a mask file in the reference's layout.
#[derive(Clone, Debug, PartialEq)]
pub struct MaskStep {
    /// The name of the group, `YYYYMMDDhhmm`.
    pub stamp: String,
    /// Row, column and event number of each cell, in the order of the file.
    pub cells: Vec<[i32; 3]>,
    /// The value of each cell.
    pub values: Vec<f32>,
}

fn open(path: &Path) -> NcFile {
    NcFile::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The image of a case's `input.nc`.
pub(super) fn cube(path: &Path) -> Cube {
    let file = open(path);
    let floats = |name: &str| -> Vec<f64> {
        file.read_variable_as_f64(name).unwrap_or_else(|e| panic!("{name}: {e}")).into_iter().collect()
    };
    let (lat, lon) = (floats("lat"), floats("lon"));
    let image: Vec<f32> = file.read_variable::<f32>("image").expect("the image").into_iter().collect();
    Cube {
        image: image.chunks(lat.len() * lon.len()).map(<[f32]>::to_vec).collect(),
        times: floats("time").into_iter().map(minutes).collect(),
        stamps: file.read_variable_as_strings("timestamp").expect("the time stamps"),
        lat,
        lon,
    }
}

/// Reads a mask file in the reference's layout, times ascending.
///
/// # Panics
/// If the file is not one.
#[must_use]
pub fn mask_file(path: &Path) -> Vec<MaskStep> {
    let file = open(path);
    let masks = file.group("masks").expect("the group `masks`");
    let mut stamps: Vec<String> = masks.groups.iter().map(|group| group.name.clone()).collect();
    stamps.sort();
    stamps
        .into_iter()
        .map(|stamp| {
            let group = file.group(&format!("masks/{stamp}")).expect("the group of a time");
            let empty = group.dimensions.iter().any(|d| d.name == "num_pixels" && d.size == 0);
            if empty {
                return MaskStep { stamp, cells: Vec::new(), values: Vec::new() };
            }
            let cells: Vec<i32> = file
                .read_variable::<i32>(&format!("masks/{stamp}/mask_indices"))
                .expect("the mask's indices")
                .into_iter()
                .collect();
            let values = file
                .read_variable::<f32>(&format!("masks/{stamp}/data_values"))
                .expect("the mask's values")
                .into_iter()
                .collect();
            MaskStep { stamp, cells: cells.chunks(3).map(|c| [c[0], c[1], c[2]]).collect(), values }
        })
        .collect()
}
