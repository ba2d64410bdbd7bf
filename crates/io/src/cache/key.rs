//! Keys of the cache.

use std::fmt;

use ring::digest::{Context, SHA256};

/// The name of an entry: a SHA-256 over named parts, in order. Equal parts give equal keys on every machine and in every
/// release; the version of the scene format is one of them.
///
/// ```
/// use eventscape_io::cache::SceneKey;
///
/// let key = SceneKey::of(&[("granule", "a.nc"), ("version", "17-etag"), ("variable", "Tb"), ("time", "0")]);
/// assert_ne!(key, key.with("level", "850"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SceneKey([u8; 32]);

impl SceneKey {
    /// The key of named parts.
    #[must_use]
    pub fn of(parts: &[(&str, &str)]) -> Self {
        let mut hash = Context::new(&SHA256);
        hash.update(b"eventscape scene 1");
        for (name, value) in parts {
            add(&mut hash, name, value);
        }
        Self(bytes(hash))
    }

    /// The key of the same parts and one more.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut hash = Context::new(&SHA256);
        hash.update(&self.0);
        add(&mut hash, name, value);
        Self(bytes(hash))
    }

    /// 64 hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The 32 bytes of a finished hash.
fn bytes(hash: Context) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(hash.finish().as_ref());
    bytes
}

/// Lengths go in too, so that no two lists of parts read the same.
fn add(hash: &mut Context, name: &str, value: &str) {
    for text in [name, value] {
        hash.update(&(text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
}

impl fmt::Display for SceneKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
    }
}

impl fmt::Debug for SceneKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SceneKey({})", self.hex())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_never_changes() {
        let key = SceneKey::of(&[("granule", "a.nc"), ("variable", "Tb")]);
        assert_eq!(key.hex(), "5c0f24f67f07815c313a1cfdb9061663248b7be3bc8c2fd5e6aa7c418b22a6da");
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(SceneKey::of(&[("a", "bc")]), SceneKey::of(&[("ab", "c")]));
        assert_ne!(SceneKey::of(&[("a", "b"), ("c", "d")]), SceneKey::of(&[("c", "d"), ("a", "b")]));
        assert_ne!(SceneKey::of(&[("a", "b")]), SceneKey::of(&[("a", "b"), ("", "")]));
    }
}
