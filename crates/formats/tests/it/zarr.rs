//! Zarr stores of both versions against what zarr-python reads (`zarr_expected.json`).

use std::sync::Arc;

use eventscape_core::Values;
use eventscape_formats::LocalDirectory;
use eventscape_formats::{ArrayData, Attribute, Granule, Hyperslab, OpenOptions, Packing};
use serde_json::Value;

use super::support::{bytes_of, fixtures};

fn store(name: &str) -> Granule {
    let source = LocalDirectory::open(&fixtures("formats").join(name)).unwrap();
    Granule::open_directory(Arc::new(source), &OpenOptions::default()).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn every_codec_of_both_versions_reads_as_zarr_python_reads_it() {
    let text = std::fs::read_to_string(fixtures("formats").join("zarr_expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    let mut arrays = 0;
    for (name, expected) in expected.as_object().unwrap() {
        let granule = store(name);
        assert_eq!(granule.variables().len(), expected.as_object().unwrap().len(), "{name}");
        for (path, expected) in expected.as_object().unwrap() {
            let variable = granule.variable(path).unwrap_or_else(|e| panic!("{e}"));
            let shape: Vec<u64> = expected["shape"].as_array().unwrap().iter().map(|x| x.as_u64().unwrap()).collect();
            assert_eq!(variable.shape(), shape, "{name}/{path}");
            let read = |slab: &Hyperslab| granule.read(path, slab).unwrap_or_else(|e| panic!("{e}")).data;
            let all = read(&Hyperslab::all(&shape));
            if let ArrayData::Text(texts) = &all {
                let expected: Vec<&str> =
                    expected["texts"].as_array().unwrap().iter().map(|x| x.as_str().unwrap()).collect();
                assert_eq!(*texts, expected, "{name}/{path}");
                continue;
            }
            let crc = u64::from(crc32fast::hash(&bytes_of(&all)));
            assert_eq!(crc, expected["raw_crc"].as_u64().unwrap(), "{name}/{path}");
            // A box that starts and ends inside chunks: the last two thirds of the first dimension.
            if let Some(len) = shape.first() {
                let mut slab = Hyperslab::all(&shape);
                slab.0[0] = len / 3..*len;
                let size = variable.scalar.size() as u64;
                let skipped = (len / 3) * shape[1..].iter().product::<u64>() * size;
                assert_eq!(bytes_of(&read(&slab)), bytes_of(&all)[skipped as usize..], "{name}/{path}");
            }
            arrays += 1;
        }
    }
    assert!(arrays > 50, "only {arrays} arrays were compared");
}

#[test]
fn attributes_and_dimension_names_are_those_of_the_metadata() {
    let two = store("two.zarr");
    assert_eq!(two.format(), "Zarr 2");
    let root = two.attributes("").unwrap();
    assert_eq!(root["title"], Attribute::Text("version 2".to_owned()));
    assert_eq!(root["float"], Attribute::Floats(vec![0.5]));
    assert_eq!(root["several"], Attribute::Integers(vec![1, 2]));
    assert_eq!(root["texts"], Attribute::Texts(vec!["a".to_owned(), "b".to_owned()]));
    let dims = |granule: &Granule, path: &str| -> Vec<String> {
        granule.variable(path).unwrap().dims.iter().map(|d| d.name.clone()).collect()
    };
    assert_eq!(dims(&two, "f4"), ["y", "x"]);
    assert!(two.variable("f4").unwrap().attribute("_ARRAY_DIMENSIONS").is_none());
    let three = store("three.zarr");
    assert_eq!(three.format(), "Zarr 3");
    assert_eq!(dims(&three, "transposed"), ["y", "x", "z"]);
    assert_eq!(store("three_consolidated.zarr").groups().collect::<Vec<_>>(), ["", "g"]);
}

#[test]
fn absent_chunks_have_the_fill_value_and_it_counts_as_missing() {
    for (name, path, written) in [("two.zarr", "sparse", 1.5), ("three.zarr", "nan_fill", 1.0)] {
        let granule = store(name);
        let variable = granule.variable(path).unwrap();
        let mut values = Values::F64(Vec::new());
        let all = Hyperslab::all(&variable.shape());
        let packing = Packing::from_attributes(variable).unwrap().packing;
        granule.read_values(path, &all, &packing, &mut values).unwrap();
        let found: Vec<f64> = (0..values.len()).filter_map(|i| values.get(i)).filter(|x| !x.is_nan()).collect();
        assert_eq!(found, [written], "{name}/{path}");
    }
}

#[test]
fn a_folder_that_is_no_store_is_refused() {
    let source = LocalDirectory::open(&fixtures("formats")).unwrap();
    let error = Granule::open_directory(Arc::new(source), &OpenOptions::default()).unwrap_err();
    assert!(error.to_string().contains("no Zarr store"), "{error}");
}
