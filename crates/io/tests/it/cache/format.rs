//! The bytes of a scene.

use eventscape_core::time::Calendar;
use eventscape_core::{Scene, Timestamp, Values};
use eventscape_io::cache::scene_format::{SceneHeader, decode, decode_rows, encode};
use proptest::prelude::*;

use super::bits;

fn small() -> Scene {
    let values = (0..60).map(|i| if i % 9 == 0 { f32::NAN } else { i as f32 * 0.5 }).collect();
    let doubles = (0..60).map(|i| f64::from(i).sqrt()).collect();
    Scene {
        time: Timestamp::from_micros(Calendar::Day360, -12_345),
        fields: vec![Values::F32(values), Values::F64(doubles)],
    }
}

/// Decodes in every way; what comes out must be the scene or an error.
fn try_all(bytes: &[u8]) -> Option<Scene> {
    let whole = decode(bytes, "a test");
    let rows = SceneHeader::parse(bytes, "a test").and_then(|header| {
        let (rows, _) = header.shape();
        decode_rows(&header, rows / 2..rows, "a test", &mut |range| {
            Ok(bytes.get(range.start as usize..range.end as usize).unwrap_or_default().to_vec())
        })
    });
    if let (Ok(whole), Err(error)) = (&whole, &rows) {
        panic!("all of {} rows are read, but not the last: {error}", whole.fields.len());
    }
    whole.ok()
}

#[test]
fn no_flipped_bit_goes_unnoticed() {
    let bytes = encode(&small(), 10).unwrap();
    for i in 0..bytes.len() {
        for bit in 0..8 {
            let mut damaged = bytes.clone();
            damaged[i] ^= 1 << bit;
            assert!(try_all(&damaged).is_none(), "bit {bit} of byte {i}");
        }
    }
}

#[test]
fn no_missing_or_added_byte_goes_unnoticed() {
    let bytes = encode(&small(), 10).unwrap();
    for len in 0..bytes.len() {
        assert!(decode(&bytes[..len], "a test").is_err(), "{len} bytes");
    }
    assert!(decode(&[bytes.as_slice(), &[0]].concat(), "a test").is_err());
}

/// A header that matches its checksum whatever it says.
fn forged(rows: u32, columns: u32, block_rows: u32, fields: u16, blocks: usize) -> Vec<u8> {
    let mut bytes = b"EVSCENE\0\0\0\0\0".to_vec();
    bytes.extend(1_u16.to_le_bytes());
    bytes.extend(fields.to_le_bytes());
    bytes.push(0);
    bytes.extend(0_i64.to_le_bytes());
    for n in [rows, columns, block_rows] {
        bytes.extend(n.to_le_bytes());
    }
    bytes.extend(vec![0; usize::from(fields)]);
    for _ in 0..blocks {
        bytes.push(1);
        bytes.extend(9_u32.to_le_bytes());
        bytes.extend(crc32fast::hash(&[0; 9]).to_le_bytes());
    }
    let len = (bytes.len() + 4 - 12) as u32;
    bytes[8..12].copy_from_slice(&len.to_le_bytes());
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    bytes.extend(vec![0; 9 * blocks]);
    bytes
}

#[test]
fn absurd_headers_are_refused_without_asking_for_memory() {
    let cases = [
        forged(u32::MAX, u32::MAX, 1, 1, 1),
        forged(1 << 16, 1 << 15, 1 << 16, 1, 1),
        forged(1, u32::MAX, 1, 1, 1),
        forged(10, 0, 1, 1, 10),
        forged(10, 10, 0, 1, 1),
        forged(10, 10, 11, 1, 1),
        forged(10, 10, 10, 0, 0),
        forged(10, 10, 10, u16::MAX, 1),
        forged(10, 10, 3, 1, 3),
        forged(0, 0, 0, 1, 0),
    ];
    for (n, bytes) in cases.iter().enumerate() {
        assert!(try_all(bytes).is_none(), "case {n}");
    }
}

fn any_scene() -> impl Strategy<Value = (Scene, usize)> {
    let calendars = prop_oneof![Just(Calendar::Standard), Just(Calendar::Julian), Just(Calendar::AllLeap)];
    (0_usize..40, 1_usize..40, 1_usize..4, any::<u64>(), calendars, any::<i64>()).prop_map(
        |(rows, columns, fields, seed, calendar, micros)| {
            let mut state = seed | 1;
            let mut next = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                state ^ (state >> 29)
            };
            let fields = (0..fields).map(|_| match next() % 4 {
                0 => Values::F32((0..rows * columns).map(|_| f32::from_bits(next() as u32)).collect()),
                1 => Values::F64((0..rows * columns).map(|_| f64::from_bits(next())).collect()),
                2 => Values::F32(vec![f32::NAN; rows * columns]),
                _ => Values::F32((0..rows * columns).map(|i| 200.0 + i as f32 * 0.01).collect()),
            });
            (Scene { time: Timestamp::from_micros(calendar, micros), fields: fields.collect() }, columns)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..Default::default() })]

    #[test]
    fn any_scene_comes_back_bit_for_bit((scene, columns) in any_scene(), cut in 0.0..1.0_f64) {
        let bytes = encode(&scene, columns).unwrap();
        let back = decode(&bytes, "a test").unwrap();
        prop_assert_eq!(back.time, scene.time);
        prop_assert_eq!(bits(&back), bits(&scene));
        let header = SceneHeader::parse(&bytes, "a test").unwrap();
        let rows = header.shape().0;
        let from = (rows as f64 * cut) as usize;
        let part = decode_rows(&header, from..rows, "a test", &mut |range| {
            Ok(bytes[range.start as usize..range.end as usize].to_vec())
        }).unwrap();
        for (part, whole) in part.fields.iter().zip(&scene.fields) {
            let part = Scene::single(scene.time, part.clone());
            let whole = Scene::single(scene.time, whole.clone());
            prop_assert_eq!(&bits(&part)[..], &bits(&whole)[from * columns..]);
        }
    }

    #[test]
    fn any_bytes_are_a_scene_or_an_error(mut bytes in proptest::collection::vec(any::<u8>(), 0..300), magic in any::<bool>()) {
        if magic {
            bytes.splice(..0, *b"EVSCENE\0");
        }
        prop_assert!(try_all(&bytes).is_none());
    }
}
