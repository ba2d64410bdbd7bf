//! Names that every reader finds again.

use crate::write::WriteError;

/// The longest name that netCDF-C gives back whole: one of `NC_MAX_NAME`, 256 bytes, comes back without its end (4.10.1).
const LONGEST: usize = 255;
/// What netCDF-4 and the dimension scales of HDF5 keep for themselves.
const RESERVED: [&str; 6] =
    ["CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "_Netcdf4Dimid", "_Netcdf4Coordinates"];

/// Refuses a name by which readers would not find a group, dimension, variable or attribute.
pub(super) fn check_name(what: &str, name: &str) -> Result<(), WriteError> {
    let reason = match name {
        "" => "is empty",
        "." => "stands for the group itself",
        _ if name.contains(['/', '\0']) => "has a slash or a zero byte in it",
        _ if name.len() > LONGEST => "is longer than 255 bytes",
        _ => return Ok(()),
    };
    Err(WriteError::Unrepresentable(format!("the {what} name `{name}` {reason}; netCDF cannot hold it")))
}

/// Refuses names of attributes that readers take for something else.
pub(super) fn check_attribute_name(name: &str) -> Result<(), WriteError> {
    if RESERVED.contains(&name) {
        return Err(WriteError::Unrepresentable(format!("the attribute name `{name}` is reserved by netCDF-4")));
    }
    check_name("attribute", name)
}
