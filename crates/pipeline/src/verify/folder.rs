//! The folder of a job, here or in a bucket: its manifest, and the files that lie in it.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use eventscape_io::IoError;
use eventscape_io::stores::{ByteSource, Location, Stores};

use crate::error::{PipelineError, Result};

const MANIFEST: &str = "-Manifest.json";
/// Manifests of a job of a hundred thousand files are smaller.
const LARGEST_MANIFEST: u64 = 256 << 20;
/// Folders and manifests that a message names.
const MOST_NAMED: usize = 20;

/// The folder of a job that is finished.
pub(super) struct Folder {
    stores: Stores,
    location: Location,
    /// The name of the manifest.
    pub(super) manifest: String,
    /// The names of all other files, ascending; those of folders in it have their path before them. Hidden ones are left out.
    pub(super) others: Vec<String>,
}

impl Folder {
    /// Looks for the manifest of a job.
    ///
    /// # Errors
    /// [`PipelineError::Job`] for a place that is not the folder of one finished job; failures to list it.
    pub(super) fn open(place: &str, stores: &Stores) -> Result<Self> {
        let wrong = |why: String| PipelineError::job(format!("`{place}`"), why);
        let location = Location::parse(place)?;
        match &location {
            Location::Local(path) if path.is_file() => {
                return Err(wrong("it is a file; give the folder of a job".to_owned()));
            }
            Location::Local(path) if !path.is_dir() => return Err(wrong("there is no such folder".to_owned())),
            Location::Local(path) if crate::run::is_unfinished(path) => {
                return Err(wrong("the job is not finished; run it again, it goes on where it was".to_owned()));
            }
            Location::Http(_) => {
                return Err(wrong("a web server's folders cannot be listed; copy it first".to_owned()));
            }
            _ => {}
        }
        let names = match location.local_path() {
            // it may be a folder with far more in it than a job
            Some(path) => two_levels(path)?,
            None => names_below(&location, stores)?,
        };
        let manifests: Vec<&String> = names.iter().filter(|name| name.ends_with(MANIFEST)).collect();
        let (below, in_it): (Vec<&String>, Vec<&String>) = manifests.into_iter().partition(|name| name.contains('/'));
        let manifest = match in_it.as_slice() {
            [one] => (*one).clone(),
            [] => {
                let folders =
                    below.iter().filter_map(|name| name.split_once('/')).map(|(folder, _)| location.join(folder));
                let folders: Vec<String> = folders.map(|folder| folder.to_string()).take(MOST_NAMED).collect();
                return Err(wrong(match folders.is_empty() {
                    true => {
                        "it has no manifest (`<job>-Manifest.json`): it is not the folder of a finished job".to_owned()
                    }
                    false => format!("it is not a job's folder but holds jobs: name {}", folders.join(" ")),
                }));
            }
            several => {
                let names: Vec<&str> = several.iter().take(MOST_NAMED).map(|name| name.as_str()).collect();
                return Err(wrong(format!("it holds several manifests ({}); a job has one", names.join(", "))));
            }
        };
        let is_shown = |name: &String| *name != manifest && !name.split('/').any(|part| part.starts_with('.'));
        let mut others: Vec<String> = names_below(&location, stores)?.into_iter().filter(is_shown).collect();
        others.sort();
        Ok(Self { stores: stores.clone(), location, manifest, others })
    }

    /// The folder as it was given.
    pub(super) fn location(&self) -> String {
        self.location.to_string()
    }

    /// The bytes of the manifest; `None` where it is larger than any.
    pub(super) fn manifest(&self) -> Result<Option<Vec<u8>>> {
        let source = self.stores.open(&self.location.join(&self.manifest))?;
        if source.len() > LARGEST_MANIFEST {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        source.read_into(0..source.len(), &mut bytes)?;
        Ok(Some(bytes))
    }

    /// A file, on this machine or brought to it; messages call it by its name alone.
    pub(super) fn fetch(&self, name: &str) -> std::result::Result<Arc<dyn ByteSource>, IoError> {
        let source = self.stores.fetch(&self.location.join(name))?;
        Ok(Arc::new(Named { name: name.to_owned(), source }))
    }
}

/// The names of the files in a folder of this machine and in its folders, as `<folder>/<name>`.
fn two_levels(root: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in entries(root)? {
        let name = entry.file_name().to_string_lossy().into_owned();
        match entry.path().is_dir() {
            false => names.push(name),
            // one that may not be read is no job of this user
            true => names.extend(
                entries(&entry.path())
                    .unwrap_or_default()
                    .iter()
                    .map(|inner| format!("{name}/{}", inner.file_name().to_string_lossy())),
            ),
        }
    }
    names.sort();
    Ok(names)
}

fn entries(folder: &Path) -> Result<Vec<std::fs::DirEntry>> {
    let failed = |source| IoError::Io { action: "reading", location: folder.display().to_string(), source };
    let entries = std::fs::read_dir(folder).map_err(failed)?;
    Ok(entries.collect::<std::io::Result<Vec<_>>>().map_err(failed)?)
}

/// The names of all files below a folder or a prefix.
fn names_below(location: &Location, stores: &Stores) -> Result<Vec<String>> {
    Ok(stores.list(location)?.iter().filter_map(|file| name_in(location, &file.location)).collect())
}

/// The name of a file in a folder, with the path from there.
fn name_in(folder: &Location, file: &Location) -> Option<String> {
    match (folder, file) {
        (Location::Local(folder), Location::Local(file)) => {
            Some(file.strip_prefix(folder).ok()?.to_string_lossy().into_owned())
        }
        (Location::Object { key: folder, .. }, Location::Object { key, .. }) => match folder.trim_end_matches('/') {
            "" => Some(key.clone()),
            folder => Some(key.strip_prefix(folder)?.strip_prefix('/')?.to_owned()),
        },
        _ => None,
    }
}

/// A file under its name in the folder: where the folder is, is not for everyone who asks.
struct Named {
    name: String,
    source: Arc<dyn ByteSource>,
}

impl ByteSource for Named {
    fn location(&self) -> &str {
        &self.name
    }

    fn len(&self) -> u64 {
        self.source.len()
    }

    fn version(&self) -> String {
        self.source.version()
    }

    fn is_remote(&self) -> bool {
        self.source.is_remote()
    }

    fn read_ranges(&self, ranges: &[Range<u64>]) -> eventscape_io::Result<Vec<Bytes>> {
        self.source.read_ranges(ranges)
    }

    fn read_into(&self, range: Range<u64>, buffer: &mut Vec<u8>) -> eventscape_io::Result<()> {
        self.source.read_into(range, buffer)
    }
}
