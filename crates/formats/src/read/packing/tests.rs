//! Packing by attributes: the right stored limits, missing values and factors.

use std::collections::BTreeMap;

use super::*;

fn variable(scalar: ScalarType, attributes: &[(&str, Attribute)]) -> Variable {
    Variable {
        path: "v".to_owned(),
        scalar,
        dims: Vec::new(),
        chunk: None,
        attributes: attributes.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect::<BTreeMap<_, _>>(),
        fill: default_fill(scalar),
    }
}

fn packing(variable: &Variable) -> Packing {
    Packing::from_attributes(variable).unwrap().packing
}

fn remarks(variable: &Variable) -> Vec<Remark> {
    Packing::from_attributes(variable).unwrap().remarks
}

fn text(text: &str) -> Attribute {
    Attribute::Text(text.to_owned())
}

#[test]
fn int16_with_a_float64_scale_becomes_float64_and_with_a_float32_scale_float32() {
    let wide = variable(ScalarType::I16, &[("scale_factor", Attribute::Floats(vec![0.001]))]);
    let narrow = variable(ScalarType::I16, &[("scale_factor", Attribute::Floats32(vec![0.001]))]);
    let int32 = variable(ScalarType::I32, &[("scale_factor", Attribute::Floats32(vec![0.001]))]);
    assert_eq!(packing(&wide).output, Output::F64);
    assert_eq!(packing(&narrow).output, Output::F32);
    assert_eq!(packing(&int32).output, Output::F64);
}

#[test]
fn a_fill_value_replaces_the_default_fill_and_missing_values_add_to_it() {
    let v = variable(
        ScalarType::I16,
        &[("_FillValue", Attribute::Integers(vec![-1])), ("missing_value", Attribute::Integers(vec![-2, -3]))],
    );
    let expected = vec![Number::Integer(-2), Number::Integer(-3), Number::Integer(-1)];
    assert_eq!(packing(&v).missing, expected);
    let plain = variable(ScalarType::I16, &[]);
    assert_eq!(packing(&plain).missing, vec![Number::Integer(-32_767)]);
    assert!(packing(&variable(ScalarType::I8, &[])).missing.is_empty());
}

#[test]
fn a_missing_value_that_the_type_cannot_hold_is_left_out() {
    let v = variable(ScalarType::I16, &[("missing_value", Attribute::Floats(vec![-9999.5, 1e9]))]);
    assert_eq!(packing(&v).missing, vec![Number::Integer(-32_767)]);
}

#[test]
fn unsigned_bytes_take_their_fill_value_by_its_bits() {
    let v = variable(
        ScalarType::I8,
        &[("_Unsigned", Attribute::Text("true".to_owned())), ("_FillValue", Attribute::Integers(vec![-1]))],
    );
    let packing = super::tests::packing(&v);
    assert!(packing.unsigned);
    assert_eq!(packing.missing, vec![Number::Integer(255)]);
}

#[test]
fn the_default_fill_of_unsigned_numbers_is_the_stored_types_by_its_bits() {
    let v = variable(ScalarType::I16, &[("_Unsigned", Attribute::Text("true".to_owned()))]);
    assert_eq!(packing(&v).missing, vec![Number::Integer(32_769)]);
}

#[test]
fn a_scale_of_one_and_an_offset_of_zero_change_nothing_but_the_promotion() {
    let v = variable(
        ScalarType::F32,
        &[("scale_factor", Attribute::Floats32(vec![1.0])), ("add_offset", Attribute::Floats32(vec![0.0]))],
    );
    let packing = super::tests::packing(&v);
    assert!(packing.is_unscaled());
    assert_eq!(packing.output, Output::F32);
}

#[test]
fn numbers_that_are_written_as_texts_count_and_are_told() {
    let v = variable(
        ScalarType::I16,
        &[("scale_factor", text("0.005")), ("add_offset", text("2.5d1")), ("missing_value", text("-9999s"))],
    );
    let found = packing(&v);
    assert_eq!((found.scale, found.offset), (Some(Factor::F64(0.005)), Some(Factor::F64(25.0))));
    assert_eq!(found.missing[0], Number::Integer(-9999));
    assert!(remarks(&v).iter().all(|r| !r.ignored) && remarks(&v).len() == 2, "{:?}", remarks(&v));
    let range = variable(ScalarType::I16, &[("valid_range", text("[-5, 70]"))]);
    assert_eq!(
        (packing(&range).valid_min, packing(&range).valid_max),
        (Some(Number::Integer(-5)), Some(Number::Integer(70)))
    );
}

#[test]
fn a_scale_that_is_no_number_is_refused_by_name() {
    for attribute in
        [text("see the manual"), Attribute::Floats(vec![0.1, 0.2]), Attribute::Floats(vec![f64::NAN]), text("0")]
    {
        let v = variable(ScalarType::I16, &[("scale_factor", attribute)]);
        let error = Packing::from_attributes(&v).unwrap_err().to_string();
        assert!(error.contains("scale") && error.contains("`v`"), "{error}");
    }
    assert!(packing(&variable(ScalarType::I16, &[("scale_factor", text("none"))])).is_unscaled());
}

#[test]
fn the_attributes_of_hdf_eos_are_followed() {
    let v = variable(
        ScalarType::I16,
        &[
            ("ScaleFactor", Attribute::Floats(vec![0.1])),
            ("Offset", Attribute::Floats(vec![200.0])),
            ("MissingValue", Attribute::Integers(vec![-30_000])),
            ("ValidRange", Attribute::Integers(vec![0, 1000])),
        ],
    );
    let found = packing(&v);
    assert_eq!((found.scale, found.offset), (Some(Factor::F64(0.1)), Some(Factor::F64(200.0))));
    assert!(found.missing.contains(&Number::Integer(-30_000)));
    assert_eq!((found.valid_min, found.valid_max), (Some(Number::Integer(0)), Some(Number::Integer(1000))));
    assert_eq!(remarks(&v).len(), 3);
}

#[test]
fn what_may_mean_something_else_is_not_followed_but_told() {
    for (name, value) in [("offset", 12.0), ("SCALING_FACTOR", 1000.0), ("gain", 0.5)] {
        let v = variable(ScalarType::F32, &[(name, Attribute::Floats(vec![value]))]);
        assert!(packing(&v).is_unscaled());
        assert!(remarks(&v).iter().any(|r| r.ignored && r.text.contains(name)), "{:?}", remarks(&v));
    }
    let two = [("scale_factor", Attribute::Floats(vec![0.1])), ("Slope", Attribute::Floats(vec![0.2]))];
    let v = variable(ScalarType::I16, &two);
    assert_eq!(packing(&v).scale, Some(Factor::F64(0.1)));
    assert!(remarks(&v)[0].ignored);
    assert!(remarks(&variable(ScalarType::F32, &[("gain", Attribute::Floats(vec![1.0]))])).is_empty());
}

fn limits(scalar: ScalarType, attributes: &[(&str, Attribute)]) -> (Option<f64>, Option<f64>) {
    let found = packing(&variable(scalar, attributes));
    (found.valid_min.map(Number::as_f64), found.valid_max.map(Number::as_f64))
}

#[test]
fn limits_of_the_packed_type_are_packed_and_of_a_wider_one_unpacked() {
    let scale = |x: f32| ("scale_factor", Attribute::Floats32(vec![x]));
    let offset = ("add_offset", Attribute::Floats32(vec![250.0]));
    let unpacked = ("valid_range", Attribute::Floats32(vec![150.0, 350.0]));
    let both = limits(ScalarType::I16, &[scale(0.01), offset.clone(), unpacked.clone()]);
    assert_eq!(both, (Some(-10_000.0), Some(10_000.0)));
    let packed =
        limits(ScalarType::I16, &[scale(0.01), offset.clone(), ("valid_range", Attribute::Integers(vec![-5, 7]))]);
    assert_eq!(packed, (Some(-5.0), Some(7.0)));
    let turned = limits(ScalarType::I16, &[scale(-0.01), offset.clone(), unpacked.clone()]);
    assert_eq!(turned, (Some(-10_000.0), Some(10_000.0)), "a negative scale turns the limits round");
    let one_sided = limits(ScalarType::I16, &[scale(-0.01), offset, ("valid_min", Attribute::Floats(vec![200.0]))]);
    assert_eq!(one_sided, (None, Some(5000.0)));
    // without a packing there is one unit only
    assert_eq!(limits(ScalarType::I16, &[("valid_range", Attribute::Floats(vec![0.5, 9.5]))]), (Some(1.0), Some(9.0)));
    let wide = ("scale_factor", Attribute::Floats(vec![0.5]));
    let of_float32 = |range| limits(ScalarType::F32, &[wide.clone(), ("valid_range", range)]);
    assert_eq!(of_float32(Attribute::Floats32(vec![1.0, 2.0])), (Some(1.0), Some(2.0)));
    assert_eq!(of_float32(Attribute::Floats(vec![1.0, 2.0])), (Some(2.0), Some(4.0)));
    // limits that the packed type does not reach hold nothing back
    assert_eq!(limits(ScalarType::I16, &[scale(0.01), ("valid_max", Attribute::Floats32(vec![1e6]))]), (None, None));
}

#[test]
fn limits_that_would_leave_nothing_are_told_and_not_followed() {
    for attributes in [
        vec![("valid_range", Attribute::Integers(vec![10, 0]))],
        vec![("valid_min", Attribute::Integers(vec![40_000]))],
        vec![("valid_range", text("many"))],
    ] {
        let v = variable(ScalarType::I16, &attributes);
        assert_eq!((packing(&v).valid_min, packing(&v).valid_max), (None, None));
        assert!(remarks(&v)[0].ignored, "{attributes:?}");
    }
}

#[test]
fn a_float32_missing_value_of_float64_numbers_is_the_decimal_that_was_written_too() {
    let v = variable(ScalarType::F64, &[("missing_value", Attribute::Floats32(vec![1e20]))]);
    let missing = packing(&v).missing;
    assert!(
        missing.contains(&Number::Float(1e20)) && missing.contains(&Number::Float(f64::from(1e20_f32))),
        "{missing:?}"
    );
}
