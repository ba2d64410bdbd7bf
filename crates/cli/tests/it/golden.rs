//! The reference's tracking cases through the binary.

use serde_json::Value;

use crate::{eventscape, fixtures, said};

/// Times out of order: the reference links them as listed, a job of ours is sorted (docs/correctness.md).
const SORTED_BY_US: &str = "t55_unsorted_time";

#[test]
fn every_tracking_case_gives_the_reference_table_of_contents() {
    let mut cases = 0;
    for entry in std::fs::read_dir(fixtures().join("golden/tracking")).unwrap() {
        let case = entry.unwrap().path();
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let Ok(expected) = std::fs::read(case.join("expected-TOC.json")) else { continue };
        if name == SORTED_BY_US {
            continue;
        }
        let facts: Value = serde_json::from_slice(&std::fs::read(case.join("expected.json")).unwrap()).unwrap();
        let out = tempfile::tempdir().unwrap();
        let connectivity = if facts["connectivity"] == 2 { "8" } else { "4" };
        let value = format!("--value={}", facts["threshold"]);
        let output = eventscape(&[
            "phdef",
            "--input",
            case.join("input.nc").to_str().unwrap(),
            "--variable=image",
            "--operator",
            facts["operator"].as_str().unwrap(),
            &value,
            "--connectivity",
            connectivity,
            &format!("--min-overlap={}", facts["min_olap"]),
            &format!("--min-size={}", facts["min_size"]),
            "--tos2ca-compat",
            "--products=toc",
            "--quiet",
            "--out",
            out.path().to_str().unwrap(),
        ]);
        assert!(output.status.success(), "{name}: {}", said(&output));
        let made = std::fs::read(out.path().join("1/1-ForTraCC-TOC.json")).unwrap();
        let (made, expected): (Value, Value) =
            (serde_json::from_slice(&made).unwrap(), serde_json::from_slice(&expected).unwrap());
        assert_eq!(made, expected, "{name}");
        cases += 1;
    }
    assert!(cases > 30, "only {cases} cases were found");
}
