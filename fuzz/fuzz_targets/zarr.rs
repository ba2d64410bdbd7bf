//! Any metadata and chunk as a Zarr store: the input is split at its zero bytes into the files of a small store.

#![no_main]

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use eventscape_core::Values;
use eventscape_io::Result;
use eventscape_formats::{Granule, Hyperslab, OpenOptions, Packing};
use eventscape_io::stores::{Children, DirectorySource};
use libfuzzer_sys::fuzz_target;

struct Memory(BTreeMap<&'static str, Bytes>);

impl DirectorySource for Memory {
    fn location(&self) -> &str {
        "fuzz"
    }
    fn is_remote(&self) -> bool {
        false
    }
    fn get(&self, key: &str) -> Result<Option<Bytes>> {
        Ok(self.0.get(key).cloned())
    }
    fn size(&self, key: &str) -> Result<Option<u64>> {
        Ok(self.0.get(key).map(|bytes| bytes.len() as u64))
    }
    fn get_ranges(&self, key: &str, ranges: &[Range<u64>]) -> Result<Option<Vec<Bytes>>> {
        Ok(self.0.get(key).map(|bytes| {
            let cut = |at: u64| (at.min(bytes.len() as u64)) as usize;
            ranges.iter().map(|r| bytes.slice(cut(r.start)..cut(r.end).max(cut(r.start)))).collect()
        }))
    }
    fn children(&self, _: &str) -> Result<Children> {
        Ok(Children::default())
    }
    fn version(&self, key: &str) -> Result<Option<String>> {
        Ok(self.0.get(key).map(|bytes| bytes.len().to_string()))
    }
}

const KEYS: [&str; 7] = ["zarr.json", ".zarray", ".zattrs", ".zmetadata", "0", "c/0", "0.0"];

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(3, |b| *b == 0);
    let (Some(first), attributes, chunk) = (parts.next(), parts.next(), parts.next()) else { return };
    for kind in [0, 1, 3] {
        let mut files = BTreeMap::from([(KEYS[kind], Bytes::copy_from_slice(first))]);
        if let Some(attributes) = attributes {
            files.insert(".zattrs", Bytes::copy_from_slice(attributes));
        }
        for key in &KEYS[4..] {
            if let Some(chunk) = chunk {
                files.insert(key, Bytes::copy_from_slice(chunk));
            }
        }
        let options = OpenOptions { max_chunk_bytes: 1 << 20, max_read_bytes: 1 << 20 };
        let Ok(store) = Granule::open_directory(Arc::new(Memory(files)), &options) else { continue };
        for variable in store.variables() {
            let corner = Hyperslab(variable.shape().iter().map(|len| 0..(*len).min(8)).collect());
            let mut values = Values::F32(Vec::new());
            let _ = store.read(&variable.path, &corner);
            let _ = store.read_values(&variable.path, &corner, &Packing::from_attributes(variable), &mut values);
        }
    }
});
