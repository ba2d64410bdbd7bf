//! Finished jobs read back whole: the demo's, hurt in every way, here and in a bucket.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use eventscape_formats::Hyperslab;
use eventscape_testkit::s3::S3Server;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::properties::WriterProperties;
use serde_json::Value;

use crate::{eventscape, open, said};

/// The demo: both stages, all products but SVG.
fn demo(folder: &Path) -> PathBuf {
    let out = folder.join("out");
    let output = eventscape(&["demo", "--quiet", "--out", out.to_str().unwrap()]);
    assert!(output.status.success(), "{}", said(&output));
    out
}

fn verify(places: &[&Path]) -> Output {
    let places = places.iter().map(|place| place.to_str().unwrap());
    eventscape(&["verify", "--json", "--quiet"].into_iter().chain(places).collect::<Vec<_>>())
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", said(output)))
}

/// Writes other bytes, and their size and checksum into the manifest.
fn put(job: &Path, name: &str, bytes: &[u8]) {
    std::fs::write(job.join(name), bytes).unwrap();
    let number = name.split('-').next().unwrap();
    let place = job.join(format!("{number}-Manifest.json"));
    let mut manifest: Value = serde_json::from_slice(&std::fs::read(&place).unwrap()).unwrap();
    let asset = &mut manifest["assets"][name];
    let sum = sha256(bytes);
    asset["file:size"] = bytes.len().into();
    asset["file:checksum"] = format!("1220{sum}").into();
    asset["eventscape:sha256"] = sum.into();
    std::fs::write(place, manifest.to_string()).unwrap();
}

/// Says in the manifest that another version made the products.
fn made_by(job: &Path, version: &str) {
    let place = job.join("1-Manifest.json");
    let mut manifest: Value = serde_json::from_slice(&std::fs::read(&place).unwrap()).unwrap();
    manifest["properties"]["processing:software"] = serde_json::json!({ "Eventscape": version });
    std::fs::write(place, manifest.to_string()).unwrap();
}

fn sha256(bytes: &[u8]) -> String {
    let sum = ring::digest::digest(&ring::digest::SHA256, bytes);
    sum.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The table without the rows of a track.
fn without_track(table: &[u8], track: i64) -> Vec<u8> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::copy_from_slice(table)).unwrap();
    let schema = builder.schema().clone();
    let told = builder.metadata().file_metadata().key_value_metadata().cloned();
    let told = told.map(|told| told.into_iter().filter(|pair| pair.key != "ARROW:schema").collect());
    let properties = WriterProperties::builder().set_key_value_metadata(told).build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, schema, Some(properties)).unwrap();
    let mut left_out = 0;
    for batch in builder.build().unwrap() {
        let batch: RecordBatch = batch.unwrap();
        let tracks = batch.column_by_name("track_id").unwrap().as_primitive::<Int64Type>().clone();
        for row in 0..batch.num_rows() {
            if tracks.value(row) == track {
                left_out += 1;
            } else {
                writer.write(&batch.slice(row, 1)).unwrap();
            }
        }
    }
    writer.close().unwrap();
    assert!(left_out > 0, "there is no track {track}");
    bytes
}

#[test]
fn the_demos_jobs_are_sound_and_each_kind_of_damage_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let out = demo(folder.path());
    let jobs = [out.join("1"), out.join("2")];
    let output = verify(&[&jobs[0], &jobs[1]]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let found = json(&output);
    for (k, found) in found.as_array().unwrap().iter().enumerate() {
        assert_eq!((&found["is_sound"], &found["job_id"]), (&true.into(), &(k + 1).into()), "{found:#}");
        assert_eq!(found["findings"].as_array().unwrap().len(), 0, "{found:#}");
    }

    let (masks, table) = ("1-Masks.nc", "1-Tracks.parquet");
    let right: BTreeMap<&str, Vec<u8>> =
        [masks, table, "1-Lineage.parquet"].map(|name| (name, std::fs::read(jobs[0].join(name)).unwrap())).into();
    let manifest = std::fs::read(jobs[0].join("1-Manifest.json")).unwrap();
    let check = |name: &str, part: &str| {
        let output = verify(&[&jobs[0]]);
        assert_eq!(output.status.code(), Some(3), "{name}: {}", said(&output));
        let found = json(&output);
        assert_eq!(found["damaged"], serde_json::json!([name]), "{found:#}");
        assert!(found["findings"].to_string().contains(part), "{part}: {found:#}");
        // for people, too
        let told = eventscape(&["verify", "--quiet", jobs[0].to_str().unwrap()]);
        let text = String::from_utf8(told.stdout).unwrap();
        assert!(text.contains("1 product is damaged or missing") && text.contains(part), "{text}");
        // as it was
        std::fs::write(jobs[0].join("1-Manifest.json"), &manifest).unwrap();
        for (name, bytes) in &right {
            std::fs::write(jobs[0].join(name), bytes).unwrap();
        }
    };

    let mut flipped = right[masks].clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    std::fs::write(jobs[0].join(masks), &flipped).unwrap();
    check(masks, "SHA-256");

    std::fs::write(jobs[0].join(table), &right[table][..right[table].len() / 2]).unwrap();
    check(table, "the manifest says");

    std::fs::remove_file(jobs[0].join("1-Lineage.parquet")).unwrap();
    check("1-Lineage.parquet", "it is not there");

    // as release 0.1.0 wrote: a block before one that was to come first
    let places = ["time", "lat"].map(|path| {
        let file = open(&jobs[0].join(masks));
        let shape = file.variable(path).unwrap().shape();
        let ranges = file.plan(path, &Hyperslab::all(&shape)).unwrap().ranges;
        ranges[0].start as usize..ranges[0].end as usize
    });
    let mut overtaken = right[masks].clone();
    overtaken[places[0].start..places[1].end].rotate_left(places[1].start - places[0].start);
    put(&jobs[0], masks, &overtaken);
    made_by(&jobs[0], "0.1.0");
    check(masks, "0.1.0");

    put(&jobs[0], table, &without_track(&right[table], 2));
    check(table, "event 2 at");

    assert_eq!(verify(&[&jobs[0]]).status.code(), Some(0));
}

#[test]
fn what_is_no_finished_job_has_another_code_than_damage() {
    let folder = tempfile::tempdir().unwrap();
    let (job, other) = (folder.path().join("1"), folder.path().join("nothing"));
    let input = crate::fixtures().join("ostia/ostia_monthly.nc");
    let output = eventscape(&[
        "phdef",
        "--operator=greaterThan",
        "--value=302",
        "--products=toc,lineage",
        "--quiet",
        "--input",
        input.to_str().unwrap(),
        "--out",
        folder.path().to_str().unwrap(),
    ]);
    assert!(output.status.success(), "{}", said(&output));
    std::fs::create_dir(&other).unwrap();
    let output = verify(&[&other]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    assert!(said(&output).contains("not the folder of a finished job"), "{}", said(&output));
    let output = verify(&[folder.path()]);
    assert!(output.status.code() == Some(2) && said(&output).contains(job.to_str().unwrap()), "{}", said(&output));
    // the others are looked at all the same; damage is the worse news
    let output = verify(&[&other, &job]);
    assert_eq!((output.status.code(), &json(&output)["is_sound"]), (Some(2), &Value::Bool(true)));
    std::fs::write(job.join("1-ForTraCC-TOC.json"), "[]").unwrap();
    let output = verify(&[&other, &job]);
    assert_eq!((output.status.code(), &json(&output)["is_sound"]), (Some(3), &Value::Bool(false)));
    assert_eq!(eventscape(&["verify"]).status.code(), Some(2));
}

#[test]
fn a_job_in_a_bucket_is_read_back_and_leaves_nothing_on_this_machine() {
    let server = S3Server::start();
    let temporary = tempfile::tempdir().unwrap();
    let at = |arguments: &[&str], more: &[(&str, &str)]| {
        let output = Command::new(env!("CARGO_BIN_EXE_eventscape"))
            .args(arguments)
            .env("TMPDIR", temporary.path())
            .envs(server.environment())
            .envs(more.iter().copied())
            .output()
            .unwrap();
        let left: Vec<_> = std::fs::read_dir(temporary.path()).unwrap().map(|e| e.unwrap().path()).collect();
        assert!(left.is_empty() && !said(&output).contains("panicked"), "{left:?}: {}", said(&output));
        output
    };
    let input = crate::fixtures().join("ostia/ostia_monthly.nc");
    let job =
        ["phdef", "--input", input.to_str().unwrap(), "--operator=lessThan", "--value=297", "--quiet", "--no-plots"];
    let output = at(&[&job[..], &["--end=2007-06-30", "--out", "s3://data/out"]].concat(), &[]);
    assert!(output.status.success(), "{}", said(&output));
    let verify = ["verify", "s3://data/out/1", "--json", "--quiet"];
    let output = at(&verify, &[]);
    assert_eq!((output.status.code(), &json(&output)["is_sound"]), (Some(0), &Value::Bool(true)), "{}", said(&output));

    let masks = server.path("out/1/1-Masks.nc");
    let mut bytes = std::fs::read(&masks).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    std::fs::write(&masks, &bytes).unwrap();
    std::fs::remove_file(server.path("out/1/1-Tracks.parquet")).unwrap();
    let output = at(&verify, &[]);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert_eq!(json(&output)["damaged"], serde_json::json!(["1-Masks.nc", "1-Tracks.parquet"]));

    for (place, part) in
        [("s3://data/out", "name s3://data/out/1"), ("s3://data/nothing", "not the folder of a finished job")]
    {
        let output = at(&["verify", place, "--quiet"], &[]);
        assert!(output.status.code() == Some(2) && said(&output).contains(part), "{place}: {}", said(&output));
    }
    let refused = at(&verify, &[("AWS_SECRET_ACCESS_KEY", "not-the-secret-of-it")]);
    assert_eq!(refused.status.code(), Some(4), "{}", said(&refused));
}
