//! How many requests a remote granule takes.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use eventscape_formats::Result;
use eventscape_formats::{ByteSource, MemoryBytes};
use eventscape_formats::{Granule, Granules, Hyperslab, OpenOptions};

use super::support::fixtures;

/// Bytes that cost a round trip.
struct Far {
    bytes: MemoryBytes,
    rounds: AtomicUsize,
    requests: AtomicUsize,
}

impl Far {
    fn new(file: &str) -> Arc<Self> {
        let bytes = std::fs::read(fixtures("formats").join(file)).unwrap();
        let bytes = MemoryBytes::new(format!("far://{file}"), bytes);
        Arc::new(Self { bytes, rounds: AtomicUsize::new(0), requests: AtomicUsize::new(0) })
    }

    fn taken(&self) -> (usize, usize) {
        (self.rounds.swap(0, Ordering::Relaxed), self.requests.swap(0, Ordering::Relaxed))
    }
}

impl ByteSource for Far {
    fn location(&self) -> &str {
        self.bytes.location()
    }
    fn len(&self) -> u64 {
        self.bytes.len()
    }
    fn version(&self) -> String {
        self.bytes.version()
    }
    fn is_remote(&self) -> bool {
        true
    }
    fn read_ranges(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.rounds.fetch_add(1, Ordering::Relaxed);
        let mut sorted = ranges.to_vec();
        sorted.sort_by_key(|r| r.start);
        let gaps = sorted.windows(2).filter(|w| w[1].start > w[0].end + (256 << 10)).count();
        self.requests.fetch_add(1 + gaps, Ordering::Relaxed);
        self.bytes.read_ranges(ranges)
    }
}

#[test]
fn a_granule_not_seen_before_takes_few_requests_and_a_known_one_only_those_for_data() {
    for (file, path) in [("old_layouts.h5", "deep"), ("layouts.h5", "btree2_deep"), ("cdf5.nc", "record_f8")] {
        let far = Far::new(file);
        let granules = Granules::new(4);
        let granule = granules.open(far.clone(), &OpenOptions::default()).unwrap();
        let slab = Hyperslab(granule.variable(path).unwrap().shape().iter().map(|len| len / 2..len / 2 + 1).collect());
        let first = granule.read(path, &slab).unwrap();
        let (_, requests) = far.taken();
        assert!(requests <= 9, "{file}: {requests} requests");

        let again = granules.open(far.clone(), &OpenOptions::default()).unwrap();
        assert_eq!(far.taken(), (0, 0), "{file}: opening a known granule asks for nothing");
        assert_eq!(again.read(path, &slab).unwrap(), first);
        assert_eq!(far.taken(), (1, 1), "{file}: reading from it asks for its data alone");
    }
}

#[test]
fn what_is_read_from_afar_is_what_is_read_nearby() {
    for file in ["filters.nc", "unlimited.nc", "layouts.h5", "cdf2.nc", "texts.nc"] {
        let far = Granule::open(Far::new(file), &OpenOptions::default()).unwrap();
        let near = super::support::open(&fixtures("formats").join(file));
        for variable in near.variables() {
            let all = Hyperslab::all(&variable.shape());
            let (far, near) = (far.read(&variable.path, &all), near.read(&variable.path, &all));
            assert_eq!(far.unwrap(), near.unwrap(), "{file}:{}", variable.path);
        }
    }
}
