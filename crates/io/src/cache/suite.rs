//! What every scene cache must do.

use eventscape_core::time::Calendar;
use eventscape_core::{Scene, Timestamp, Values};

use super::{SceneCache, SceneKey};

/// Checks an implementation on an empty cache that has room for some megabytes: round trips bit for bit, rows, documents,
/// keys that do not meet, replacement, wrong rows and shapes, several threads.
///
/// # Errors
/// The first thing that is not as it must be.
pub fn cache_suite(cache: &dyn SceneCache) -> Result<(), String> {
    let key = |name: &str| SceneKey::of(&[("suite", name)]);
    absent(cache, &key("absent"))?;
    scenes(cache, &key("a"), &key("b"))?;
    rows(cache, &key("rows"))?;
    documents(cache, &key("a"))?;
    refusals(cache, &key("refused"))?;
    threads(cache)
}

fn check(holds: bool, what: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

fn shown(error: crate::IoError) -> String {
    error.to_string()
}

fn absent(cache: &dyn SceneCache, key: &SceneKey) -> Result<(), String> {
    check(cache.get(key).map_err(shown)?.is_none(), "an absent scene is None")?;
    check(cache.get_rows(key, 0..1).map_err(shown)?.is_none(), "rows of an absent scene are None")?;
    check(cache.get_document(key).map_err(shown)?.is_none(), "an absent document is None")?;
    check(!cache.contains(key).map_err(shown)?, "an absent scene is not contained")
}

/// A scene with awkward values: NaN of several payloads, signed zeros, infinities, two types.
fn sample(rows: usize, columns: usize, seed: u64) -> Scene {
    let single = |i: usize| match i % 11 {
        0 => f32::NAN,
        1 => f32::from_bits(0x7fc0_0001),
        2 => -0.0,
        3 => f32::INFINITY,
        _ => (i as f32 * 0.37 + seed as f32).sin() * 300.0,
    };
    let double = |i: usize| if i % 7 == 0 { f64::NAN } else { (i as f64 + seed as f64).sqrt() };
    let cells = rows * columns;
    Scene {
        time: Timestamp::from_micros(Calendar::NoLeap, seed as i64 * 1_800_000_000 - 1),
        fields: vec![
            Values::F32((0..cells).map(single).collect()),
            Values::F64((0..cells).map(double).collect()),
            Values::F32(vec![f32::NAN; cells]),
        ],
    }
}

/// Equal in every bit.
fn same(a: &Scene, b: &Scene) -> bool {
    let bits = |values: &Values| match values {
        Values::F32(v) => (4, v.iter().map(|x| u64::from(x.to_bits())).collect::<Vec<_>>()),
        Values::F64(v) => (8, v.iter().map(|x| x.to_bits()).collect()),
    };
    a.time == b.time
        && a.fields.len() == b.fields.len()
        && a.fields.iter().zip(&b.fields).all(|(x, y)| bits(x) == bits(y))
}

fn scenes(cache: &dyn SceneCache, a: &SceneKey, b: &SceneKey) -> Result<(), String> {
    let (first, second) = (sample(37, 53, 1), sample(300, 411, 2));
    cache.put(a, &first, 53).map_err(shown)?;
    cache.put(b, &second, 411).map_err(shown)?;
    let read = |key| cache.get(key).map_err(shown);
    check(read(a)?.is_some_and(|s| same(&s, &first)), "a small scene comes back bit for bit")?;
    check(read(b)?.is_some_and(|s| same(&s, &second)), "a scene of several blocks comes back bit for bit")?;
    check(cache.contains(a).map_err(shown)?, "a kept scene is contained")?;
    let other = sample(5, 7, 3);
    cache.put(a, &other, 7).map_err(shown)?;
    check(read(a)?.is_some_and(|s| same(&s, &other)), "a scene is replaced by a later one")?;
    let empty = Scene::single(other.time, Values::F32(Vec::new()));
    cache.put(a, &empty, 7).map_err(shown)?;
    check(read(a)?.is_some_and(|s| same(&s, &empty)), "a scene without rows comes back")
}

fn rows(cache: &dyn SceneCache, key: &SceneKey) -> Result<(), String> {
    let (rows, columns) = (500, 173);
    let scene = sample(rows, columns, 4);
    cache.put(key, &scene, columns).map_err(shown)?;
    for (start, end) in [(0, 500), (0, 1), (499, 500), (100, 400), (188, 190), (250, 250), (500, 500)] {
        let cells = start * columns..end * columns;
        let part = |values: &Values| match values {
            Values::F32(v) => Values::F32(v.get(cells.clone()).unwrap_or_default().to_vec()),
            Values::F64(v) => Values::F64(v.get(cells.clone()).unwrap_or_default().to_vec()),
        };
        let wanted = Scene { time: scene.time, fields: scene.fields.iter().map(part).collect() };
        let got = cache.get_rows(key, start..end).map_err(shown)?;
        check(got.is_some_and(|s| same(&s, &wanted)), &format!("rows {start}..{end} are those of the scene"))?;
    }
    check(cache.get_rows(key, 400..501).is_err(), "rows past the end are an error")
}

fn documents(cache: &dyn SceneCache, key: &SceneKey) -> Result<(), String> {
    let scene_before = cache.contains(key).map_err(shown)?;
    for document in [&b"{\"chunks\":[1,2,3]}"[..], b"", &[7; 100_000]] {
        cache.put_document(key, document).map_err(shown)?;
        let got = cache.get_document(key).map_err(shown)?;
        check(got.as_deref() == Some(document), "a document comes back")?;
    }
    check(cache.contains(key).map_err(shown)? == scene_before, "a document leaves the scene of its key alone")
}

fn refusals(cache: &dyn SceneCache, key: &SceneKey) -> Result<(), String> {
    let scene = sample(3, 5, 5);
    check(cache.put(key, &scene, 4).is_err(), "a scene of broken rows is refused")?;
    check(cache.put(key, &scene, 0).is_err(), "rows of no column are refused")?;
    let none = Scene { time: scene.time, fields: Vec::new() };
    check(cache.put(key, &none, 5).is_err(), "a scene without a field is refused")?;
    check(!cache.contains(key).map_err(shown)?, "what is refused is not kept")
}

fn threads(cache: &dyn SceneCache) -> Result<(), String> {
    std::thread::scope(|scope| {
        let work = |thread: u64| {
            move || -> Result<(), String> {
                for round in 0..8_u64 {
                    // all threads write the same scene under a key, as two jobs on one subset do
                    let key = SceneKey::of(&[("suite threads", &round.to_string())]);
                    let scene = sample(20, 30 + thread as usize % 2, round);
                    cache.put(&key, &scene, 30 + thread as usize % 2).map_err(shown)?;
                    let got = cache.get(&key).map_err(shown)?.ok_or("a scene that was kept is there")?;
                    let whole = same(&got, &sample(20, 30, round)) || same(&got, &sample(20, 31, round));
                    check(whole, "a scene that two threads write is one of theirs, whole")?;
                }
                Ok(())
            }
        };
        let running: Vec<_> = (0..4).map(|thread| scope.spawn(work(thread))).collect();
        running.into_iter().try_for_each(|t| t.join().unwrap_or_else(|_| Err("a thread panicked".to_owned())))
    })
}
