//! What users may ask for: the keys of job files, but for those on which the service decides.

use std::path::Component;

use eventscape_core::grid::Domain;
use eventscape_core::track::{AuxGeoirOptions, METHODS};
use eventscape_io::stores::Location;
use eventscape_pipeline::{
    BoxText, CurationJob, Doors, Job, JobTable, SourceKeys, TextOrNumber, Texts, WrongKey, canonical_keys,
    check_curation, check_job,
};
use serde_json::{Map, Value};

use super::{JobStage, area};
use crate::error::{Result, ServiceError};

/// Most bytes of a request that is kept: a TEXT column of MySQL holds 65,535.
const LARGEST: usize = 60_000;
/// Chunks that a job may be cut into.
const MOST_CHUNKS: u32 = 1000;
/// Keys on which the service decides.
pub(crate) const SERVICE_KEYS: [&str; 11] = [
    "out",
    "job_id",
    "chunk",
    "chunk_steps",
    "cache",
    "cache_dir",
    "catalog",
    "root",
    "overwrite",
    "threads",
    "memory_limit",
];

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum JobRequest {
    /// Find and follow a phenomenon.
    Phdef(Box<Job>),
    /// Gather other data inside the events of a PhDef job, given by its number.
    Curation(i64, Box<CurationJob>),
}

/// Which files users may name.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Folders and beginnings of URLs below which inputs may lie.
    pub inputs: Vec<String>,
    /// Beginnings of addresses that may be told of the ends of jobs.
    pub webhooks: Vec<String>,
    /// A file of further collections.
    pub catalog: Option<String>,
    /// The kinds that jobs can name; trackers are those of [`eventscape_core::track::METHODS`] alone.
    pub doors: Doors,
}

impl JobRequest {
    /// Reads a request: the keys of a job file as JSON; of curation `phdef` is the number of a job.
    ///
    /// # Errors
    /// A key that is unknown, of the wrong kind, or the service's own; an input outside of what `policy` allows.
    pub fn read(stage: JobStage, keys: Map<String, Value>, policy: &Policy) -> Result<Self> {
        let mut keys = canonical_keys(keys).map_err(told)?;
        if let Some((key, _)) = keys.iter().find(|(_, value)| has_nul(value)) {
            return Err(ServiceError::Request(format!("{key}: it has a character U+0000, which no text may have")));
        }
        if let Some(key) = SERVICE_KEYS.iter().find(|key| keys.contains_key(**key)) {
            let meant = if *key == "chunk" { " (did you mean `chunks`?)" } else { "" };
            return Err(ServiceError::Request(format!(
                "`{key}` is not for users to choose: the service decides on it{meant}"
            )));
        }
        match stage {
            JobStage::Phdef => {
                let job: Job = read(keys)?;
                policy.check(job.source.input.as_ref())?;
                if let Some(polygon) = &job.phenomenon.polygon
                    && !is_text_of_polygon(polygon)
                {
                    return Err(ServiceError::Request("polygon: give it as WKT or GeoJSON, not as a file".to_owned()));
                }
                if let Some(chunks) = job.running.chunks
                    && !(1..=MOST_CHUNKS).contains(&chunks)
                {
                    return Err(ServiceError::Request(format!("chunks: {chunks} is not between 1 and {MOST_CHUNKS}")));
                }
                if job.phenomenon.collection.is_none() && job.source.input.is_none() {
                    return Err(ServiceError::Request("name a `collection`, or files as `input`".to_owned()));
                }
                let source = SourceKeys { catalog: policy.catalog.clone(), ..job.source.clone() };
                let with_catalog = Job { source, ..job.clone() };
                check_job(&with_catalog, &policy.doors).map_err(|e| ServiceError::Request(e.to_string()))?;
                Ok(Self::Phdef(Box::new(job)))
            }
            JobStage::Curation => {
                let phdef = keys.remove("phdef").and_then(|value| number(&value)).ok_or_else(|| {
                    ServiceError::Request(
                        "phdef: give the number of the PhDef job whose events to look into".to_owned(),
                    )
                })?;
                let job: CurationJob = read(keys)?;
                check_curation(&job, &policy.doors).map_err(|e| ServiceError::Request(e.to_string()))?;
                policy.check(job.source.input.as_ref())?;
                if job.curation.collection.as_ref().map(Texts::names).is_some_and(|names| names.len() > 1) {
                    return Err(ServiceError::Request("collection: submit one job for each collection".to_owned()));
                }
                if job.curation.collection.is_none() && job.source.input.is_none() {
                    return Err(ServiceError::Request("name a `collection`, or files as `input`".to_owned()));
                }
                Ok(Self::Curation(phdef, Box::new(job)))
            }
        }
    }

    /// Reads what the database keeps.
    ///
    /// # Errors
    /// A request of another version of the program.
    pub fn of_stored(stage: JobStage, phdef: Option<i64>, text: &str) -> Result<Self> {
        let old = |e: serde_json::Error| {
            ServiceError::Conflict(format!("its request cannot be read any more ({e}); submit it again"))
        };
        Ok(match stage {
            JobStage::Phdef => Self::Phdef(serde_json::from_str(text).map_err(old)?),
            JobStage::Curation => {
                let phdef = phdef.ok_or_else(|| ServiceError::Internal("a curation job without events".to_owned()))?;
                Self::Curation(phdef, serde_json::from_str(text).map_err(old)?)
            }
        })
    }

    /// As the database keeps it.
    ///
    /// # Errors
    /// Too large.
    pub fn to_stored(&self) -> Result<String> {
        let text = match self {
            Self::Phdef(job) => serde_json::to_string(job),
            Self::Curation(_, job) => serde_json::to_string(job),
        };
        let text = text.map_err(|e| ServiceError::Internal(format!("a request cannot be written down: {e}")))?;
        if text.len() > LARGEST {
            let why = format!("the request has {} bytes; {LARGEST} are the most (a simpler polygon?)", text.len());
            return Err(ServiceError::Request(why));
        }
        Ok(text)
    }

    /// Its stage.
    #[must_use]
    pub fn stage(&self) -> JobStage {
        match self {
            Self::Phdef(_) => JobStage::Phdef,
            Self::Curation(..) => JobStage::Curation,
        }
    }

    pub(crate) fn phdef(&self) -> Option<i64> {
        match self {
            Self::Phdef(_) => None,
            Self::Curation(phdef, _) => Some(*phdef),
        }
    }

    pub(crate) fn chunks(&self) -> u32 {
        match self {
            Self::Phdef(job) => job.running.chunks.filter(|n| *n > 1).unwrap_or(0),
            Self::Curation(..) => 0,
        }
    }

    pub(crate) fn dataset(&self) -> String {
        let (collection, input) = match self {
            Self::Phdef(job) => (job.phenomenon.collection.clone(), job.source.input.as_ref()),
            Self::Curation(_, job) => {
                (job.curation.collection.as_ref().map(|c| c.names().join(",")), job.source.input.as_ref())
            }
        };
        collection.or_else(|| input.map(|i| i.list().join(","))).unwrap_or_default()
    }

    pub(crate) fn variable(&self) -> String {
        match self {
            Self::Phdef(job) => job.phenomenon.variable.clone().unwrap_or_default(),
            Self::Curation(_, job) => job.curation.variable.as_ref().map(|v| v.names().join(",")).unwrap_or_default(),
        }
    }

    pub(crate) fn title(&self) -> Option<String> {
        match self {
            Self::Phdef(job) => job.output.title.clone(),
            Self::Curation(_, job) => job.output.title.clone(),
        }
    }

    /// Says in the title which job of TOS2CA it is.
    pub(crate) fn name_origin(&mut self, number: i64) {
        let title = match self {
            Self::Phdef(job) => &mut job.output.title,
            Self::Curation(_, job) => &mut job.output.title,
        };
        let origin = format!("TOS2CA job {number}");
        *title = Some(title.take().map_or_else(|| origin.clone(), |text| format!("{text} ({origin})")));
    }

    /// First and last time, as they were given.
    pub(crate) fn span(&self) -> (Option<String>, Option<String>) {
        match self {
            Self::Phdef(job) => {
                let keys = &job.phenomenon;
                (keys.start.as_ref().map(TextOrNumber::text), keys.end.as_ref().map(TextOrNumber::text))
            }
            Self::Curation(..) => (None, None),
        }
    }

    /// The area as WKT: the polygon that was given, or the box as one. `None` for a job of the whole of its files.
    pub(crate) fn area(&self) -> Option<String> {
        let Self::Phdef(job) = self else { return None };
        let keys = &job.phenomenon;
        if let Some(text) = &keys.polygon {
            return Some(match Domain::parse_polygon(text) {
                Ok(Domain::Polygons(polygons)) => area::of_polygons(&polygons),
                // what an older version took is shown as it is
                _ => text.clone(),
            });
        }
        keys.bbox.as_ref().and_then(|bbox| BoxText::numbers(bbox).ok()).map(area::of_box)
    }

    /// The tracker by TOS2CA's name, and of AUX-GEOIR the warm threshold in K and whether clusters grow into it. TOS2CA knows no
    /// other tracker than these.
    pub(crate) fn tracker(&self) -> Option<(&str, Option<(f64, bool)>)> {
        let Self::Phdef(job) = self else { return None };
        Some(match job.phenomenon.tracker.as_deref() {
            Some("aux-geoir") => {
                let warm = job.method.get("warm_threshold").and_then(Value::as_f64);
                let cold_only = job.method.get("cold_only").and_then(Value::as_bool).unwrap_or_default();
                ("auxgeoir", Some((warm.unwrap_or(AuxGeoirOptions::default().warm_kelvin), !cold_only)))
            }
            other => (other.unwrap_or("fortracc"), None),
        })
    }

    /// Operator and value.
    pub(crate) fn condition(&self) -> (Option<String>, Option<String>) {
        match self {
            Self::Phdef(job) => {
                (job.phenomenon.operator.clone(), job.phenomenon.value.as_ref().map(TextOrNumber::text))
            }
            Self::Curation(..) => (None, None),
        }
    }
}

impl Policy {
    /// Whether all inputs may be read.
    fn check(&self, inputs: Option<&Texts>) -> Result<()> {
        for input in inputs.map(Texts::list).unwrap_or_default() {
            if !self.inputs.iter().any(|root| is_below(&input, root)) {
                if Location::parse(&input).is_ok_and(|place| place.to_string().split('/').any(|part| part == "..")) {
                    return Err(ServiceError::Request(format!("input: write `{input}` without `..`")));
                }
                let why = if self.inputs.is_empty() { "none may be".to_owned() } else { self.inputs.join(", ") };
                return Err(ServiceError::Request(format!(
                    "input: `{input}` may not be read here; what lies below these may: {why}"
                )));
            }
        }
        Ok(())
    }
}

/// Whether a text is a polygon itself, WKT or GeoJSON, and not the name of a file.
fn is_text_of_polygon(text: &str) -> bool {
    let text = text.trim_start().to_ascii_uppercase();
    let ring = text.strip_prefix("MULTI").unwrap_or(&text).strip_prefix("POLYGON");
    text.starts_with('{') || ring.is_some_and(|rest| rest.trim_start().starts_with('('))
}

/// Whether an input lies below a folder, a prefix of a bucket or a web address; no way up is allowed, however it is written.
pub(crate) fn is_below(input: &str, root: &str) -> bool {
    let (Ok(input), Ok(root)) = (Location::parse(input), Location::parse(root)) else { return false };
    match (&input, &root) {
        (Location::Local(input), Location::Local(root)) => {
            let leads_up = |part: Component<'_>| match part {
                Component::ParentDir => true,
                // a pattern such as `.?` may match `..`
                Component::Normal(name) => {
                    let name = name.to_string_lossy();
                    name.starts_with('.') && name.contains(['*', '?', '['])
                }
                _ => false,
            };
            let (input, root) = (std::path::absolute(input), std::path::absolute(root));
            input.is_ok_and(|input| !input.components().any(leads_up) && root.is_ok_and(|root| input.starts_with(root)))
        }
        (Location::Object { bucket, key }, Location::Object { bucket: own, key: root }) => {
            bucket == own && is_key_below(key, root)
        }
        (Location::Http(input), Location::Http(root)) => {
            // what servers may make of a path once they have decoded it
            let decoded = input.as_url().path().to_ascii_lowercase();
            let decoded = decoded.replace("%2e", ".").replace("%2f", "/").replace("%5c", "/");
            input.as_url().origin() == root.as_url().origin()
                && !decoded.split('/').any(|part| part == "..")
                && is_key_below(input.as_url().path(), root.as_url().path())
        }
        _ => false,
    }
}

fn is_key_below(key: &str, root: &str) -> bool {
    let root = root.trim_end_matches('/');
    root.is_empty() || key.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(has_nul),
        Value::Object(map) => map.iter().any(|(key, value)| key.contains('\0') || has_nul(value)),
        _ => false,
    }
}

fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|n| *n > 0)
}

fn read<T: JobTable>(keys: Map<String, Value>) -> Result<T> {
    T::read(keys, &METHODS).map_err(told)
}

fn told(wrong: WrongKey) -> ServiceError {
    ServiceError::Request(format!("{}: {}", wrong.key, wrong.reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        Policy {
            inputs: ["/data", "s3://bucket/open", "https://example.org/open/"].map(str::to_owned).to_vec(),
            ..Policy::default()
        }
    }

    fn read(stage: JobStage, keys: Value) -> Result<JobRequest> {
        let Value::Object(keys) = keys else { panic!("an object") };
        JobRequest::read(stage, keys, &policy())
    }

    #[test]
    fn inputs_lie_below_what_is_allowed() {
        for (input, is_fine) in [
            ("/data/a.nc", true),
            ("/data/x/*.nc", true),
            ("/database/a.nc", false),
            ("/data/../etc/passwd", false),
            ("/etc/passwd", false),
            ("s3://bucket/open/a.nc", true),
            ("s3://bucket/opened/a.nc", false),
            ("s3://bucket/open/../closed/a.nc", false),
            ("http://169.254.169.254/latest", false),
            ("file:///etc/passwd", false),
            ("file:///data/a.nc", true),
            ("file:///data/%2e%2e/etc/passwd", false),
            ("/data/.?/etc/passwd", false),
            ("/data/.*/etc/passwd", false),
            ("/data/.[.]/etc/passwd", false),
            ("/data/**/[a-c]?.nc", true),
            ("/data*/a.nc", false),
            ("s3://bucket/*/a.nc", false),
            ("S3://bucket/open/a.nc", true),
            ("gs://bucket/open/a.nc", false),
            ("https://example.org/open/a.nc?x=1", true),
            ("https://example.org/open/%2e%2e/a.nc", false),
            ("https://example.org/open/.\t./a.nc", false),
            ("https://example.org/open/..%2fa.nc", false),
            ("https://example.org/open\\..\\a.nc", false),
            ("https://example.org/opened/a.nc", false),
            ("https://example.org:8443/open/a.nc", false),
            ("http://example.org/open/a.nc", false),
            ("https://example.org@evil.net/open/a.nc", false),
            ("https://example.org.evil.net/open/a.nc", false),
        ] {
            let condition = serde_json::json!({"input": input, "variable": "t", "operator": "lessThan", "value": 1});
            let found = read(JobStage::Phdef, condition);
            assert_eq!(found.is_ok(), is_fine, "{input}: {found:?}");
        }
    }

    #[test]
    fn what_the_service_decides_on_is_refused() {
        for key in SERVICE_KEYS {
            let error =
                read(JobStage::Phdef, serde_json::json!({"collection": "A", key: "x"})).unwrap_err().to_string();
            assert!(error.contains(key), "{error}");
        }
        for polygon in ["/etc/passwd", "polygon.json", "POLYGON", "multipolygon.wkt"] {
            let error = read(JobStage::Phdef, serde_json::json!({"collection": "A", "polygon": polygon})).unwrap_err();
            assert!(error.to_string().contains("polygon"), "{error}");
        }
        let fine = serde_json::json!({"collection": "GPM_MERGIR", "variable": "Tb", "operator": "lessThan", "value": 235,
            "polygon": "Polygon ((0 0, 1 0, 1 1, 0 0))"});
        assert!(read(JobStage::Phdef, fine).is_ok());
        for key in ["title", "variable", "value"] {
            let error = read(JobStage::Phdef, serde_json::json!({"collection": "A", key: "a\0b"})).unwrap_err();
            assert!(error.to_string().starts_with(key), "{error}");
        }
        let error = read(JobStage::Phdef, serde_json::json!({"collection": "A", "chunks": 0})).unwrap_err();
        assert!(error.to_string().contains("chunks"), "{error}");
    }

    #[test]
    fn keys_may_be_written_with_either_dash() {
        let keys = |name: &str| serde_json::json!({"input": "/data/a.nc", "variable": "t", "operator": "lessThan", "value": 1, name: 5});
        assert_eq!(read(JobStage::Phdef, keys("min-size")).unwrap(), read(JobStage::Phdef, keys("min_size")).unwrap());
        let mut twice = keys("min-size");
        twice["min_size"] = 6.into();
        let error = read(JobStage::Phdef, twice).unwrap_err().to_string();
        assert!(error.starts_with("min") && error.contains("twice"), "{error}");
        let error = read(JobStage::Phdef, serde_json::json!({"collection": "A", "memory-limit": "1GB"})).unwrap_err();
        assert!(error.to_string().contains("the service decides"), "{error}");
    }

    #[test]
    fn areas_are_closed_polygons_and_those_across_the_date_line_are_small() {
        let area = |key: &str, value: Value| {
            let keys = serde_json::json!({"input": "/data/a.nc", "variable": "t", "operator": "lessThan", "value": 1, key: value});
            read(JobStage::Phdef, keys).unwrap().area().unwrap()
        };
        assert_eq!(
            area("bbox", serde_json::json!([-70, -20, -30, 5])),
            "POLYGON((-70 -20,-70 5,-30 5,-30 -20,-70 -20))"
        );
        assert_eq!(area("bbox", "170,-5,-170,5".into()), "POLYGON((170 -5,170 5,190 5,190 -5,170 -5))");
        let ring = "POLYGON((0 0,1.5 0,1 1,0 0))";
        assert_eq!(area("polygon", "Polygon (( 0 0, 1.5 0,1 1 , 0 0))".into()), ring);
        let geojson = r#"{"type": "Polygon", "coordinates": [[[0, 0], [1.5, 0], [1, 1], [0, 0]]]}"#;
        assert_eq!(area("polygon", geojson.into()), ring);
    }

    #[test]
    fn a_request_comes_back_from_the_database_as_it_was() {
        let keys = serde_json::json!({"phdef": "7", "collection": "A", "variable": "a,b", "margin": 0.1});
        let request = read(JobStage::Curation, keys).unwrap();
        let stored = request.to_stored().unwrap();
        assert_eq!(JobRequest::of_stored(JobStage::Curation, Some(7), &stored).unwrap(), request);
        assert_eq!((request.phdef(), request.variable().as_str()), (Some(7), "a,b"));
    }
}
