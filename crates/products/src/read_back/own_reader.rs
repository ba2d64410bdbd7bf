//! A file read by our own reader, held against what it must hold.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use eventscape_formats::{Array, ArrayData, Attribute, Granule, Hyperslab, OpenOptions};
use eventscape_io::stores::LocalFile;

use super::expected::{Group, NetCdf, Plain, Value, Values, Variable, size_of_type};

/// Reads every group, variable and attribute of a file; says where it differs from what is expected.
pub(super) fn compare(path: &Path, expected: &NetCdf) -> Result<(), String> {
    let source = LocalFile::open(path).map_err(|e| e.to_string())?;
    let granule = Granule::open(Arc::new(source), &OpenOptions::default()).map_err(|e| e.to_string())?;
    let groups: BTreeSet<&str> = granule.groups().collect();
    let wanted: BTreeSet<&str> = expected.groups.iter().map(|group| group.path.as_str()).collect();
    same("the groups", &groups, &wanted)?;
    let found: BTreeSet<&str> = granule.variables().iter().map(|variable| variable.path.as_str()).collect();
    let paths: Vec<String> =
        expected.groups.iter().flat_map(|group| group.variables.iter().map(|v| group.join(&v.name))).collect();
    same("the variables", &found, &paths.iter().map(String::as_str).collect())?;
    for group in &expected.groups {
        let place = format!("/{}", group.path);
        attributes(&place, granule.attributes(&group.path).map_err(|e| e.to_string())?, &group.attributes)?;
        for variable in &group.variables {
            compare_variable(&granule, group, variable)?;
        }
    }
    Ok(())
}

fn compare_variable(granule: &Granule, group: &Group, variable: &Variable) -> Result<(), String> {
    let path = group.join(&variable.name);
    let found = granule.variable(&path).map_err(|e| e.to_string())?;
    attributes(&path, &found.attributes, &variable.attributes)?;
    let shape: Vec<u64> = group.shape(variable).into_iter().map(|size| size as u64).collect();
    let dims: Vec<(&str, u64, bool)> = found.dims.iter().map(|d| (d.name.as_str(), d.len, d.unlimited)).collect();
    // netCDF has no dimension of size 0 but those that may grow
    let wanted = variable.dims.iter().zip(&shape).map(|(name, size)| (name.as_str(), *size, *size == 0)).collect();
    same(&format!("{path}: the dimensions"), &dims, &wanted)?;
    let Array { data, .. } = granule.read(&path, &Hyperslab::all(&shape)).map_err(|e| e.to_string())?;
    let (kind, bytes) = stored(&data).ok_or_else(|| format!("{path} is read as texts"))?;
    same(&format!("{path}: the type"), &kind, &variable.kind)?;
    if bytes == variable.bytes {
        return Ok(());
    }
    let size = size_of_type(kind);
    let (got, want) = (bytes.chunks(size), variable.bytes.chunks(size));
    let at = got.zip(want).position(|(got, want)| got != want);
    let at = at.ok_or_else(|| format!("{path}: {} bytes are read of {}", bytes.len(), variable.bytes.len()))?;
    let value = |bytes: &[u8]| bytes.iter().skip(at * size).take(size).copied().collect::<Vec<u8>>();
    Err(format!("{path}, value {at}: {:?} is read for {:?} (bytes)", value(&bytes), value(&variable.bytes)))
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, got: &T, want: &T) -> Result<(), String> {
    if got == want { Ok(()) } else { Err(format!("{what}: {got:?} is read for {want:?}")) }
}

/// The type and the bytes of what was read; `None` for texts, which our files do not hold.
fn stored(data: &ArrayData) -> Option<(&'static str, Vec<u8>)> {
    fn plain<T: Plain>(values: &[T]) -> Option<(&'static str, Vec<u8>)> {
        Some((T::TYPE, T::bytes(values)))
    }
    match data {
        ArrayData::I8(v) => plain(v),
        ArrayData::U8(v) => plain(v),
        ArrayData::I16(v) => plain(v),
        ArrayData::U16(_) | ArrayData::Text(_) => None,
        ArrayData::I32(v) => plain(v),
        ArrayData::U32(v) => plain(v),
        ArrayData::I64(v) => plain(v),
        ArrayData::U64(v) => plain(v),
        ArrayData::F32(v) => plain(v),
        ArrayData::F64(v) => plain(v),
        ArrayData::Char(v) => Some(("S1", v.clone())),
    }
}

fn attributes(place: &str, found: &eventscape_formats::Attributes, expected: &Values) -> Result<(), String> {
    let names: BTreeSet<&str> = found.keys().map(String::as_str).collect();
    same(&format!("{place}: the attributes"), &names, &expected.iter().map(|(name, _)| name.as_str()).collect())?;
    for (name, value) in expected {
        let got = format!("{:?}", found.get(name).map(told));
        same(&format!("{place}, attribute {name}"), &got, &format!("{:?}", Some(wanted(value))))?;
    }
    Ok(())
}

/// An attribute as a text and numbers by their bits, which tells NaN apart too.
fn told(attribute: &Attribute) -> (Option<&str>, Vec<u64>) {
    match attribute {
        Attribute::Text(text) => (Some(text), Vec::new()),
        Attribute::Integers(v) => (None, v.iter().map(|number| *number as u64).collect()),
        Attribute::Unsigned(v) => (None, v.clone()),
        Attribute::Floats32(v) => (None, v.iter().map(|number| u64::from(number.to_bits())).collect()),
        Attribute::Floats(v) => (None, v.iter().map(|number| number.to_bits()).collect()),
        _ => (Some("several texts"), Vec::new()),
    }
}

fn wanted(value: &Value) -> (Option<&str>, Vec<u64>) {
    match value {
        Value::Text(text) => (Some(text), Vec::new()),
        Value::Numbers { kind, bytes } => {
            let signed = kind.starts_with('i');
            let bits = |number: &[u8]| {
                let negative = signed && number.last().is_some_and(|byte| byte & 0x80 != 0);
                let mut wide = [if negative { 0xff } else { 0 }; 8];
                wide[..number.len()].copy_from_slice(number);
                u64::from_le_bytes(wide)
            };
            (None, bytes.chunks(size_of_type(kind)).map(bits).collect())
        }
    }
}
