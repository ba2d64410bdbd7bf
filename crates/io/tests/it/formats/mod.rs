//! Reading granules of every format.

mod expected;
mod hostile;
mod remote;
mod support;
mod zarr;
