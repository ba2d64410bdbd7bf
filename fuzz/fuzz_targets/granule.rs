//! Any bytes as a granule: opening it and reading all of it must end in data or an error.

#![no_main]

use std::sync::Arc;

use eventscape_core::Values;
use eventscape_formats::{Granule, Hyperslab, OpenOptions, Packing};
use eventscape_io::stores::MemoryBytes;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let options = OpenOptions { max_chunk_bytes: 1 << 20, max_read_bytes: 4 << 20 };
    let Ok(granule) = Granule::open(Arc::new(MemoryBytes::new("fuzz", bytes.to_vec())), &options) else { return };
    for variable in granule.variables() {
        let all = Hyperslab::all(&variable.shape());
        let mut values = Values::F32(Vec::new());
        let _ = granule.read(&variable.path, &all);
        let _ = granule.read_values(&variable.path, &all, &Packing::from_attributes(variable), &mut values);
    }
});
