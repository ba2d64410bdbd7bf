//! A small Zarr store of two variables for jobs of tests.

use std::path::Path;

use serde_json::{Value, json};

/// Fields `a` and `b` at some times on a grid of `ny` by `nx` cells.
#[derive(Clone, Debug)]
pub(crate) struct Cube {
    pub(crate) ny: usize,
    pub(crate) nx: usize,
    /// For each time both fields, row-major.
    pub(crate) fields: Vec<[Vec<f32>; 2]>,
}

/// Days between two times: five steps are a year of 365 days.
const STEP_DAYS: f64 = 73.0;

impl Cube {
    /// Writes the store.
    pub(crate) fn write(&self, store: &Path) {
        document(store, ".zgroup", &json!({ "zarr_format": 2 }));
        let axis = |first: f64, step: f64, n: usize| -> Vec<f64> { (0..n).map(|k| first + step * k as f64).collect() };
        let nt = self.fields.len();
        let coordinate = |name: &str, values: &[f64], attributes: Value| {
            let bytes = values.iter().flat_map(|x| x.to_le_bytes()).collect();
            array(
                store,
                name,
                &["<f8", name],
                &[values.len()],
                &[values.len()],
                attributes,
                vec![("0".to_owned(), bytes)],
            );
        };
        let calendar = json!({ "units": "days since 2001-01-01", "calendar": "noleap" });
        coordinate("time", &axis(0.0, STEP_DAYS, nt), calendar);
        coordinate("lat", &axis(-10.0, 0.5, self.ny), json!({ "units": "degrees_north" }));
        coordinate("lon", &axis(20.0, 0.5, self.nx), json!({ "units": "degrees_east" }));
        for (index, name) in ["a", "b"].into_iter().enumerate() {
            let chunk = |(time, fields): (usize, &[Vec<f32>; 2])| {
                (format!("{time}.0.0"), fields[index].iter().flat_map(|x| x.to_le_bytes()).collect())
            };
            let chunks = self.fields.iter().enumerate().map(chunk).collect();
            let (shape, part) = ([nt, self.ny, self.nx], [1, self.ny, self.nx]);
            array(store, name, &["<f4", "time", "lat", "lon"], &shape, &part, json!({ "units": "K" }), chunks);
        }
    }
}

/// An array without compression: type and dimensions, shape, shape of a chunk, attributes, names and bytes of the chunks.
fn array(
    store: &Path,
    name: &str,
    layout: &[&str],
    shape: &[usize],
    part: &[usize],
    mut attributes: Value,
    chunks: Vec<(String, Vec<u8>)>,
) {
    let folder = store.join(name);
    let meta = json!({
        "zarr_format": 2, "shape": shape, "chunks": part, "dtype": layout[0], "fill_value": "NaN", "order": "C",
        "filters": null, "compressor": null,
    });
    document(&folder, ".zarray", &meta);
    attributes["_ARRAY_DIMENSIONS"] = json!(layout[1..]);
    document(&folder, ".zattrs", &attributes);
    chunks.into_iter().for_each(|(chunk, bytes)| std::fs::write(folder.join(chunk), bytes).unwrap());
}

fn document(folder: &Path, name: &str, content: &Value) {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join(name), content.to_string()).unwrap();
}
