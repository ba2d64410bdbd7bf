//! Files that are cut short or have flipped bytes. Hundreds of them go through the readers in the tests of `io`.

use std::path::{Path, PathBuf};

use super::{Dice, check, phdef};
use crate::fixtures;

/// Exit codes that damage may end in: none where it hit padding, a value or a name, wrong data, or names that a flip has
/// made unknown.
const CODES: [i32; 3] = [0, 2, 3];

/// Every way in which a file of these bytes is damaged, with words for it.
fn damages(whole: &[u8], cuts: usize, flips: usize, dice: &mut Dice) -> Vec<(String, Vec<u8>)> {
    let mut made = Vec::new();
    for k in 0..cuts {
        let len = whole.len() * k / cuts;
        made.push((format!("cut to {len} bytes"), whole[..len].to_vec()));
    }
    for _ in 0..flips {
        let mut bytes = whole.to_vec();
        let below = if dice.roll(2) == 0 { bytes.len().min(2048) } else { bytes.len() };
        let places: Vec<usize> = (0..=dice.roll(3)).map(|_| dice.roll(below)).collect();
        places.iter().for_each(|at| bytes[*at] ^= 1 << dice.roll(8));
        made.push((format!("flipped at {places:?}"), bytes));
    }
    made
}

#[test]
fn a_damaged_netcdf_file_is_refused_by_name_or_read() {
    let mut dice = Dice(0x5eed);
    for fixture in ["lon_lat_time.nc", "global_180.nc"] {
        let whole = std::fs::read(fixtures().join("cf").join(fixture)).unwrap();
        let mut refused = 0;
        for (how, bytes) in damages(&whole, 10, 25, &mut dice) {
            let folder = tempfile::tempdir().unwrap();
            let input = folder.path().join(fixture);
            std::fs::write(&input, bytes).unwrap();
            let ended = phdef(&input, &folder.path().join("out"), &[]);
            check(&ended, &CODES, fixture, &folder.path().join("out"), &format!("{fixture} {how}"));
            refused += usize::from(ended.code != Some(0));
        }
        assert!(refused > 10, "{fixture}: only {refused} were noticed");
    }
}

#[test]
fn a_damaged_zarr_store_is_refused_by_name_or_read() {
    let mut dice = Dice(0x2a44);
    for fixture in ["global_v2.zarr", "global_v3.zarr"] {
        let store = fixtures().join("cf").join(fixture);
        let files = files_below(&store);
        let mut refused = 0;
        for file in &files {
            let relative = file.strip_prefix(&store).unwrap();
            for (how, bytes) in damages(&std::fs::read(file).unwrap(), 1, 1, &mut dice) {
                let folder = tempfile::tempdir().unwrap();
                let copy = folder.path().join(fixture);
                for other in &files {
                    let to = copy.join(other.strip_prefix(&store).unwrap());
                    std::fs::create_dir_all(to.parent().unwrap()).unwrap();
                    std::fs::copy(other, to).unwrap();
                }
                std::fs::write(copy.join(relative), bytes).unwrap();
                let out = folder.path().join("out");
                let ended = phdef(&copy, &out, &["--variable=x"]);
                check(&ended, &CODES, fixture, &out, &format!("{fixture}: {} {how}", relative.display()));
                refused += usize::from(ended.code != Some(0));
            }
        }
        assert!(refused > files.len() / 2, "{fixture}: only {refused} were noticed");
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] })
        .collect();
    found.sort();
    found
}

#[test]
fn files_of_another_kind_are_refused_by_name() {
    let kinds: [&[u8]; 6] =
        [b"", b"CDF", b"GRIB\0\0\0\x02", b"<html><body>404</body></html>", b"\x89HDF\r\n\x1a\n", &[0xff; 4096]];
    for bytes in kinds {
        let folder = tempfile::tempdir().unwrap();
        let (input, out) = (folder.path().join("what.nc"), folder.path().join("out"));
        std::fs::write(&input, bytes).unwrap();
        check(&phdef(&input, &out, &[]), &[3], "what.nc", &out, &format!("{:?}", &bytes[..bytes.len().min(8)]));
    }
}

#[test]
fn files_with_wrong_coordinates_or_times_are_refused_by_name() {
    let folder = fixtures().join("cf/wrong");
    for file in files_below(&folder) {
        let out = tempfile::tempdir().unwrap();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        // a file without a variable on a grid may be the wrong choice of file
        let codes: &[i32] = match name.as_str() {
            "trajectory.nc" | "no_rows.nc" | "no_steps.nc" => &[2, 3],
            _ => &[3],
        };
        check(&phdef(&file, out.path(), &[]), codes, &name, out.path(), &name);
    }
}
