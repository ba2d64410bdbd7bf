//! Scenes without a value, noted while the spool is read.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use eventscape_core::{EventSource, SceneComponents, SourceError};

/// A source of events that notes which scenes have no valid cell.
pub(crate) struct Watched<'a> {
    inner: &'a dyn EventSource,
    without_value: Mutex<BTreeSet<usize>>,
}

impl<'a> Watched<'a> {
    pub(crate) fn new(inner: &'a dyn EventSource) -> Self {
        Self { inner, without_value: Mutex::default() }
    }

    /// The scenes that were read and have no valid cell, in order.
    pub(crate) fn without_value(&self) -> Vec<usize> {
        self.without_value.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }
}

impl EventSource for Watched<'_> {
    fn scenes(&self) -> usize {
        self.inner.scenes()
    }

    fn read(&self, index: usize) -> Result<SceneComponents, SourceError> {
        let scene = self.inner.read(index)?;
        if scene.valid_cells == 0 {
            self.without_value.lock().unwrap_or_else(PoisonError::into_inner).insert(index);
        }
        Ok(scene)
    }
}
