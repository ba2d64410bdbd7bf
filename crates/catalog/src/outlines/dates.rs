//! Dates in properties.

use eventscape_core::Timestamp;
use eventscape_core::time::{Calendar, Precision};
use serde_json::Value;

/// The calendar of all outlines.
pub(super) const CALENDAR: Calendar = Calendar::Standard;

/// The first and the last instant of what a value names: a text (`2018-11-08`, `2018/11/08 14:33:00+00`,
/// `2018-11-08T14:33:00Z`), milliseconds since 1970 as Esri's services give them, or a number like 20181108.
pub(super) fn instants(value: &Value) -> Result<(Timestamp, Timestamp), String> {
    match value {
        Value::String(text) => of_text(text),
        Value::Number(number) => {
            let wrong = || format!("`{number}` is not a date");
            let number = number.as_f64().filter(|x| x.is_finite() && x.abs() < 9e15).ok_or_else(wrong)?;
            // eight digits of a date would be a few hours of 1970
            if number.fract() == 0.0 && (17_000_101.0..=29_991_231.0).contains(&number) {
                return of_text(&format!("{number:.0}"));
            }
            let micros = (number * 1000.0).round() as i64;
            let time = Timestamp::from_micros(CALENDAR, micros);
            Ok((time, time))
        }
        other => Err(format!("`{other}` is not a date")),
    }
}

fn of_text(text: &str) -> Result<(Timestamp, Timestamp), String> {
    let body = text.trim();
    let is_milliseconds = body.len() == 13 && body.bytes().all(|byte| byte.is_ascii_digit());
    if is_milliseconds && let Ok(number) = body.parse::<f64>() {
        return instants(&Value::from(number));
    }
    let written = body.replace('/', "-");
    let parsed = Timestamp::parse(&written, CALENDAR).and_then(|(first, precision)| {
        let last = if precision == Precision::Time { first } else { Timestamp::parse_last(&written, CALENDAR)? };
        Ok((first, last))
    });
    parsed.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn dates_are_understood_as_services_write_them() {
        let first = |value: Value| instants(&value).map(|(first, _)| first.to_string());
        for value in [
            json!("2018-11-08T14:33:00Z"),
            json!("2018/11/08 14:33:00+00"),
            json!(1_541_687_580_000_i64),
            json!(1_541_687_580_000.0),
            json!("1541687580000"),
            json!("2018-11-08 06:33:00-08:00"),
        ] {
            assert_eq!(first(value.clone()).as_deref(), Ok("2018-11-08T14:33:00Z"), "{value}");
        }
        for value in [json!("2018-11-08"), json!(20_181_108), json!("20181108"), json!("2018/11/08")] {
            let (first, last) = instants(&value).unwrap();
            assert_eq!(first.to_string(), "2018-11-08T00:00:00Z");
            assert_eq!(last.to_string(), "2018-11-08T23:59:59.999999Z");
        }
        assert_eq!(first(json!(-631_152_000_000_i64)).as_deref(), Ok("1950-01-01T00:00:00Z"));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for value in [
            json!("soon"),
            json!(""),
            json!("2018-13-08"),
            json!("2018-02-30"),
            json!(true),
            json!(1e300),
            json!([1]),
            json!({}),
        ] {
            assert!(instants(&value).is_err(), "{value}");
        }
    }
}
