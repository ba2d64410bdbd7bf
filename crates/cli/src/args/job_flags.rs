//! The flags of a job, made from the JSON Schema of the job file, so that the two cannot differ.

use clap::{Arg, ArgAction, ArgMatches, Command};
use eventscape_pipeline::{CurationJob, Job, MaskFromJob, PipelineError, job_schema, read_keys};
use serde_json::{Map, Value};

/// Headings of the help with the keys under them; one that is in none would stand under the last.
type Groups = &'static [(&'static str, &'static [&'static str])];

const PHDEF_GROUPS: Groups = &[
    ("Input", &["collection", "input", "root", "catalog", "variable", "level", "bbox", "polygon", "start", "end"]),
    ("Phenomenon", &["operator", "value", "min_size", "min_area_km2", "connectivity", "fill_holes", "smooth"]),
    (
        "Tracking",
        &["tracker", "min_overlap", "max_gap", "tos2ca_compat", "warm_threshold", "cold_only", "max_size", "min_steps"],
    ),
    ("Products", &["out", "job_id", "title", "products", "no_plots", "tos2ca_names", "overwrite"]),
    ("Running", &["threads", "memory_limit", "cache", "cache_dir", "chunks", "chunk_steps", "chunk"]),
];

const CURATION_GROUPS: Groups = &[
    ("Events", &["phdef"]),
    ("Other data", &["collection", "input", "root", "catalog", "variable", "level"]),
    ("Regridding", &["margin", "method", "constant", "stationary", "tos2ca_compat"]),
    ("Swaths", &["time_window", "radius_km", "quality_flags"]),
    ("Products", &["out", "job_id", "title", "products", "overwrite"]),
    ("Running", &["threads", "memory_limit"]),
];

const MASK_FROM_GROUPS: Groups = &[
    ("Outlines", &["outlines", "kind", "layer", "only", "start", "end", "step", "open_days", "radius_of"]),
    ("Properties of polygons", &["time_property", "start_property", "end_property", "id_property", "name_property"]),
    ("Grid", &["resolution", "bbox", "grid_like"]),
    ("Products", &["out", "job_id", "title", "products", "overwrite"]),
    ("Running", &["threads", "memory_limit"]),
];

/// What a flag takes.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Switch,
    Integer,
    Number,
    List,
    Text,
}

/// The flags of a kind of job: one for each key of its schema.
pub(crate) struct JobFlags {
    schema: Value,
    groups: Groups,
}

impl JobFlags {
    /// Those of PhDef.
    pub(crate) fn phdef() -> Self {
        Self { schema: job_schema(), groups: PHDEF_GROUPS }
    }

    /// Those of curation.
    pub(crate) fn curation() -> Self {
        Self { schema: CurationJob::schema(), groups: CURATION_GROUPS }
    }

    /// Those of masks from outlines.
    pub(crate) fn mask_from() -> Self {
        Self { schema: MaskFromJob::schema(), groups: MASK_FROM_GROUPS }
    }

    /// Adds them to a command.
    pub(crate) fn add_to(&self, command: Command) -> Command {
        keys(&self.schema).fold(command, |command, (key, property)| command.arg(self.flag(key, property)))
    }

    /// The keys that a command line sets.
    ///
    /// # Errors
    /// Names the flag and says what it takes.
    pub(crate) fn table(&self, matches: &ArgMatches) -> Result<Map<String, Value>, PipelineError> {
        let mut table = Map::new();
        for (key, property) in keys(&self.schema) {
            if let Some(value) = value(matches, key, kind(key, property))? {
                table.insert(key.to_owned(), value);
            }
        }
        Ok(table)
    }

    fn flag(&self, key: &str, property: &Value) -> Arg {
        let help = property.get("description").and_then(Value::as_str).unwrap_or_default().replace('\n', " ");
        let (heading, order) = self.place(key);
        let arg =
            Arg::new(key.to_owned()).long(key.replace('_', "-")).help(help).help_heading(heading).display_order(order);
        match kind(key, property) {
            Kind::Switch => arg.action(ArgAction::SetTrue),
            Kind::List => arg.action(ArgAction::Append).num_args(1..).value_name("FILE|GLOB|URL"),
            Kind::Integer => arg.value_name("N").allow_hyphen_values(true),
            Kind::Number => arg.value_name("X").allow_hyphen_values(true),
            Kind::Text => arg.value_name(value_name(key)).allow_hyphen_values(true),
        }
    }

    /// The heading of a key and its order among all.
    fn place(&self, key: &str) -> (&'static str, usize) {
        let all = self.groups.iter().flat_map(|(heading, keys)| keys.iter().map(move |k| (*heading, *k)));
        let last = self.groups.last().map_or("", |(heading, _)| heading);
        all.enumerate()
            .find(|(_, (_, k))| *k == key)
            .map_or((last, usize::MAX), |(order, (heading, _))| (heading, order))
    }
}

/// The PhDef job that the flags of a command line spell.
///
/// # Errors
/// Names the flag and says what it takes.
pub(crate) fn job(matches: &ArgMatches) -> Result<Job, PipelineError> {
    let table = JobFlags::phdef().table(matches)?;
    let flag = |key: &str| format!("--{}", key.replace('_', "-"));
    read_keys(table).map_err(|wrong| PipelineError::Job { subject: flag(&wrong.key), reason: wrong.reason })
}

fn keys(schema: &Value) -> impl Iterator<Item = (&str, &Value)> {
    schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter(|(key, _)| !key.starts_with('$'))
        .map(|(key, property)| (key.as_str(), property))
}

fn kind(key: &str, property: &Value) -> Kind {
    let types: Vec<&str> = match property.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if types.contains(&"boolean") {
        Kind::Switch
    } else if types.contains(&"integer") {
        Kind::Integer
    } else if types.contains(&"number") {
        Kind::Number
    } else if key == "input" {
        Kind::List
    } else {
        Kind::Text
    }
}

fn value_name(key: &str) -> &'static str {
    match key {
        "bbox" => "W,S,E,N",
        "polygon" => "WKT|FILE",
        "start" | "end" => "TIME",
        "out" | "root" | "phdef" => "DIR|URL",
        "method" => "NAME",
        "collection" => "NAME",
        "variable" => "NAME",
        "operator" => "OP",
        "value" => "X",
        "level" => "VALUE|#INDEX",
        "tracker" => "fortracc|aux-geoir",
        "cache" => "memory|disk|none",
        "cache_dir" => "DIR",
        "products" => "LIST",
        "memory_limit" => "SIZE",
        "catalog" | "outlines" | "grid_like" => "FILE",
        "kind" => "auto|polygons|wildfires|cyclones",
        "only" => "NAMES",
        "step" => "TIME",
        "layer" => "NAME",
        property if property.ends_with("_property") => "NAME",
        _ => "TEXT",
    }
}

fn value(matches: &ArgMatches, key: &str, kind: Kind) -> Result<Option<Value>, PipelineError> {
    let wrong = |text: &str, what: &str| PipelineError::Job {
        subject: format!("--{}", key.replace('_', "-")),
        reason: format!("`{text}` is not {what}"),
    };
    if kind == Kind::Switch {
        return Ok(matches.get_flag(key).then_some(Value::Bool(true)));
    }
    if kind == Kind::List {
        return Ok(matches
            .get_many::<String>(key)
            .map(|values| Value::Array(values.map(|v| Value::from(v.as_str())).collect())));
    }
    let Some(text) = matches.get_one::<String>(key) else { return Ok(None) };
    Ok(Some(match kind {
        Kind::Integer => Value::from(text.trim().parse::<u64>().map_err(|_| wrong(text, "a whole number"))?),
        Kind::Number => {
            let number = text.trim().parse::<f64>().map_err(|_| wrong(text, "a number"))?;
            serde_json::Number::from_f64(number).map(Value::Number).ok_or_else(|| wrong(text, "a finite number"))?
        }
        _ => Value::from(text.as_str()),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_a_job_has_its_place_in_the_help() {
        for flags in [JobFlags::phdef(), JobFlags::curation(), JobFlags::mask_from()] {
            for (key, _) in keys(&flags.schema) {
                assert_ne!(flags.place(key).1, usize::MAX, "`{key}` is in no group");
            }
            let grouped: usize = flags.groups.iter().map(|(_, keys)| keys.len()).sum();
            assert_eq!(grouped, keys(&flags.schema).count());
        }
    }
}
