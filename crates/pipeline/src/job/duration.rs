//! Lengths of time as users write them.

use crate::error::{PipelineError, Result};

/// The microseconds of `1d`, `6h`, `30min`, `90s` or a number of hours: at least a second, at most a hundred years.
///
/// # Errors
/// Names the key and says how to write it.
pub(crate) fn duration_micros(key: &str, text: &str) -> Result<i64> {
    let wrong = || {
        let how = format!("`{text}` is no length of time; write it as 1d, 6h, 30min or a number of hours");
        PipelineError::job(key, how)
    };
    let body = text.trim();
    let split = body.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(body.len());
    let (number, unit) = body.split_at(split);
    let unit = match unit.trim().to_ascii_lowercase().as_str() {
        "d" | "day" | "days" => 86_400.0,
        "" | "h" | "hour" | "hours" => 3600.0,
        "min" | "minute" | "minutes" => 60.0,
        "s" | "second" | "seconds" => 1.0,
        _ => return Err(wrong()),
    };
    let seconds = number.parse::<f64>().map_err(|_| wrong())? * unit;
    // the names of scenes have seconds at most
    if (1.0..=3.2e9).contains(&seconds) { Ok((seconds * 1e6).round() as i64) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_with_and_without_units() {
        let micros = |text: &str| duration_micros("step", text);
        const DAY: i64 = 86_400_000_000;
        assert_eq!(micros("1d").unwrap(), DAY);
        assert_eq!(micros("6 h").unwrap(), DAY / 4);
        assert_eq!(micros("6").unwrap(), DAY / 4);
        assert_eq!(micros("30min").unwrap(), DAY / 48);
        for wrong in ["", "0", "-1d", "day", "1e9d", "1 fortnight", "NaN"] {
            assert!(micros(wrong).is_err(), "{wrong}");
        }
    }
}
