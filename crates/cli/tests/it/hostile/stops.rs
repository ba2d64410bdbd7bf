//! Jobs that are stopped or killed: what is there is whole, and a rerun goes on to the products of a job that was not.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::{PATIENCE, Running, check_complete, run, visible};
use crate::chunks::files;
use crate::store::Cube;

const SCENES: usize = 250;

/// Cold spots that wander over a warm sea.
fn wandering(folder: &Path) -> PathBuf {
    let (ny, nx) = (48, 64);
    let scene = |t: usize| -> Vec<f32> {
        let cell = |k: usize| ((k / nx + t / 3) % 12 < 5 && (k % nx + t / 2) % 16 < 6 + t % 3, k);
        (0..ny * nx).map(cell).map(|(cold, k)| if cold { 200.0 + (k % 17) as f32 } else { 290.0 }).collect()
    };
    let store = folder.join("sea.zarr");
    Cube { ny, nx, fields: (0..SCENES).map(|t| [scene(t), Vec::new()]).collect() }.write(&store);
    store
}

fn job(input: &Path, out: &Path) -> Vec<String> {
    let fixed = ["phdef", "--variable=a", "--operator=lessThan", "--value=240", "--no-plots", "--threads=1"];
    let own = [format!("--input={}", input.display()), format!("--out={}", out.display())];
    fixed.iter().map(|flag| (*flag).to_owned()).chain(own).collect()
}

/// Moments at which a job is stopped.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// The first scenes are in the spool.
    Scenes,
    /// The first products are there.
    Products,
}

impl Moment {
    fn has_come(self, job: &Path) -> bool {
        match self {
            Self::Scenes => std::fs::metadata(job.join(".work/components.spool.part")).is_ok_and(|m| m.len() > 10_000),
            Self::Products => visible(job).len() > 3,
        }
    }
}

/// Runs the job and sends a signal at a moment; gives the exit code and what it said.
fn stopped(arguments: &[String], job: &Path, moment: Moment, signal: &str) -> super::Ended {
    let mut running = Running::start("true", arguments);
    let start = Instant::now();
    while !moment.has_come(job) && running.child.try_wait().unwrap().is_none() && start.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_micros(200));
    }
    let pid = running.child.id().to_string();
    // one that has ended by itself is not there any more
    let _ = Command::new("kill").args([signal, &pid]).output().unwrap();
    running.end()
}

#[test]
fn a_job_that_is_stopped_leaves_whole_products_and_goes_on_to_the_same_ones() {
    let folder = tempfile::tempdir().unwrap();
    let input = wandering(folder.path());
    let whole = folder.path().join("whole");
    let ended = run("true", &job(&input, &whole));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let whole = files(&whole.join("1"));
    assert!(whole.len() > SCENES, "{}", whole.len());

    for (moment, signal) in [
        (Moment::Scenes, "-INT"),
        (Moment::Products, "-INT"),
        (Moment::Scenes, "-TERM"),
        (Moment::Scenes, "-KILL"),
        (Moment::Products, "-KILL"),
    ] {
        // one may end before the signal comes
        let was_stopped = (0..20).any(|k| {
            let out = folder.path().join(format!("{moment:?}{signal}{k}"));
            is_stopped_and_goes_on(&job(&input, &out), &out.join("1"), (moment, signal), &whole)
        });
        assert!(was_stopped, "{signal} at {moment:?}: no job is stopped before its end");
    }
}

/// Stops a job and lets it go on to the same products as of a whole one; says whether it was stopped before its end.
fn is_stopped_and_goes_on(
    arguments: &[String],
    place: &Path,
    (moment, signal): (Moment, &str),
    whole: &BTreeMap<String, Vec<u8>>,
) -> bool {
    let what = format!("{signal} at {moment:?}");
    let ended = stopped(arguments, place, moment, signal);
    match (ended.code, signal) {
        (Some(0), _) => return false,
        (None, "-KILL") => {}
        (Some(5), "-INT" | "-TERM") => {
            assert!(ended.said.contains("run the same command again"), "{what}: {}", ended.said);
        }
        _ => panic!("{what}: {ended:?}"),
    }
    for path in visible(place) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert!(whole[&name] == std::fs::read(&path).unwrap(), "{what}: {name} is not whole");
    }
    let ended = run("true", arguments);
    assert_eq!(ended.code, Some(0), "{what}: {ended:?}");
    check_complete(place, &what);
    let again = files(place);
    assert_eq!(again.keys().collect::<Vec<_>>(), whole.keys().collect::<Vec<_>>(), "{what}");
    for (name, bytes) in whole {
        assert!(again[name] == *bytes, "{what}: {name} differs from that of a job that was not stopped");
    }
    true
}
