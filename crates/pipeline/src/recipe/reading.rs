//! What a PhDef job reads.

use std::path::{Path, PathBuf};

use eventscape_catalog::{Catalog, LevelChoice, Source, SubsetRequest, TimeOrder};
use eventscape_core::Expression;
use eventscape_core::grid::Domain;
use eventscape_io::credentials::Secret;

use crate::error::{PipelineError, Result};
use crate::job::{Job, PhenomenonKeys, RunningKeys, TextOrNumber, Texts};

/// What a job reads, and where it keeps scenes that it reads again.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) subset: SubsetRequest,
    pub(crate) cache: CacheChoice,
}

/// Where scenes are kept between passes and jobs.
#[derive(Clone, Debug)]
pub(crate) enum CacheChoice {
    Nowhere,
    Memory,
    /// In a folder; `None` where there is no home folder to put it in.
    Disk(Option<PathBuf>),
    Redis(Secret),
}

impl Reading {
    /// Understands the keys of a job.
    ///
    /// # Errors
    /// The key that is missing or wrong.
    pub(crate) fn of(job: &Job) -> Result<Self> {
        Ok(Self { subset: subset_request(job)?, cache: cache(&job.running)? })
    }
}

/// The catalogue with the additions of a file: entries of ours (TOML), or the reference's dictionary (JSON).
///
/// # Errors
/// What the catalogue says of the file.
pub fn load_catalog(file: Option<&Path>) -> Result<Catalog> {
    let catalog = Catalog::builtin()?;
    Ok(match file {
        Some(path) if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("json")) => {
            catalog.with_reference_dictionary(path)?
        }
        Some(path) => catalog.with_file(path)?,
        None => catalog,
    })
}

fn subset_request(job: &Job) -> Result<SubsetRequest> {
    let (source, keys) = (&job.source, &job.phenomenon);
    if keys.collection.is_none() && source.input.is_none() {
        return Err(PipelineError::job("collection", "name a collection, or give files with --input"));
    }
    let collection = match &keys.collection {
        Some(name) => Some(load_catalog(source.catalog.as_deref().map(Path::new))?.get(name)?.clone()),
        None => None,
    };
    let level = source.level.as_ref().map(|text| LevelChoice::parse(&text.text())).transpose()?;
    Ok(SubsetRequest {
        source: Source {
            collection,
            inputs: source.input.as_ref().map(Texts::list).unwrap_or_default(),
            root: source.root.clone(),
        },
        variables: variables(keys)?,
        start: keys.start.as_ref().map(TextOrNumber::text),
        end: keys.end.as_ref().map(TextOrNumber::text),
        domain: domain(keys)?,
        level,
        // the reference takes scenes and columns as they are listed
        order: if keys.tos2ca_compat { TimeOrder::AsListed } else { TimeOrder::Sorted },
        keep_repeated_meridian: keys.tos2ca_compat,
    })
}

/// The variables to read, the one that is described first.
fn variables(keys: &PhenomenonKeys) -> Result<Vec<String>> {
    let mut names: Vec<String> = keys.variable.iter().cloned().collect();
    if keys.operator.as_deref().is_some_and(|o| o.trim().eq_ignore_ascii_case("expression")) {
        let value = keys.value.as_ref().map(TextOrNumber::text);
        let value = value.ok_or_else(|| PipelineError::job("value", "give what the operator compares with"))?;
        for name in Expression::parse(&value)?.variables() {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    Ok(names)
}

fn cache(keys: &RunningKeys) -> Result<CacheChoice> {
    match keys.cache.as_deref().unwrap_or("memory") {
        "none" => Ok(CacheChoice::Nowhere),
        "memory" => Ok(CacheChoice::Memory),
        "disk" => Ok(CacheChoice::Disk(keys.cache_dir.as_ref().map(PathBuf::from).or_else(user_cache))),
        address if address.starts_with("redis://") || address.starts_with("rediss://") => {
            Ok(CacheChoice::Redis(Secret::new(address)))
        }
        // not repeated: an address with a mistake may hold a password
        _ => {
            let why = "it is none of memory, disk, none, redis://[:password@]host[:port], rediss://… (with TLS)";
            Err(PipelineError::job("cache", why))
        }
    }
}

/// The user's folder of scenes.
fn user_cache() -> Option<PathBuf> {
    let base = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")));
    base.map(|b| b.join("eventscape").join("scenes"))
}

/// The area of a job.
fn domain(keys: &PhenomenonKeys) -> Result<Domain> {
    match (&keys.bbox, &keys.polygon) {
        (Some(_), Some(_)) => Err(PipelineError::job("polygon", "give a box or a polygon, not both")),
        (Some(bbox), None) => {
            let [west, south, east, north] = bbox.numbers().map_err(|e| PipelineError::job("bbox", e))?;
            Ok(Domain::new_box(west, south, east, north)?)
        }
        (None, Some(text)) => Ok(Domain::parse_polygon(&polygon_text(text)?)?),
        (None, None) => Ok(Domain::Whole),
    }
}

/// The text of a polygon, or of the file that holds it.
fn polygon_text(text: &str) -> Result<String> {
    const LARGEST: u64 = 64 << 20;
    let is_text = text.contains(['(', '{']);
    if is_text {
        return Ok(text.to_owned());
    }
    let wrong = |why: String| PipelineError::job("polygon", format!("`{text}` {why}"));
    let size = std::fs::metadata(text).map_err(|e| wrong(format!("is neither WKT nor GeoJSON nor a file: {e}")))?.len();
    if size > LARGEST {
        return Err(wrong(format!("has {size} bytes; a polygon has at most {LARGEST}")));
    }
    std::fs::read_to_string(text).map_err(|e| wrong(format!("cannot be read: {e}")))
}
