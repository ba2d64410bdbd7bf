//! The values of coordinate variables.

use eventscape_core::Values;
use eventscape_formats::{Granule, Hyperslab, Packing, Unpacking, Variable};

use crate::{CatalogError, Result};

/// How the numbers of a coordinate variable are unpacked. Valid ranges do not count: those of coordinates are often nonsense (MERRA-2's
/// are ±1e15, in a type that cannot hold them).
pub(crate) fn coordinate_unpacking(granule: &Granule, variable: &Variable) -> Result<Unpacking> {
    let mut plain = variable.clone();
    plain.attributes.retain(|name, _| !name.to_ascii_lowercase().starts_with("valid"));
    Packing::from_attributes(&plain).map_err(|e| CatalogError::granule(granule.location(), e.to_string()))
}

/// All values of a coordinate variable as float64, unpacked; missing ones are NaN.
pub(crate) fn coordinate_values(granule: &Granule, variable: &Variable) -> Result<Vec<f64>> {
    let packing = coordinate_unpacking(granule, variable)?.packing;
    let mut values = Values::F64(Vec::new());
    granule.read_values(&variable.path, &Hyperslab::all(&variable.shape()), &packing, &mut values)?;
    Ok(match values {
        Values::F64(values) => values,
        Values::F32(values) => values.into_iter().map(f64::from).collect(),
    })
}
