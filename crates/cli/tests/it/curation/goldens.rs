//! The reference's golden cases, and jobs on their own data.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use eventscape_formats::Granule;
use serde_json::Value;

use super::{numbers, paths, shape, text};
use crate::chunks::files;
use crate::{eventscape, fixtures, open, said};

/// Interpolated values may come of either diagonal of a box, and within this of the reference's.
const ROUNDING: f64 = 4e-15;

struct Case {
    folder: PathBuf,
    told: Value,
}

fn cases() -> Vec<Case> {
    let folder = fixtures().join("golden/curation");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    folders.sort();
    let told = |folder: &Path| serde_json::from_slice(&std::fs::read(folder.join("case.json")).unwrap()).unwrap();
    folders.into_iter().map(|folder| Case { told: told(&folder), folder }).collect()
}

impl Case {
    fn name(&self) -> &str {
        self.folder.file_name().unwrap().to_str().unwrap()
    }

    fn job(&self) -> u64 {
        self.told["jobID"].as_u64().unwrap()
    }

    fn granules(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut waiting = vec![self.folder.join("granules")];
        while let Some(folder) = waiting.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { waiting.push(path) } else { found.push(path) }
            }
        }
        found.sort();
        found
    }

    /// Curates the case; gives the folder of the products.
    fn run(&self, extra: &[&str], out: &Path) -> PathBuf {
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let mut arguments = vec![
            "curate".to_owned(),
            format!("--phdef={}", text(&self.folder.join("mask.nc4"))),
            format!("--collection={}", self.told["dataset"].as_str().unwrap()),
            format!("--variable={}", self.told["variable"].as_str().unwrap()),
            format!("--job-id={}", self.job()),
            format!("--out={}", text(out)),
            "--quiet".to_owned(),
        ];
        arguments.extend(extra.iter().map(|e| (*e).to_owned()));
        arguments.push("--input".to_owned());
        arguments.extend(self.granules().iter().map(|path| text(path)));
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = eventscape(&words);
        assert!(output.status.success(), "{}: {}", self.name(), said(&output));
        out.join(self.job().to_string())
    }
}

#[test]
fn curated_files_are_the_references_to_the_bit() {
    let folder = tempfile::tempdir().unwrap();
    let mut compared = 0;
    for case in cases() {
        let expected = case.folder.join("expected-Curated-Data.nc4");
        if !expected.exists() {
            continue;
        }
        let made = case.run(&[], &folder.path().join(case.name()));
        let ours = open(&made.join(format!("{}-Curated-Data.nc4", case.job())));
        let theirs = open(&expected);
        let mut groups = [paths(&ours), paths(&theirs)];
        groups.iter_mut().for_each(|g| g.sort());
        assert_eq!(groups[0], groups[1], "{}", case.name());
        for path in &groups[1] {
            assert_eq!(shape(&ours, path), shape(&theirs, path), "{}: {path}", case.name());
            let bits = |granule: &Granule| numbers(granule, path).iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            let same = bits(&ours)
                .iter()
                .zip(bits(&theirs))
                .all(|(a, b)| *a == b || (f64::from_bits(*a).is_nan() && f64::from_bits(b).is_nan()));
            assert!(same, "{}: {path}", case.name());
            for (name, theirs) in &theirs.variable(path).unwrap().attributes {
                let own =
                    ours.variable(path).unwrap().attribute(name).map(|a| (a.text().map(str::to_owned), a.numbers()));
                let theirs = Some((theirs.text().map(str::to_owned), theirs.numbers()));
                assert_eq!(own, theirs, "{}: {path}: {name}", case.name());
            }
            compared += 1;
        }
        let json = |path: &Path| serde_json::from_slice::<Value>(&std::fs::read(path).unwrap()).unwrap();
        assert_eq!(
            json(&made.join(format!("{}-Curation-Hierarchy.json", case.job()))),
            json(&case.folder.join("expected-Curation-Hierarchy.json")),
            "{}",
            case.name()
        );
    }
    assert!(compared > 40, "{compared}");
}

#[test]
fn interpolated_values_are_the_references_on_one_of_two_diagonals() {
    let folder = tempfile::tempdir().unwrap();
    let mut compared = 0;
    for case in cases() {
        let expected = case.folder.join("expected-Interpolated-Data.nc4");
        if !expected.exists() {
            continue;
        }
        let made = case.run(&["--tos2ca-compat"], &folder.path().join(case.name()));
        let ours = open(&made.join(format!("{}-Interpolated-Data.nc4", case.job())));
        let curated = open(&made.join(format!("{}-Curated-Data.nc4", case.job())));
        let theirs = open(&expected);
        for path in paths(&theirs) {
            let (a, b) = (numbers(&ours, &path), numbers(&theirs, &path));
            assert_eq!(a.len(), b.len(), "{}: {path}", case.name());
            let mut differ = false;
            for (own, reference) in a.chunks_exact(3).zip(b.chunks_exact(3)) {
                assert_eq!(own[..2], reference[..2], "{}: {path}", case.name());
                let near = |x: f64| (x - reference[2]).abs() <= ROUNDING * reference[2].abs().max(1.0);
                if !near(own[2]) {
                    differ = true;
                    let other = other_diagonal(&curated, &path, own[0], own[1]);
                    assert!(near(other), "{}: {path}: {own:?} or {other}, not {reference:?}", case.name());
                }
                compared += 1;
            }
            if !differ {
                for (name, attribute) in &theirs.variable(&path).unwrap().attributes {
                    let own = ours.variable(&path).unwrap().attribute(name);
                    assert_eq!(text(own), text(Some(attribute)), "{}: {path}: {name}", case.name());
                }
            }
        }
    }
    assert!(compared > 700, "{compared}");
}

/// The value of a cell on the triangles that are cut from north-west to south-east, by the curated file.
fn other_diagonal(curated: &Granule, path: &str, lat: f64, lon: f64) -> f64 {
    let mut parts = path.split('/');
    let (stamp, event, variable) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let of_time = |group: &&str| text(curated.attributes(group).unwrap().get("MaskTime")).as_deref() == Some(stamp);
    let group = curated.groups().find(of_time).unwrap();
    let rows = numbers(curated, &format!("{group}/{event}/{variable}"));
    let step = rows.len() / 3;
    let at = |k: usize| &rows[k * step..(k + 1) * step];
    let mean: Vec<f64> = at(1)
        .iter()
        .zip(at(2))
        .map(|(a, b)| if group.ends_with("-1") { *a } else { f64::from((*a as f32 + *b as f32) / 2.0) })
        .collect();
    let axis = |column: usize| {
        let mut values: Vec<f64> = at(1).iter().skip(column).step_by(3).copied().collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        values
    };
    let (lats, lons) = (axis(0), axis(1));
    let place = |axis: &[f64], x: f64| {
        let k = axis.partition_point(|v| *v <= x).clamp(1, axis.len() - 1) - 1;
        (k, (x - axis[k]) / (axis[k + 1] - axis[k]))
    };
    let ((r, t), (c, s)) = (place(&lats, lat), place(&lons, lon));
    let value = |r: usize, c: usize| mean[3 * (c * lats.len() + r) + 2];
    let (sw, se, nw, ne) = (value(r, c), value(r, c + 1), value(r + 1, c), value(r + 1, c + 1));
    let found = if s + t <= 1.0 {
        sw * (1.0 - s - t) + se * s + nw * t
    } else {
        ne * (s + t - 1.0) + nw * (1.0 - s) + se * (1.0 - t)
    };
    if found.is_nan() { -9999.0 } else { found }
}

/// Files besides the golden ones whose statistics are to be checked, e.g. real ones of the reference.
const MORE_FILES: &str = "EVENTSCAPE_INTERPOLATED_FILES";

#[test]
fn statistics_of_the_references_values_are_the_references() {
    let mut files: Vec<PathBuf> =
        cases().iter().map(|case| case.folder.join("expected-Interpolated-Data.nc4")).filter(|p| p.exists()).collect();
    files
        .extend(std::env::var_os(MORE_FILES).iter().flat_map(|paths| std::env::split_paths(paths).collect::<Vec<_>>()));
    let mut compared = 0;
    for path in files {
        let file = open(&path);
        for variable in paths(&file) {
            let values: Vec<f64> = numbers(&file, &variable)
                .iter()
                .skip(2)
                .step_by(3)
                .map(|v| if *v == -9999.0 { f64::NAN } else { *v })
                .collect();
            let told = |name: &str| text(file.variable(&variable).unwrap().attribute(name));
            let Some(found) = eventscape_core::regrid::statistics(&values, None) else {
                assert_eq!(told("Mean"), None, "{}: {variable}", path.display());
                continue;
            };
            let [p10, p25, p50, p75, p90] = found.percentiles;
            for (name, value) in [
                ("Min", found.min),
                ("Max", found.max),
                ("Mean", found.mean),
                ("Std_dev", found.std_dev),
                ("percentile_10", p10),
                ("percentile_25", p25),
                ("percentile_50", p50),
                ("percentile_75", p75),
                ("percentile_90", p90),
            ] {
                assert_eq!(told(name), Some(format!("{value:.3}")), "{}: {variable}: {name}", path.display());
            }
            compared += 1;
        }
    }
    assert!(compared >= 30, "{compared}");
}

/// OSTIA's own anomalies, and its temperatures inside them.
fn ostia(out: &Path, extra: &[&str]) -> PathBuf {
    let input = fixtures().join("ostia/ostia_monthly.nc");
    let input = input.to_str().unwrap();
    let place = out.to_str().unwrap();
    let output = eventscape(&[
        "phdef",
        "--input",
        input,
        "--operator=greaterThan",
        "--value=302.5",
        "--min-size=10",
        "--products=mask-output",
        "--quiet",
        "--out",
        place,
    ]);
    assert!(output.status.success(), "{}", said(&output));
    let phdef = out.join("1");
    let mut arguments = vec!["curate", "--phdef", phdef.to_str().unwrap(), "--input", input, "--out", place, "--quiet"];
    arguments.extend(extra);
    let output = eventscape(&arguments);
    assert!(output.status.success(), "{}", said(&output));
    out.join("2")
}

#[test]
fn the_tracked_variable_inside_its_own_events_is_the_masks_values() {
    let folder = tempfile::tempdir().unwrap();
    let made = ostia(folder.path(), &["--stationary", "--products=interpolated,flat"]);
    let masks = open(&folder.path().join("1/1-ForTraCC-Mask-Output.nc4"));
    let interpolated = open(&made.join("2-Interpolated-Data.nc4"));
    let mut known: BTreeMap<(String, i64), Vec<f64>> = BTreeMap::new();
    for path in paths(&masks).iter().filter(|p| p.ends_with("mask_indices")) {
        let stamp = path.split('/').nth(1).unwrap().to_owned();
        let ids = numbers(&masks, path);
        let values = numbers(&masks, &path.replace("mask_indices", "data_values"));
        for (cell, value) in ids.chunks_exact(3).zip(values) {
            known.entry((stamp.clone(), cell[2] as i64)).or_default().push(value);
        }
    }
    let mut found = 0;
    for path in paths(&interpolated) {
        let mut parts = path.split('/');
        let key = (parts.next().unwrap().to_owned(), parts.next().unwrap().parse().unwrap());
        let values: Vec<f64> =
            numbers(&interpolated, &path).iter().skip(2).step_by(3).map(|v| f64::from(*v as f32)).collect();
        assert_eq!(Some(&values), known.get(&key), "{path}");
        found += 1;
    }
    assert!(found > 50 && found == known.len(), "{found}");

    // the whole domain holds the same values in the events' cells
    let (whole, flat) = (open(&made.join("2-Stationary.nc")), open(&made.join("2-Interpolated.nc")));
    let name = whole.variables().iter().find(|v| v.dims.len() == 3).unwrap().path.clone();
    let (field, shape) = (numbers(&whole, &name), shape(&whole, &name));
    let axis = |granule: &Granule, name: &str| numbers(granule, name);
    let (times, lats, lons) = (axis(&whole, "time"), axis(&whole, "lat"), axis(&whole, "lon"));
    let place = |axis: &[f64], x: f64| axis.iter().position(|v| (*v - x).abs() < 1e-3).unwrap();
    let points =
        axis(&flat, "time").into_iter().zip(axis(&flat, "lat")).zip(axis(&flat, "lon")).zip(axis(&flat, &name));
    let mut compared = 0;
    for (((time, lat), lon), value) in points {
        let at = (place(&times, time) * shape[1] as usize + place(&lats, lat)) * shape[2] as usize + place(&lons, lon);
        assert_eq!(field[at], f64::from(value as f32));
        compared += 1;
    }
    assert!(compared > 1000);
}

#[test]
fn threads_and_stops_change_no_byte_and_a_rerun_does_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    let first = files(&ostia(&one, &["--threads=1", "--title=t"]));
    let second = files(&ostia(&two, &["--threads=2", "--title=t"]));
    assert_eq!(first.len(), 19, "{:?}", first.keys());
    for (name, bytes) in &first {
        // places differ
        let same = |bytes: &[u8], place: &Path| {
            String::from_utf8_lossy(bytes).replace(place.to_str().unwrap(), "").replace("=1", "=2")
        };
        if name.ends_with(".csv") || name.ends_with("Hierarchy.json") {
            assert_eq!(same(bytes, &one), same(&second[name], &two), "{name}");
        } else {
            assert_eq!(bytes.len(), second[name].len(), "{name}");
        }
    }
    let input = fixtures().join("ostia/ostia_monthly.nc");
    let phdef = one.join("1");
    let output = eventscape(&[
        "curate",
        "--phdef",
        phdef.to_str().unwrap(),
        "--input",
        input.to_str().unwrap(),
        "--out",
        one.to_str().unwrap(),
        "--title=t",
        "--json",
    ]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["already_complete"], &report["scenes_read"]), (&Value::Bool(true), &Value::from(0)));
}

#[test]
fn a_missing_step_is_noted_and_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let case = cases().into_iter().find(|case| case.name().starts_with("c05")).unwrap();
    let made = case.run(&[], folder.path());
    let curated = open(&made.join(format!("{}-Curated-Data.nc4", case.job())));
    let missing: Vec<String> =
        curated.groups().filter_map(|g| text(curated.attributes(g).unwrap().get("MissingSteps"))).collect();
    assert_eq!(missing, ["20200104020000"]);
    let manifest = std::fs::read_to_string(made.join(format!("{}-Manifest.json", case.job()))).unwrap();
    assert!(manifest.contains("2020-01-04T02:00:00Z"), "{manifest}");
    let statistics = std::fs::read_to_string(made.join(format!("{}-Statistics.csv", case.job()))).unwrap();
    assert_eq!(statistics.lines().count(), 1 + 7, "{statistics}");
}

#[test]
fn wrong_jobs_are_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let case = cases().into_iter().find(|case| case.name().starts_with("c01")).unwrap();
    let mask = case.folder.join("mask.nc4");
    let mask = mask.to_str().unwrap();
    let granule = case.granules()[0].to_str().unwrap().to_owned();
    let ostia = fixtures().join("ostia/ostia_monthly.nc").to_str().unwrap().to_owned();
    let empty = folder.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let out = folder.path().join("out").to_str().unwrap().to_owned();
    let of = |flags: &[&str]| {
        let mut arguments = vec!["curate", "--quiet"];
        arguments.extend(flags);
        let output = eventscape(&arguments);
        (output.status.code().unwrap(), said(&output))
    };
    let input = ["--input", granule.as_str()];
    let with = |extra: &[&'static str]| {
        let mut flags = vec!["--phdef", mask, "--out", &out, "--variable=Tb"];
        flags.extend(extra);
        flags.extend(input);
        of(&flags)
    };
    for ((code, said), expected, hint) in [
        (of(&["--out", &out, "--input", &granule]), 2, "--phdef"),
        (of(&["--phdef", mask, "--input", &granule]), 2, "products go"),
        (of(&["--phdef", mask, "--out", &out]), 2, "--input"),
        (of(&["--phdef", empty.to_str().unwrap(), "--out", &out, "--input", &granule]), 3, "empty"),
        (of(&["--phdef", &granule, "--out", &out, "--input", &granule]), 3, "navigation/lat"),
        (with(&["--method=cubic"]), 2, "conservative"),
        (with(&["--margin=-1"]), 2, "margin"),
        (with(&["--products=maps"]), 2, "statistics"),
        (with(&["--threads=0"]), 2, "threads"),
        (of(&["--phdef", mask, "--out", &out, "--input", &ostia]), 3, "2020-01-04"),
    ] {
        assert_eq!(code, expected, "{said}");
        assert!(said.contains(hint), "`{hint}` is not in {said}");
    }
    assert!(!folder.path().join("out").exists(), "something was left behind");
}

#[test]
fn damaged_masks_and_interpolated_files_are_refused_without_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let case = cases().into_iter().find(|case| case.name().starts_with("c11")).unwrap();
    let mask = std::fs::read(case.folder.join("mask.nc4")).unwrap();
    let interpolated = std::fs::read(case.folder.join("expected-Interpolated-Data.nc4")).unwrap();
    let granules = case.granules();
    let mut seed = 11_u64;
    let mut below = |n: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((seed >> 33) as usize) % n
    };
    for round in 0..60 {
        let damaged = |bytes: &[u8], below: &mut dyn FnMut(usize) -> usize| {
            let mut bytes = bytes.to_vec();
            if round % 4 == 0 {
                bytes.truncate(below(bytes.len()));
            } else {
                for _ in 0..1 + below(6) {
                    let at = below(bytes.len());
                    bytes[at] ^= 1 << below(8);
                }
            }
            bytes
        };
        let (mask_path, file_path) = (folder.path().join("mask.nc4"), folder.path().join("1-Interpolated-Data.nc4"));
        std::fs::write(&mask_path, damaged(&mask, &mut below)).unwrap();
        std::fs::write(&file_path, damaged(&interpolated, &mut below)).unwrap();
        let out = folder.path().join(format!("out{round}"));
        let mut arguments = vec![
            "curate",
            "--phdef",
            mask_path.to_str().unwrap(),
            "--collection=ECCO_L4_ATM_STATE_05DEG_DAILY_V4R4",
            "--variable=EXFatemp",
            "--quiet",
            "--products=statistics,interpolated",
            "--out",
            out.to_str().unwrap(),
            "--input",
        ];
        arguments.extend(granules.iter().map(|path| path.to_str().unwrap()));
        let png = folder.path().join("x.png");
        let plot = ["plot", "--interpolated", file_path.to_str().unwrap(), "--strip", "--out", png.to_str().unwrap()];
        for arguments in [&arguments[..], &plot[..]] {
            let output = eventscape(arguments);
            let code = output.status.code().expect("no signal");
            assert!(matches!(code, 0 | 2 | 3), "round {round}: {code}: {}", said(&output));
            assert!(!said(&output).contains("panicked"), "{}", said(&output));
        }
    }
}
