//! What every source of a folder's files must do.

use eventscape_core::ErrorKind;
use eventscape_io::IoError;
use eventscape_io::stores::{DirectorySource, Stores};

use super::pattern;
use crate::servers::S3Server;

fn directory_suite(folder: &dyn DirectorySource) {
    assert_eq!(folder.get("zarr.json").unwrap().unwrap(), b"{}"[..]);
    assert_eq!(folder.get("none").unwrap(), None);
    assert_eq!(folder.get("v/none/0").unwrap(), None);
    let many = folder.get_many(&["v/c/1", "none", "zarr.json"]).unwrap();
    assert_eq!(many.iter().map(|m| m.as_ref().map(|b| b.len())).collect::<Vec<_>>(), [Some(500), None, Some(2)]);
    assert_eq!((folder.size("v/c/0").unwrap(), folder.size("v/c/9").unwrap()), (Some(300_000), None));
    let ranges = folder.get_ranges("v/c/0", &[10..20, 299_990..300_000]).unwrap().unwrap();
    assert_eq!(ranges[0], pattern(300_000)[10..20]);
    assert_eq!(ranges[1], pattern(300_000)[299_990..]);
    assert_eq!(folder.get_ranges("none", &[0..1]).unwrap(), None);
    let error = folder.get_ranges("v/c/1", &[0..501]).unwrap_err();
    assert!(matches!(error, IoError::Damaged { .. }), "{error}");
    let top = folder.children("").unwrap();
    assert_eq!((top.files, top.folders), (vec!["zarr.json".to_owned()], vec!["v".to_owned()]));
    assert_eq!(folder.children("v/c").unwrap().files, ["0", "1"]);
    assert_eq!(folder.children("none").unwrap(), Default::default());
    assert!(folder.version("v/c/0").unwrap().is_some());
    assert_eq!(folder.version("none").unwrap(), None);
    for key in ["", "../x", "a/../b", "/a", "a//b", "a\0"] {
        let error = folder.get(key).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage, "{key:?}: {error}");
    }
}

const OBJECTS: [(&str, usize); 2] = [("v/c/0", 300_000), ("v/c/1", 500)];

#[test]
fn a_local_folder_passes_the_suite() {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(root.path().join("v/c")).unwrap();
    std::fs::write(root.path().join("zarr.json"), b"{}").unwrap();
    for (key, len) in OBJECTS {
        std::fs::write(root.path().join(key), pattern(len)).unwrap();
    }
    let stores = Stores::default();
    let folder = stores.open_directory(&root.path().to_path_buf().into()).unwrap();
    directory_suite(&*folder);
    assert_eq!(folder.get("v").unwrap(), None, "a folder is no file");
    assert_eq!(folder.get("zarr.json/x").unwrap(), None, "a file is no folder");
    let missing = stores.open_directory(&root.path().join("none").into()).err().unwrap();
    assert!(matches!(missing, IoError::NotFound { .. }), "{missing}");
}

#[test]
fn a_folder_of_a_bucket_passes_the_suite() {
    let server = S3Server::start();
    server.put("a/cube/zarr.json", b"{}");
    for (key, len) in OBJECTS {
        server.put(&format!("a/cube/{key}"), &pattern(len));
    }
    for location in ["s3://data/a/cube", "s3://data/a/cube/"] {
        let location = location.parse().unwrap();
        directory_suite(&*server.stores().open_directory(&location).unwrap());
    }
}
