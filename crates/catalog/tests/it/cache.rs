//! A second job on the same subset reads nothing from the source.

use std::fs::{self, File};
use std::sync::Arc;

use eventscape_catalog::{Context, ReadCounts, Source, Subset, SubsetRequest};
use eventscape_io::cache::MemoryCache;

use crate::support::{Ask, files, fixture, numbers, text};

fn with_cache() -> Context {
    Context { cache: Some(Arc::new(MemoryCache::new(64 << 20))), ..Context::default() }
}

/// Three daily granules in a folder of their own.
fn copied() -> (tempfile::TempDir, SubsetRequest) {
    let folder = tempfile::tempdir().unwrap();
    for day in ["04", "05", "06"] {
        let name = format!("day_202001{day}.nc");
        fs::copy(fixture("cf/days").join(&name), folder.path().join(&name)).unwrap();
    }
    let source = Source { inputs: vec![text(folder.path())], ..Source::default() };
    (folder, SubsetRequest { source, ..SubsetRequest::default() })
}

fn all(subset: &Subset) -> Vec<Vec<u64>> {
    let bits = |i| numbers(&subset.read(i).unwrap().fields[0]).into_iter().map(f64::to_bits).collect();
    (0..subset.len()).map(bits).collect()
}

/// Replaces every byte of the granules, leaving sizes and times of change as they are.
fn destroy(folder: &std::path::Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let metadata = fs::metadata(&path).unwrap();
        fs::write(&path, vec![0; metadata.len() as usize]).unwrap();
        File::options().write(true).open(&path).unwrap().set_modified(metadata.modified().unwrap()).unwrap();
    }
}

#[test]
fn a_second_job_reads_no_byte_of_the_granules() {
    let (folder, request) = copied();
    let context = with_cache();
    let first = Subset::open(&request, &context).unwrap();
    let values = all(&first);
    assert_eq!(first.counts(), ReadCounts { from_cache: 0, from_source: 3, granules_opened: 3, granules_scanned: 3 });
    destroy(folder.path());
    assert!(Subset::open(&request, &Context::default()).is_err(), "the granules are gone indeed");
    let second = Subset::open(&request, &context).unwrap();
    assert_eq!(all(&second), values);
    assert_eq!(second.counts(), ReadCounts { from_cache: 3, ..ReadCounts::default() });
    assert_eq!(second.times(), first.times());
    assert_eq!(second.grid(), first.grid());
    assert_eq!(second.variables(), first.variables());
    assert_eq!(second.notices(), first.notices());
    assert_eq!(second.granules(), first.granules());
    assert_eq!(second.nominal_step_seconds(), first.nominal_step_seconds());
}

#[test]
fn a_changed_granule_is_read_again() {
    let (folder, request) = copied();
    let context = with_cache();
    let before = all(&Subset::open(&request, &context).unwrap());
    let path = folder.path().join("day_20200105.nc");
    let mut bytes = fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&path, bytes).unwrap();
    File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(std::time::SystemTime::now() + std::time::Duration::from_secs(5))
        .unwrap();
    let again = Subset::open(&request, &context).unwrap();
    let after = all(&again);
    assert_ne!(before[1], after[1]);
    assert_eq!((again.counts().from_cache, again.counts().from_source), (2, 1));
}

#[test]
fn scenes_are_shared_by_jobs_of_other_spans_but_not_of_other_windows() {
    let context = with_cache();
    let whole = files(&["global_180.nc"]);
    all(&Subset::open(&whole, &context).unwrap());
    let part = Subset::open(&whole.clone().span("2020-01-01T06:00", "2020-01-01T12:00"), &context).unwrap();
    all(&part);
    assert_eq!((part.counts().from_cache, part.counts().from_source), (2, 0));
    let window = Subset::open(&whole.bbox(0.0, 0.0, 90.0, 50.0), &context).unwrap();
    all(&window);
    assert_eq!((window.counts().from_cache, window.counts().from_source), (0, 4));
}

#[test]
fn levels_and_variables_have_scenes_of_their_own() {
    let context = with_cache();
    let request = |level: &str| files(&["levels.nc"]).variable("t").level(level);
    let keys: Vec<_> =
        ["#1", "#2"].map(|l| Subset::open(&request(l), &context).unwrap().scene_key(0).unwrap()).to_vec();
    assert_ne!(keys[0], keys[1]);
    let other = Subset::open(&files(&["levels.nc"]).variable("ps"), &context).unwrap();
    assert!(!keys.contains(&other.scene_key(0).unwrap()));
    assert!(other.scene_key(2).is_none());
}

#[test]
fn a_polygon_and_a_curvilinear_grid_survive_the_cache() {
    let context = with_cache();
    let mut polygon = files(&["global_180.nc"]);
    polygon.domain =
        eventscape_core::grid::Domain::parse_polygon("POLYGON((-100 -60, 10 -60, 10 60, -100 -60))").unwrap();
    for request in [polygon, files(&["curvilinear.nc"]).bbox(103.0, 11.0, 112.0, 15.0), files(&["westward.nc"])] {
        let first = Subset::open(&request, &context).unwrap();
        let second = Subset::open(&request, &context).unwrap();
        assert_eq!(second.counts().granules_scanned, 0);
        assert_eq!(first.grid(), second.grid());
        assert_eq!(all(&second), all(&first), "read from the source by the kept window");
    }
}

#[test]
fn rows_are_those_of_the_scene_with_and_without_a_cache() {
    let context = with_cache();
    for name in ["global_180.nc", "lon_lat_time.nc", "westward.nc"] {
        let request = files(&[name]).bbox(130.0, -60.0, -80.0, 40.0);
        let (plain, kept) =
            (Subset::open(&request, &Context::default()).unwrap(), Subset::open(&request, &context).unwrap());
        let whole = numbers(&plain.read(2).unwrap().fields[0]);
        let nx = plain.grid().nx();
        for subset in [&plain, &kept, &kept] {
            let rows = subset.read_rows(2, 1..3).unwrap();
            assert_eq!(numbers(&rows.fields[0]), whole[nx..3 * nx]);
            assert_eq!(rows.time, plain.times()[2]);
        }
        assert_eq!((kept.counts().from_source, kept.counts().from_cache), (1, 1));
        assert!(plain.read_rows(2, 3..99).is_err() && plain.read_rows(9, 0..1).is_err());
    }
}
