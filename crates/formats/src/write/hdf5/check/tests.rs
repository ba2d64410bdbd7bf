use std::io::Cursor;

use proptest::prelude::*;

use super::*;
use crate::write::netcdf::{Codec, NcFile, Variable};

/// A file with everything that the writer can make: a large group, several levels of chunks, values in one piece.
fn sample() -> Vec<u8> {
    let mut file = NcFile::create(Cursor::new(Vec::new()), "sample").unwrap();
    file.attribute("title", "checked").unwrap();
    file.dimension("time", 70).unwrap();
    file.dimension("lat", 9).unwrap();
    file.dimension("nothing", 0).unwrap();
    let times: Vec<f64> = (0..70).map(f64::from).collect();
    file.variable(Variable::of::<f64>("time", &["time"]), &times).unwrap();
    let cube: Vec<i32> = (0..630).collect();
    let codec = Codec { shuffle: true, level: 1 };
    file.compressed(Variable::of::<i32>("cube", &["time", "lat"]), 1, codec, &cube).unwrap();
    file.variable(Variable::of::<i8>("nil", &["nothing", "lat"]), &[0i8; 0]).unwrap();
    file.open_group("many");
    for n in 0..300 {
        file.open_group(&format!("g{n:05}"));
        file.dimension("x", n % 4).unwrap();
        file.variable(Variable::of::<i32>("values", &["x"]), &vec![7; n % 4]).unwrap();
        file.close_group().unwrap();
    }
    file.finish().unwrap().into_inner()
}

#[test]
fn a_whole_file_hangs_together_and_is_counted() {
    let found = check_structure(&mut Cursor::new(sample())).unwrap();
    // in each group the dimension and the values; at the root three dimensions of which `time` has values, and two variables
    assert_eq!((found.groups, found.datasets, found.chunks), (302, 5 + 600, 70));
    assert!(found.data_bytes > 560, "{}", found.data_bytes);
}

#[test]
fn a_block_that_overtook_those_before_it_is_found() {
    // what 0.1.0 did: the values of `lat` lie before all that came earlier
    let right = sample();
    let block = vec![9; 600];
    let mut wrong = block.clone();
    wrong.extend_from_slice(&right[48..right.len() - 600]);
    let wrong = [&right[..48], &wrong].concat();
    assert_eq!(wrong.len(), right.len());
    let fault = check_structure(&mut Cursor::new(wrong)).unwrap_err();
    assert!(fault.contains("/"), "{fault}");
}

#[test]
fn a_file_that_is_cut_or_of_another_writer_is_refused() {
    let right = sample();
    let cut = check_structure(&mut Cursor::new(right[..right.len() - 1].to_vec())).unwrap_err();
    assert!(cut.contains(&format!("should have {} bytes", right.len())), "{cut}");
    for other in [&b""[..], b"CDF\x01", &right[..47], b"\x89HDF\r\n\x1a\n\x00\x08\x08\0"] {
        assert!(check_structure(&mut Cursor::new(other.to_vec())).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn flipped_bytes_give_an_answer_and_no_panic(flips in prop::collection::vec((any::<prop::sample::Index>(), 1u8..=255), 1..6)) {
        let mut bytes = sample();
        for (place, flip) in flips {
            let place = place.index(bytes.len());
            bytes[place] ^= flip;
        }
        // values and padding may change unseen; that is what `verify` reads them for
        let _ = check_structure(&mut Cursor::new(bytes));
    }
}
