//! Everything that we write is read back by others, value for value.
//!
//! A seed decides a random netCDF file ([`files`]) or a random job with all its products ([`jobs`], [`products`]). What must be
//! read is worked out beside the writer ([`expected`]) and laid down beside the file ([`sidecar`]). Our own reader ([`own_reader`])
//! and `scripts/read_back.py` (netCDF-C, h5py, pyarrow, DuckDB, shapely, Pillow; [`python`]) hold the file against it.
//!
//! `scripts/read_back N SEED` does the same for N files from that seed on.

mod chance;
mod expected;
mod files;
mod jobs;
mod own_reader;
mod products;
mod python;
mod sidecar;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use expected::NetCdf;

/// Files that the gate makes at least, more than half of them netCDF; `READ_BACK_FILES` asks for another number.
const FILES: usize = 520;
/// The gate's first seed; `READ_BACK_SEED` asks for another one.
const SEED: u64 = 1;
/// Seeds whose files lie on the disk before they are read by others: some 250 files.
const BATCH: usize = 80;

/// A file that was made, and what must be read from it where it is netCDF.
struct Made {
    path: PathBuf,
    netcdf: Option<NetCdf>,
}

/// Tells the seed when its case fails.
struct Telling(u64);

impl Drop for Telling {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("this was seed {0}; run it alone with: scripts/read_back 1 {0}", self.0);
        }
    }
}

fn asked<T: std::str::FromStr>(name: &str, usual: T) -> T {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is `{text}`, which is no number")),
        Err(_) => usual,
    }
}

#[test]
fn every_file_reads_back_with_the_libraries_that_people_use_and_with_our_own_reader() {
    let (files, first) = (asked("READ_BACK_FILES", FILES), asked("READ_BACK_SEED", SEED));
    let (mut seed, mut done) = (first, 0);
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    while done < files {
        let folder = tempfile::tempdir().unwrap();
        let seeds: Vec<u64> = (seed..).take((files - done).div_ceil(3).min(BATCH)).collect();
        let made: Vec<Case> = seeds.par_iter().map(|seed| write(*seed, folder.path())).collect();
        for case in &made {
            *kinds.entry(case.kind).or_default() += 1;
            *kinds.entry("netCDF files").or_default() += case.netcdf;
            done += case.files;
        }
        let said = python::compare(folder.path()).unwrap_or_else(|difference| {
            // the failed files stay, to be looked at
            let place = folder.path().display().to_string();
            std::mem::forget(folder);
            panic!(
                "{difference}\nseed: the name of the file's folder in {place}; run it alone: scripts/read_back 1 SEED"
            )
        });
        seed += seeds.len() as u64;
        println!("seeds {} to {}: {}; {done} files in all", seeds[0], seed - 1, said.trim());
    }
    println!("{kinds:#?}");
    if (files, first) == (FILES, SEED) {
        assert!(kinds.len() >= 11 && kinds["netCDF files"] >= 300, "the gate does not make every kind: {kinds:?}");
    }
}

/// What a seed made.
struct Case {
    kind: &'static str,
    files: usize,
    netcdf: usize,
}

/// Writes what a seed decides and reads it with our own reader.
fn write(seed: u64, folder: &Path) -> Case {
    let _telling = Telling(seed);
    let folder = folder.join(seed.to_string());
    std::fs::create_dir_all(&folder).unwrap();
    let (kind, made) = if seed.is_multiple_of(10) {
        ("products of a job", products::write(seed, &folder))
    } else {
        let path = folder.join("random.nc");
        let (kind, expected) = files::write(seed, &path);
        sidecar::write_netcdf(&path, &expected);
        (kind, vec![Made { path, netcdf: Some(expected) }])
    };
    let mut netcdf = 0;
    for Made { path, netcdf: expected } in &made {
        if let Some(expected) = expected {
            own_reader::compare(path, expected).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
            netcdf += 1;
        }
    }
    Case { kind, files: made.len(), netcdf }
}
