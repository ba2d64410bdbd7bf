//! Size and version of granules, without reading them.

use eventscape_io::stores::{Location, Stores};

use crate::Result;

/// What tells one state of a granule from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stat {
    pub(crate) size: Option<u64>,
    pub(crate) version: String,
}

/// The documents of a Zarr store and of an array in it, which change when an array grows or is defined anew.
const OF_STORE: [&str; 4] = ["zarr.json", ".zmetadata", ".zgroup", ".zarray"];
const OF_ARRAY: [&str; 2] = ["zarr.json", ".zarray"];

impl Stat {
    /// Asks the store. The version of a Zarr store is that of its metadata and of its arrays': a chunk that is overwritten
    /// in place does not show.
    pub(crate) fn of(stores: &Stores, location: &Location) -> Result<Self> {
        if is_folder(location) {
            let folder = stores.open_directory(location)?;
            let mut versions = Vec::new();
            for name in OF_STORE {
                versions.extend(folder.version(name)?);
            }
            // consolidated metadata tell of all arrays at once
            if folder.version(".zmetadata")?.is_none() {
                for array in folder.children("")?.folders {
                    for name in OF_ARRAY {
                        versions.extend(folder.version(&format!("{array}/{name}"))?);
                    }
                }
            }
            return Ok(Self { size: None, version: versions.join("+") });
        }
        let stat = stores.stat(location)?;
        Ok(Self { size: Some(stat.size), version: stat.version })
    }
}

/// Whether a location is a folder of files (a Zarr store) rather than one file.
pub(crate) fn is_folder(location: &Location) -> bool {
    let by_name = location.name().rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("zarr"));
    by_name || location.local_path().is_some_and(std::path::Path::is_dir)
}
