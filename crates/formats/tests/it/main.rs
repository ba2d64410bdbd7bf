//! Reading granules of every format, in one binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod expected;
mod hostile;
mod remote;
mod support;
mod zarr;
