//! Writes small files of classic netCDF, so that tests may have data of any grid and times.
//!
//! The format is that of the "NetCDF Classic Format Specification": all numbers big-endian, names and values padded to four
//! bytes. Fixed dimensions only; float64 and float32 variables; attributes of text.

use std::path::Path;

/// A file to be written.
#[derive(Clone, Debug, Default)]
pub struct ClassicFile {
    dims: Vec<(String, usize)>,
    variables: Vec<Variable>,
}

#[derive(Clone, Debug)]
struct Variable {
    name: String,
    dims: Vec<usize>,
    attributes: Vec<(String, String)>,
    /// External type (5 float, 6 double) and bytes.
    kind: u32,
    bytes: Vec<u8>,
}

impl ClassicFile {
    /// Adds a float64 variable over its own dimension.
    #[must_use]
    pub fn axis(mut self, name: &str, values: &[f64], attributes: &[(&str, &str)]) -> Self {
        self.dims.push((name.to_owned(), values.len()));
        let bytes = values.iter().flat_map(|x| x.to_be_bytes()).collect();
        self.put(name, &[name], attributes, 6, bytes)
    }

    /// Adds a float32 variable over dimensions that are there, slowest first.
    #[must_use]
    pub fn field(self, name: &str, dims: &[&str], values: &[f32], attributes: &[(&str, &str)]) -> Self {
        let bytes = values.iter().flat_map(|x| x.to_be_bytes()).collect();
        self.put(name, dims, attributes, 5, bytes)
    }

    fn put(mut self, name: &str, dims: &[&str], attributes: &[(&str, &str)], kind: u32, bytes: Vec<u8>) -> Self {
        let place = |dim: &&str| self.dims.iter().position(|(name, _)| name == dim).expect("a dimension that is there");
        self.variables.push(Variable {
            name: name.to_owned(),
            dims: dims.iter().map(place).collect(),
            attributes: attributes.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            kind,
            bytes,
        });
        self
    }

    /// The bytes of the file.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut offsets = vec![0; self.variables.len()];
        let mut at = self.header(&offsets).len();
        for (offset, variable) in offsets.iter_mut().zip(&self.variables) {
            *offset = at;
            at += variable.bytes.len().next_multiple_of(4);
        }
        let mut out = self.header(&offsets);
        for variable in &self.variables {
            out.extend_from_slice(&variable.bytes);
            out.resize(out.len().next_multiple_of(4), 0);
        }
        out
    }

    /// Writes the file.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn write(&self, path: &Path) {
        std::fs::write(path, self.bytes()).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    }

    fn header(&self, offsets: &[usize]) -> Vec<u8> {
        let mut out = b"CDF\x01".to_vec();
        // no records
        number(&mut out, 0);
        list(&mut out, 10, self.dims.len());
        for (name, len) in &self.dims {
            text(&mut out, name);
            number(&mut out, *len);
        }
        list(&mut out, 0, 0);
        list(&mut out, 11, self.variables.len());
        for (variable, offset) in self.variables.iter().zip(offsets) {
            text(&mut out, &variable.name);
            number(&mut out, variable.dims.len());
            variable.dims.iter().for_each(|dim| number(&mut out, *dim));
            list(&mut out, 12, variable.attributes.len());
            for (name, value) in &variable.attributes {
                text(&mut out, name);
                number(&mut out, 2);
                text(&mut out, value);
            }
            number(&mut out, variable.kind as usize);
            number(&mut out, variable.bytes.len().next_multiple_of(4));
            number(&mut out, *offset);
        }
        out
    }
}

fn number(out: &mut Vec<u8>, x: usize) {
    out.extend_from_slice(&u32::try_from(x).expect("a small file").to_be_bytes());
}

/// The tag and length of a list; both zero where it is empty.
fn list(out: &mut Vec<u8>, tag: usize, len: usize) {
    number(out, if len == 0 { 0 } else { tag });
    number(out, len);
}

fn text(out: &mut Vec<u8>, text: &str) {
    number(out, text.len());
    out.extend_from_slice(text.as_bytes());
    out.resize(out.len().next_multiple_of(4), 0);
}
