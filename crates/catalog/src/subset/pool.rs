//! Open granules: a few at a time, shared by all who read.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use eventscape_formats::{Granule, OpenOptions};
use eventscape_io::stores::{Location, Stores};

use super::stat::is_folder;
use super::variable::OpenVariable;
use crate::Result;

/// A granule with the layouts and packings of the job's variables.
pub(crate) struct OpenGranule {
    pub(crate) granule: Granule,
    pub(crate) variables: Vec<OpenVariable>,
}

/// Filled by the first reader; the others wait for it.
type Slot = Arc<Mutex<Option<Arc<OpenGranule>>>>;

/// The granules opened last.
pub(crate) struct Pool {
    capacity: usize,
    slots: Mutex<VecDeque<(usize, Slot)>>,
    opened: AtomicUsize,
}

impl Pool {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity: capacity.max(1), slots: Mutex::default(), opened: AtomicUsize::new(0) }
    }

    /// How often a granule was opened.
    pub(crate) fn opened(&self) -> usize {
        self.opened.load(Relaxed)
    }

    /// The granule of an index, opened by `open` unless it still is.
    pub(crate) fn get(&self, index: usize, open: impl FnOnce() -> Result<OpenGranule>) -> Result<Arc<OpenGranule>> {
        let slot = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            let slot = match slots.iter().position(|(i, _)| *i == index).and_then(|at| slots.remove(at)) {
                Some((_, slot)) => slot,
                None => Slot::default(),
            };
            slots.push_back((index, Arc::clone(&slot)));
            while slots.len() > self.capacity {
                slots.pop_front();
            }
            slot
        };
        let mut held = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(granule) = &*held {
            return Ok(Arc::clone(granule));
        }
        self.opened.fetch_add(1, Relaxed);
        let granule = Arc::new(open()?);
        *held = Some(Arc::clone(&granule));
        Ok(granule)
    }
}

/// Opens a granule, be it a file or a Zarr store.
pub(crate) fn open_granule(stores: &Stores, location: &Location, options: &OpenOptions) -> Result<Granule> {
    let options = OpenOptions { formats: stores.formats(), ..*options };
    if is_folder(location) {
        return Ok(Granule::open_directory(stores.open_directory(location)?, &options)?);
    }
    Ok(Granule::open(stores.open(location)?, &options)?)
}
