//! Damaged and malicious files: a clear error or data, never a panic, a hang or an absurd allocation.

use std::sync::Arc;

use eventscape_core::{ErrorKind, Values};
use eventscape_formats::IoError;
use eventscape_formats::MemoryBytes;
use eventscape_formats::{Granule, Hyperslab, OpenOptions, Packing};

use super::support::{Dice, fixtures, open};

/// Small files of every format and chunk index.
const FILES: [&str; 9] = [
    "cdf1.nc",
    "cdf5.nc",
    "one_record.nc",
    "groups.nc",
    "unlimited.nc",
    "texts.nc",
    "packing.nc",
    "big_endian.nc",
    "layouts.h5",
];

/// Bounds that show an absurd allocation as an error of the test instead of as an exhausted machine.
fn tight() -> OpenOptions {
    OpenOptions { max_chunk_bytes: 4 << 20, max_read_bytes: 16 << 20, ..OpenOptions::default() }
}

/// Opens the bytes and reads all of every variable; tells how many errors there were.
fn read_everything(name: &str, bytes: Vec<u8>) -> (bool, usize) {
    let granule = match Granule::open(Arc::new(MemoryBytes::new(name, bytes)), &tight()) {
        Ok(granule) => granule,
        Err(error) => {
            assert!(error.to_string().contains(name), "the file is not named: {error}");
            assert_eq!(error.kind(), ErrorKind::Data, "{error}");
            return (false, 1);
        }
    };
    let mut errors = 0;
    for variable in granule.variables() {
        let all = Hyperslab::all(&variable.shape());
        let mut values = Values::F32(Vec::new());
        let outcomes = [
            granule.read(&variable.path, &all).map(|_| ()),
            granule.plan(&variable.path, &all).map(|_| ()),
            Packing::from_attributes(variable)
                .map_or(Ok(()), |unpacking| granule.read_values(&variable.path, &all, &unpacking.packing, &mut values)),
        ];
        for error in outcomes.into_iter().filter_map(Result::err) {
            assert!(error.to_string().contains(name), "the file is not named: {error}");
            errors += 1;
        }
    }
    (true, errors)
}

#[test]
fn a_file_cut_short_anywhere_is_refused_or_read() {
    for file in FILES {
        let bytes = std::fs::read(fixtures("formats").join(file)).unwrap();
        let step = (bytes.len() / 150).max(1);
        let mut refused = 0;
        let cuts = (0..bytes.len()).step_by(step);
        let count = cuts.len();
        for cut in cuts {
            let (opened, errors) = read_everything(file, bytes[..cut].to_vec());
            refused += usize::from(!opened || errors > 0);
        }
        // What is missing at the very end may be padding.
        assert!(refused * 100 >= count * 97, "{file}: {refused} of {count} cuts were noticed");
    }
}

#[test]
fn flipped_bytes_are_refused_or_read() {
    let mut dice = Dice(0x00c0_ffee);
    for file in FILES {
        let whole = std::fs::read(fixtures("formats").join(file)).unwrap();
        let mut noticed = 0;
        for _ in 0..200 {
            let mut bytes = whole.clone();
            // Half of the flips hit the head, where the structure is.
            let below = if dice.roll(2) == 0 { bytes.len().min(4096) } else { bytes.len() };
            for _ in 0..=dice.roll(3) {
                let at = dice.roll(below as u64) as usize;
                bytes[at] ^= 1 << dice.roll(8);
            }
            let (opened, errors) = read_everything(file, bytes);
            noticed += usize::from(!opened || errors > 0);
        }
        assert!(noticed > 0, "{file}: no flip was noticed");
    }
}

#[test]
fn bytes_set_to_their_extremes_are_refused_or_read() {
    let mut dice = Dice(0xbad_5eed);
    for file in FILES {
        let whole = std::fs::read(fixtures("formats").join(file)).unwrap();
        for _ in 0..100 {
            let mut bytes = whole.clone();
            let len = [1, 2, 4, 8][dice.roll(4) as usize];
            let at = dice.roll((bytes.len().min(6000) - len) as u64) as usize;
            bytes[at..at + len].fill(if dice.roll(2) == 0 { 0xff } else { 0 });
            read_everything(file, bytes);
        }
    }
}

#[test]
fn damaged_chunks_are_never_silently_other_data() {
    // Deflated and checksummed chunks notice every flip in their bytes.
    let path = fixtures("formats").join("filters.nc");
    let whole = std::fs::read(&path).unwrap();
    let granule = open(&path);
    let mut dice = Dice(77);
    for name in ["f4_deflateshufflefletcher", "i2_fletcher", "f8_deflate", "i4_deflateshuffle"] {
        let all = Hyperslab::all(&granule.variable(name).unwrap().shape());
        let plan = granule.plan(name, &all).unwrap();
        let right = granule.read(name, &all).unwrap();
        let chunk = granule.plan(name, &Hyperslab(vec![0..1, 0..1])).unwrap().ranges[0].clone();
        assert_eq!(plan.chunks, 12, "{name}");
        for _ in 0..60 {
            let mut bytes = whole.clone();
            bytes[(chunk.start + dice.roll(chunk.end - chunk.start)) as usize] ^= 1 << dice.roll(8);
            let damaged = Granule::open(Arc::new(MemoryBytes::new("flipped", bytes)), &tight()).unwrap();
            match damaged.read(name, &all) {
                Err(IoError::Damaged { reason, .. }) => assert!(reason.contains(name), "{reason}"),
                Err(other) => panic!("{other}"),
                // A few bits of a zlib header mean nothing.
                Ok(array) => assert_eq!(array, right, "{name} is silently different"),
            }
        }
    }
}

#[test]
fn other_files_and_empty_ones_are_refused_by_name() {
    for (bytes, reason) in
        [(&b""[..], "empty"), (b"CDF", "no format"), (b"<html>404</html>", "no format"), (b"\x89HDF\r\n\x1a\n", "")]
    {
        let error = Granule::open(Arc::new(MemoryBytes::new("some.nc", bytes.to_vec())), &tight()).unwrap_err();
        assert!(matches!(error, IoError::Damaged { .. }), "{error}");
        assert!(error.to_string().contains("some.nc") && error.to_string().contains(reason), "{error}");
    }
}

#[test]
fn circles_of_links_are_walked_once() {
    for file in ["circle_old.hdf5", "circle_new.hdf5"] {
        let granule = open(&fixtures("formats/hostile").join(file));
        let paths: Vec<&str> = granule.variables().iter().map(|v| v.path.as_str()).collect();
        assert!(paths.contains(&"data") && paths.contains(&"group/data"), "{file}: {paths:?}");
        assert_eq!(granule.groups().collect::<Vec<_>>(), ["", "group"], "{file}");
    }
}

#[test]
fn absurd_sizes_are_refused_before_anything_is_allocated() {
    let granule = open(&fixtures("formats/hostile").join("absurd.hdf5"));
    assert_eq!(granule.read("data", &Hyperslab(vec![0..6])).unwrap().shape, [6]);
    let error = granule.variable("large_chunks").unwrap_err();
    assert!(error.to_string().contains("chunks"), "{error}");
    let error = granule.read("endless", &Hyperslab(vec![0..1 << 60])).unwrap_err();
    assert!(error.to_string().contains("limit"), "{error}");
    let few = granule.read("many_chunks", &Hyperslab(vec![(1 << 40) - 3..1 << 40])).unwrap();
    assert_eq!(few.shape, [3]);
}
