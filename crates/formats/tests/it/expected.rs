//! Every variable of every file of the fixtures against what netCDF4-python reads (`expected.json`).

use std::path::Path;

use eventscape_core::Values;
use eventscape_formats::{ArrayData, Attribute, Attributes, Granule, Hyperslab, Packing, ScalarType, Variable};
use serde_json::Value;

use super::support::{Dice, bytes_of, fixtures, open};

fn check_folder(folder: &str) {
    let root = fixtures(folder);
    let text = std::fs::read_to_string(root.join("expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    let mut variables = 0;
    for (file, expected) in expected.as_object().unwrap() {
        let granule = open(&root.join(file));
        for (group, attributes) in expected["groups"].as_object().unwrap() {
            let found = granule.attributes(group).unwrap_or_else(|e| panic!("{e}"));
            check_attributes(&format!("{file}:{group}"), found, attributes);
        }
        let paths: Vec<&str> = granule.variables().iter().map(|v| v.path.as_str()).collect();
        for (path, expected) in expected["variables"].as_object().unwrap() {
            assert!(paths.contains(&path.as_str()), "{file}: {path} is not among {paths:?}");
            check_variable(&granule, path, expected);
            variables += 1;
        }
        assert_eq!(paths.len(), expected["variables"].as_object().unwrap().len(), "{file}: {paths:?}");
    }
    assert!(variables > 100, "only {variables} variables were compared");
}

#[test]
fn the_granules_read_as_netcdf4_python_reads_them() {
    check_folder("granules");
}

#[test]
fn every_layout_type_and_filter_reads_as_netcdf4_python_reads_it() {
    check_folder("formats");
}

#[test]
fn real_sea_surface_temperatures_read_as_netcdf4_python_reads_them() {
    let root = fixtures("ostia");
    let expected: Value = serde_json::from_str(&std::fs::read_to_string(root.join("expected.json")).unwrap()).unwrap();
    let granule = open(&root.join("ostia_monthly.nc"));
    for (path, expected) in expected["ostia_monthly.nc"]["variables"].as_object().unwrap() {
        check_variable(&granule, path, expected);
    }
}

fn check_attributes(place: &str, found: &Attributes, expected: &Value) {
    for (name, expected) in expected.as_object().unwrap() {
        let (kind, expected) = expected.as_object().unwrap().iter().next().unwrap();
        let found = found.get(name).unwrap_or_else(|| panic!("{place}: no attribute {name}"));
        let texts = |v: &Value| -> Vec<String> {
            v.as_array().unwrap().iter().map(|x| x.as_str().unwrap().to_owned()).collect()
        };
        match (kind.as_str(), found) {
            ("text", Attribute::Text(text)) => assert_eq!(text, expected.as_str().unwrap(), "{place}:{name}"),
            ("texts", Attribute::Texts(found)) => assert_eq!(*found, texts(expected), "{place}:{name}"),
            ("integers", Attribute::Integers(found)) => {
                let expected: Vec<i64> = expected.as_array().unwrap().iter().map(|x| x.as_i64().unwrap()).collect();
                assert_eq!(*found, expected, "{place}:{name}");
            }
            ("unsigned", Attribute::Unsigned(found)) => {
                let found: Vec<String> = found.iter().map(u64::to_string).collect();
                assert_eq!(found, texts(expected), "{place}:{name}");
            }
            ("floats32", Attribute::Floats32(found)) => {
                let expected: Vec<f32> = texts(expected).iter().map(|x| x.parse::<f64>().unwrap() as f32).collect();
                assert!(found.iter().map(|x| x.to_bits()).eq(expected.iter().map(|x| x.to_bits())), "{place}:{name}");
            }
            ("floats", Attribute::Floats(found)) => {
                let expected: Vec<f64> = texts(expected).iter().map(|x| x.parse().unwrap()).collect();
                assert!(found.iter().map(|x| x.to_bits()).eq(expected.iter().map(|x| x.to_bits())), "{place}:{name}");
            }
            (kind, found) => panic!("{place}:{name} is {found:?}, expected {kind} {expected}"),
        }
    }
    let known = expected.as_object().unwrap();
    for name in found.keys() {
        assert!(known.contains_key(name), "{place}: attribute {name} is not there for netCDF4-python");
    }
}

fn check_variable(granule: &Granule, path: &str, expected: &Value) {
    let place = format!("{}:{path}", granule.location());
    let variable = granule.variable(path).unwrap();
    let shape: Vec<u64> = expected["shape"].as_array().unwrap().iter().map(|x| x.as_u64().unwrap()).collect();
    assert_eq!(variable.shape(), shape, "{place}");
    let dims: Vec<&str> = expected["dims"].as_array().unwrap().iter().map(|x| x.as_str().unwrap()).collect();
    let found: Vec<&str> = variable.dims.iter().map(|d| d.name.as_str()).collect();
    // numbers of dimensions without a name are given by each library in its own order
    let named = |names: &[&str]| -> Vec<String> {
        names
            .iter()
            .map(|n| if n.starts_with("phony_dim_") { "phony_dim".to_owned() } else { (*n).to_owned() })
            .collect()
    };
    assert_eq!(named(&found), named(&dims), "{place}");
    check_attributes(&place, &variable.attributes, &expected["attributes"]);

    let all = Hyperslab::all(&shape);
    let array = granule.read(path, &all).unwrap_or_else(|e| panic!("{e}"));
    if let ArrayData::Text(texts) = &array.data {
        assert_eq!(texts.len() as u64, expected["count"].as_u64().unwrap_or(texts.len() as u64), "{place}");
        if let Some(expected) = expected["texts"].as_array() {
            let expected: Vec<&str> = expected.iter().map(|x| x.as_str().unwrap()).collect();
            assert_eq!(texts[..expected.len()], expected, "{place}");
        }
        return;
    }
    let crc = |bytes: &[u8]| u64::from(crc32fast::hash(bytes));
    assert_eq!(crc(&bytes_of(&array.data)), expected["raw_crc"].as_u64().unwrap(), "{place}: {}", expected["raw"]);
    check_boxes(granule, variable, &array.data);
    if variable.scalar == ScalarType::Char {
        return;
    }

    let packing = Packing::from_attributes(variable).unwrap().packing;
    let mut values = Values::F32(Vec::new());
    granule.read_values(path, &all, &packing, &mut values).unwrap_or_else(|e| panic!("{e}"));
    let (kind, bytes): (&str, Vec<u8>) = match &values {
        Values::F32(v) => ("f4", v.iter().flat_map(|x| if x.is_nan() { f32::NAN } else { *x }.to_le_bytes()).collect()),
        Values::F64(v) => ("f8", v.iter().flat_map(|x| if x.is_nan() { f64::NAN } else { *x }.to_le_bytes()).collect()),
    };
    assert_eq!(kind, expected["output"].as_str().unwrap(), "{place}: {packing:?}");
    let missing = (0..values.len()).filter(|i| values.get(*i).unwrap().is_nan()).count() as u64;
    assert_eq!(missing, expected["missing"].as_u64().unwrap(), "{place}: missing cells by {packing:?}");
    for sample in expected["values"].as_array().unwrap() {
        let index = sample[0].as_u64().unwrap() as usize;
        let expected: f64 = sample[1].as_str().unwrap().parse().unwrap();
        let found = values.get(index).unwrap();
        assert!(
            found == expected || (found.is_nan() && expected.is_nan()),
            "{place}[{index}]: {found}, not {expected}"
        );
    }
    assert_eq!(crc(&bytes), expected["values_crc"].as_u64().unwrap(), "{place}: {packing:?}");
    check_value_boxes(granule, variable, &packing, &values);
}

/// Row-major positions of the cells of a box.
fn positions(shape: &[u64], slab: &Hyperslab) -> Vec<usize> {
    let mut positions = vec![0u64];
    for (len, range) in shape.iter().zip(&slab.0) {
        positions = positions.iter().flat_map(|p| range.clone().map(move |i| p * len + i)).collect();
    }
    positions.into_iter().map(|p| p as usize).collect()
}

fn random_box(dice: &mut Dice, shape: &[u64]) -> Hyperslab {
    Hyperslab(
        shape
            .iter()
            .map(|len| {
                let start = dice.roll(*len + 1);
                start..start + dice.roll(len - start + 1)
            })
            .collect(),
    )
}

fn check_boxes(granule: &Granule, variable: &Variable, whole: &ArrayData) {
    let mut dice = Dice(0x5eed_1234 + whole.len() as u64);
    let shape = variable.shape();
    let whole = bytes_of(whole);
    let size = variable.scalar.size();
    for _ in 0..8 {
        let slab = random_box(&mut dice, &shape);
        let part = granule.read(&variable.path, &slab).unwrap_or_else(|e| panic!("{e}"));
        let expected: Vec<u8> =
            positions(&shape, &slab).into_iter().flat_map(|p| whole[p * size..(p + 1) * size].to_vec()).collect();
        assert_eq!(bytes_of(&part.data), expected, "{}:{} {slab:?}", granule.location(), variable.path);
    }
}

fn check_value_boxes(granule: &Granule, variable: &Variable, packing: &Packing, whole: &Values) {
    let mut dice = Dice(0xd1ce + whole.len() as u64);
    let shape = variable.shape();
    // One buffer for all: what is left in it from the box before must not show.
    let mut part = Values::F64(vec![f64::INFINITY; 10]);
    for _ in 0..8 {
        let slab = random_box(&mut dice, &shape);
        granule.read_values(&variable.path, &slab, packing, &mut part).unwrap_or_else(|e| panic!("{e}"));
        let expected: Vec<u64> =
            positions(&shape, &slab).into_iter().map(|p| whole.get(p).unwrap().to_bits()).collect();
        let found: Vec<u64> = (0..part.len()).map(|i| part.get(i).unwrap().to_bits()).collect();
        assert_eq!(found, expected, "{}:{} {slab:?}", granule.location(), variable.path);
    }
}

#[test]
fn a_variable_that_is_not_there_is_named_with_those_that_are() {
    let granule = open(&fixtures("formats").join("groups.nc"));
    let error = granule.variable("nothing").unwrap_err();
    assert!(error.to_string().contains("a/b/v"), "{error}");
    let error = granule.attributes("nowhere").unwrap_err();
    assert!(error.to_string().contains("a/b"), "{error}");
}

#[test]
fn a_box_outside_the_shape_is_refused() {
    let granule = open(&fixtures("formats").join("cdf1.nc"));
    for slab in [vec![0..4, 0..5], vec![0..3], vec![0..3, 0..5, 0..1], vec![0..3, 4..6]] {
        let error = granule.read("fixed_i2", &Hyperslab(slab.clone())).unwrap_err();
        assert!(error.to_string().contains("outside"), "{slab:?}: {error}");
    }
}

#[test]
fn a_plan_counts_only_the_chunks_that_the_box_touches() {
    let granule = open(&fixtures("formats").join("layouts.h5"));
    let plan = granule.plan("fixed_array", &Hyperslab(vec![0..7, 8..9])).unwrap();
    assert_eq!((plan.chunks, plan.decoded_bytes, plan.requests), (1, 7 * 8 * 4, 1));
    let all = granule.plan("fixed_array", &Hyperslab::all(&[45, 31])).unwrap();
    assert_eq!(all.chunks, 28);
    assert!(Path::new(granule.location()).ends_with("layouts.h5"));
}
