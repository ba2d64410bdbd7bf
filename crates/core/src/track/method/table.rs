//! The methods of this crate.

use super::Method;
use crate::track::aux_geoir::AuxGeoirMethod;
use crate::track::fortracc::FortraccMethod;

/// The methods of this crate; the first is the default.
pub const METHODS: [Method; 2] = [Method::of::<FortraccMethod>(), Method::of::<AuxGeoirMethod>()];

/// The method of a name.
///
/// # Errors
/// A name that none has, with those that there are.
pub fn method_named<'m>(methods: &'m [Method], name: &str) -> Result<&'m Method, String> {
    methods.iter().find(|method| method.name == name).ok_or_else(|| {
        let known: Vec<&str> = methods.iter().map(|method| method.name).collect();
        format!("there is no tracker `{name}`; there are {}", known.join(", "))
    })
}
