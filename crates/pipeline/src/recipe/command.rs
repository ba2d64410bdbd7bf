//! The command line that does a job again.

use serde::Serialize;
use serde_json::Value;

/// `eventscape <command>` with a flag for each key that the job sets, quoted for a shell.
pub(crate) fn command_line(command: &str, job: &impl Serialize) -> String {
    let mut words = vec![format!("eventscape {command}")];
    if let Ok(Value::Object(keys)) = serde_json::to_value(job) {
        for (key, value) in keys {
            let flag = format!("--{}", key.replace('_', "-"));
            match &value {
                Value::Bool(_) => words.push(flag),
                Value::Array(items) if key == "bbox" => {
                    let numbers: Vec<String> = items.iter().map(quoted).collect();
                    words.push(format!("{flag}={}", numbers.join(",")));
                }
                Value::Array(items) => {
                    words.push(flag);
                    words.extend(items.iter().map(quoted));
                }
                one => words.push(format!("{flag}={}", quoted(one))),
            }
        }
    }
    words.join(" ")
}

fn quoted(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "_-.,:/+".contains(c));
    if plain && !text.is_empty() { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}
