//! The data files of a folder that has them only in its subfolders, such as `2015/08/…`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use eventscape_formats::{Format, is_data_name};

use crate::{IoError, Result};

/// Folders within folders that are searched.
const MOST_LEVELS: usize = 32;
/// A search ends here: it was begun too far up.
const MOST_ENTRIES: usize = 1_000_000;

/// Whether a name marks its folder as that of a job: what a job made is not taken for its input.
fn marks_a_job(name: &str) -> bool {
    name == ".work" || name.starts_with(".eventscape-") || name.ends_with("-Manifest.json")
}

/// The data files and Zarr stores below a local folder at any depth. Hidden ones and those of our jobs are passed over;
/// links to folders are followed, each folder once.
pub(super) fn local(root: &Path, formats: &[&Format], is_zarr: impl Fn(&Path) -> bool) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let mut entries = 0;
    let mut waiting = vec![(root.to_owned(), 0)];
    while let Some((folder, depth)) = waiting.pop() {
        let failed = |source| IoError::Io { action: "reading", location: folder.display().to_string(), source };
        if depth > MOST_LEVELS || !seen.insert(folder.canonicalize().map_err(failed)?) {
            continue;
        }
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        let mut ours = false;
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            entries += 1;
            if entries > MOST_ENTRIES {
                return Err(too_many(&root.display().to_string()));
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            ours |= depth > 0 && marks_a_job(&name);
            let path = if folder == Path::new(".") { entry.file_name().into() } else { entry.path() };
            match name.starts_with('.') {
                true => {}
                false if path.is_dir() && !is_zarr(&path) => folders.push((path, depth + 1)),
                false if is_data_name(formats, &name) || path.is_dir() => files.push(path),
                false => {}
            }
        }
        if !ours {
            found.extend(files);
            waiting.extend(folders);
        }
    }
    Ok(found)
}

/// The same of the keys of all objects below a prefix, in their order. `zarr_root` tells the store that a key lies in.
pub(super) fn objects<'a>(
    keys: &[&'a str],
    prefix: &str,
    formats: &[&Format],
    zarr_root: impl Fn(&'a str) -> Option<&'a str>,
) -> Result<Vec<&'a str>> {
    if keys.len() > MOST_ENTRIES {
        return Err(too_many(prefix));
    }
    let split = |key: &'a str| key.rsplit_once('/').unwrap_or(("", key));
    let ours: BTreeSet<&str> =
        keys.iter().map(|k| split(k)).filter(|(_, name)| marks_a_job(name)).map(|(f, _)| f).collect();
    let depth = prefix.trim_end_matches('/').len();
    let mut found: Vec<&str> = Vec::new();
    for key in keys {
        let key = zarr_root(key).unwrap_or(key);
        let (folder, name) = split(key);
        let inside = key.get(depth..).unwrap_or_default();
        let hidden = inside.split('/').any(|part| part.starts_with('.'));
        let made = folder.len() > depth && ours.iter().any(|f| folder == *f || folder.starts_with(&format!("{f}/")));
        if is_data_name(formats, name) && !hidden && !made && found.last() != Some(&key) {
            found.push(key);
        }
    }
    Ok(found)
}

/// What is said of a folder without any data file.
pub(super) fn nothing(location: &str, formats: &[&Format]) -> IoError {
    let mut endings: Vec<String> = Vec::new();
    for ending in formats.iter().flat_map(|format| format.endings).map(|e| format!(".{e}")) {
        if !endings.contains(&ending) {
            endings.push(ending);
        }
    }
    IoError::Selection {
        location: location.to_owned(),
        message: format!(
            "there is no data file ({}), at any depth; name the files, or give a pattern such as `**/*.dat`,",
            endings.join(" ")
        ),
    }
}

fn too_many(location: &str) -> IoError {
    IoError::Location {
        location: location.to_owned(),
        reason: format!("more than {MOST_ENTRIES} files lie below it; name a folder further down, or a pattern"),
    }
}
