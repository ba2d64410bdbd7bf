//! `<job>-Interpolated.nc`: a point for each cell of each event and time.

use std::sync::Arc;

use eventscape_formats::Hyperslab;

use super::Nc;
use crate::verify::blocks::blocks_of;
use crate::verify::facts::{Facts, MILLISECOND, Sums, ValueSum, Values};
use crate::verify::finding::{Checked, Faults, Trouble};
use crate::verify::netcdf::times::Axis;

/// What its coordinates are called; a variable of such a name is written with this at its end.
const RENAMED: &str = "_value";
const OWN: [&str; 12] =
    ["track_id", "event_id", "time", "lat", "lon", "cell_area", "crs", "obs", "row", "column", "mask_lat", "mask_lon"];
const COVERAGE: &str = "_coverage";

pub(super) fn check(nc: &Nc<'_>, faults: &mut Faults) -> Checked<Facts> {
    let ids_path = nc.track_ids()?;
    let [cells] = nc.shape::<1>(ids_path)?;
    let axis = Axis::of(nc, "time")?;
    let names: Vec<String> = nc
        .granule
        .variables()
        .iter()
        .map(|variable| variable.path.clone())
        .filter(|path| !path.ends_with(COVERAGE) && nc.has(&format!("{path}{COVERAGE}")))
        .collect();
    let known: Vec<Arc<str>> = names.iter().map(|name| own_name(name).into()).collect();
    for path in names.iter().map(String::as_str).chain(["time", "lat", "lon", "cell_area"]) {
        if nc.shape::<1>(path)? != [cells] {
            return Err(Trouble::at(path, format!("it does not have a value for each of the {cells} points")));
        }
    }
    let mut sums = Sums::default();
    for slab in blocks_of(nc.variable("lat")?) {
        let first = slab.0.first().map_or(0, |range| range.start);
        let [ids, seconds, lat, lon, areas] = [
            reals(nc, ids_path, &slab)?,
            reals(nc, "time", &slab)?,
            reals(nc, "lat", &slab)?,
            reals(nc, "lon", &slab)?,
            reals(nc, "cell_area", &slab)?,
        ];
        let mut times = Vec::with_capacity(seconds.len());
        for (k, seconds) in seconds.iter().enumerate() {
            times.push(axis.micros(*seconds).map_err(|why| Trouble::at(format!("time[{}]", first + k as u64), why))?);
        }
        for k in 0..ids.len() {
            let mut is = |name: &str, value: f64, is_right: bool| {
                if !is_right {
                    faults.add(format!("{name}[{}]", first + k as u64), format!("it is {value}"));
                }
            };
            is(ids_path, ids[k], ids[k] >= 1.0);
            is("lat", lat[k], lat[k].abs() <= 90.0 + 1e-4);
            is("lon", lon[k], lon[k].abs() <= 720.0);
            is("cell_area", areas[k], areas[k] >= 0.0 && areas[k].is_finite());
        }
        for (name, known) in names.iter().zip(&known) {
            let values = reals(nc, name, &slab)?;
            for (k, value) in values.iter().enumerate() {
                sums.add((times[k], ids[k].max(0.0) as u32, known.clone()), ValueSum::at(lat[k], lon[k], *value));
            }
        }
    }
    for path in names.iter().map(String::as_str).chain([ids_path, "time", "lat", "lon", "cell_area"]) {
        nc.is_read(path);
    }
    let values = Values { rows: sums.finish(), unit: MILLISECOND, has_each: true };
    Ok(Facts { values: Some(values), ..Facts::default() })
}

fn reals(nc: &Nc<'_>, path: &str, slab: &Hyperslab) -> Checked<Vec<f64>> {
    nc.slab(path, slab)?.to_f64().ok_or_else(|| Trouble::at(path, "it holds no numbers"))
}

/// The name that a variable has in the other products.
fn own_name(name: &str) -> &str {
    name.strip_suffix(RENAMED).filter(|plain| OWN.contains(plain)).unwrap_or(name)
}
