//! A job that is cut in time and kept in a bucket, against a real S3 server.

use std::path::Path;
use std::process::{Command, Output};

use eventscape_testkit::s3::S3Server;

use crate::chunks::{self, files, run};
use crate::{fixtures, said};

const OUT: &str = "s3://data/out";

/// Runs the binary against the server, with a folder of its own for temporary files, and its own answer to where they are.
fn at(server: &S3Server, temporary: &Path, arguments: &[&str], more: &[(&str, &str)]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_eventscape"))
        .args(arguments)
        .env("SOURCE_DATE_EPOCH", "1600000000")
        .env("TMPDIR", temporary)
        .envs(server.environment())
        .envs(more.iter().copied())
        .output()
        .unwrap();
    let left: Vec<_> = std::fs::read_dir(temporary).unwrap().map(|e| e.unwrap().path()).collect();
    assert!(left.is_empty(), "left behind: {left:?}");
    assert!(!said(&output).contains("panicked"), "{}", said(&output));
    output
}

/// The job of `chunks::run` into the bucket, in three chunks unless `extra` says otherwise.
fn phdef(server: &S3Server, temporary: &Path, extra: &[&str], more: &[(&str, &str)]) -> Output {
    let input = fixtures().join("ostia/ostia_monthly.nc");
    let mut arguments = chunks::phdef(&input, OUT, extra);
    arguments.push("--json");
    if !extra.iter().any(|flag| flag.starts_with("--chunks=") || flag.starts_with("--chunk-steps=")) {
        arguments.push("--chunks=3");
    }
    at(server, temporary, &arguments, more)
}

fn stitch(server: &S3Server, temporary: &Path, chunks: &[&str], out: &str, more: &[(&str, &str)]) -> Output {
    let mut arguments = vec!["stitch"];
    arguments.extend(chunks);
    arguments.extend(["--no-plots", "--quiet", "--out", out]);
    at(server, temporary, &arguments, more)
}

fn done(output: &Output) {
    assert!(output.status.success(), "{}", said(output));
}

fn refused(output: &Output, code: i32, parts: &[&str]) {
    let text = said(output);
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(parts.iter().all(|part| text.contains(part)), "{text}");
}

/// A server with the three chunks.
fn with_chunks(temporary: &Path) -> S3Server {
    let server = S3Server::start();
    for chunk in ["--chunk=2", "--chunk=1", "--chunk=3"] {
        done(&phdef(&server, temporary, &[chunk], &[]));
    }
    server
}

#[test]
fn chunks_of_a_bucket_give_the_products_of_a_whole_job() {
    let folder = tempfile::tempdir().unwrap();
    let temporary = tempfile::tempdir().unwrap();
    run(&[], &folder.path().join("whole"));
    let whole = files(&folder.path().join("whole/1"));

    let server = with_chunks(temporary.path());
    let kept = |chunk: &str| server.path(&format!("out/1/chunks/{chunk}/components.spool"));
    assert!(["0001", "0002", "0003"].iter().all(|chunk| kept(chunk).is_file()));
    assert!(!server.path("out/1/chunks/0001/.eventscape-lock").exists());

    // to a folder, from a pattern; to the bucket, one by one and one of them twice
    let joined = folder.path().join("joined");
    done(&stitch(&server, temporary.path(), &["s3://data/out/1/chunks/*"], joined.to_str().unwrap(), &[]));
    let chunk = |k: u32| format!("s3://data/out/1/chunks/{k:04}");
    let named = [&chunk(3), &format!("{}/components.spool", chunk(1)), &format!("{}/", chunk(2)), &chunk(1)];
    done(&stitch(&server, temporary.path(), &named.map(String::as_str), "s3://data/joined", &[]));
    // and all three in one run, which finds those that are there
    done(&phdef(&server, temporary.path(), &[], &[]));
    for job in [joined.join("1"), server.path("joined/1"), server.path("out/1")] {
        let found = files(&job);
        assert_eq!(whole.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>(), "{}", job.display());
        for (name, bytes) in found {
            assert!(whole[&name] == bytes, "{name} of {} differs from that of the whole job", job.display());
        }
    }
}

#[test]
fn a_chunk_is_found_once_and_again_when_it_is_damaged_or_of_another_job() {
    let temporary = tempfile::tempdir().unwrap();
    let server = S3Server::start();
    let read = |extra: &[&str]| {
        let output = phdef(&server, temporary.path(), extra, &[]);
        done(&output);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["location"], "s3://data/out/1/chunks/0002");
        assert_eq!(report["status"], "chunk");
        report["scenes_read"].as_u64().unwrap()
    };
    assert!(read(&["--chunk=2"]) > 0);
    let spool = server.path("out/1/chunks/0002/components.spool");
    let sound = std::fs::read(&spool).unwrap();
    assert_eq!(read(&["--chunk=2"]), 0);

    std::fs::write(&spool, &sound[..sound.len() - 5]).unwrap();
    assert!(read(&["--chunk=2"]) > 0);
    assert!(std::fs::read(&spool).unwrap() == sound);
    assert!(read(&["--chunk=2", "--connectivity=4"]) > 0);
    assert!(std::fs::read(&spool).unwrap() != sound);

    // a chunk that another machine is at
    server.put("out/1/chunks/0003/.eventscape-lock", br#"{"host":"other","pid":7,"since":9999999999}"#);
    let busy = phdef(&server, temporary.path(), &["--chunk=3"], &[]);
    refused(&busy, 2, &["chunks/0003", "in use by another run"]);
    assert!(read(&["--chunk=2"]) > 0, "the others go on");
}

#[test]
fn what_is_wrong_with_chunks_of_a_bucket_is_told() {
    let temporary = tempfile::tempdir().unwrap();
    let server = with_chunks(temporary.path());
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let out = out.to_str().unwrap();
    let join = |chunks: &[&str], more: &[(&str, &str)]| stitch(&server, temporary.path(), chunks, out, more);
    let all = "s3://data/out/1/chunks/*";

    for (name, value, told) in [
        ("AWS_SECRET_ACCESS_KEY", "not-the-secret-of-it", "AWS_SECRET_ACCESS_KEY"),
        ("AWS_ACCESS_KEY_ID", "AKUNKNOWN", "AWS_ACCESS_KEY_ID"),
        ("AWS_SKIP_SIGNATURE", "true", "credentials"),
    ] {
        let more = [(name, value)];
        refused(&join(&[all], &more), 4, &["denied", told]);
        refused(&join(&["s3://data/out/1/chunks/0001"], &more), 4, &["denied", told]);
        let chunk = phdef(&server, temporary.path(), &["--chunk=1"], &more);
        refused(&chunk, 4, &["denied", told]);
        assert!(!said(&chunk).contains("not-the-secret"), "{}", said(&chunk));
    }

    refused(&join(&["s3://data/out/1/chunks/0009"], &[]), 2, &["0009", "not the folder of a finished chunk"]);
    refused(&join(&["s3://data/elsewhere/*"], &[]), 2, &["elsewhere/*", "not the folder of a finished chunk"]);
    refused(&join(&["s3://nowhere/1/chunks/0001"], &[]), 2, &["s3://nowhere"]);
    let two = ["s3://data/out/1/chunks/0001", "s3://data/out/1/chunks/0003"];
    refused(&join(&two, &[]), 2, &["in none of the chunks", "run the missing chunks"]);

    // a scene that is damaged is noticed when it is read; an end that is missing, at once
    let spool = server.path("out/1/chunks/0002/components.spool");
    let sound = std::fs::read(&spool).unwrap();
    let mut flipped = sound.clone();
    let middle = sound.len() / 2;
    flipped[middle] ^= 0x10;
    std::fs::write(&spool, &flipped).unwrap();
    refused(&join(&[all], &[]), 3, &["s3://data/out/1/chunks/0002/components.spool", "damaged"]);
    std::fs::write(&spool, &sound[..sound.len() / 2]).unwrap();
    refused(&join(&[all], &[]), 3, &["s3://data/out/1/chunks/0002/components.spool", "damaged"]);
    std::fs::write(&spool, b"").unwrap();
    refused(&join(&[all], &[]), 3, &["chunks/0002/components.spool", "damaged"]);
    std::fs::write(&spool, &sound).unwrap();
    assert!(!Path::new(out).join("1/1-Manifest.json").exists());

    done(&phdef(&server, temporary.path(), &["--chunk=1", "--job-id=2", "--connectivity=4"], &[]));
    let mixed = ["s3://data/out/1/chunks/0001", "s3://data/out/2/chunks/0001"];
    refused(&join(&mixed, &[]), 2, &["chunks of different jobs"]);
    done(&join(&[all], &[]));
}

#[test]
fn overwriting_a_job_of_a_bucket_removes_its_chunks() {
    let temporary = tempfile::tempdir().unwrap();
    let server = S3Server::start();
    done(&phdef(&server, temporary.path(), &["--chunk=3", "--chunks=5"], &[]));
    done(&phdef(&server, temporary.path(), &["--chunk=1"], &[]));
    let chunk = |k: u32| server.path(&format!("out/1/chunks/{k:04}/components.spool"));
    assert!(chunk(1).exists() && chunk(3).exists());
    done(&phdef(&server, temporary.path(), &["--overwrite", "--chunk-steps=1000", "--products=toc"], &[]));
    assert!(!chunk(1).exists() && !chunk(3).exists());
}
