//! The cache that machines share.

use std::time::Duration;

use eventscape_core::time::Calendar;
use eventscape_core::{ErrorKind, Scene, Timestamp, Values};
use eventscape_io::IoError;
use eventscape_io::cache::{RedisCache, RedisOptions, SceneCache, SceneKey, TolerantCache, cache_suite};
use eventscape_io::credentials::Secret;
use eventscape_testkit::servers::Redis;

fn cache(server: &Redis) -> RedisCache {
    RedisCache::new(&Secret::new(server.url()), &RedisOptions::default()).unwrap()
}

fn key(name: &str) -> SceneKey {
    SceneKey::of(&[("test", name)])
}

/// A scene that does not compress.
fn noise(rows: usize, columns: usize) -> Scene {
    let mixed = |i: usize| {
        let z = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    // no infinities and no NaN, which are not equal to themselves
    let value = |i: usize| f64::from_bits(mixed(i) & 0xbfff_ffff_ffff_ffff);
    let time = Timestamp::from_micros(Calendar::Standard, 0);
    Scene { time, fields: vec![Values::F64((0..rows * columns).map(value).collect())] }
}

#[test]
fn a_redis_server_is_a_cache() {
    let server = Redis::start();
    cache_suite(&cache(&server)).unwrap();
    let server = Redis::start_with_tls();
    let mut options = RedisOptions::default();
    assert!(RedisCache::new(&Secret::new(server.url()), &options).unwrap().ping().is_err(), "a certificate of nobody");
    options.authority = Some(std::fs::read(server.authority()).unwrap());
    cache_suite(&RedisCache::new(&Secret::new(server.url()), &options).unwrap()).unwrap();
}

#[test]
fn a_large_scene_is_kept_in_parts_and_gone_with_one() {
    let server = Redis::start();
    let cache = cache(&server);
    let scene = noise(1500, 2000);
    cache.put(&key("large"), &scene, 2000).unwrap();
    assert_eq!(cache.get(&key("large")).unwrap(), Some(scene.clone()));
    let rows = cache.get_rows(&key("large"), 700..702).unwrap().unwrap();
    let Values::F64(values) = &scene.fields[0] else { unreachable!() };
    assert_eq!(rows.fields, [Values::F64(values[700 * 2000..702 * 2000].to_vec())]);
    let parts: Vec<String> =
        server.command(&["--raw", "keys", "eventscape:part:*"]).lines().map(str::to_owned).collect();
    assert_eq!(parts.len(), 3);
    let lasts: u64 = server.command(&["ttl", &parts[0]]).parse().unwrap();
    assert!((172_000..=172_800).contains(&lasts), "{lasts}");
    let _ = server.command(&["del", parts.iter().find(|p| p.ends_with(":2")).unwrap()]);
    assert_eq!(cache.get(&key("large")).unwrap(), None);
    assert!(!cache.contains(&key("large")).unwrap(), "what cannot be read is removed");
}

#[test]
fn damaged_entries_are_absent() {
    let server = Redis::start();
    let cache = cache(&server);
    cache.put(&key("a"), &noise(10, 10), 10).unwrap();
    let name = format!("eventscape:scene:{}", key("a").hex());
    for wrong in ["", "W", "Wxyz", "P", "P12345678", "hello", "P\u{1}\0\0\0\0\0\0\0none"] {
        let _ = server.command(&["set", &name, &wrong.replace('\0', "0")]);
        assert_eq!(cache.get(&key("a")).unwrap(), None, "{wrong:?}");
        let _ = server.command(&["set", &name, &wrong.replace('\0', "0")]);
        assert_eq!(cache.get_rows(&key("a"), 0..1).unwrap(), None, "{wrong:?}");
    }
}

#[test]
fn a_wrong_password_and_a_wrong_address_are_told_without_secrets() {
    let server = Redis::start();
    let url = server.url().replace("a%3Ab", "hidden");
    let error = RedisCache::new(&Secret::new(url), &RedisOptions::default()).unwrap().ping().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
    assert!(!error.to_string().contains("hidden"), "{error}");
    let url = format!("redis://localhost:{}", server.url().rsplit(':').next().unwrap());
    let error = RedisCache::new(&Secret::new(url), &RedisOptions::default()).unwrap().ping().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
    let wrong = RedisCache::new(&Secret::new("redis://:hidden@host:port/x"), &RedisOptions::default());
    let error = wrong.unwrap_err().to_string();
    assert!(!error.contains("hidden") && error.contains("redis://"), "{error}");
}

#[test]
fn a_server_that_is_lost_costs_time_alone() {
    let mut server = Redis::start();
    let plain = cache(&server);
    let tolerant = TolerantCache::new(cache(&server)).with_pause(Duration::from_millis(300));
    tolerant.put(&key("a"), &noise(10, 10), 10).unwrap();
    assert!(tolerant.contains(&key("a")).unwrap());
    server.kill();
    assert!(matches!(plain.ping(), Err(IoError::Remote { .. })));
    assert_eq!(tolerant.get(&key("a")).unwrap(), None);
    tolerant.put(&key("b"), &noise(10, 10), 10).unwrap();
    tolerant.put_document(&key("b"), b"{}").unwrap();
    // what is asked wrongly is still told
    server.restart();
    assert_eq!(tolerant.get(&key("b")).unwrap(), None, "it is left alone for a moment");
    std::thread::sleep(Duration::from_millis(350));
    tolerant.put(&key("b"), &noise(10, 10), 10).unwrap();
    assert_eq!(tolerant.get(&key("b")).unwrap(), Some(noise(10, 10)));
    assert!(tolerant.get_rows(&key("b"), 5..50).is_err(), "what is asked wrongly is told");
}
