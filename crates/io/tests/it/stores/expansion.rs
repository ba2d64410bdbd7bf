//! Patterns and folders become files.

use std::path::Path;

use eventscape_core::ErrorKind;
use eventscape_io::IoError;
use eventscape_io::stores::Stores;

use crate::servers::S3Server;

fn touch(root: &Path, names: &[&str]) {
    for name in names {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, name).unwrap();
    }
}

const FILES: [&str; 8] = [
    "b.nc",
    "a.nc",
    "notes.txt",
    ".hidden.nc",
    "2015/08/x1.nc",
    "2015/09/x2.nc",
    "cube.zarr/zarr.json",
    "cube.zarr/v/c/0.nc",
];

fn expanded(stores: &Stores, root: &str, patterns: &[&str]) -> Vec<String> {
    let patterns: Vec<String> = patterns.iter().map(|p| format!("{root}/{p}")).collect();
    let found = stores.expand(&patterns).unwrap_or_else(|e| panic!("{patterns:?}: {e}"));
    found.iter().map(|l| l.to_string().trim_start_matches(root).trim_start_matches('/').to_owned()).collect()
}

/// The same patterns mean the same on every kind of store.
fn patterns_mean_files(stores: &Stores, root: &str) {
    let cases: [(&[&str], &[&str]); 9] = [
        (&["*.nc"], &["a.nc", "b.nc"]),
        (&["b.nc", "a.nc", "*.nc"], &["a.nc", "b.nc"]),
        (&["[ab].nc"], &["a.nc", "b.nc"]),
        (&["?.nc"], &["a.nc", "b.nc"]),
        (&["2015/*/x?.nc"], &["2015/08/x1.nc", "2015/09/x2.nc"]),
        (&["2015/**/*.nc"], &["2015/08/x1.nc", "2015/09/x2.nc"]),
        (&["*.zarr"], &["cube.zarr"]),
        (&["cube.zarr"], &["cube.zarr"]),
        (&["2015/08/"], &["2015/08/x1.nc"]),
    ];
    for (patterns, files) in cases {
        assert_eq!(expanded(stores, root, patterns), files, "{patterns:?}");
    }
    for pattern in ["*.grib", "2015/*.nc", "2016/"] {
        let whole = format!("{root}/{pattern}");
        let error =
            stores.expand(&["b.nc".to_owned(), whole.clone()].map(|p| p.replace("b.nc", &format!("{root}/b.nc"))));
        let error = error.unwrap_err();
        assert!(matches!(&error, IoError::NotFound { .. }), "{pattern}: {error}");
        assert!(error.to_string().contains(&whole), "{error}");
    }
    let error = stores.expand(&[format!("{root}/x[")]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
}

#[test]
fn local_patterns() {
    let folder = tempfile::tempdir().unwrap();
    touch(folder.path(), &FILES);
    let (stores, root) = (Stores::default(), folder.path().to_str().unwrap());
    patterns_mean_files(&stores, root);
    assert_eq!(expanded(&stores, root, &[""]), ["a.nc", "b.nc", "cube.zarr", "notes.txt"]);
    assert_eq!(expanded(&stores, root, &["**/*1.nc"]), ["2015/08/x1.nc"]);
    let error = stores.expand(&[format!("{root}/none.nc")]).unwrap_err();
    assert!(matches!(error, IoError::NotFound { .. }), "{error}");
    assert_eq!(stores.traffic().requests, 0);
}

#[test]
fn patterns_of_a_bucket() {
    let server = S3Server::start();
    touch(&server.path(""), &FILES.map(|f| Box::leak(format!("in/{f}").into_boxed_str()) as &str));
    let stores = server.stores();
    patterns_mean_files(&stores, "s3://data/in");
    assert_eq!(expanded(&stores, "s3://data/in", &[""]), ["a.nc", "b.nc", "cube.zarr", "notes.txt"]);
    assert_eq!(expanded(&stores, "s3://data/in", &["2015/09"]), ["2015/09/x2.nc"]);
    server.put("in/README", b"an object without an extension");
    assert_eq!(expanded(&stores, "s3://data/in", &["README"]), ["README"]);
}

/// A folder per day as archives have them, a store, notes, and what a job made of it.
const DAYS: [&str; 9] = [
    "2015/001/b.NC4",
    "2015/002/a.nc",
    "2015/readme.txt",
    "2016/cube.zarr/zarr.json",
    "2016/cube.zarr/v/c/0.nc",
    "2016/.trash/x.nc",
    "out/1/1-Manifest.json",
    "out/1/1-Masks.nc",
    "LICENSE",
];

/// Without a data file of its own, a folder stands for those below it.
fn folders_of_folders(stores: &Stores, root: &str) {
    assert_eq!(expanded(stores, root, &[""]), ["2015/001/b.NC4", "2015/002/a.nc", "2016/cube.zarr"]);
    assert_eq!(expanded(stores, root, &["2015"]), ["2015/001/b.NC4", "2015/002/a.nc"]);
    assert_eq!(expanded(stores, root, &["out/1"]), ["out/1/1-Manifest.json", "out/1/1-Masks.nc"]);
    let error = stores.expand(&[format!("{root}/out")]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);
    assert!(error.to_string().contains("pattern") && error.to_string().contains("/out`"), "{error}");
}

#[test]
fn a_folder_of_folders_is_searched_to_any_depth() {
    let folder = tempfile::tempdir().unwrap();
    touch(folder.path(), &DAYS);
    // a circle of links is walked once
    std::os::unix::fs::symlink(folder.path(), folder.path().join("2015/again")).unwrap();
    let root = folder.path().to_str().unwrap();
    let once = ["2015/001/b.NC4", "2015/002/a.nc", "2016/cube.zarr"];
    assert_eq!(expanded(&Stores::default(), root, &[""]), once);
    std::fs::remove_file(folder.path().join("2015/again")).unwrap();
    folders_of_folders(&Stores::default(), root);
}

#[test]
fn a_prefix_of_prefixes_is_searched_to_any_depth() {
    let server = S3Server::start();
    touch(&server.path(""), &DAYS.map(|f| Box::leak(format!("in/{f}").into_boxed_str()) as &str));
    folders_of_folders(&server.stores(), "s3://data/in");
}

#[test]
fn a_file_whose_name_looks_like_a_pattern_is_taken_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    touch(folder.path(), &["a[1].nc", "a1.nc"]);
    let root = folder.path().to_str().unwrap();
    assert_eq!(expanded(&Stores::default(), root, &["a[1].nc"]), ["a[1].nc"]);
}

#[test]
fn web_addresses_are_taken_as_they_are_but_not_searched() {
    let stores = Stores::default();
    let url = "https://host/a.nc?x=[1]".to_owned();
    assert_eq!(stores.expand(std::slice::from_ref(&url)).unwrap().len(), 1);
    assert_eq!(stores.expand(&["https://host/*.nc".to_owned()]).unwrap_err().kind(), ErrorKind::Usage);
}

#[test]
fn listings_go_to_any_depth() {
    let server = S3Server::start();
    let folder = tempfile::tempdir().unwrap();
    touch(folder.path(), &FILES);
    touch(&server.path(""), &FILES);
    let local = Stores::default().list(&folder.path().to_path_buf().into()).unwrap();
    let remote = server.stores().list(&"s3://data".parse().unwrap()).unwrap();
    assert_eq!(local.len(), FILES.len());
    let sizes = |listed: &[eventscape_io::stores::Listed]| {
        let mut sizes: Vec<_> = listed.iter().map(|l| (l.location.name(), l.size)).collect();
        sizes.sort();
        sizes
    };
    assert_eq!(sizes(&local), sizes(&remote));
    assert_eq!(Stores::default().list(&folder.path().join("none").into()).unwrap(), []);
}
