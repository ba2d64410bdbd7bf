//! Beside each file, what must be read from it: `<file>.expected.json`, and its numbers in `<file>.expected.bin`.
//!
//! `scripts/read_back.py` reads both and describes the layout.

use std::path::Path;

use serde_json::{Value as Json, json};

use super::expected::{Group, NetCdf, Plain, Value, Values, Variable};

/// The numbers of a sidecar, little-endian, one array after the other.
#[derive(Default)]
pub(super) struct Numbers(Vec<u8>);

impl Numbers {
    /// Appends an array; gives what the JSON says of it.
    pub(super) fn raw(&mut self, kind: &str, bytes: &[u8]) -> Json {
        let at = self.0.len();
        self.0.extend_from_slice(bytes);
        json!({"type": kind, "at": at, "bytes": bytes.len()})
    }

    pub(super) fn add<T: Plain>(&mut self, values: &[T]) -> Json {
        self.raw(T::TYPE, &T::bytes(values))
    }

    fn attributes(&mut self, attributes: &Values) -> Json {
        let value = |value: &Value, numbers: &mut Self| match value {
            Value::Text(text) => json!({"type": "text", "text": text}),
            Value::Numbers { kind, bytes } => numbers.raw(kind, bytes),
        };
        attributes.iter().map(|(name, of)| (name.clone(), value(of, self))).collect::<serde_json::Map<_, _>>().into()
    }

    fn variable(&mut self, group: &Group, variable: &Variable) -> Json {
        json!({
            "name": variable.name,
            "dims": variable.dims,
            "shape": group.shape(variable),
            "attributes": self.attributes(&variable.attributes),
            "values": self.raw(variable.kind, &variable.bytes),
        })
    }

    fn group(&mut self, group: &Group) -> Json {
        json!({
            "path": group.path,
            "attributes": self.attributes(&group.attributes),
            "dimensions": group.dimensions,
            "variables": group.variables.iter().map(|variable| self.variable(group, variable)).collect::<Vec<_>>(),
        })
    }
}

/// Writes the sidecar of `file`; `expected` has the key `format`.
pub(super) fn write(file: &Path, expected: &Json, numbers: &Numbers) {
    let beside = |ending: &str| {
        let mut path = file.as_os_str().to_owned();
        path.push(ending);
        path
    };
    std::fs::write(beside(".expected.bin"), &numbers.0).unwrap();
    std::fs::write(beside(".expected.json"), expected.to_string()).unwrap();
}

/// Writes the sidecar of a netCDF file.
pub(super) fn write_netcdf(file: &Path, expected: &NetCdf) {
    let mut numbers = Numbers::default();
    let groups: Vec<Json> = expected.groups.iter().map(|group| numbers.group(group)).collect();
    write(file, &json!({"format": "netcdf", "groups": groups}), &numbers);
}
