//! Several collections and variables in one job; charts; stops in the middle.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{interpolated, masks_of, run};
use crate::chunks::files;
use crate::{eventscape, fixtures, said};

/// A mask on the island of the granules, at four half hours.
fn masks(out: &Path) -> PathBuf {
    let outlines = out.join("outlines.geojson");
    let ring = "[[-59.3,9.7],[-58.4,9.7],[-58.4,10.6],[-59.3,10.6],[-59.3,9.7]]";
    let outline = format!(
        r#"{{"type":"FeatureCollection","features":[{{"type":"Feature",
        "properties":{{"start":"2020-01-04T00:00Z","end":"2020-01-04T01:30Z"}},
        "geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}]}}"#
    );
    std::fs::write(&outlines, outline).unwrap();
    masks_of(&outlines, &["--resolution=0.05", "--bbox=-60,9,-58,11", "--step=30min"], out)
}

/// Curates granules of several collections from one folder.
fn curate(out: &Path, extra: &[&str]) -> Value {
    let (phdef, input) = (masks(out), fixtures().join("granules"));
    let mut arguments = vec!["curate", "--phdef", phdef.to_str().unwrap(), "--json", "--quiet"];
    arguments.extend(["--out", out.to_str().unwrap()]);
    arguments.extend(extra);
    arguments.extend(["--input", input.to_str().unwrap()]);
    serde_json::from_slice(&run(&arguments).stdout).unwrap()
}

#[test]
fn each_collection_is_a_job_with_its_own_variables() {
    let folder = tempfile::tempdir().unwrap();
    let both = curate(
        folder.path(),
        &["--collection=GPM_MERGIR,M2T1NXSLV,GPM_3IMERGHH", "--variable=Tb,Q850,T10M,precipitation", "--title=around"],
    );
    let told: Vec<(u64, &str)> = both
        .as_array()
        .unwrap()
        .iter()
        .map(|job| (job["job_id"].as_u64().unwrap(), job["title"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [(2, "around: GPM_MERGIR"), (3, "around: M2T1NXSLV_5.12.4"), (4, "around: GPM_3IMERGHH")]);
    for (job, variables) in [("2", vec!["Tb"]), ("3", vec!["Q850", "T10M"]), ("4", vec!["precipitation"])] {
        let place = folder.path().join(job);
        let statistics = std::fs::read_to_string(place.join(format!("{job}-Statistics.csv"))).unwrap();
        for variable in &variables {
            let valid: usize = statistics
                .lines()
                .filter(|line| line.contains(&format!(",{variable},")))
                .map(|line| line.split(',').nth(5).unwrap().parse::<usize>().unwrap())
                .sum();
            assert!(valid > 300, "{variable}: {valid} in\n{statistics}");
            let chart = place.join(format!("{job}-Series-1-{variable}.png"));
            assert!(std::fs::read(&chart).unwrap().starts_with(b"\x89PNG"), "{}", chart.display());
        }
        let manifest: Value =
            serde_json::from_slice(&std::fs::read(place.join(format!("{job}-Manifest.json"))).unwrap()).unwrap();
        let assets = manifest["assets"].as_object().unwrap();
        let charts = assets.values().filter(|a| a["type"] == "image/png").count();
        assert_eq!(charts, variables.len());
    }
    let again = curate(
        folder.path(),
        &["--collection=GPM_MERGIR,M2T1NXSLV,GPM_3IMERGHH", "--variable=Tb,Q850,T10M,precipitation", "--title=around"],
    );
    assert!(again.as_array().unwrap().iter().all(|job| job["already_complete"] == true), "{again}");
}

#[test]
fn a_job_of_several_is_as_each_of_them_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (both, one) = (folder.path().join("both"), folder.path().join("one"));
    std::fs::create_dir_all(&both).unwrap();
    std::fs::create_dir_all(&one).unwrap();
    curate(&both, &["--collection=GPM_MERGIR,M2T1NXSLV", "--variable=Q850,Tb"]);
    curate(&one, &["--collection=GPM_MERGIR", "--variable=Tb"]);
    let (first, alone) = (files(&both.join("2")), files(&one.join("2")));
    assert_eq!(first["2-Statistics.csv"], alone["2-Statistics.csv"]);
    let (a, b) = (interpolated(&both.join("2")), interpolated(&one.join("2")));
    for stamp in a.stamps() {
        let values = |file: &eventscape_products::read::InterpolatedReader| {
            file.event(stamp, 1, "Tb").unwrap().values.iter().map(|v| v.to_bits()).collect::<Vec<_>>()
        };
        assert_eq!(values(&a), values(&b));
    }
}

#[test]
fn a_job_that_is_killed_again_and_again_ends_with_the_same_statistics() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, killed) = (folder.path().join("whole"), folder.path().join("again"));
    std::fs::create_dir_all(&whole).unwrap();
    std::fs::create_dir_all(&killed).unwrap();
    let flags = ["--collection=GPM_MERGIR,M2T1NXSLV", "--variable=Q850,Tb", "--stationary", "--title=t"];
    curate(&whole, &flags);
    let (phdef, input) = (masks(&killed), fixtures().join("granules"));
    let mut ended = false;
    // from a kill at once to one that comes too late
    for delay in (0..60).map(|k| Duration::from_millis(25 * k)) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_eventscape"))
            .args(["curate", "--quiet", "--phdef", phdef.to_str().unwrap(), "--out", killed.to_str().unwrap()])
            .args(flags)
            .args(["--input", input.to_str().unwrap()])
            .env("SOURCE_DATE_EPOCH", "1600000000")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let start = Instant::now();
        while start.elapsed() < delay && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(2));
        }
        ended = child.try_wait().unwrap().is_some_and(|status| status.success());
        if ended {
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let last = curate(&killed, &flags);
    assert!(ended || last[0]["already_complete"] == false);
    for job in ["2", "3"] {
        let (a, b) = (files(&whole.join(job)), files(&killed.join(job)));
        let names = |all: &std::collections::BTreeMap<String, Vec<u8>>| all.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&a), names(&b), "something was left behind");
        let same = format!("{job}-Statistics.csv");
        assert_eq!(a[&same], b[&same]);
        let stationary = format!("{job}-Stationary.nc");
        assert_eq!(a[&stationary].len(), b[&stationary].len());
    }
}

#[test]
fn what_several_collections_cannot_share_is_refused_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let (phdef, out) = (masks(folder.path()), folder.path().join("out"));
    let refused = |collection: &str, variable: &str| {
        let output = eventscape(&[
            "curate",
            "--quiet",
            "--phdef",
            phdef.to_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
            "--collection",
            collection,
            "--variable",
            variable,
        ]);
        assert!(!output.status.success());
        said(&output)
    };
    assert!(refused("GPM_MERGIR,M2T1NXSLV", "Tb").contains("Q850"));
    assert!(refused("GPM_MERGIR,M2T1NXSLV", "Tb,gust").contains("COLLECTION:gust"));
    assert!(refused("GPM_MERGIR,GPM_MERGIR", "Tb").contains("twice"));
    assert!(!out.exists());
}

#[test]
fn a_dry_run_tells_that_each_chunk_is_read_once_and_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (phdef, input) = (masks(folder.path()), fixtures().join("granules"));
    let out = folder.path().join("none");
    let output = run(&[
        "curate",
        "--dry-run",
        "--json",
        "--quiet",
        "--phdef",
        phdef.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
        "--collection=GPM_MERGIR,GPM_3IMERGHH",
        "--variable=Tb,precipitation",
        "--input",
        input.to_str().unwrap(),
    ]);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let of = |job: usize, way: &str, what: &str| told[job][way][what].as_u64().unwrap();
    // MERGIR: two granules with two half hours each, a chunk a half hour; four mask times with up to three steps
    assert_eq!((of(0, "planned", "reads"), of(0, "planned", "chunks")), (4, 4));
    assert_eq!(of(0, "one_by_one", "reads"), 2 + 3 + 3 + 2);
    assert!(of(0, "one_by_one", "bytes") > 2 * of(0, "planned", "bytes"));
    // IMERG: two granules
    assert_eq!(of(1, "planned", "reads"), 2);
    assert!(of(1, "one_by_one", "requests") >= of(1, "planned", "requests"));
    assert!(!out.exists());
}
