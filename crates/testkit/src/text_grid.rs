//! A format that is not in the table: numbers as text, with axes. It shows all that a new format needs.
//!
//! ```text
//! text grid
//! Tb K
//! time seconds since 2020-01-01: 0 3600
//! lat: 0 1
//! lon: 10 11 12
//! 290 210 290
//! ...
//! ```

use std::sync::Arc;

use eventscape_formats::{
    ArrayData, Attribute, Attributes, Blocks, Contents, Dataset, Dimension, Format, Hyperslab, IoError, OpenOptions,
    Opener, Result, ScalarType, Variable,
};

/// The format, to be put into a list of formats.
pub static TEXT_GRID: Format =
    Format { name: "text grid", endings: &["grid"], opener: Opener::File { recognises, open } };

const SIGNATURE: &[u8] = b"text grid\n";

fn recognises(blocks: &Blocks) -> Result<bool> {
    Ok(blocks.read(0..blocks.source().len().min(SIGNATURE.len() as u64))? == SIGNATURE)
}

fn open(blocks: &Arc<Blocks>, _: &OpenOptions) -> Result<Box<dyn Dataset>> {
    let bytes = blocks.read(0..blocks.source().len())?;
    let damaged = |what: &str| IoError::Damaged {
        location: blocks.source().location().to_owned(),
        reason: format!("{what} of the text grid is not as it should be"),
    };
    let text = std::str::from_utf8(&bytes).map_err(|_| damaged("the text"))?;
    let mut lines = text.lines().skip(1);
    let mut line = |what: &str| lines.next().ok_or_else(|| damaged(what));
    let (name, units) = line("the variable")?.split_once(' ').ok_or_else(|| damaged("the variable"))?;
    let mut grid = TextGrid::default();
    for (axis, standard_name) in [("time", "time"), ("lat", "latitude"), ("lon", "longitude")] {
        let (head, values) = line(axis)?.split_once(": ").ok_or_else(|| damaged(axis))?;
        let units = match axis {
            "time" => head.strip_prefix("time ").ok_or_else(|| damaged(axis))?,
            "lat" => "degrees_north",
            _ => "degrees_east",
        };
        let values = numbers(values).ok_or_else(|| damaged(axis))?;
        let dims = vec![Dimension { name: axis.to_owned(), len: values.len() as u64, unlimited: false }];
        grid.add(axis, &dims, &[("units", units), ("standard_name", standard_name)], values);
    }
    let dims: Vec<Dimension> = grid.contents.variables.iter().flat_map(|axis| axis.dims.clone()).collect();
    let mut values = Vec::new();
    for row in lines {
        values.extend(numbers(row).ok_or_else(|| damaged("a row"))?);
    }
    if values.len() as u64 != dims.iter().map(|dim| dim.len).product::<u64>() {
        return Err(damaged("the number of values"));
    }
    grid.add(name, &dims, &[("units", units)], values);
    Ok(Box::new(grid))
}

fn numbers(text: &str) -> Option<Vec<f64>> {
    text.split_whitespace().map(|word| word.parse().ok()).collect()
}

/// An open text grid: all of its numbers are in memory.
#[derive(Default)]
struct TextGrid {
    contents: Contents,
    values: Vec<Vec<f64>>,
}

impl TextGrid {
    fn add(&mut self, path: &str, dims: &[Dimension], attributes: &[(&str, &str)], values: Vec<f64>) {
        let attributes: Attributes =
            attributes.iter().map(|(key, text)| ((*key).to_owned(), Attribute::Text((*text).to_owned()))).collect();
        self.contents.groups.entry(String::new()).or_default();
        self.contents.variables.push(Variable {
            path: path.to_owned(),
            scalar: ScalarType::F64,
            dims: dims.to_vec(),
            chunk: None,
            attributes,
            fill: None,
        });
        self.values.push(values);
    }
}

impl Dataset for TextGrid {
    fn format(&self) -> &str {
        TEXT_GRID.name
    }

    fn contents(&self) -> &Contents {
        &self.contents
    }

    fn read(&self, variable: usize, slab: &Hyperslab) -> Result<ArrayData> {
        let shape = self.contents.variables[variable].shape();
        let mut cells = vec![0];
        for (range, length) in slab.0.iter().zip(&shape) {
            cells = cells.iter().flat_map(|cell| range.clone().map(move |k| cell * length + k)).collect();
        }
        Ok(ArrayData::F64(cells.into_iter().map(|cell| self.values[variable][cell as usize]).collect()))
    }
}
