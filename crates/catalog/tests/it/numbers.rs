//! How much: packing, limits and missing values, however a file's attributes tell them.

use eventscape_catalog::{NoticeCode, SubsetRequest};

use crate::support::{Ask, codes, field, fixture, text};

fn file(name: &str) -> SubsetRequest {
    let inputs = vec![text(&fixture("attributes").join(name))];
    SubsetRequest { source: eventscape_catalog::Source { inputs, ..Default::default() }, ..SubsetRequest::default() }
}

/// Asserts that the values are those that `make.py` means: 200 + 10 row + column, the first row missing.
#[track_caller]
fn assert_right(name: &str, variable: &str) {
    let values = field(&file(name).variable(variable).open(), 1);
    for (cell, value) in values.iter().enumerate() {
        let (row, column) = (cell / 8, cell % 8);
        if row == 0 {
            assert!(value.is_nan(), "{variable}: cell {cell} is {value}, not missing");
        } else {
            let right = 200.0 + 10.0 * row as f64 + column as f64;
            assert!((value - right).abs() < 2e-3, "{variable}: cell {cell} is {value}, not {right}");
        }
    }
}

#[test]
fn valid_limits_are_in_packed_or_unpacked_units_by_their_type() {
    for variable in ["unpacked_range", "unpacked_min", "packed_range", "turned"] {
        assert_right("limits.nc", variable);
    }
    let told = file("limits.nc").variable("unpacked_range").open();
    assert!(codes(&told).contains(&NoticeCode::AttributeFollowed), "{:?}", told.notices());
    assert!(file("limits.nc").variable("packed_range").open().notices().is_empty());
}

#[test]
fn attributes_of_hdf_eos_and_texts_unpack_the_numbers() {
    assert_right("hdf_eos.nc", "x");
    assert_right("texts.nc", "x");
    let told = file("hdf_eos.nc").variable("x").open();
    assert_eq!(told.variables()[0].units.as_deref(), Some("K"));
    assert_eq!(codes(&told), [NoticeCode::AttributeFollowed; 3], "{:?}", told.notices());
}

#[test]
fn numbers_that_cannot_be_unpacked_are_refused_by_name() {
    let error = file("texts.nc").variable("unusable").refused().to_string();
    assert!(error.contains("scale_factor") && error.contains("see the manual"), "{error}");
}

#[test]
fn infinite_values_are_missing_and_missing_values_are_compared_in_the_variables_type() {
    for variable in ["x", "minus", "narrow", "wide"] {
        assert_right("infinite.nc", variable);
    }
}

#[test]
fn a_scene_without_a_value_is_told_with_its_reason() {
    let subset = file("limits.nc").variable("nothing").open();
    let notice = subset.notice_of_no_value(&[0, 1]).unwrap().unwrap();
    assert_eq!(notice.code, NoticeCode::NoValue);
    assert!(
        notice.message.contains("any of the 2 times") && notice.message.contains("valid limits 15000 to 30000"),
        "{notice}"
    );
    assert!(subset.notice_of_no_value(&[]).unwrap().is_none());
}
