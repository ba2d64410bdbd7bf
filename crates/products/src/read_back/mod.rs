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

use expected::NetCdf;

/// Files that the gate makes; `READ_BACK_FILES` asks for another number.
const FILES: usize = 330;
/// The gate's first seed; `READ_BACK_SEED` asks for another one.
const SEED: u64 = 1;
/// Files that lie on the disk before they are read by others.
const BATCH: usize = 250;

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
        let begin = seed;
        let mut batch = 0;
        while batch < BATCH && done + batch < files {
            batch += write(seed, folder.path(), &mut kinds);
            seed += 1;
        }
        let said = python::compare(folder.path()).unwrap_or_else(|difference| {
            // the failed files stay, to be looked at
            let place = folder.path().display().to_string();
            std::mem::forget(folder);
            panic!(
                "{difference}\nseed: the name of the file's folder in {place}; run it alone: scripts/read_back 1 SEED"
            )
        });
        done += batch;
        println!("seeds {begin} to {}: {}; {done} files in all", seed - 1, said.trim());
    }
    println!("{kinds:#?}");
    if (files, first) == (FILES, SEED) {
        assert!(kinds.len() >= 10, "the gate does not make every kind of file: {kinds:?}");
    }
}

/// Writes what a seed decides and reads it with our own reader; gives the number of files.
fn write(seed: u64, folder: &Path, kinds: &mut BTreeMap<&'static str, usize>) -> usize {
    let _telling = Telling(seed);
    let folder = folder.join(seed.to_string());
    let made = if seed % 6 == 0 {
        *kinds.entry("products of a job").or_default() += 1;
        products::write(seed, &folder)
    } else {
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("random.nc");
        let (kind, expected) = files::write(seed, &path);
        *kinds.entry(kind).or_default() += 1;
        sidecar::write_netcdf(&path, &expected);
        vec![Made { path, netcdf: Some(expected) }]
    };
    for Made { path, netcdf } in &made {
        if let Some(expected) = netcdf {
            own_reader::compare(path, expected).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
        }
    }
    made.len()
}
