//! The values of coordinate variables.

use eventscape_core::Values;
use eventscape_formats::{Granule, Hyperslab, Packing, Variable};

use crate::Result;

/// All values of a coordinate variable as float64, unpacked; missing ones are NaN. Valid ranges do not count: those of
/// coordinates are often nonsense (MERRA-2's are ±1e15, in a type that cannot hold them).
pub(crate) fn coordinate_values(granule: &Granule, variable: &Variable) -> Result<Vec<f64>> {
    let mut plain = variable.clone();
    for name in ["valid_range", "valid_min", "valid_max"] {
        plain.attributes.remove(name);
    }
    let packing = Packing::from_attributes(&plain);
    let mut values = Values::F64(Vec::new());
    granule.read_values(&variable.path, &Hyperslab::all(&variable.shape()), &packing, &mut values)?;
    Ok(match values {
        Values::F64(values) => values,
        Values::F32(values) => values.into_iter().map(f64::from).collect(),
    })
}
