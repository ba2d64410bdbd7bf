//! A job that is cut in time gives the products of one that is not.

use std::collections::BTreeMap;
use std::path::Path;

use crate::{eventscape, fixtures, said};

/// The command line of the job that all these tests run.
pub(crate) fn phdef<'a>(input: &'a Path, out: &'a str, extra: &[&'a str]) -> Vec<&'a str> {
    let condition = ["--operator=anomalyBeyond", "--value=1.5", "--min-size=20", "--no-plots"];
    [&["phdef", "--input", input.to_str().unwrap(), "--quiet", "--out", out], &condition[..], extra].concat()
}

pub(crate) fn run(extra: &[&str], out: &Path) {
    let input = fixtures().join("ostia/ostia_monthly.nc");
    let output = eventscape(&phdef(&input, out.to_str().unwrap(), extra));
    assert!(output.status.success(), "{}", said(&output));
}

/// The job's files and their bytes.
pub(crate) fn files(job: &Path) -> BTreeMap<String, Vec<u8>> {
    std::fs::read_dir(job)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.is_file() && !p.file_name().unwrap().to_string_lossy().starts_with('.'))
        .map(|p| (p.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&p).unwrap()))
        .collect()
}

#[test]
fn chunks_threads_and_stitching_change_no_byte_of_any_product() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    run(&["--threads=1"], &at("whole"));
    let whole = files(&at("whole/1"));
    assert!(whole.len() > 50, "{:?}", whole.keys());

    run(&["--chunks=5", "--threads=2"], &at("cut"));
    let cut = files(&at("cut/1"));
    assert_eq!(whole.keys().collect::<Vec<_>>(), cut.keys().collect::<Vec<_>>());
    for (name, bytes) in &whole {
        assert!(cut[name] == *bytes, "{name} differs between one chunk and five");
    }

    for chunk in 1..=3 {
        run(&["--chunks=3", &format!("--chunk={chunk}")], &at("apart"));
    }
    let chunks: Vec<String> =
        (1..=3).map(|k| at(&format!("apart/1/chunks/{k:04}")).to_str().unwrap().to_owned()).collect();
    let mut arguments = vec!["stitch", &chunks[2], &chunks[0], &chunks[1], "--no-plots", "--quiet", "--out"];
    let joined = at("joined");
    arguments.push(joined.to_str().unwrap());
    let output = eventscape(&arguments);
    assert!(output.status.success(), "{}", said(&output));
    for (name, bytes) in files(&at("joined/1")) {
        assert!(whole[&name] == bytes, "{name} differs between the whole job and its stitched chunks");
    }
}

#[test]
fn a_chunk_of_another_cut_is_made_again_though_it_has_as_many_scenes() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    run(&[], &at("whole"));
    let whole = files(&at("whole/1"));
    // scenes 18 to 36, then 35 to 53 of 54
    run(&["--chunk-steps=18", "--chunk=2"], &at("apart"));
    for chunk in ["--chunk=2", "--chunk=1"] {
        run(&["--chunk-steps=35", chunk], &at("apart"));
    }
    let (chunks, joined) = (at("apart/1/chunks/*"), at("joined"));
    let arguments = ["stitch", chunks.to_str().unwrap(), "--no-plots", "--quiet", "--out", joined.to_str().unwrap()];
    let output = eventscape(&arguments);
    assert!(output.status.success(), "{}", said(&output));
    for (name, bytes) in files(&at("joined/1")) {
        assert!(whole[&name] == bytes, "{name} differs between the whole job and its stitched chunks");
    }
}

#[test]
fn an_array_job_of_eleven_finds_a_chunk_for_each_of_its_tasks() {
    let folder = tempfile::tempdir().unwrap();
    for chunk in 1..=11 {
        run(&["--chunks=11", "--end=2010-03", &format!("--chunk={chunk}")], folder.path());
        assert!(folder.path().join(format!("1/chunks/{chunk:04}/components.spool")).is_file());
    }
}
