//! Products that are read back: the manifest, the structure of netCDF files, pictures, and the reference's mask file.
#![no_main]

use std::io::Cursor;
use std::sync::Arc;

use eventscape_core::time::Calendar;
use eventscape_formats::{Granule, OpenOptions};
use eventscape_io::stores::MemoryBytes;
use eventscape_formats::write::check_structure;
use eventscape_products::read::{MaskFile, read_gif, read_png};
use eventscape_products::{listed_files, read_manifest};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = listed_files(bytes);
    let _ = read_manifest(bytes);
    let _ = check_structure(&mut Cursor::new(bytes));
    let _ = read_png(Cursor::new(bytes));
    let _ = read_gif(bytes);
    let options = OpenOptions { max_chunk_bytes: 1 << 20, max_read_bytes: 4 << 20 };
    let Ok(granule) = Granule::open(Arc::new(MemoryBytes::new("fuzz", bytes.to_vec())), &options) else { return };
    let Ok(masks) = MaskFile::open(granule, Calendar::Standard) else { return };
    assert_eq!(masks.times().len(), masks.stamps().len());
    let _ = masks.attribute("job_id");
    let (ny, nx) = (masks.grid().ny(), masks.grid().nx());
    for index in 0..masks.times().len().min(16) {
        for event in masks.events(index).unwrap_or_default() {
            assert!(event.id > 0);
            assert!(event.cells.iter().all(|(row, column)| (*row as usize) < ny && (*column as usize) < nx));
        }
    }
});
