//! Scenes and documents of every size around the limits of the spool come back bit for bit.

use eventscape_core::time::Calendar;
use eventscape_core::{CellBox, CellRange, Cells, Component, Description, SceneComponents, Timestamp, Values};
use eventscape_io::spool::{Spool, SpoolReader};
use proptest::prelude::*;

use super::{append_all, holds, scene};

const CALENDARS: [Calendar; 6] = [
    Calendar::Standard,
    Calendar::ProlepticGregorian,
    Calendar::Julian,
    Calendar::NoLeap,
    Calendar::AllLeap,
    Calendar::Day360,
];

/// A scene of one component with `cells` cells in ranges of `run` cells, whose values pack well or not at all.
fn wide(cells: usize, run: usize, double: bool, noise: bool, time: Timestamp) -> SceneComponents {
    let mut state = cells as u64 | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        if noise { state ^ (state >> 29) } else { 0x3ff0_0000_0000_0000 }
    };
    let values = if double {
        Values::F64((0..cells).map(|_| f64::from_bits(next())).collect())
    } else {
        Values::F32((0..cells).map(|_| f32::from_bits(next() as u32)).collect())
    };
    let (length, nx) = (run as u32, run as u32 + 8);
    let ranges: Vec<CellRange> = (0..cells as u32)
        .step_by(run)
        .map(|first| CellRange::in_row(first / length, 3..3 + length.min(cells as u32 - first), nx))
        .collect();
    let component = Component {
        label: u32::MAX,
        cells: cells as u32,
        ranges: 0..ranges.len(),
        values: 0..cells,
        cell_box: CellBox { row0: 0, col0: u32::MAX, row1: u32::MAX, col1: 0 },
        description: Description::default(),
    };
    SceneComponents {
        time,
        components: vec![component],
        missing: Cells::from_ranges(ranges.clone()).unwrap(),
        ranges,
        values,
        detected: u32::MAX,
        valid_cells: u64::MAX,
    }
}

/// Sizes on both sides of what zstd takes as a block, in values of four and of eight bytes, and small ones.
fn cells() -> impl Strategy<Value = usize> {
    prop_oneof![
        4 => 0usize..10,
        1 => prop::sample::select(vec![16_383, 16_384, 16_385, 32_767, 32_768, 32_769, 65_535, 65_536, 65_537, 131_073]),
    ]
}

fn any_wide() -> impl Strategy<Value = SceneComponents> {
    let micros = prop_oneof![Just(i64::MIN), Just(i64::MAX), any::<i64>()];
    (cells(), 1usize..400, any::<bool>(), any::<bool>(), prop::sample::select(CALENDARS.to_vec()), micros).prop_map(
        |(cells, run, double, noise, calendar, micros)| {
            wide(cells, run, double, noise, Timestamp::from_micros(calendar, micros))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..Default::default() })]

    #[test]
    fn scenes_of_any_size_type_and_calendar_come_back(scenes in prop::collection::vec(any_wide(), 1..6)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let persistent = Spool::create_file(&path, b"job").unwrap();
        let nameless = Spool::create_nameless(b"job").unwrap();
        for mut spool in [persistent, nameless, Spool::create(None, usize::MAX), Spool::create(Some(folder.path()), 0)] {
            append_all(&mut spool, &scenes);
            holds(&spool.finish().unwrap(), &scenes);
        }
        holds(&SpoolReader::open(&path).unwrap(), &scenes);
    }

    #[test]
    fn scenes_come_back_on_both_sides_of_the_bound_of_memory(
        shape in prop::collection::vec((0usize..6, any::<bool>(), any::<u64>()), 1..8), at: prop::sample::Index, by in -1i64..=1,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let scenes: Vec<_> = shape.iter().map(|(n, double, seed)| scene(*seed, *n, *double)).collect();
        // the bound is what some of the scenes take, a byte more, or a byte less
        let mut measure = Spool::create(None, usize::MAX);
        append_all(&mut measure, &scenes[..=at.index(scenes.len())]);
        let bound = measure.bytes().saturating_add_signed(by) as usize;
        let mut spool = Spool::create(Some(folder.path()), bound);
        append_all(&mut spool, &scenes);
        holds(&spool.finish().unwrap(), &scenes);
    }

    #[test]
    fn documents_and_scenes_come_back_side_by_side(
        parts in prop::collection::vec((cells(), any::<bool>()), 1..8), header in prop_oneof![Just(0usize), Just(1), Just(65_536), Just(1 << 20)],
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let header = vec![b'h'; header];
        let mut spool = Spool::create_file(&path, &header).unwrap();
        let time = |k: usize| Timestamp::from_micros(Calendar::Julian, k as i64);
        let document = |k: usize, n: usize| -> Vec<u8> { (0..n).map(|i| (i * (k + 7) % 251) as u8).collect() };
        for (k, (n, is_document)) in parts.iter().enumerate() {
            if *is_document {
                spool.append_document(time(k), &document(k, *n)).unwrap();
            } else {
                spool.append(&wide(*n, 9, k % 2 == 0, true, time(k))).unwrap();
            }
        }
        spool.finish().unwrap();
        let reader = SpoolReader::open(&path).unwrap();
        prop_assert_eq!(reader.header(), &header[..]);
        for (k, (n, is_document)) in parts.iter().enumerate() {
            if *is_document {
                prop_assert!(reader.document(k).unwrap() == document(k, *n));
                prop_assert!(reader.scene(k).is_err());
            } else {
                prop_assert!(super::same(&reader.scene(k).unwrap(), &wide(*n, 9, k % 2 == 0, true, time(k))));
                prop_assert!(reader.document(k).is_err());
            }
        }
    }
}

#[test]
fn documents_on_both_sides_of_a_block_come_back() {
    const BLOCK: usize = 64 << 20;
    let mut spool = Spool::create_nameless(b"").unwrap();
    let time = Timestamp::from_micros(Calendar::Standard, 0);
    let document: Vec<u8> = (0..BLOCK + 1).map(|k| (k >> 12) as u8).collect();
    for length in [BLOCK - 1, BLOCK, BLOCK + 1] {
        spool.append_document(time, &document[..length]).unwrap();
    }
    let reader = spool.finish().unwrap();
    for (k, length) in [BLOCK - 1, BLOCK, BLOCK + 1].into_iter().enumerate() {
        assert!(reader.document(k).unwrap() == document[..length], "{length} bytes");
    }
}
