//! Which format a file of outlines has, by its first bytes.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use eventscape_io::IoError;

use crate::{CatalogError, Result};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    GeoJson,
    GeoPackage,
    Shapefile,
    StormsCsv,
    StormsNetcdf,
}

/// The format and the size of a file.
pub(super) fn of(path: &Path) -> Result<(Format, u64)> {
    let location = path.display().to_string();
    if location.contains("://") {
        return Err(CatalogError::Request(format!(
            "`{location}` is not on this machine; outlines are read from local files: copy it here first"
        )));
    }
    let meta = std::fs::metadata(path).map_err(|source| unreadable(path, source))?;
    if !meta.is_file() {
        return Err(CatalogError::Request(format!(
            "`{location}` is not a file; give a GeoJSON, a GeoPackage, a shapefile (.shp) or an IBTrACS file"
        )));
    }
    let mut head = Vec::new();
    let file = File::open(path).map_err(|source| unreadable(path, source))?;
    file.take(64 << 10).read_to_end(&mut head).map_err(|source| unreadable(path, source))?;
    let format = told_by(&head).ok_or_else(|| {
        let reason = match &head[..] {
            [] => "it is empty",
            [b'P', b'K', ..] => "it is a ZIP archive; unpack it and give the file inside",
            _ => "it is none of GeoJSON, GeoPackage, shapefile (.shp), IBTrACS as CSV or netCDF by its first bytes",
        };
        CatalogError::granule(location, reason)
    })?;
    Ok((format, meta.len()))
}

fn told_by(head: &[u8]) -> Option<Format> {
    if head.starts_with(b"SQLite format 3\0") {
        return Some(Format::GeoPackage);
    }
    if head.starts_with(&[0, 0, 0x27, 0x0a]) {
        return Some(Format::Shapefile);
    }
    if head.starts_with(b"\x89HDF\r\n\x1a\n") || head.starts_with(b"CDF") {
        return Some(Format::StormsNetcdf);
    }
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let line: Vec<u8> = text.iter().copied().take_while(|byte| *byte != b'\n').collect();
    let columns = String::from_utf8_lossy(&line).to_ascii_uppercase();
    let has = |name: &str| columns.split(',').any(|column| column.trim().trim_matches('"') == name);
    if has("SID") && has("ISO_TIME") {
        return Some(Format::StormsCsv);
    }
    (text.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{')).then_some(Format::GeoJson)
}

/// A file that cannot be read.
pub(super) fn unreadable(path: &Path, source: std::io::Error) -> CatalogError {
    let location = path.display().to_string();
    if source.kind() == std::io::ErrorKind::NotFound {
        return CatalogError::granule(location, "there is no such file");
    }
    IoError::Io { action: "reading", location, source }.into()
}
