//! Products and chunks in the buckets of other clouds than Amazon's.

use std::path::Path;
use std::process::{Command, Output};

use eventscape_testkit::s3::S3Server;
use eventscape_testkit::servers::Azure;

use crate::chunks::{self, files, run};
use crate::{fixtures, said};

/// A job in three chunks that are kept in a bucket and joined from there, in the bucket and here: all as one run makes it.
fn keep_chunks(out: &str, environment: &[(&str, &str)]) {
    let folder = tempfile::tempdir().unwrap();
    run(&[], &folder.path().join("whole"));
    let whole = files(&folder.path().join("whole/1"));
    let input = fixtures().join("ostia/ostia_monthly.nc");
    let eventscape = |arguments: &[&str]| -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_eventscape"));
        command.args(arguments).env("SOURCE_DATE_EPOCH", "1600000000").envs(environment.iter().copied());
        command.output().unwrap()
    };
    let done = |output: &Output| assert!(output.status.success(), "{}", said(output));
    for chunk in ["--chunk=2", "--chunk=1", "--chunk=3"] {
        done(&eventscape(&chunks::phdef(&input, out, &["--chunks=3", chunk])));
    }
    let (pattern, here) = (format!("{out}/1/chunks/*"), folder.path().join("joined"));
    done(&eventscape(&["stitch", &pattern, "--no-plots", "--quiet", "--out", here.to_str().unwrap()]));
    let same = |job: &Path| {
        let found = files(job);
        assert_eq!(whole.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>());
        for (name, bytes) in found {
            assert!(whole[&name] == bytes, "{name} differs from that of the whole job");
        }
    };
    same(&here.join("1"));
    // joined in the bucket; then it is complete there, and its masks are read from there
    let join = || eventscape(&["stitch", &pattern, "--no-plots", "--quiet", "--json", "--out", out]);
    for already in [false, true] {
        let output = join();
        done(&output);
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&told["already_complete"], &told["location"]), (&already.into(), &format!("{out}/1").into()));
    }
    let (phdef, variable) = (format!("{out}/1"), "--variable=surface_temperature");
    let curation = ["curate", "--quiet", "--phdef", &phdef, variable, "--input", input.to_str().unwrap(), "--out"];
    done(&eventscape(&[&curation[..], &[out]].concat()));
    let missing =
        eventscape(&["curate", "--quiet", "--phdef", &format!("{out}/7"), variable, "--input", "x.nc", "--out", out]);
    assert!(!missing.status.success() && said(&missing).contains(&format!("{out}/7")), "{}", said(&missing));
}

#[test]
fn azure_keeps_chunks_and_products() {
    let server = Azure::start();
    keep_chunks("az://data/out", &server.environment());
}

#[test]
fn google_keeps_chunks_and_products() {
    let server = S3Server::start_open();
    let account = r#"{"disable_oauth": true, "client_email": "", "private_key": "", "private_key_id": ""}"#;
    let environment = [("GOOGLE_BASE_URL", server.endpoint()), ("GOOGLE_SERVICE_ACCOUNT_KEY", account)];
    keep_chunks("gs://data/out", &environment);
    assert!(server.path("out/1/1-Manifest.json").is_file() && !server.path("out/1/.eventscape-lock").exists());
}
