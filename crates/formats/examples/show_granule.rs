//! Prints the variables of a granule, like the header of a dump, with the first values of each.

use std::path::Path;
use std::sync::Arc;

use eventscape_core::Values;
use eventscape_formats::LocalFile;
use eventscape_formats::{Granule, Hyperslab, OpenOptions, Packing};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for path in std::env::args().skip(1) {
        let granule = Granule::open(Arc::new(LocalFile::open(Path::new(&path))?), &OpenOptions::default())?;
        println!("{path}: {:?}", granule.format());
        for variable in granule.variables() {
            let dims: Vec<String> = variable.dims.iter().map(|d| format!("{}={}", d.name, d.len)).collect();
            println!("  {:?} {}({}) chunks {:?}", variable.scalar, variable.path, dims.join(", "), variable.chunk);
            for (name, value) in &variable.attributes {
                println!("      {name} = {value:?}");
            }
            let corner = variable.shape().iter().map(|len| 0..(*len).min(3)).collect();
            let corner = Hyperslab(corner);
            if variable.scalar.is_numeric() {
                let mut values = Values::F64(Vec::new());
                let packing = Packing::from_attributes(variable)?.packing;
                granule.read_values(&variable.path, &corner, &packing, &mut values)?;
                println!("      {:?}", (0..values.len().min(8)).map(|i| values.get(i)).collect::<Vec<_>>());
            } else {
                println!("      {:?}", granule.read(&variable.path, &corner)?.data);
            }
        }
    }
    Ok(())
}
