use proptest::prelude::*;

use super::*;
use crate::Values;

const NAN: f64 = f64::NAN;

/// For each cell 1 inside, 0 outside, -1 missing.
fn evaluate(text: &str, fields: &[(&str, Option<&str>, Values)]) -> Vec<i8> {
    let names: Vec<(&str, Option<&str>)> = fields.iter().map(|(name, units, _)| (*name, *units)).collect();
    let bound = Expression::parse(text).unwrap().bind(&names).unwrap_or_else(|e| panic!("{e}"));
    let values: Vec<Values> = fields.iter().map(|(.., values)| values.clone()).collect();
    let cells = values[0].len();
    let (mut inside, mut missing) = (vec![u64::MAX; cells.div_ceil(64)], vec![u64::MAX; cells.div_ceil(64)]);
    bound.evaluate_row(&values, 0..cells, &mut inside, &mut missing).unwrap();
    let bit = |words: &[u64], c: usize| words[c / 64] >> (c % 64) & 1 == 1;
    (cells..64 * inside.len()).for_each(|c| assert!(!bit(&inside, c) && !bit(&missing, c), "a bit past the row"));
    (0..cells)
        .map(|c| match (bit(&inside, c), bit(&missing, c)) {
            (true, false) => 1,
            (false, true) => -1,
            (false, false) => 0,
            (true, true) => panic!("{text}: cell {c} is inside and missing"),
        })
        .collect()
}

fn field<'a>(name: &'a str, units: &'a str, values: &[f64]) -> (&'a str, Option<&'a str>, Values) {
    (name, Some(units), Values::F64(values.to_vec()))
}

#[test]
fn units_of_numbers_are_those_of_the_variables() {
    let tb = [234.9, 235.0, 230.0, 229.9, NAN];
    let check = |text: &str, expected: [i8; 5]| {
        assert_eq!(evaluate(text, &[field("Tb", "K", &tb)]), expected, "{text}");
    };
    check("Tb < 235", [1, 0, 1, 1, -1]);
    check("Tb < 235 K", [1, 0, 1, 1, -1]);
    check("235 K > Tb", [1, 0, 1, 1, -1]);
    check("Tb < -38.15 degC", [1, 0, 1, 1, -1]);
    check("Tb<-38.15°C", [1, 0, 1, 1, -1]);
    check("230 K <= Tb < 235 K", [1, 0, 1, 0, -1]);
    check("not (230 K <= Tb and Tb < 235 K)", [0, 1, 0, 1, -1]);
    check("!(Tb >= 235) && Tb != 230", [1, 0, 0, 1, -1]);
    check("2 * Tb - 1 K < 469 K", [1, 0, 1, 1, -1]);
    check("abs(Tb - 232.5 K) <= 2.5 K", [1, 1, 1, 0, -1]);
    check("max(Tb, 230 K) == 230 K", [0, 0, 1, 1, -1]);
    check("sqrt(Tb * Tb) < 230", [0, 0, 0, 1, -1]);
    check("Tb / 235 K < 1", [1, 0, 1, 1, -1]);
    check("-Tb > -230 K", [0, 0, 0, 1, -1]);
    check("300 K - 65 K > Tb", [1, 0, 1, 1, -1]);
}

#[test]
fn several_variables_go_together_and_missing_ones_decide_only_where_they_must() {
    let fields = [
        field("Tb", "K", &[230.0, 230.0, 240.0, NAN, NAN, 240.0]),
        field("rain", "mm/hr", &[2.0, NAN, NAN, NAN, 2.0, 0.0]),
    ];
    assert_eq!(evaluate("Tb < 235 K and rain > 24 mm/day", &fields), [1, -1, 0, -1, -1, 0]);
    assert_eq!(evaluate("Tb < 235 K or rain > 1 mm/h", &fields), [1, 1, -1, -1, 1, 0]);
    assert_eq!(evaluate("not Tb < 235 K or not rain > 1 mm h-1", &fields), [0, -1, 1, -1, -1, 1]);
}

#[test]
fn a_number_is_rounded_to_float32_where_float32_data_are_compared_with_it() {
    let values = || Values::F32(vec![0.1, 0.2]);
    assert_eq!(evaluate("x == 0.1", &[("x", None, values())]), [1, 0]);
    assert_eq!(evaluate("x > 0.1", &[("x", None, values())]), [0, 1]);
    assert_eq!(evaluate("0.1 < x", &[("x", None, values())]), [0, 1]);
}

#[test]
fn differences_of_temperatures_have_no_zero_of_their_own() {
    let fields = [field("sst", "degC", &[20.0, 20.0]), field("air", "K", &[290.15, 283.15])];
    assert_eq!(evaluate("sst - air > 5 K", &fields), [0, 1]);
    assert_eq!(evaluate("sst - air > 5 degC", &fields), [0, 1]);
    assert_eq!(evaluate("air - sst < -5 K", &fields), [0, 1]);
    assert_eq!(evaluate("sst * 1.8 + 32 > 67 and sst > 290 K", &fields), [1, 1]);
}

#[test]
fn impossible_arithmetic_is_missing() {
    let fields = [field("a", "1", &[1.0, 0.0, -1.0])];
    assert_eq!(evaluate("1 / a > 0", &fields), [1, -1, 0]);
    assert_eq!(evaluate("sqrt(a) >= 0", &fields), [1, 1, -1]);
}

#[test]
fn names_may_be_quoted_and_appear_in_order() {
    let expression =
        Expression::parse("`sea-level anomaly` > 0.1 and uwnd.10m * uwnd.10m > 4 or `sea-level anomaly` < 0").unwrap();
    assert_eq!(expression.variables(), ["sea-level anomaly", "uwnd.10m"]);
}

#[test]
fn what_makes_no_sense_is_refused_at_its_place() {
    for (text, part) in [
        ("", "is empty"),
        ("Tb", "compare it with another"),
        ("5 > 3", "no variable is named"),
        ("Tb < ", "at its end"),
        ("Tb < 235 wombat", "`wombat` is not a unit"),
        ("Tb < 235 and", "at its end"),
        ("Tb < 235 rain > 1", "`rain` is not a unit"),
        ("(Tb < 235", "at character 1 "),
        ("Tb < 235)", "at character 9 "),
        ("Tb < 1e999", "not a finite number"),
        ("Tb < 5 and 7", "`and` takes comparisons"),
        ("(Tb < 5) + 1 > 2", "a sum takes numbers"),
        ("sin(Tb) < 1", "no function `sin`"),
        ("abs(Tb, 1) < 1", "one argument"),
        ("min(Tb) < 1", "two arguments"),
        ("Tb # 5", "`#` means nothing"),
        ("`Tb < 5", "closing quote"),
        ("Tb < 5 & rain > 1", "`&` means nothing"),
        ("Tb Tb", "an operator"),
        ("not Tb", "`not` takes"),
    ] {
        let error = Expression::parse(text).unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
    let fields = [("Tb", Some("K")), ("rain", Some("mm/h")), ("flag", None), ("sst", Some("degC"))];
    for (text, part) in [
        (
            "Tb < 5 mm/h",
            "at character 6 (`5 mm/h`): this has the units `mm/h` and cannot be compared with the units `K`",
        ),
        ("Tb + rain > 5", "at character 6 (`rain > 5`): this has the units `mm/h` and cannot be added"),
        ("flag > 5 K", "no units"),
        ("wind > 5", "`wind`; there are Tb, rain, flag, sst"),
        ("sst + sst > 5", "zero of their own"),
        ("sst - 5 K > 5", "zero of their own"),
        ("sst * rain > 5", "cannot be multiplied"),
        ("sqrt(Tb) > 5", "no square root"),
    ] {
        let error = Expression::parse(text).unwrap().bind(&fields).unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
}

#[test]
fn hostile_depth_and_length_are_refused() {
    for open in ["(", "-", "!", "abs(", "not "] {
        let error = Expression::parse(&open.repeat(2000)).unwrap_err().to_string();
        assert!(error.contains("nested more than"), "{error}");
    }
    assert!(Expression::parse(&"x".repeat(20_000)).unwrap_err().to_string().contains("are allowed"));
    // long, but flat
    let sum = format!("{}x > 1", "x + ".repeat(2000));
    assert_eq!(evaluate(&sum, &[field("x", "m", &[1.0])]), [1]);
}

/// A random expression and its value for x, y by plain recursion over options.
#[derive(Clone, Debug)]
enum Tree {
    Less(bool, i8),
    Not(Box<Tree>),
    And(Box<Tree>, Box<Tree>),
    Or(Box<Tree>, Box<Tree>),
}

impl Tree {
    fn text(&self) -> String {
        match self {
            Self::Less(x, t) => format!("{} < {t}", if *x { "x" } else { "y" }),
            Self::Not(a) => format!("not ({})", a.text()),
            Self::And(a, b) => format!("({}) and ({})", a.text(), b.text()),
            Self::Or(a, b) => format!("({}) or ({})", a.text(), b.text()),
        }
    }

    fn value(&self, x: f64, y: f64) -> Option<bool> {
        match self {
            Self::Less(is_x, t) => {
                let v = if *is_x { x } else { y };
                (!v.is_nan()).then_some(v < f64::from(*t))
            }
            Self::Not(a) => a.value(x, y).map(|v| !v),
            Self::And(a, b) => match (a.value(x, y), b.value(x, y)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Self::Or(a, b) => match (a.value(x, y), b.value(x, y)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
        }
    }
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = (any::<bool>(), -3i8..4).prop_map(|(x, t)| Tree::Less(x, t));
    leaf.prop_recursive(5, 24, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|a| Tree::Not(Box::new(a))),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Tree::And(Box::new(a), Box::new(b))),
            (inner.clone(), inner).prop_map(|(a, b)| Tree::Or(Box::new(a), Box::new(b))),
        ]
    })
}

proptest! {
    #[test]
    fn logic_has_three_values_as_a_plain_recursion_says(tree in tree(), cells in prop::collection::vec((-3i8..5, -3i8..5), 1..150)) {
        let number = |n: i8| if n == 4 { NAN } else { f64::from(n) };
        let x: Vec<f64> = cells.iter().map(|c| number(c.0)).collect();
        let y: Vec<f64> = cells.iter().map(|c| number(c.1)).collect();
        let text = format!("({}) and x < 100 or y > 100 and x > 100 and y < 0", tree.text());
        let got = evaluate(&text, &[field("x", "m", &x), field("y", "m", &y)]);
        for (k, got) in got.into_iter().enumerate() {
            let hundred = (!x[k].is_nan()).then_some(true);
            let base = match (tree.value(x[k], y[k]), hundred) {
                (Some(false), _) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            };
            // the last part is outside, or missing where neither x nor y is known to be small
            let last = if x[k].is_nan() && (y[k].is_nan() || y[k] < 0.0) { if y[k].is_nan() { None } else { Some(false) } } else { Some(false) };
            let expected = match (base, last) {
                (Some(true), _) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            };
            prop_assert_eq!(got, expected.map_or(-1, i8::from), "{} at x {} y {}", text, x[k], y[k]);
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(
        text in "\\PC{0,60}",
        likely in "([a-z`]|Tb|rain|[0-9.e]|K|mm/h|°C|[-+*/()<>=!&|,^]|and|or|not|min|sqrt| ){0,30}",
    ) {
        for text in [&text, &likely] {
            if let Ok(expression) = Expression::parse(text) {
                let names: Vec<(&str, Option<&str>)> =
                    expression.variables().iter().map(|v| (v.as_str(), Some("K"))).collect();
                if let Ok(bound) = expression.bind(&names) {
                    let fields = vec![Values::F32(vec![1.0, f32::NAN]); names.len()];
                    let (mut i, mut m) = ([0], [0]);
                    bound.evaluate_row(&fields, 0..2, &mut i, &mut m).unwrap();
                    prop_assert_eq!(i[0] & m[0], 0);
                }
            }
        }
    }
}

#[test]
fn differences_of_temperatures_are_compared_as_differences() {
    let kelvin = [field("ta", "K", &[295.0, 290.5]), field("tb", "K", &[290.0, 290.0])];
    for text in [
        "ta - tb > 2 degC",
        "ta - tb > 3.6 degF",
        "ta - tb > 2 K",
        "abs(tb - ta) >= 2 degC",
        "2 * (ta - tb) > 4 degC",
        "(ta - tb) / 2 > 1 degC",
        "max(ta, tb) - min(ta, tb) > 2 degC",
        "ta - tb - 1 K > 1 degC",
        "ta > 20 degC",
        "ta + 1 K > 20 degC",
        "(ta + tb) / 2 > 18 degC",
    ] {
        assert_eq!(evaluate(text, &kelvin), [1, 0], "{text}");
    }
    let anomaly = [field("dt", "K (difference)", &[2.0, 0.5])];
    assert_eq!(evaluate("dt > 1 degC", &anomaly), [1, 0]);
}

#[test]
fn a_temperature_less_a_number_is_compared_in_kelvin_only() {
    let fields = [("ta", Some("K")), ("tb", Some("degC"))];
    for text in ["ta - 280 K > 2 degC", "280 K - ta > 2 degC", "-ta < -2 degC", "ta - 280 K > tb"] {
        let error = Expression::parse(text).unwrap().bind(&fields).unwrap_err().to_string();
        assert!(error.contains("kelvin"), "{text}: {error}");
    }
    assert!(Expression::parse("ta - 280 K > 2 K").unwrap().bind(&fields).is_ok());
}
