//! Units against UDUNITS, and in the spellings of producers.

use proptest::prelude::*;

use super::*;

fn convert(value: f64, from: &str, to: &str) -> f64 {
    Unit::parse(from).convert(value, &Unit::parse(to)).unwrap()
}

#[test]
fn units_are_converted_in_the_spellings_of_producers() {
    for (value, from, to, expected) in [
        (-38.0, "degC", "K", 235.15),
        (235.0, "K", "degrees_C", -38.15),
        (32.0, "degF", "celsius", 0.0),
        (36.0, "km/h", "m s-1", 10.0),
        (10.0, "m s**-1", "m/s", 10.0),
        (1.0, "knots", "m/s", 0.514_444_444_444),
        (24.0, "mm/day", "mm/hr", 1.0),
        (1.0, "hPa", "Pa", 100.0),
        (5.0, "g/kg", "kg kg-1", 0.005),
        (35.0, "psu", "1e-3", 35.0),
        (50.0, "%", "1", 0.5),
        (1.0, "kg m-2 s-1", "kg m^-2 s^-1", 1.0),
        (1.0, "W m-2", "J s-1 m-2", 1.0),
    ] {
        let got = convert(value, from, to);
        assert!((got - expected).abs() < 1e-9, "{value} {from} is {got} {to}, expected {expected}");
    }
    assert_eq!(convert(-38.0, "degC", "K"), 235.15, "decimal input stays decimal");
}

#[test]
fn what_cannot_be_converted_says_why() {
    let error = |from: &str, to: &str| Unit::parse(from).convert(1.0, &Unit::parse(to)).unwrap_err().to_string();
    assert!(error("mm/h", "K").contains("different things"));
    assert!(error("blob", "K").contains("`blob` is not known"));
    assert_eq!(convert(3.0, "blob", "blob"), 3.0);
}

/// What UDUNITS makes of 500 spellings (`fixtures/units/make.py`). Where we differ on purpose, we say so here.
#[test]
fn spellings_mean_what_udunits_says() {
    let ours: &[&str] = &[
        // millibarn, coulomb, farad: no producer of data means them
        "mb", "C", "F",        // UDUNITS loses the zero
        "0.1 degC", // understood here, not there
        "kph", "s⁻¹", "psu", "/s",
    ];
    let rows = include_str!("../../../../fixtures/units/spellings.tsv");
    let (mut tried, mut wrong) = (0, Vec::new());
    for row in rows.lines() {
        let columns: Vec<&str> = row.split('\t').collect();
        let [text, exponents, scale, offset] = columns[..] else { panic!("{row}") };
        if ours.contains(&text) {
            continue;
        }
        tried += 1;
        let found = Unit::parse(text).meaning;
        let right = (exponents != "-").then(|| {
            let exponents: Vec<i8> = exponents.split(' ').map(|e| e.parse().unwrap()).collect();
            (exponents, scale.parse::<f64>().unwrap(), offset.parse::<f64>().unwrap())
        });
        let agree = match (&found, &right) {
            (None, None) => true,
            (Some(m), Some((exponents, scale, offset))) => {
                let close = |a: f64, b: f64| (a - b).abs() <= 1e-12 * b.abs();
                m.dimensions[..] == exponents[..] && close(m.scale, *scale) && close(m.offset, *offset)
            }
            _ => false,
        };
        if !agree {
            wrong.push(format!("`{text}`: {found:?}, not {right:?}"));
        }
    }
    assert!(wrong.is_empty() && tried > 480, "{tried} tried\n{}", wrong.join("\n"));
}

#[test]
fn spellings_of_producers_are_understood() {
    for (text, same) in [
        ("deg C", "degC"),
        ("Deg C", "degC"),
        ("degrees C", "degC"),
        ("degree Celsius", "degC"),
        ("degrees_Celsius", "degC"),
        ("degrees celsius", "degC"),
        ("Celcius", "degC"),
        ("C", "degC"),
        ("degrees Kelvin", "K"),
        ("Deg K", "K"),
        ("degrees Fahrenheit", "degF"),
        ("deg C/day", "K day-1"),
        ("deg C m-1", "K m-1"),
        ("degrees north", "degree"),
        ("degrees N", "degree"),
        ("degN", "degree"),
        ("Degs", "degree"),
        ("decimal degrees", "degree"),
        ("Degree true", "degree"),
        ("mb", "hPa"),
        ("mph", "mile hour-1"),
        ("knots", "1852 m/hour"),
        ("mm hr^-1", "mm h-1"),
        ("mm h**-1", "mm h-1"),
        ("inches/hour", "25.4 mm/h"),
        ("m of water equivalent", "m"),
        ("m s^{-1}", "m s-1"),
        ("m s⁻¹", "m s-1"),
        ("dam", "10 m"),
        ("mmol", "1e-3 mol"),
        ("kW", "1000 W"),
        ("psu", "1e-3"),
        ("%", "0.01"),
        ("g kg**-1", "1e-3"),
        ("W/m2", "kg s-3"),
    ] {
        let (a, b) = (Unit::parse(text).meaning, Unit::parse(same).meaning);
        let close = a.zip(b).is_some_and(|(a, b)| {
            a.dimensions == b.dimensions
                && (a.scale / b.scale - 1.0).abs() < 1e-12
                && (a.offset - b.offset).abs() < 1e-9
        });
        assert!(close, "`{text}` is {a:?}, `{same}` is {b:?}");
    }
    for text in ["dBZ", "code table 4.2", "m s -1", "mask", "index", "", "days since 2000-01-01", "kkm", "1e999 m"] {
        assert!(!Unit::parse(text).is_known(), "`{text}`: {:?}", Unit::parse(text).meaning);
    }
}

#[test]
fn tenths_of_a_degree_count_from_the_same_zero() {
    assert_eq!(convert(250.0, "0.1 degC", "K"), 298.15);
    assert_eq!(convert(20.0, "degC", "0.1 degC"), 200.0);
    assert_eq!(convert(10.0, "K @ 273.15", "K"), 283.15);
}

#[test]
fn differences_have_no_zero_of_their_own() {
    let difference = Unit::parse("degC").of_difference();
    assert_eq!(difference.convert(2.0, &Unit::parse("K")).unwrap(), 2.0);
    assert_eq!(Unit::parse(difference.text()), difference, "it can be written down");
    assert_eq!(Unit::parse("degF").of_difference().convert(3.6, &Unit::parse("K")).unwrap(), 2.0);
}

#[test]
fn water_is_converted_by_its_density() {
    assert_eq!(convert(3.6, "mm/h", "kg m-2 s-1"), 0.001);
    assert_eq!(convert(0.001, "kg m-2 s-1", "mm/h"), 3.6);
    assert_eq!(convert(25.0, "mm", "kg m-2"), 25.0);
    assert!(Unit::parse("mm/h").is_water_beside(&Unit::parse("kg m-2 s-1")));
    assert!(!Unit::parse("mm/h").is_water_beside(&Unit::parse("cm/day")));
}

proptest! {
    #[test]
    fn any_text_is_a_unit_of_some_kind(text in "\\PC{0,30}") {
        let unit = Unit::parse(&text);
        prop_assert_eq!(unit.convert(2.5, &unit.clone()).unwrap(), 2.5);
    }

    #[test]
    fn conversion_there_and_back_is_the_identity(value in -1e6f64..1e6, which in 0usize..5) {
        let (a, b) = [("K", "degF"), ("m/s", "knots"), ("Pa", "mb"), ("mm/day", "m s-1"), ("%", "1")][which];
        let back = convert(convert(value, a, b), b, a);
        prop_assert!((back - value).abs() <= 1e-9 * value.abs().max(1.0), "{} {}", back, value);
    }
}
