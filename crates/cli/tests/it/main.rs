//! The binary as its users see it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod arrows;
mod bucket;
mod chunks;
mod clouds;
mod curation;
mod cuts;
mod errors;
mod golden;
mod hostile;
mod mask_from;
mod more;
mod secrets;
#[cfg(feature = "service")]
mod service;
mod store;
mod verify;
#[cfg(not(any(feature = "geopackage", feature = "redis", feature = "service")))]
mod without;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use eventscape_formats::{Granule, OpenOptions};
use eventscape_io::stores::{Location, Stores};

/// Runs the binary with a fixed clock.
fn eventscape(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_eventscape"))
        .args(arguments)
        .env("SOURCE_DATE_EPOCH", "1600000000")
        .output()
        .unwrap()
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

/// Opens a file of data.
fn open(path: &Path) -> Granule {
    let location = Location::parse(path.to_str().unwrap()).unwrap();
    Granule::open(Stores::default().open(&location).unwrap(), &OpenOptions::default()).unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
