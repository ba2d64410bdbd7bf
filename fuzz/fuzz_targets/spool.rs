//! Bytes of a spool file: sound scenes or an error, finished or not.
#![no_main]

use std::cell::LazyCell;

use eventscape_core::EventSource;
use eventscape_io::spool::{Spool, SpoolReader};
use libfuzzer_sys::fuzz_target;

thread_local! {
    static FOLDER: LazyCell<tempfile::TempDir> = LazyCell::new(|| tempfile::tempdir().expect("a folder"));
}

/// A file whose checksums are right around one record of the fuzzer's, so that it reaches what lies behind them.
fn around(record: &[u8]) -> Vec<u8> {
    let mut bytes = b"EVSPOOL\0\x01\0\0\0\0\0\0\0".to_vec();
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    let start = bytes.len() as u64;
    bytes.extend(b"SCN1");
    bytes.extend(crc32fast::hash(record).to_le_bytes());
    bytes.extend((record.len() as u64).to_le_bytes());
    bytes.extend(record);
    let index = bytes.len() as u64;
    let mut end = Vec::new();
    for n in [start, record.len() as u64, 0] {
        end.extend(n.to_le_bytes());
    }
    end.push(0);
    end.extend(1_u64.to_le_bytes());
    end.extend(index.to_le_bytes());
    end.extend(crc32fast::hash(&end).to_le_bytes());
    end.extend(b"EVSPEND\0");
    bytes.extend(end);
    bytes
}

fuzz_target!(|bytes: &[u8]| {
    FOLDER.with(|folder| {
        let path = folder.path().join("s");
        for file in [bytes.to_vec(), around(bytes)] {
            std::fs::write(&path, &file).expect("a file");
            let Ok(reader) = SpoolReader::open(&path) else { continue };
            for i in 0..reader.scenes().min(64) {
                let _ = reader.document(i);
                let Ok(scene) = reader.scene(i) else { continue };
                for component in &scene.components {
                    assert!(scene.cells_of(component).iter().all(|range| !range.is_empty()));
                    assert!(component.values.end <= scene.values.len());
                }
            }
        }
        std::fs::write(folder.path().join("s.part"), bytes).expect("a file");
        if let Ok(spool) = Spool::resume_file(&path, b"") {
            let scenes = spool.scenes();
            assert_eq!(spool.finish().expect("a spool").scenes(), scenes);
        }
    });
});
