//! Wrong use and bad data: a clear message, the right exit code, nothing left behind.

use std::process::Command;

use crate::{eventscape, fixtures, said};

#[test]
fn every_kind_of_mistake_has_its_code_and_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.nc");
    std::fs::write(&broken, b"not a netCDF file").unwrap();
    let ostia = fixtures().join("ostia/ostia_monthly.nc");
    let (broken, ostia) = (broken.to_str().unwrap(), ostia.to_str().unwrap());
    let out = folder.path().join("out");
    let out = out.to_str().unwrap();
    let cases: [(&[&str], i32, &str); 14] = [
        (&["phdef", "--no-such-flag"], 2, "--no-such-flag"),
        (&["phdef", "--out", out], 2, "name a collection"),
        (&["phdef", "--input", ostia, "--operator=lessThan", "--value=cold", "--out", out], 2, "not a finite number"),
        (&["phdef", "--input", ostia, "--operator=lessThan", "--value=NaN", "--out", out], 2, "not a finite number"),
        (&["phdef", "--input", ostia, "--operator=looksLike", "--value=1", "--out", out], 2, "known are lessThan"),
        (&["phdef", "--input", ostia, "--operator=lessThan", "--value=5 mm/h", "--out", out], 2, "different things"),
        (
            &["phdef", "--input", ostia, "--operator=lessThan", "--value=300", "--bbox=5,6", "--out", out],
            2,
            "west,south",
        ),
        (&["phdef", "--input", ostia, "--operator=lessThan", "--value=300"], 2, "where the products go"),
        (&["phdef", "--input", broken, "--operator=lessThan", "--value=300", "--out", out], 3, "broken.nc"),
        (&["phdef", "--input", "nowhere.nc", "--operator=lessThan", "--value=300", "--out", out], 3, "nowhere.nc"),
        (&["phdef", "--collection=NOT_THERE", "--operator=lessThan", "--value=3", "--out", out], 2, "NOT_THERE"),
        (
            &["phdef", "--input", ostia, "--tracker=aux-geoir", "--value=298", "--out", out],
            2,
            "must be below the warm one, 265 K",
        ),
        (
            &["phdef", "--input", ostia, "--operator=lessThan", "--value=298", "--min-steps=3", "--out", out],
            2,
            "--tracker aux-geoir",
        ),
        (&["stitch", folder.path().to_str().unwrap(), "--out", out], 2, "not the folder of a finished chunk"),
    ];
    for (arguments, code, part) in cases {
        let output = eventscape(arguments);
        let text = said(&output);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
        assert!(text.contains(part), "{arguments:?}: {text}");
        assert!(!text.contains("panicked"), "{text}");
    }
}

#[test]
fn another_job_is_not_overwritten_and_the_same_one_is_not_done_twice() {
    let folder = tempfile::tempdir().unwrap();
    let ostia = fixtures().join("ostia/ostia_monthly.nc");
    let run = |value: &str, more: &[&str]| {
        let value = format!("--value={value}");
        let mut arguments = vec![
            "phdef",
            "--input",
            ostia.to_str().unwrap(),
            "--operator=greaterThan",
            &value,
            "--products=toc,lineage",
            "--json",
            "--quiet",
            "--out",
            folder.path().to_str().unwrap(),
        ];
        arguments.extend(more);
        eventscape(&arguments)
    };
    let json = |output: &std::process::Output| -> serde_json::Value { serde_json::from_slice(&output.stdout).unwrap() };
    assert_eq!(json(&run("302", &[]))["already_complete"], false);
    assert_eq!(json(&run("302", &[]))["already_complete"], true);
    let other = run("303", &[]);
    assert_eq!(other.status.code(), Some(2));
    assert!(said(&other).contains("--overwrite"), "{}", said(&other));
    assert_eq!(json(&run("303", &["--overwrite"]))["already_complete"], false);
}

#[test]
fn a_reader_of_progress_that_goes_away_does_not_stop_a_job() {
    let folder = tempfile::tempdir().unwrap();
    let (out, input) = (folder.path().join("out"), fixtures().join("ostia/ostia_monthly.nc"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_eventscape"))
        .args([
            "phdef",
            "--variable=surface_temperature",
            "--operator=lessThan",
            "--value=297.5",
            "--products=mask-output",
        ])
        .args(["--input", input.to_str().unwrap(), "--out", out.to_str().unwrap()])
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stderr.take());
    assert!(child.wait().unwrap().success());
    assert!(out.join("1/1-Manifest.json").exists());

    // one folder up, the jobs in it are named
    let arguments = ["curate", "--variable=surface_temperature", "--phdef", out.to_str().unwrap(), "--input"];
    let output = eventscape(&[&arguments[..], &[input.to_str().unwrap(), "--out", out.to_str().unwrap()]].concat());
    let job = out.join("1");
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains(&format!("name one of {}", job.display())), "{}", said(&output));

    // what is not finished is not looked into
    std::fs::rename(job.join("1-Manifest.json"), job.join("gone")).unwrap();
    std::fs::create_dir(job.join(".work")).unwrap();
    let arguments = ["curate", "--phdef", job.to_str().unwrap(), "--input", input.to_str().unwrap()];
    let output =
        eventscape(&[&arguments[..], &["--variable=surface_temperature", "--out", out.to_str().unwrap()]].concat());
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("not finished"), "{}", said(&output));
}
