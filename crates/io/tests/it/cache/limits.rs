//! Scenes of every shape around the limits of the cache come back bit for bit.

use eventscape_core::time::Calendar;
use eventscape_core::{Scene, Timestamp, Values};
use eventscape_io::cache::scene_format::{SceneHeader, decode, decode_rows, encode};
use eventscape_io::cache::{DiskCache, MemoryCache, SceneCache};
use proptest::prelude::*;

use super::{bits, key, noise};

/// Bytes of a block, about, as the format cuts scenes.
const BLOCK: usize = 256 << 10;

/// Fields of some types, of `rows` rows.
fn scene(rows: usize, columns: usize, types: &[u8], seed: u64) -> Scene {
    let mut state = seed | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state ^ (state >> 29)
    };
    let fields = types.iter().map(|kind| match kind {
        0 => Values::F32((0..rows * columns).map(|_| f32::from_bits(next() as u32)).collect()),
        1 => Values::F64((0..rows * columns).map(|_| f64::from_bits(next())).collect()),
        2 => Values::F32((0..rows * columns).map(|i| (i % 1000) as f32).collect()),
        _ => Values::F64(vec![f64::NAN; rows * columns]),
    });
    Scene { time: Timestamp::from_micros(Calendar::Day360, seed as i64), fields: fields.collect() }
}

/// Columns of a few bytes, of about a block and of more than one; rows that end with a block, before, and after it.
fn shape() -> impl Strategy<Value = (usize, usize, Vec<u8>)> {
    let columns =
        prop::sample::select(vec![1, 3, 1000, 16_384, 32_767, 32_768, 32_769, 65_535, 65_536, 65_537, 100_003]);
    let types = prop::collection::vec(0u8..4, 1..4);
    (columns, types, 0usize..4, 0usize..3).prop_map(|(columns, types, blocks, over)| {
        let widest = if types.iter().any(|kind| kind % 2 == 1) { 8 } else { 4 };
        let rows_of_block = (BLOCK / (columns * widest)).max(1);
        ((blocks * rows_of_block + over).saturating_sub(1), columns, types)
    })
}

fn part(scene: &Scene, rows: std::ops::Range<usize>, columns: usize) -> Vec<u64> {
    let cells = rows.start * columns..rows.end * columns;
    let of = |values: &Values| match values {
        Values::F32(v) => Values::F32(v[cells.clone()].to_vec()),
        Values::F64(v) => Values::F64(v[cells.clone()].to_vec()),
    };
    bits(&Scene { time: scene.time, fields: scene.fields.iter().map(of).collect() })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..Default::default() })]

    #[test]
    fn scenes_and_rows_on_both_sides_of_a_block_come_back(
        (rows, columns, types) in shape(), seed: u64, from: prop::sample::Index, to: prop::sample::Index,
    ) {
        let scene = scene(rows, columns, &types, seed);
        let bytes = encode(&scene, columns).unwrap();
        let back = decode(&bytes, "a test").unwrap();
        prop_assert_eq!(back.time, scene.time);
        prop_assert!(bits(&back) == bits(&scene));

        let (a, b) = (from.index(rows + 1), to.index(rows + 1));
        let range = a.min(b)..a.max(b);
        let header = SceneHeader::parse(&bytes, "a test").unwrap();
        let fetch = &mut |r: std::ops::Range<u64>| Ok(bytes[r.start as usize..r.end as usize].to_vec());
        let got = decode_rows(&header, range.clone(), "a test", fetch).unwrap();
        prop_assert!(bits(&got) == part(&scene, range.clone(), columns), "rows {:?} of {}", range, rows);

        let folder = tempfile::tempdir().unwrap();
        let disk = DiskCache::open(folder.path(), 1 << 30).unwrap();
        let memory = MemoryCache::new(1 << 30);
        for cache in [&disk as &dyn SceneCache, &memory] {
            cache.put(&key(1), &scene, columns).unwrap();
            prop_assert!(bits(&cache.get(&key(1)).unwrap().unwrap()) == bits(&scene));
            let got = cache.get_rows(&key(1), range.clone()).unwrap().unwrap();
            prop_assert!(bits(&got) == part(&scene, range.clone(), columns));
        }
    }

    #[test]
    fn documents_of_any_length_come_back(length in prop_oneof![0usize..40, 131_060usize..131_080, Just(1 << 20)], step in 1usize..300) {
        let document: Vec<u8> = (0..length).map(|k| (k * step / 7) as u8).collect();
        let folder = tempfile::tempdir().unwrap();
        let disk = DiskCache::open(folder.path(), 1 << 30).unwrap();
        for cache in [&disk as &dyn SceneCache, &MemoryCache::new(1 << 30)] {
            cache.put_document(&key(1), &document).unwrap();
            prop_assert!(cache.get_document(&key(1)).unwrap().as_ref() == Some(&document));
        }
    }
}

#[test]
fn as_many_fields_as_the_format_counts_come_back_and_one_more_is_refused() {
    let types: Vec<u8> = (0..1025).map(|k| (k % 4) as u8).collect();
    let most = scene(2, 3, &types[..1024], 5);
    let back = decode(&encode(&most, 3).unwrap(), "a test").unwrap();
    assert!(bits(&back) == bits(&most));
    assert!(encode(&scene(2, 3, &types, 5), 3).is_err());
}

#[test]
fn a_scene_that_just_fits_into_memory_is_kept_and_one_byte_more_is_not() {
    let measure = MemoryCache::new(usize::MAX);
    measure.put(&key(1), &noise(1), 100).unwrap();
    let cost = measure.bytes();
    for (room, kept) in [(cost, true), (cost - 1, false)] {
        let cache = MemoryCache::new(room);
        cache.put(&key(1), &noise(1), 100).unwrap();
        assert_eq!(cache.get(&key(1)).unwrap().is_some_and(|scene| bits(&scene) == bits(&noise(1))), kept);
        assert_eq!(cache.contains(&key(1)).unwrap(), kept);
    }
}
