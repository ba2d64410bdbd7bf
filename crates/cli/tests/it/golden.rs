//! The reference's tracking cases through the binary.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use eventscape_testkit::golden::{
    AuxGeoirCase, MaskStep, TrackingCase, aux_geoir_cases, mask_file, tracking_case, tracking_cases,
};
use serde_json::Value;

use crate::{eventscape, said};

/// Its scenes are not in order of time.
const UNSORTED: &str = "t55_unsorted_time";
const MASKS: &str = "Mask-Output.nc4";

/// Runs a job as the reference would; gives the folder of its products.
fn run(case: &Path, flags: &[String], out: &Path) -> PathBuf {
    let input = format!("--input={}", case.join("input.nc").display());
    let out_flag = format!("--out={}", out.display());
    let mut arguments = vec!["phdef", &input, "--variable=image", "--tos2ca-compat", "--quiet", &out_flag];
    arguments.extend(flags.iter().map(String::as_str));
    let output = eventscape(&arguments);
    assert!(output.status.success(), "{}: {}", case.display(), said(&output));
    out.join("1")
}

fn flags(case: &TrackingCase) -> Vec<String> {
    let asked = &case.expected;
    vec![
        format!("--operator={}", asked.operator),
        format!("--value={}", asked.threshold),
        format!("--connectivity={}", if asked.connectivity == 2 { 8 } else { 4 }),
        format!("--min-overlap={}", asked.min_olap),
        format!("--min-size={}", asked.min_size),
    ]
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))).unwrap()
}

/// The one file of a folder whose name ends so.
fn ending(folder: &Path, end: &str) -> PathBuf {
    let files = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let found: Vec<PathBuf> = files.filter(|p| p.to_string_lossy().ends_with(end)).collect();
    assert_eq!(found.len(), 1, "{end} in {}", folder.display());
    found.into_iter().next().unwrap()
}

fn assert_as_the_reference(case: &TrackingCase, made: &Path) {
    for (ours, theirs) in [("-ForTraCC-TOC.json", "expected-TOC.json"), ("-Hierarchy.json", "expected-Hierarchy.json")]
    {
        assert_eq!(json(&ending(made, ours)), json(&case.folder.join(theirs)), "{}: {theirs}", case.name);
    }
    let (ours, theirs) = (mask_file(&ending(made, MASKS)), mask_file(&case.folder.join("expected_sparse.nc4")));
    let stamps = |steps: &[MaskStep]| steps.iter().map(|s| s.stamp.clone()).collect::<Vec<_>>();
    assert_eq!(stamps(&ours), stamps(&theirs), "{}", case.name);
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert_eq!(ours.cells, theirs.cells, "{}: mask_indices of {}", case.name, theirs.stamp);
        let bits = |step: &MaskStep| step.values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(ours), bits(theirs), "{}: data_values of {}", case.name, theirs.stamp);
    }
}

#[test]
fn every_tracking_case_gives_the_references_files() {
    let cases = tracking_cases();
    assert!(cases.len() > 40, "only {} cases were found", cases.len());
    for case in cases.iter() {
        let out = tempfile::tempdir().unwrap();
        let products = "--products=toc,hierarchy,mask-output".to_owned();
        let flags: Vec<String> = flags(case).into_iter().chain([products]).collect();
        assert_as_the_reference(case, &run(&case.folder, &flags, out.path()));
    }
}

#[test]
fn scenes_out_of_order_stay_in_the_order_of_the_file_through_chunks_and_stitching() {
    let case = tracking_case(UNSORTED);
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let plain: Vec<String> = flags(&case).into_iter().chain(["--no-plots".to_owned()]).collect();
    let whole = run(&case.folder, &plain, &at("whole"));
    assert_as_the_reference(&case, &whole);
    // files of CF have their times in order, so they are not made
    let names = |folder: &Path| {
        let files = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
        let named = files.filter(|p| p.is_file()).map(|p| p.file_name().unwrap().to_string_lossy().into_owned());
        named.filter(|name| !name.starts_with('.')).collect::<BTreeSet<String>>()
    };
    assert!(!names(&whole).contains("1-Masks.nc") && !names(&whole).contains("1-Tracks.nc"));
    assert!(names(&whole).contains("1-Tracks.parquet"), "{:?}", names(&whole));

    let chunk = |number: u32| {
        let cut = [format!("--chunk={number}"), "--chunk-steps=1".to_owned()];
        run(&case.folder, &plain.iter().cloned().chain(cut).collect::<Vec<_>>(), &at("apart"));
        at(&format!("apart/1/chunks/{number:04}")).to_str().unwrap().to_owned()
    };
    let chunks: Vec<String> = [3, 1, 4, 2].into_iter().map(chunk).collect();
    let joined = at("joined");
    let mut arguments = vec!["stitch", "--no-plots", "--quiet", "--out", joined.to_str().unwrap()];
    arguments.extend(chunks.iter().map(String::as_str));
    let output = eventscape(&arguments);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(names(&joined.join("1")), names(&whole));
    for name in names(&whole) {
        let (a, b) = (std::fs::read(whole.join(&name)).unwrap(), std::fs::read(joined.join("1").join(&name)).unwrap());
        assert!(a == b, "{name} differs between the whole job and its stitched chunks");
    }
}

#[test]
fn products_that_need_order_are_refused_for_scenes_out_of_order() {
    let case = tracking_case(UNSORTED);
    let out = tempfile::tempdir().unwrap();
    let input = case.folder.join("input.nc");
    let arguments = |products: &'static str| {
        let mut all = vec!["phdef".to_owned(), format!("--input={}", input.display()), "--variable=image".to_owned()];
        all.extend(flags(&case));
        all.extend([products.to_owned(), format!("--out={}", out.path().display()), "--tos2ca-compat".to_owned()]);
        all
    };
    let refused = arguments("--products=toc,tracks,masks");
    let output = eventscape(&refused.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("masks and tracks cannot hold scenes"), "{}", said(&output));
    let told = arguments("--no-plots");
    let output = eventscape(&told.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(output.status.success(), "{}", said(&output));
    for text in ["time-unsorted", "masks and tracks are not made"] {
        assert!(said(&output).contains(text), "{text}: {}", said(&output));
    }
}

/// Storms as sets of time stamp, row and column.
fn storms(steps: &[MaskStep]) -> BTreeSet<BTreeSet<(String, i32, i32)>> {
    let mut storms: BTreeMap<i32, BTreeSet<_>> = BTreeMap::new();
    for step in steps {
        for &[row, column, id] in &step.cells {
            storms.entry(id).or_default().insert((step.stamp.clone(), row, column));
        }
    }
    storms.into_values().collect()
}

fn aux_geoir_flags(case: &AuxGeoirCase) -> Vec<String> {
    let asked = &case.params;
    let mut flags = vec![
        "--tracker=aux-geoir".to_owned(),
        format!("--value={}", asked.temp_thresh),
        format!("--warm-threshold={}", asked.temp_warmer_thresh),
        format!("--min-size={}", asked.min_size),
        format!("--max-size={}", asked.max_size_threshold),
        format!("--min-overlap={}", asked.overlap_percentage),
        "--products=toc,hierarchy,mask-output".to_owned(),
    ];
    if asked.toggle == "off" {
        flags.push("--cold-only".to_owned());
    }
    flags
}

#[test]
fn every_case_of_aux_geoir_gives_the_references_storms() {
    let cases = aux_geoir_cases();
    assert_eq!(cases.len(), 9);
    for case in cases {
        let out = tempfile::tempdir().unwrap();
        let made = run(&case.folder, &aux_geoir_flags(&case), out.path());
        let ours = mask_file(&ending(&made, MASKS));
        assert!(storms(&ours) == storms(&case.masks), "{}: other storms", case.name);
        let spans = |toc: &Value| {
            let events = toc.as_array().unwrap().iter();
            let mut spans: Vec<String> = events.map(|e| format!("{} to {}", e["start_date"], e["end_date"])).collect();
            spans.sort();
            spans
        };
        let toc = case.folder.join("expected-TOC.json");
        let expected = if toc.exists() { spans(&json(&toc)) } else { Vec::new() };
        assert_eq!(spans(&json(&ending(&made, "-ForTraCC-TOC.json"))), expected, "{}", case.name);
        // every cell has its own value, also where the reference mixes those of joined clusters
        let nx = case.cube.lon.len();
        for step in &ours {
            let time = case.cube.stamps.iter().position(|s| *s == step.stamp).unwrap();
            for (&[row, column, _], value) in step.cells.iter().zip(&step.values) {
                assert_eq!(case.cube.image[time][row as usize * nx + column as usize], *value, "{}", case.name);
            }
        }
    }
}
