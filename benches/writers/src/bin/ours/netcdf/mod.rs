#[path = "../../../../../../crates/products/src/netcdf/file/mod.rs"]
pub(crate) mod file;
#[path = "../../../../../../crates/products/src/netcdf/hdf5/mod.rs"]
pub(crate) mod hdf5;
