//! The sink: what every place for products must do, on a folder and on a bucket; and what is particular to each.

use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::process::Command;

use eventscape_core::ErrorKind;
use eventscape_io::IoError;
use eventscape_io::sink::{Sink, StoredProduct};
use eventscape_io::stores::{Location, Stores};

use crate::servers::{S3Server, keys};

fn local(folder: &Path) -> Sink {
    Sink::open(&Stores::default(), &Location::Local(folder.to_owned()), "7").unwrap()
}

fn put(sink: &Sink, name: &str, bytes: &[u8]) -> StoredProduct {
    let mut file = sink.create(name).unwrap();
    file.write_all(bytes).unwrap();
    file.commit("application/json").unwrap()
}

/// SHA-256 of `abc`, from the standard that defines it.
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/// `large` is the size of the largest product that is tried.
fn sink_suite(sink: &Sink, large: u32) {
    assert_eq!(sink.list().unwrap(), Vec::<String>::new());
    let stored = put(sink, "7-TOC.json", b"abc");
    let wanted = StoredProduct {
        name: "7-TOC.json".to_owned(),
        size: 3,
        sha256: ABC.to_owned(),
        media_type: "application/json".to_owned(),
    };
    assert_eq!(stored, wanted);
    assert_eq!((sink.read("7-TOC.json").unwrap(), sink.size("7-TOC.json").unwrap()), (b"abc".to_vec(), Some(3)));

    // what is not committed is not there, and what was there before stays
    let mut file = sink.create("7-TOC.json").unwrap();
    file.write_all(b"half a product").unwrap();
    assert_eq!(sink.read("7-TOC.json").unwrap(), b"abc");
    drop(file);
    assert_eq!(sink.read("7-TOC.json").unwrap(), b"abc");

    // a later product replaces it; folders inside are made
    put(sink, "7-TOC.json", b"");
    assert_eq!((sink.size("7-TOC.json").unwrap(), sink.exists("none").unwrap()), (Some(0), false));
    put(sink, "plots/7-201508120030.png", b"abc");
    put(sink, "a.json", b"abc");
    assert_eq!(sink.list().unwrap(), ["7-TOC.json", "a.json", "plots/7-201508120030.png"]);

    // a writer may go back; the hash is that of the bytes in the end
    let mut file = sink.create("b.nc").unwrap();
    file.write_all(b"xbc").unwrap();
    assert_eq!(file.stream_position().unwrap(), 3);
    file.seek(SeekFrom::Start(0)).unwrap();
    file.write_all(b"a").unwrap();
    file.seek(SeekFrom::Start(1)).unwrap();
    let mut rest = String::new();
    file.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "bc");
    assert_eq!(file.commit("application/x-netcdf").unwrap().sha256, ABC);
    assert_eq!(sink.read("b.nc").unwrap(), b"abc");

    // large ones: more than a buffer, in pieces of odd sizes
    let content: Vec<u8> = (0..large).map(|i| (i.wrapping_mul(2_654_435_761) >> 15) as u8).collect();
    let mut file = sink.create("large.nc").unwrap();
    for piece in content.chunks(33_333) {
        file.write_all(piece).unwrap();
    }
    let stored = file.commit("application/x-netcdf").unwrap();
    assert_eq!(stored.size, u64::from(large));
    assert!(sink.read("large.nc").unwrap() == content);
    let again = {
        let mut file = sink.create("again.nc").unwrap();
        file = file.hash_at_end();
        file.write_all(&content).unwrap();
        file.commit("application/x-netcdf").unwrap()
    };
    assert_eq!(again.sha256, stored.sha256, "counted on the way as counted afterwards");

    for name in ["large.nc", "again.nc", "again.nc", "none"] {
        sink.remove(name).unwrap();
        assert!(!sink.exists(name).unwrap());
    }
    let error = sink.read("none").unwrap_err();
    assert!(matches!(error, IoError::NotFound { .. }), "{error}");
    for name in ["../x", "a/../../x", "/x", "", ".x", "a\\x"] {
        for error in [sink.create(name).err(), sink.read(name).err(), sink.remove(name).err(), sink.exists(name).err()]
        {
            assert_eq!(error.unwrap().kind(), ErrorKind::Usage, "{name:?}");
        }
    }

    let lock = sink.lock().unwrap();
    let error = sink.lock().unwrap_err();
    assert!(matches!(&error, IoError::Locked { .. }), "{error}");
    assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
    assert!(!sink.list().unwrap().iter().any(|name| name.contains("lock")));
    sink.sync().unwrap();
    drop(lock);
    assert_eq!(sink.lock().unwrap().remove_stale().unwrap(), 0);

    // all of it can be removed, and begun again
    put(sink, "plots/a.png", b"abc");
    sink.clear().unwrap();
    assert!(!sink.exists("7-TOC.json").unwrap() && !sink.exists("plots/a.png").unwrap());
    put(sink, "a.json", b"abc");
    assert_eq!(sink.list().unwrap(), ["a.json"]);
}

#[test]
fn a_folder_passes_the_suite() {
    let folder = tempfile::tempdir().unwrap();
    let sink = local(folder.path());
    sink_suite(&sink, 3_000_000);
    assert_eq!(sink.path_of("a.json").unwrap(), folder.path().join("7/a.json"));
    assert_eq!(sink.path_of("../a.json"), None);
}

#[test]
fn a_bucket_passes_the_suite() {
    let server = S3Server::start();
    // above 8 MiB a product is sent in parts
    let places = [("s3://data/out/", "7", 9 << 20), ("s3://data/deep/7", "", 1000), ("s3://data", "8", 1000)];
    for (location, job, large) in places {
        let sink = Sink::open(&server.stores(), &location.parse().unwrap(), job).unwrap();
        sink_suite(&sink, large);
        assert_eq!(sink.path_of("a.json"), None);
    }
    assert!(server.path("out/7/a.json").exists() && server.path("8/a.json").exists());
}

fn put_large(sink: &Sink, byte: u8) -> Result<StoredProduct, IoError> {
    let mut file = sink.create("large.nc").unwrap();
    file.write_all(&vec![byte; 9 << 20]).unwrap();
    file.commit("application/x-netcdf")
}

#[test]
fn an_upload_in_parts_is_done_although_the_answer_to_its_end_was_lost() {
    let server = S3Server::start();
    let sink = Sink::open(&server.stores(), &"s3://data/out".parse().unwrap(), "7").unwrap();
    for byte in [1, 2] {
        server.lose_answers(1);
        put_large(&sink, byte).unwrap();
        assert!(sink.read("large.nc").unwrap() == vec![byte; 9 << 20]);
    }
}

#[test]
fn an_upload_in_parts_that_the_server_forgot_may_be_tried_again() {
    let server = S3Server::start();
    let sink = Sink::open(&server.stores(), &"s3://data/out".parse().unwrap(), "7").unwrap();
    for byte in [1, 2] {
        server.forget_uploads(1);
        let error = put_large(&sink, byte).unwrap_err();
        assert!(matches!(error, IoError::Remote { action: "writing", .. }), "{error}");
        // the next time there is one of the same size, which is not it
        put_large(&sink, byte).unwrap();
        assert!(sink.read("large.nc").unwrap() == vec![byte; 9 << 20]);
    }
}

#[test]
fn what_a_crash_left_is_removed_by_the_next_run_and_nothing_else_is() {
    let folder = tempfile::tempdir().unwrap();
    let sink = local(folder.path());
    put(&sink, "plots/a.png", b"abc");
    let inside = folder.path().join("7");
    for left in [".eventscape-x1.part", "plots/.eventscape-x2.part"] {
        std::fs::write(inside.join(left), b"half").unwrap();
    }
    for other in [".hidden.part", "theirs.part"] {
        std::fs::write(inside.join(other), b"theirs").unwrap();
    }
    assert_eq!(sink.list().unwrap(), ["plots/a.png", "theirs.part"]);
    assert_eq!(sink.lock().unwrap().remove_stale().unwrap(), 2);
    assert!(inside.join(".hidden.part").exists() && inside.join("theirs.part").exists());
    assert_eq!(sink.read("plots/a.png").unwrap(), b"abc");
}

/// Run by the next test in a process of its own; by itself it has nothing to check.
#[test]
#[ignore = "a part of the_lock_of_a_killed_process_is_free_again"]
fn hold_the_lock() {
    let Ok(folder) = std::env::var("SINK_OF_TEST") else { return };
    let _lock = local(folder.as_ref()).lock().unwrap();
    println!("locked");
    // until the test ends, however it does
    let _ = std::io::stdin().read(&mut [0]);
}

#[test]
fn the_lock_of_a_killed_process_is_free_again() {
    use std::io::{BufRead, BufReader};
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "sink::hold_the_lock", "--ignored", "--nocapture"])
        .env("SINK_OF_TEST", folder.path())
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("locked")), "the child has the lock");
    let sink = local(folder.path());
    let error = sink.lock().unwrap_err();
    assert!(error.to_string().contains(&format!("process {}", child.id())), "{error}");
    child.kill().unwrap();
    child.wait().unwrap();
    sink.lock().unwrap();
}

#[test]
fn the_lock_of_a_bucket_is_taken_over_when_nobody_renews_it() {
    let server = S3Server::start();
    let sink = Sink::open(&server.stores(), &"s3://data/out".parse().unwrap(), "7").unwrap();
    let lock_file = "out/7/.eventscape-lock";
    server.put(lock_file, br#"{"host":"gone","pid":1,"since":1000}"#);
    let lock = sink.lock().unwrap();
    assert!(sink.lock().is_err());
    drop(lock);
    assert!(!server.path(lock_file).exists());
    server.put(lock_file, b"not ours");
    assert!(matches!(sink.lock().unwrap_err(), IoError::Locked { .. }), "what cannot be read is left alone");
}

#[test]
fn the_lock_of_a_bucket_is_taken_over_by_who_knows_that_its_run_is_dead() {
    let server = S3Server::start();
    let sink = Sink::open(&server.stores(), &"s3://data/out".parse().unwrap(), "7").unwrap();
    let lock_file = "out/7/.eventscape-lock";
    let first = sink.take_over().unwrap();
    let second = sink.take_over().unwrap();
    assert!(matches!(sink.lock().unwrap_err(), IoError::Locked { .. }));
    drop(first);
    assert!(server.path(lock_file).exists(), "the lock of the second is not removed by the first");
    drop(second);
    assert!(!server.path(lock_file).exists());
}

#[test]
fn a_place_that_cannot_be_written_is_told_before_the_work() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, b"x").unwrap();
    let stores = Stores::default();
    for (location, job) in [(file.clone(), ""), (file.clone(), "7"), (file.join("out"), "7")] {
        let error = Sink::open(&stores, &Location::Local(location), job).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
        assert!(error.to_string().contains(file.to_str().unwrap()), "{error}");
    }
    let sink = local(folder.path());
    put(&sink, "plots", b"a file where a folder should be");
    assert_eq!(sink.create("plots/a.png").unwrap_err().kind(), ErrorKind::Usage);
    let error = Sink::open(&stores, &"http://host/out".parse().unwrap(), "7").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
    for job in ["..", "a/../../b", "/etc"] {
        let error = Sink::open(&stores, &Location::Local(folder.path().to_owned()), job).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage, "{job}: {error}");
    }
}

#[test]
fn a_bucket_that_refuses_tells_so_and_gets_nothing() {
    let server = S3Server::start();
    let mut options = server.options();
    options.keys = Some(keys("AKTESTKEY", "wrong-secret", None));
    let sink = Sink::open(&Stores::new(options), &"s3://data/out".parse().unwrap(), "7").unwrap();
    for size in [3, 10 << 20] {
        let mut file = sink.create("a.json").unwrap();
        file.write_all(&vec![1; size]).unwrap();
        let error = file.commit("application/json").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
        assert!(!error.to_string().contains("wrong-secret"), "{error}");
    }
    assert_eq!(sink.lock().unwrap_err().kind(), ErrorKind::Denied);
    assert!(!server.path("out").exists());
}

#[test]
fn products_may_be_read_by_those_whom_the_umask_lets() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let sink = local(folder.path());
    put(&sink, "a.json", b"abc");
    let plain = folder.path().join("plain");
    std::fs::write(&plain, b"x").unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&sink.path_of("a.json").unwrap()), mode(&plain));
}
