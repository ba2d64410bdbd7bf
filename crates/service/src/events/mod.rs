//! The events of finished jobs, read from their tables of tracks, to be asked for by box and time.

mod touches;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use eventscape_io::stores::{Location, Stores};
use eventscape_products::{TrackRow, TracksExtent, TracksReader};
use serde_json::{Map, Value};

use crate::error::{Result, ServiceError};
use crate::jobs::JobRecord;

pub(crate) use touches::GeoBox;

/// What the name of a table of tracks ends in.
pub(crate) const TABLE: &str = "-Tracks.parquet";
/// Rows that are kept at once, of all jobs (about 150 bytes each).
const MOST_ROWS: usize = 2_000_000;

/// The events of jobs; those that were asked for last are kept.
#[derive(Clone)]
pub struct Events {
    stores: Stores,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    by_job: HashMap<i64, (u64, Arc<JobEvents>)>,
    used: u64,
}

/// The events of a job.
pub(crate) struct JobEvents {
    reader: TracksReader,
    rows: Vec<TrackRow>,
}

/// Which events are wanted.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventFilter {
    /// Those that touch one of these boxes, if there are any.
    pub(crate) boxes: Vec<GeoBox>,
    /// Those at this instant or later, microseconds since 1970.
    pub(crate) from: Option<i64>,
    /// Those at this instant or earlier.
    pub(crate) until: Option<i64>,
    /// Those of a track.
    pub(crate) track: Option<i64>,
}

impl Events {
    /// Events of jobs whose products lie in these stores.
    #[must_use]
    pub fn new(stores: Stores) -> Self {
        Self { stores, kept: Arc::default() }
    }

    /// A job's table, of which nothing is read yet but what its end tells.
    fn open(&self, job: &JobRecord) -> Result<TracksReader> {
        let folder = job.location.as_deref().unwrap_or_default();
        let place = Location::parse(folder)?.join(&format!("{}{TABLE}", job.job_id));
        Ok(TracksReader::new(self.stores.open(&place)?))
    }

    /// Where and when a job has events. Blocks.
    pub(crate) fn extent(&self, job: &JobRecord) -> Result<TracksExtent> {
        Ok(self.open(job)?.extent()?)
    }

    /// The events of a job. Blocks.
    pub(crate) fn of(&self, job: &JobRecord) -> Result<Arc<JobEvents>> {
        {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.used += 1;
            let now = kept.used;
            if let Some((used, events)) = kept.by_job.get_mut(&job.job_id) {
                *used = now;
                return Ok(Arc::clone(events));
            }
        }
        let reader = self.open(job)?;
        let events = Arc::new(JobEvents { rows: reader.rows()?, reader });
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let now = kept.used;
        kept.by_job.insert(job.job_id, (now, Arc::clone(&events)));
        while kept.by_job.values().map(|(_, events)| events.rows.len()).sum::<usize>() > MOST_ROWS {
            let oldest = kept.by_job.iter().filter(|(id, _)| **id != job.job_id).min_by_key(|(_, (used, _))| *used);
            let Some(oldest) = oldest.map(|(id, _)| *id) else { break };
            kept.by_job.remove(&oldest);
        }
        Ok(events)
    }
}

impl JobEvents {
    /// Places of the events that a filter lets through, in their order. Blocks, where outlines must be looked at.
    pub(crate) fn matching(&self, filter: &EventFilter) -> Result<Vec<usize>> {
        let in_time = |row: &TrackRow| match row.micros {
            Some(at) => filter.from.is_none_or(|from| at >= from) && filter.until.is_none_or(|until| at <= until),
            None => filter.from.is_none() && filter.until.is_none(),
        };
        let of_track = |row: &TrackRow| filter.track.is_none_or(|track| row.track == track);
        let chosen = self.rows.iter().enumerate().filter(|(_, row)| of_track(row) && in_time(row));
        if filter.boxes.is_empty() {
            return Ok(chosen.map(|(place, _)| place).collect());
        }
        // most are decided by their boxes; only what lies across an edge is looked at
        let (mut inside, mut unsure) = (Vec::new(), Vec::new());
        for (place, row) in chosen {
            let own = GeoBox(row.bbox);
            if filter.boxes.iter().any(|wanted| wanted.holds(&own)) {
                inside.push(place);
            } else if filter.boxes.iter().any(|wanted| wanted.meets(&own)) {
                unsure.push(place);
            }
        }
        let outlines = self.reader.outlines(&unsure)?;
        let touching = unsure.iter().zip(outlines);
        let touching = touching.filter(|(_, outline)| filter.boxes.iter().any(|wanted| wanted.touches(outline)));
        inside.extend(touching.map(|(place, _)| *place));
        inside.sort_unstable();
        Ok(inside)
    }

    /// Events by their places, ascending, as features with their names. Blocks.
    pub(crate) fn features(&self, places: &[usize]) -> Result<Vec<(String, Map<String, Value>)>> {
        let names = places.iter().filter_map(|place| self.rows.get(*place)).map(|row| row.name.clone());
        Ok(names.zip(self.reader.features(places)?).collect())
    }

    /// The place of an event by its name.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.rows.iter().position(|row| row.name == name)
    }
}

/// Does something that blocks, away from the threads that answer requests.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(ServiceError::Internal("reading products broke down".to_owned())))
}
