//! The table of methods, and what their options say of a wrong job.

use eventscape_core::track::{METHODS, MethodContext, MethodError, SharedOptions, method_named};
use eventscape_core::{Comparison, Condition, Grid};
use serde_json::{Map, Value, json};

fn keys(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn plan(name: &str, comparison: Comparison, own: Value) -> Result<Vec<(&'static str, String)>, MethodError> {
    let grid = Grid::rectilinear(vec![0.0, 0.1], vec![0.0, 0.1]).unwrap();
    let condition = Condition::Compare { comparison, threshold: 235.0 };
    let context = MethodContext::new(&condition, &[("Tb", Some("K"))], &grid).with_shared(SharedOptions::default());
    let method = method_named(&METHODS, name).unwrap();
    let planned = method.plan(&keys(own), &context)?;
    planned.finder(&grid)?;
    planned.tracker(&grid)?;
    Ok(planned.options())
}

#[test]
fn a_method_is_found_by_its_name_and_an_unknown_name_lists_what_there_is() {
    for method in METHODS {
        assert_eq!(method_named(&METHODS, method.name).unwrap().title, method.title);
    }
    let said = method_named(&METHODS, "best").unwrap_err();
    assert_eq!(said, "there is no tracker `best`; there are fortracc, aux-geoir");
}

#[test]
fn own_options_reach_the_plan_beside_the_defaults() {
    let options = plan("aux-geoir", Comparison::LessThan, json!({ "max_size": 7 })).unwrap();
    let value = |name: &str| options.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str());
    assert_eq!((value("max_size"), value("cold_kelvin"), value("min_size")), (Some("7"), Some("235"), Some("81")));
    let options = plan("fortracc", Comparison::LessThan, json!({})).unwrap();
    assert!(options.contains(&("min_size", "150".to_owned())) && options.contains(&("min_overlap", "0.25".to_owned())));
}

#[test]
fn a_wrong_option_names_its_key() {
    let said = |comparison, own| match plan("aux-geoir", comparison, own).unwrap_err() {
        MethodError::Key { key, .. } => key,
        other => panic!("{other}"),
    };
    assert_eq!(said(Comparison::LessThan, json!({ "warm_threshold": 230.0 })), "warm_threshold");
    assert_eq!(said(Comparison::GreaterThan, json!({})), "operator");
    assert_eq!(said(Comparison::LessThan, json!({ "max_size": "large" })), "max_size");
    let aux = method_named(&METHODS, "aux-geoir").unwrap();
    assert_eq!(aux.check(&keys(json!({ "min_steps": -1 }))).unwrap_err().path, ["min_steps"]);
    assert!(aux.check(&keys(json!({ "min_steps": 3, "cold_only": true }))).is_ok());
}
