//! Job files in TOML and JSON.

use std::path::Path;

use serde_json::{Map, Value};

use super::keys::WrongKey;
use crate::error::{PipelineError, Result};

const LARGEST_JOB_FILE: u64 = 1 << 20;

/// The keys of a job file, with `_` for `-`.
///
/// # Errors
/// Names the file.
pub fn read_table(path: &Path) -> Result<Map<String, Value>> {
    let wrong = |wrong: WrongKey| {
        PipelineError::job(path.display().to_string(), format!("key `{}`: {}", wrong.key, wrong.reason))
    };
    canonical_keys(read_toml_table(path, "job file", true)?).map_err(wrong)
}

/// The same keys with `_` for `-`, without that of a schema.
///
/// # Errors
/// A key that is given in both ways.
pub fn canonical_keys(keys: Map<String, Value>) -> std::result::Result<Map<String, Value>, WrongKey> {
    let mut canonical = Map::new();
    for (key, value) in keys.into_iter().filter(|(key, _)| key != "$schema") {
        if canonical.insert(key.replace('-', "_"), value).is_some() {
            return Err(WrongKey { key, reason: "it is given twice, with `-` and with `_`".to_owned() });
        }
    }
    Ok(canonical)
}

/// The keys of a small file in TOML, or JSON by its ending; dates as texts. `what` it is is for messages. Where it may have
/// passwords, errors tell where they are and not what stands there (`shows_lines`).
///
/// # Errors
/// Names the file.
pub fn read_toml_table(path: &Path, what: &str, shows_lines: bool) -> Result<Map<String, Value>> {
    let wrong = |reason: String| PipelineError::job(path.display().to_string(), reason);
    let unread = |e: std::io::Error| wrong(format!("the {what} cannot be read: {e}"));
    let size = std::fs::metadata(path).map_err(unread)?.len();
    if size > LARGEST_JOB_FILE {
        return Err(wrong(format!("it has {size} bytes; a {what} has at most {LARGEST_JOB_FILE}")));
    }
    let text = std::fs::read_to_string(path).map_err(unread)?;
    let is_json = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("json"));
    let value: Value = if is_json {
        serde_json::from_str(&text).map_err(|e| wrong(format!("it is not valid JSON: {e}")))?
    } else {
        let told = |e: toml::de::Error| match e.span().filter(|_| !shows_lines) {
            None => e.to_string(),
            Some(span) => {
                let line = text.get(..span.start).unwrap_or_default().matches('\n').count() + 1;
                format!("line {line}: {}", e.message())
            }
        };
        plain(toml::from_str(&text).map_err(|e| wrong(format!("it is not valid TOML: {}", told(e))))?)
    };
    match value {
        Value::Object(keys) => Ok(keys),
        _ => Err(wrong(format!("a {what} is a table of keys"))),
    }
}

/// TOML's dates and times as texts.
fn plain(value: Value) -> Value {
    /// What the library wraps a date in where it is read as JSON.
    const DATE: &str = "$__toml_private_datetime";
    match value {
        Value::Object(mut map) if map.len() == 1 && map.contains_key(DATE) => map.remove(DATE).unwrap_or_default(),
        Value::Object(map) => map.into_iter().map(|(key, value)| (key, plain(value))).collect::<Map<_, _>>().into(),
        Value::Array(values) => values.into_iter().map(plain).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use eventscape_core::track::METHODS;

    use super::super::{Job, read_job};
    use super::*;

    #[test]
    fn dates_of_toml_need_no_quotes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("job.toml");
        std::fs::write(&path, "start = 2008-05-31\nend = 2008-06-01T06:00:00Z\nvariable = 'sst'\n").unwrap();
        let job: Job = read_job(Some(&path), Map::new(), &METHODS).unwrap();
        let job = job.phenomenon;
        assert_eq!(job.start.map(|t| t.text()).as_deref(), Some("2008-05-31"));
        assert_eq!(job.end.map(|t| t.text()).as_deref(), Some("2008-06-01T06:00:00Z"));
    }
}
