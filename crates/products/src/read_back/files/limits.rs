//! What the file format cannot hold is refused with words that help, and never written wrongly.

use std::io::Cursor;

use super::kinds::MOST_VARIABLES;
use eventscape_formats::write::WriteError;
use eventscape_formats::write::{NcFile, Variable};

fn refused(fill: impl FnOnce(&mut NcFile<Cursor<Vec<u8>>>) -> Result<(), WriteError>, words: &str) {
    let mut file = NcFile::create(Cursor::new(Vec::new()), "a file").unwrap();
    let error = match fill(&mut file) {
        Ok(()) => file.finish().err(),
        Err(error) => Some(error),
    };
    let error = error.expect("the file was written");
    assert!(matches!(error, WriteError::Unrepresentable(_)), "{error:?}");
    assert!(error.to_string().contains(words), "{error}");
}

#[test]
fn a_text_that_no_header_holds_is_refused() {
    let longest = 65_535 - 9 - "long".len() - 1 - 8 - 4;
    refused(|file| file.attribute("long", "x".repeat(longest + 1)), "attribute `long`");
    let mut file = NcFile::create(Cursor::new(Vec::new()), "a file").unwrap();
    file.attribute("long", "x".repeat(longest)).unwrap();
    file.finish().unwrap();
}

#[test]
fn a_dimension_of_more_variables_than_it_can_list_is_refused() {
    let fill = |file: &mut NcFile<_>| {
        file.dimension("x", 1)?;
        (0..=MOST_VARIABLES).try_for_each(|k| file.variable(Variable::of::<i8>(&format!("v{k}"), &["x"]), &[0i8]))
    };
    refused(fill, "dimension `x`");
}

#[test]
fn names_that_readers_do_not_find_are_refused() {
    let long = "n".repeat(256);
    for name in ["", ".", "a/b", "a\0b", &long] {
        refused(|file| file.variable(Variable::of::<i8>(name, &[]), &[1i8]), "name");
        refused(|file| file.dimension(name, 3), "name");
        refused(|file| file.attribute(name, 1i32), "name");
        let in_group = |file: &mut NcFile<_>| {
            file.open_group(name);
            file.close_group()
        };
        refused(in_group, "name");
    }
    for name in ["NAME", "CLASS", "DIMENSION_LIST", "REFERENCE_LIST", "_Netcdf4Dimid", "_Netcdf4Coordinates"] {
        refused(|file| file.variable(Variable::of::<i8>("v", &[]).with(name, "x"), &[1i8]), name);
    }
}

#[test]
fn a_variable_of_more_dimensions_than_hdf5_takes_is_refused() {
    let names: Vec<String> = (0..33).map(|k| format!("d{k}")).collect();
    let dims: Vec<&str> = names.iter().map(String::as_str).collect();
    let fill = |file: &mut NcFile<_>| {
        dims.iter().try_for_each(|dim| file.dimension(dim, 1))?;
        file.variable(Variable::of::<i8>("v", &dims), &[0i8])
    };
    refused(fill, "33 dimensions");
}

#[test]
fn two_members_or_dimensions_of_one_name_are_refused() {
    refused(|file| file.dimension("x", 1).and_then(|()| file.dimension("x", 2)), "`x`");
    let twice = |file: &mut NcFile<_>| {
        file.dimension("x", 1)?;
        file.dimension("x", 2)?;
        file.variable(Variable::of::<i8>("x", &["x"]), &[1i8])
    };
    refused(twice, "`x`");
    let variables = |file: &mut NcFile<_>| {
        file.variable(Variable::of::<i8>("v", &[]), &[1i8])?;
        file.variable(Variable::of::<i8>("v", &[]), &[2i8])
    };
    refused(variables, "`v`");
}

#[test]
fn a_variable_is_finished_in_its_own_group() {
    let mut file = NcFile::create(Cursor::new(Vec::new()), "a file").unwrap();
    file.open_group("a");
    file.dimension("x", 1).unwrap();
    let codec = eventscape_formats::write::Codec { shuffle: false, level: 1 };
    let stream = file.start_chunks(Variable::of::<i8>("v", &["x"]), &[1], codec).unwrap();
    file.chunk(stream, &codec.encode(&[1], 1).unwrap()).unwrap();
    file.close_group().unwrap();
    file.open_group("b");
    file.dimension("x", 1).unwrap();
    assert!(matches!(file.finish_chunks(stream), Err(WriteError::Mismatch(_))), "it was `/a/v`");
}
