//! The header of a netCDF file, much as `ncdump -h` shows it.

use std::fmt::Write;

use netcdf_reader::{NcAttrValue, NcAttribute, NcFile, NcGroup};

pub(crate) fn header(bytes: &[u8]) -> String {
    let file = NcFile::from_bytes(bytes).unwrap();
    let mut text = String::new();
    group(&mut text, file.root_group().unwrap(), 0);
    text
}

fn group(text: &mut String, group: &NcGroup, depth: usize) {
    let pad = "  ".repeat(depth);
    writeln!(text, "{pad}group {} {{", if depth == 0 { "/" } else { &group.name }).unwrap();
    for dim in &group.dimensions {
        let size = if dim.is_unlimited { format!("UNLIMITED ({})", dim.size) } else { dim.size.to_string() };
        writeln!(text, "{pad}  {} = {size}", dim.name).unwrap();
    }
    for variable in &group.variables {
        let dims: Vec<&str> = variable.dimensions.iter().map(|dim| dim.name.as_str()).collect();
        writeln!(text, "{pad}  {:?} {}({})", variable.dtype, variable.name, dims.join(", ")).unwrap();
        attributes(text, &variable.attributes, &format!("{pad}    "));
    }
    attributes(text, &group.attributes, &format!("{pad}  "));
    for inner in &group.groups {
        self::group(text, inner, depth + 1);
    }
    writeln!(text, "{pad}}}").unwrap();
}

fn attributes(text: &mut String, attributes: &[NcAttribute], pad: &str) {
    for NcAttribute { name, value } in attributes.iter().filter(|attribute| attribute.name != "_NCProperties") {
        let value = match value {
            NcAttrValue::Chars(value) => format!("{value:?}"),
            NcAttrValue::Strings(values) => format!("{values:?}"),
            NcAttrValue::Bytes(values) => format!("{values:?} byte"),
            NcAttrValue::Ints(values) => format!("{values:?} int"),
            NcAttrValue::Int64s(values) => format!("{values:?} int64"),
            NcAttrValue::Floats(values) => format!("{values:?} float"),
            NcAttrValue::Doubles(values) => format!("{values:?} double"),
            other => format!("{other:?}"),
        };
        writeln!(text, "{pad}:{name} = {value}").unwrap();
    }
}
