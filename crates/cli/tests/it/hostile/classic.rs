//! A writer of netCDF-3 files (64-bit data) that tells whatever it is told to.

use std::path::Path;

/// A file with the dimensions `time`, `lat` and `lon`, their coordinates, and `x` over them.
#[derive(Clone)]
pub(super) struct Classic {
    /// Lengths of the dimensions, as the header tells them.
    pub(super) lengths: [u64; 3],
    /// What is stored of the coordinates.
    pub(super) coordinates: [Vec<f64>; 3],
    pub(super) time_units: &'static str,
    pub(super) cells: Vec<f32>,
}

impl Default for Classic {
    /// Two scenes of three rows and four columns.
    fn default() -> Self {
        Self {
            lengths: [2, 3, 4],
            coordinates: [vec![0.0, 1.0], vec![0.0, 1.0, 2.0], vec![10.0, 11.0, 12.0, 13.0]],
            time_units: "hours since 2020-01-01",
            cells: (0..24).map(|k| k as f32 - 12.0).collect(),
        }
    }
}

const CHAR: u32 = 2;
const FLOAT: u32 = 5;
const DOUBLE: u32 = 6;

impl Classic {
    pub(super) fn write(&self, path: &Path) {
        std::fs::write(path, self.bytes()).unwrap();
    }

    fn bytes(&self) -> Vec<u8> {
        let names = ["time", "lat", "lon"];
        let units = [self.time_units, "degrees_north", "degrees_east"];
        let data: Vec<Vec<u8>> = self
            .coordinates
            .iter()
            .map(|values| values.iter().flat_map(|x| x.to_be_bytes()).collect())
            .chain([self.cells.iter().flat_map(|x| x.to_be_bytes()).collect()])
            .collect();
        // twice: the length of the header does not depend on the places of the data
        let mut starts = [0; 4];
        let mut bytes = Vec::new();
        for _ in 0..2 {
            bytes = b"CDF\x05".to_vec();
            put64(&mut bytes, 0);
            put32(&mut bytes, 10);
            put64(&mut bytes, 3);
            for (name, len) in names.iter().zip(self.lengths) {
                text(&mut bytes, name);
                put64(&mut bytes, len);
            }
            put32(&mut bytes, 0);
            put64(&mut bytes, 0);
            put32(&mut bytes, 11);
            put64(&mut bytes, 4);
            for k in 0..3 {
                let size = self.lengths[k].saturating_mul(8);
                variable(&mut bytes, names[k], &[k as u64], units[k], DOUBLE, size, starts[k]);
            }
            let size = self.lengths.iter().fold(4_u64, |size, len| size.saturating_mul(*len));
            variable(&mut bytes, "x", &[0, 1, 2], "K", FLOAT, size, starts[3]);
            let mut at = bytes.len() as u64;
            for (start, part) in starts.iter_mut().zip(&data) {
                *start = at;
                at += part.len() as u64;
            }
        }
        bytes.extend(data.into_iter().flatten());
        bytes
    }
}

fn variable(bytes: &mut Vec<u8>, name: &str, dims: &[u64], units: &str, kind: u32, size: u64, start: u64) {
    text(bytes, name);
    put64(bytes, dims.len() as u64);
    dims.iter().for_each(|d| put64(bytes, *d));
    put32(bytes, 12);
    put64(bytes, 1);
    text(bytes, "units");
    put32(bytes, CHAR);
    text(bytes, units);
    put32(bytes, kind);
    put64(bytes, size);
    put64(bytes, start);
}

/// A length and the bytes, filled up to a multiple of four.
fn text(bytes: &mut Vec<u8>, text: &str) {
    put64(bytes, text.len() as u64);
    bytes.extend(text.as_bytes());
    bytes.resize(bytes.len().next_multiple_of(4), 0);
}

fn put32(bytes: &mut Vec<u8>, value: u32) {
    bytes.extend(value.to_be_bytes());
}

fn put64(bytes: &mut Vec<u8>, value: u64) {
    bytes.extend(value.to_be_bytes());
}
