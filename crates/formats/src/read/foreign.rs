//! Files of formats that are not read, by their first bytes: what they are, and the way out.

use crate::source::ByteSource;

/// How much of a file is looked at.
const LOOKED_AT: u64 = 512;

/// What a file is, in words that go on after "it"; `None` where its first bytes do not tell.
pub(super) fn named(source: &dyn ByteSource) -> Option<&'static str> {
    let bytes = source.read_ranges(&[0..LOOKED_AT.min(source.len())]).ok()?;
    let head = bytes.first()?;
    let starts = |signature: &[u8]| head.starts_with(signature);
    let text = String::from_utf8_lossy(head).trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    if starts(b"GRIB") || (text.starts_with("grib")) {
        return Some("it is GRIB; turn it into netCDF, for example with `cdo -f nc4 copy`, or `grib_to_netcdf`");
    }
    if starts(b"\x0e\x03\x13\x01") {
        return Some("it is HDF4 (HDF-EOS 2); turn it into netCDF, for example with `ncl_convert2nc` or `h4toh5`");
    }
    if [&b"II*\0"[..], b"MM\0*", b"II+\0", b"MM\0+"].iter().any(|signature| starts(signature)) {
        return Some("it is a TIFF (GeoTIFF); turn it into netCDF, for example with `gdal_translate -of netCDF`");
    }
    if starts(b"BUFR") {
        return Some("it is BUFR; turn it into netCDF, for example with `bufr_dump` or ecCodes");
    }
    if starts(b"\x1f\x8b") {
        return Some("it is compressed with gzip; unpack it with `gunzip`");
    }
    if starts(b"BZh") {
        return Some("it is compressed with bzip2; unpack it with `bunzip2`");
    }
    if starts(b"\x28\xb5\x2f\xfd") {
        return Some("it is compressed with zstd; unpack it with `unzstd`");
    }
    if starts(b"PK\x03\x04") {
        return Some("it is a zip archive; unpack it (a zipped Zarr store, too)");
    }
    if starts(b"SQLite format 3") {
        return Some("it is an SQLite database (a GeoPackage?), not a file of fields");
    }
    if text.starts_with("<!doctype html") || text.starts_with("<html") {
        return Some(
            "it is an HTML page, such as a login or an error page that was saved in place of the data; download it anew, logged in",
        );
    }
    if text.starts_with("<?xml") {
        return Some("it is XML, such as an error message that was saved in place of the data");
    }
    if text.starts_with('{') {
        let is_references = text.contains("\"refs\"") || text.contains("\".zgroup\"") || text.contains(".zarray");
        return Some(if is_references {
            "it is a file of references (kerchunk); references are not read: name the files that it refers to"
        } else {
            "it is JSON, not a file of fields"
        });
    }
    None
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::{Granule, MemoryBytes, OpenOptions};

    #[test]
    fn files_of_other_formats_are_named() {
        for (bytes, name) in [
            (&b"<!DOCTYPE html>\n<html>"[..], "HTML"),
            (b"  <HTML><body>", "HTML"),
            (b"GRIB\0\0\0\x02", "GRIB"),
            (b"\x0e\x03\x13\x01\0\0", "HDF4"),
            (b"II*\0\x08", "TIFF"),
            (b"{\"version\": 1, \"refs\": {\".zgroup\": 1}}", "references"),
            (b"{\"a\": 1}", "JSON"),
            (b"\x1f\x8b\x08", "gzip"),
            (b"PK\x03\x04", "zip"),
            (b"", "empty"),
            (b"what is this", "no format that can be read"),
        ] {
            let source = Arc::new(MemoryBytes::new("x.nc", bytes.to_vec()));
            let error = Granule::open(source, &OpenOptions::default()).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains("x.nc"), "{name}: {error}");
        }
    }
}
