//! The spool: round trips, spilling, crashes and hostile bytes.

mod damage;
mod limits;

use std::path::Path;

use eventscape_core::time::Calendar;
use eventscape_core::{
    CellBox, CellRange, Cells, Component, Description, EventSource, SceneComponents, Timestamp, Values,
};
use eventscape_io::IoError;
use eventscape_io::spool::{Spool, SpoolReader};
use proptest::prelude::*;

/// Columns of the grid.
const NX: u32 = 1030;

/// A scene of `n` components of awkward numbers; equal arguments give equal scenes.
fn scene(seed: u64, n: usize, double: bool) -> SceneComponents {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let (mut components, mut ranges, mut singles) = (Vec::new(), Vec::new(), Vec::new());
    for label in 1..=n as u32 {
        let (first_range, first_value) = (ranges.len(), singles.len());
        for row in 0..1 + next() as u32 % 5 {
            let start = next() as u32 % 1000;
            let range = CellRange::in_row(label + row, start..start + 1 + next() as u32 % 30, NX);
            singles.extend((0..range.len()).map(|_| f32::from_bits(next() as u32)));
            ranges.push(range);
        }
        let mut any = || f64::from_bits(next());
        let description = Description {
            area_km2: any(),
            centroid_lat: any(),
            centroid_lon: f64::NAN,
            south: -0.0,
            north: any(),
            west: any(),
            east: any(),
            min: f64::INFINITY,
            mean: any(),
            max: any(),
            std_dev: any(),
            perimeter_km: any(),
            major_axis_km: any(),
            minor_axis_km: any(),
            eccentricity: any(),
            orientation_deg: any(),
            touches_edge: label % 3 == 0,
        };
        components.push(Component {
            label: label * 2,
            cells: (singles.len() - first_value) as u32,
            ranges: first_range..ranges.len(),
            values: first_value..singles.len(),
            cell_box: CellBox { row0: label, col0: 3, row1: u32::MAX, col1: label * 7 },
            description,
        });
    }
    let values = if double {
        Values::F64(singles.iter().map(|x| f64::from_bits(u64::from(x.to_bits()) << 31)).collect())
    } else {
        Values::F32(singles)
    };
    SceneComponents {
        time: Timestamp::from_micros(Calendar::NoLeap, seed as i64),
        missing: Cells::joined(ranges.iter().rev().take(n % 4).copied().collect(), NX),
        components,
        ranges,
        values,
        detected: n as u32 + 5,
        valid_cells: u64::MAX - seed,
    }
}

/// Debug texts tell NaN apart from numbers, so they are compared beside the bits of the values.
fn same(a: &SceneComponents, b: &SceneComponents) -> bool {
    let values = |s: &SceneComponents| match &s.values {
        Values::F32(v) => (4, v.iter().map(|x| u64::from(x.to_bits())).collect::<Vec<_>>()),
        Values::F64(v) => (8, v.iter().map(|x| x.to_bits()).collect()),
    };
    let measures = |s: &SceneComponents| -> Vec<_> {
        let of = |d: &Description| {
            [
                d.area_km2,
                d.centroid_lat,
                d.centroid_lon,
                d.south,
                d.north,
                d.west,
                d.east,
                d.min,
                d.mean,
                d.max,
                d.std_dev,
                d.perimeter_km,
                d.major_axis_km,
                d.minor_axis_km,
                d.eccentricity,
                d.orientation_deg,
            ]
            .map(f64::to_bits)
        };
        s.components.iter().map(|c| (of(&c.description), c.description.touches_edge)).collect()
    };
    let rest = |s: &SceneComponents| -> Vec<_> {
        s.components.iter().map(|c| (c.label, c.cells, c.ranges.clone(), c.values.clone(), c.cell_box)).collect()
    };
    a.time == b.time
        && values(a) == values(b)
        && measures(a) == measures(b)
        && rest(a) == rest(b)
        && (&a.ranges, &a.missing, a.detected, a.valid_cells) == (&b.ranges, &b.missing, b.detected, b.valid_cells)
}

fn holds(reader: &SpoolReader, scenes: &[SceneComponents]) {
    assert_eq!(EventSource::scenes(reader), scenes.len());
    assert_eq!(reader.times(), scenes.iter().map(|s| s.time).collect::<Vec<_>>());
    for (i, scene) in scenes.iter().enumerate().rev() {
        assert!(same(&reader.scene(i).unwrap(), scene), "scene {i}");
    }
    let error = reader.scene(scenes.len()).unwrap_err();
    assert!(matches!(error, IoError::Selection { .. }), "{error}");
}

fn job(n: u64) -> Vec<SceneComponents> {
    (0..n).map(|i| scene(i, (i * 3 % 7) as usize, i % 2 == 1)).collect()
}

fn append_all(spool: &mut Spool, scenes: &[SceneComponents]) {
    for scene in scenes {
        spool.append(scene).unwrap();
    }
}

#[test]
fn scenes_come_back_from_memory_from_a_temporary_file_and_from_both_in_turn() {
    let folder = tempfile::tempdir().unwrap();
    let scenes = job(20);
    for memory in [0, 5000, 64 << 20] {
        let mut spool = Spool::create(Some(folder.path()), memory);
        append_all(&mut spool, &scenes);
        assert_eq!((spool.scenes(), spool.last_time()), (20, Some(scenes[19].time)));
        let reader = spool.finish().unwrap();
        holds(&reader, &scenes);
        assert!(reader.header().is_empty());
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "a temporary file has no name");
}

#[test]
fn a_spool_without_scenes_is_one() {
    let folder = tempfile::tempdir().unwrap();
    holds(&Spool::create(None, 0).finish().unwrap(), &[]);
    let path = folder.path().join("empty");
    Spool::create_file(&path, b"").unwrap().finish().unwrap();
    holds(&SpoolReader::open(&path).unwrap(), &[]);
}

#[test]
fn a_file_appears_when_it_is_finished_and_tells_its_job() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chunks/0.spool");
    let scenes = job(15);
    let mut spool = Spool::create_file(&path, b"{\"job\":7}").unwrap();
    append_all(&mut spool, &scenes);
    assert!(!path.exists());
    let reader = spool.finish().unwrap();
    holds(&reader, &scenes);
    assert!(path.exists());
    let opened = SpoolReader::open(&path).unwrap();
    holds(&opened, &scenes);
    assert_eq!((opened.header(), reader.header()), (&b"{\"job\":7}"[..], &b"{\"job\":7}"[..]));
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn threads_read_one_spool_side_by_side() {
    let folder = tempfile::tempdir().unwrap();
    let scenes = job(30);
    for memory in [0, 64 << 20] {
        let mut spool = Spool::create(Some(folder.path()), memory);
        append_all(&mut spool, &scenes);
        let reader = spool.finish().unwrap();
        std::thread::scope(|scope| {
            for t in 0..4 {
                let (reader, scenes) = (&reader, &scenes);
                scope.spawn(move || {
                    for i in 0..30 {
                        let i = (i * 7 + t) % 30;
                        assert!(same(&reader.read(i).unwrap(), &scenes[i]));
                    }
                });
            }
        });
    }
}

#[test]
fn two_runs_cannot_write_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    let first = Spool::create_file(&path, b"").unwrap();
    for second in [Spool::create_file(&path, b""), Spool::resume_file(&path, b"")] {
        let error = second.unwrap_err();
        assert!(matches!(error, IoError::Locked { .. }), "{error}");
    }
    drop(first);
    Spool::create_file(&path, b"").unwrap().finish().unwrap();
    Spool::create_file(&path, b"").unwrap().finish().unwrap();
}

#[test]
fn a_folder_that_cannot_be_written_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, b"x").unwrap();
    let error = Spool::create_file(&file.join("s"), b"").unwrap_err();
    assert!(error.to_string().contains(file.to_str().unwrap()), "{error}");
    let mut spool = Spool::create(Some(&file), 10);
    let error = spool.append(&scene(1, 3, false)).unwrap_err();
    assert!(error.to_string().contains(file.to_str().unwrap()), "{error}");
    assert!(spool.append(&scene(1, 0, false)).is_err(), "no scene may be missing in the middle");
    assert!(spool.finish().is_err());
}

#[test]
fn a_range_that_the_format_cannot_hold_is_refused_and_the_spool_goes_on() {
    let mut spool = Spool::create(None, 1 << 20);
    let mut wide = scene(1, 1, false);
    wide.components[0].values = 0..1 << 40;
    assert!(matches!(spool.append(&wide).unwrap_err(), IoError::Selection { .. }));
    spool.append(&scene(2, 1, false)).unwrap();
    holds(&spool.finish().unwrap(), &[scene(2, 1, false)]);
}

fn file_of(path: &Path, scenes: &[SceneComponents]) -> Vec<u8> {
    let mut spool = Spool::create_file(path, b"{}").unwrap();
    append_all(&mut spool, scenes);
    spool.finish().unwrap();
    std::fs::read(path).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..Default::default() })]

    #[test]
    fn any_scenes_come_back(shape in proptest::collection::vec((0_usize..12, any::<bool>(), any::<u64>()), 0..12)) {
        let folder = tempfile::tempdir().unwrap();
        let scenes: Vec<_> = shape.iter().map(|(n, double, seed)| scene(*seed, *n, *double)).collect();
        let path = folder.path().join("s");
        file_of(&path, &scenes);
        holds(&SpoolReader::open(&path).unwrap(), &scenes);
        let mut spool = Spool::create(Some(folder.path()), 3000);
        append_all(&mut spool, &scenes);
        holds(&spool.finish().unwrap(), &scenes);
    }
}
