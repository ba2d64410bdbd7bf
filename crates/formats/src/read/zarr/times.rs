//! Times as numpy stores them: whole numbers of a unit since 1970.

use serde_json::Value;

use crate::read::{Attribute, Attributes};

/// A `datetime64` or `timedelta64`.
pub(super) struct Time<'a> {
    /// The type of the stored numbers, in numpy's words.
    pub(super) stored: &'a str,
    units: String,
    is_instant: bool,
}

/// The type of a numpy type string such as `<M8[ns]`.
pub(super) fn of_numpy(dtype: &str) -> Option<Time<'static>> {
    let (order, rest) = dtype.split_at_checked(1)?;
    let is_instant = rest.starts_with("M8[");
    let unit = rest.strip_prefix("M8[").or_else(|| rest.strip_prefix("m8["))?.strip_suffix(']')?;
    let digits = unit.bytes().take_while(u8::is_ascii_digit).count();
    let count: u64 = if digits == 0 { 1 } else { unit[..digits].parse().ok()? };
    time(if order == ">" { ">i8" } else { "<i8" }, &unit[digits..], count, is_instant)
}

/// The type of Zarr 3: `{"name": "numpy.datetime64", "configuration": {"unit": "ns", "scale_factor": 1}}`.
pub(super) fn of_version3(data_type: &Value) -> Option<Time<'static>> {
    let is_instant = match data_type.get("name").and_then(Value::as_str)? {
        "numpy.datetime64" => true,
        "numpy.timedelta64" => false,
        _ => return None,
    };
    let unit = data_type.pointer("/configuration/unit").and_then(Value::as_str)?;
    let count = data_type.pointer("/configuration/scale_factor").and_then(Value::as_u64).unwrap_or(1);
    time("<i8", unit, count, is_instant)
}

/// Only units of one count: `25s` would need a scale of its own.
fn time(stored: &'static str, unit: &str, count: u64, is_instant: bool) -> Option<Time<'static>> {
    let name = match unit {
        "W" => "weeks",
        "D" => "days",
        "h" => "hours",
        "m" => "minutes",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" | "\u{3bc}s" => "microseconds",
        "ns" => "nanoseconds",
        _ => return None,
    };
    let units = if is_instant { format!("{name} since 1970-01-01") } else { name.to_owned() };
    (count == 1).then_some(Time { stored, units, is_instant })
}

impl Time<'_> {
    /// Says in CF's words what the type says. `NaT` is the least number.
    pub(super) fn describe(&self, attributes: &mut Attributes) {
        attributes.entry("units".to_owned()).or_insert_with(|| Attribute::Text(self.units.clone()));
        attributes.insert("_FillValue".to_owned(), Attribute::Integers(vec![i64::MIN]));
        if self.is_instant {
            attributes
                .entry("calendar".to_owned())
                .or_insert_with(|| Attribute::Text("proleptic_gregorian".to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_time_become_units() {
        let units = |dtype| of_numpy(dtype).map(|time| time.units);
        assert_eq!(units("<M8[ns]").as_deref(), Some("nanoseconds since 1970-01-01"));
        assert_eq!(units(">M8[D]").as_deref(), Some("days since 1970-01-01"));
        assert_eq!(units("<m8[s]").as_deref(), Some("seconds"));
        for dtype in ["<M8", "<M8[M]", "<M8[25s]", "<f8", "", "\u{e9}"] {
            assert_eq!(units(dtype), None, "{dtype}");
        }
        let version3 =
            serde_json::json!({"name": "numpy.datetime64", "configuration": {"unit": "ns", "scale_factor": 1}});
        assert_eq!(of_version3(&version3).unwrap().units, "nanoseconds since 1970-01-01");
    }
}
