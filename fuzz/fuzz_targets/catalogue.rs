//! Files of collections (TOML, JSON, the reference's dictionaries), patterns of granules' names, and levels.
#![no_main]

use std::cell::LazyCell;

use eventscape_catalog::{Catalog, LevelChoice, NamePattern};
use eventscape_core::Timestamp;
use eventscape_core::time::Calendar;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static FOLDER: LazyCell<tempfile::TempDir> = LazyCell::new(|| tempfile::tempdir().expect("a folder"));
    static BUILTIN: LazyCell<Catalog> = LazyCell::new(|| Catalog::builtin().expect("our own entries"));
}

fuzz_target!(|bytes: &[u8]| {
    for name in ["c.toml", "c.json"] {
        let path = FOLDER.with(|folder| folder.path().join(name));
        std::fs::write(&path, bytes).expect("a file");
        let builtin = BUILTIN.with(|catalog| (**catalog).clone());
        if let Ok(catalog) = builtin.with_file(&path) {
            for entry in catalog.list() {
                assert!(!entry.id.is_empty() && catalog.get(&entry.id).is_ok());
            }
        }
        if name == "c.json" {
            let _ = BUILTIN.with(|catalog| (**catalog).clone()).with_reference_dictionary(&path);
        }
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = LevelChoice::parse(text);
    let (pattern, name) = text.split_once('\n').unwrap_or((text, text));
    if let Ok(pattern) = NamePattern::parse(pattern) {
        let time = Timestamp::from_micros(Calendar::Standard, 1_577_836_800_000_000);
        let _ = (pattern.date(name), pattern.directory(time), pattern.date(&pattern.name(time)));
    }
});
