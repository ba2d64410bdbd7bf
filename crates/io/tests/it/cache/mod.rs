//! The scene cache: the suite on each store, eviction, damage, several processes; and its format against hostile bytes.

mod format;
mod limits;
#[cfg(feature = "redis")]
mod redis;

use std::path::{Path, PathBuf};

use eventscape_core::time::Calendar;
use eventscape_core::{ErrorKind, Scene, Timestamp, Values};
use eventscape_io::cache::{DiskCache, MemoryCache, SceneCache, SceneKey, cache_suite};

fn key(n: usize) -> SceneKey {
    SceneKey::of(&[("n", &n.to_string())])
}

/// A scene of about 40 kB that zstd cannot make smaller.
fn noise(seed: u32) -> Scene {
    let mut state = u64::from(seed) + 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        f32::from_bits(state as u32)
    };
    Scene::single(
        Timestamp::from_micros(Calendar::Standard, seed.into()),
        Values::F32((0..10_000).map(|_| next()).collect()),
    )
}

fn bits(scene: &Scene) -> Vec<u64> {
    let field = |values: &Values| match values {
        Values::F32(v) => v.iter().map(|x| u64::from(x.to_bits())).collect::<Vec<_>>(),
        Values::F64(v) => v.iter().map(|x| x.to_bits()).collect(),
    };
    scene.fields.iter().flat_map(field).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let folders = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir());
    folders.flat_map(|f| std::fs::read_dir(f).unwrap().map(|e| e.unwrap().path())).collect()
}

#[test]
fn the_memory_cache_passes_the_suite() {
    cache_suite(&MemoryCache::new(64 << 20)).unwrap();
}

#[test]
fn the_disk_cache_passes_the_suite() {
    let folder = tempfile::tempdir().unwrap();
    cache_suite(&DiskCache::open(folder.path(), 64 << 20).unwrap()).unwrap();
    assert!(entries(folder.path()).iter().all(|p| !p.to_string_lossy().ends_with(".part")));
}

#[test]
fn what_was_used_longest_ago_leaves_the_memory_first() {
    let cache = MemoryCache::new(5 * 41_000);
    for n in 0..5 {
        cache.put(&key(n), &noise(n as u32), 100).unwrap();
    }
    assert!(cache.get(&key(0)).unwrap().is_some(), "0 is used again, so 1 is the oldest");
    for n in 5..7 {
        cache.put(&key(n), &noise(n as u32), 100).unwrap();
    }
    let kept: Vec<bool> = (0..7).map(|n| cache.contains(&key(n)).unwrap()).collect();
    assert_eq!(kept, [true, false, false, true, true, true, true]);
    assert!(cache.bytes() <= 5 * 41_000);
}

#[test]
fn an_entry_larger_than_the_cache_is_not_kept_and_harms_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let caches: [&dyn SceneCache; 2] = [&MemoryCache::new(1000), &DiskCache::open(folder.path(), 1000).unwrap()];
    for cache in caches {
        cache.put_document(&key(1), b"small").unwrap();
        cache.put(&key(0), &noise(0), 100).unwrap();
        assert!(cache.get(&key(0)).unwrap().is_none());
        assert_eq!(cache.get_document(&key(1)).unwrap().unwrap(), b"small");
    }
}

#[test]
fn what_was_used_longest_ago_leaves_the_disk_first() {
    let folder = tempfile::tempdir().unwrap();
    let cache = DiskCache::open(folder.path(), 10 * 41_000).unwrap();
    let age = |n: usize, seconds: u64| {
        let path = entries(folder.path()).into_iter().find(|p| p.to_string_lossy().contains(&key(n).hex())).unwrap();
        let file = std::fs::File::open(path).unwrap();
        file.set_modified(std::time::SystemTime::now() - std::time::Duration::from_secs(seconds)).unwrap();
    };
    for n in 0..10 {
        cache.put(&key(n), &noise(n as u32), 100).unwrap();
        age(n, 1000 - n as u64);
    }
    assert!(cache.get(&key(0)).unwrap().is_some(), "0 is used again, so 1 is the oldest");
    cache.put(&key(10), &noise(10), 100).unwrap();
    let kept: Vec<usize> = (0..11).filter(|n| cache.contains(&key(*n)).unwrap()).collect();
    assert_eq!(kept, [0, 3, 4, 5, 6, 7, 8, 9, 10], "a tenth is free again");
    assert!(cache.bytes() <= 10 * 41_000);
}

#[test]
fn a_cache_that_is_opened_with_less_room_shrinks_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let cache = DiskCache::open(folder.path(), 1 << 20).unwrap();
    for n in 0..10 {
        cache.put(&key(n), &noise(n as u32), 100).unwrap();
    }
    assert!(DiskCache::open(folder.path(), 100_000).unwrap().bytes() <= 100_000);
    assert_eq!(entries(folder.path()).len(), 2);
}

#[test]
fn a_damaged_entry_on_disk_is_absent_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let cache = DiskCache::open(folder.path(), 1 << 20).unwrap();
    let damages: [fn(&mut Vec<u8>); 4] =
        [|b| b[20] ^= 1, |b| *b.last_mut().unwrap() ^= 1, |b| b.truncate(b.len() / 2), |b| b.clear()];
    for damage in damages {
        for rows in [false, true] {
            cache.put(&key(0), &noise(0), 100).unwrap();
            let path = entries(folder.path()).pop().unwrap();
            let mut bytes = std::fs::read(&path).unwrap();
            damage(&mut bytes);
            std::fs::write(&path, bytes).unwrap();
            let got = if rows { cache.get_rows(&key(0), 0..100).unwrap() } else { cache.get(&key(0)).unwrap() };
            assert!(got.is_none());
            assert!(!path.exists(), "the next reader does not stumble over it");
        }
    }
    cache.put_document(&key(0), b"document").unwrap();
    let path = entries(folder.path()).pop().unwrap();
    std::fs::write(&path, b"EVDOC").unwrap();
    assert!(cache.get_document(&key(0)).unwrap().is_none() && !path.exists());
}

#[test]
fn two_processes_share_a_folder_that_is_too_small_for_both() {
    let folder = tempfile::tempdir().unwrap();
    // two caches know nothing of each other, as two processes do
    let caches = [(); 2].map(|()| DiskCache::open(folder.path(), 300_000).unwrap());
    std::thread::scope(|scope| {
        for (p, cache) in caches.iter().enumerate() {
            scope.spawn(move || {
                for round in 0..30 {
                    let n = (round * 7 + p * 3) % 20;
                    cache.put(&key(n), &noise(n as u32), 100).unwrap();
                    if let Some(scene) = cache.get(&key((n + 1) % 20)).unwrap() {
                        assert_eq!(bits(&scene), bits(&noise((n as u32 + 1) % 20)), "whole or absent");
                    }
                }
            });
        }
    });
    let last = DiskCache::open(folder.path(), 300_000).unwrap();
    assert!(last.bytes() <= 300_000);
}

#[test]
fn a_file_left_by_a_crash_is_removed_when_it_is_old() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("ab")).unwrap();
    let (old, young) = (folder.path().join("ab/entry-1.part"), folder.path().join("ab/entry-2.part"));
    std::fs::write(&old, b"half").unwrap();
    std::fs::write(&young, b"half").unwrap();
    let before = std::time::SystemTime::now() - std::time::Duration::from_secs(4000);
    std::fs::File::open(&old).unwrap().set_modified(before).unwrap();
    DiskCache::open(folder.path(), 1 << 20).unwrap();
    assert!(!old.exists() && young.exists());
}

#[test]
fn a_folder_below_a_file_is_refused_with_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, b"x").unwrap();
    for path in [file.clone(), file.join("cache")] {
        let error = DiskCache::open(&path, 1 << 20).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    }
}
