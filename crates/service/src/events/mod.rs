//! The events of finished jobs, read from their tables of tracks, to be asked for by box and time.

mod heavy;
mod kept;
mod touches;

use std::sync::Arc;

use eventscape_io::stores::{Location, Stores};
use eventscape_products::{TrackRow, TracksExtent, TracksReader};
use serde_json::{Map, Value};

use crate::error::{Result, ServiceError};
use crate::jobs::JobRecord;
use heavy::Heavy;
use kept::Kept;

pub(crate) use heavy::Wanted;
pub(crate) use touches::GeoBox;

/// What the name of a table of tracks ends in.
pub(crate) const TABLE: &str = "-Tracks.parquet";
/// Rows that are kept at once, of all jobs (about 150 bytes each).
const MOST_ROWS: usize = 2_000_000;
/// Corners of outlines of an answer; where there are more, it ends before its time.
const MOST_CORNERS: usize = 500_000;
/// Outlines that are looked at before it is asked whether anybody waits.
const OUTLINES: usize = 4096;
/// The first features that are read together (as many as are usually asked for), and the most.
const FEATURES: (usize, usize) = (100, 1000);

/// The events of jobs; those that were asked for last are kept.
#[derive(Clone)]
pub struct Events {
    stores: Stores,
    kept: Arc<Kept<JobEvents>>,
    /// Places for what takes memory and time.
    pub(crate) heavy: Heavy,
}

/// The events of a job.
pub(crate) struct JobEvents {
    reader: TracksReader,
    rows: Vec<TrackRow>,
}

/// A name and a feature in GeoJSON, without `id` and links.
pub(crate) type Feature = (String, Map<String, Value>);

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
        let kept = Kept::new(MOST_ROWS, |events: &JobEvents| events.rows.len());
        Self { stores, kept: Arc::new(kept), heavy: Heavy::default() }
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
        self.kept.get(job.job_id, || {
            let reader = self.open(job)?;
            Ok(JobEvents { rows: reader.rows()?, reader })
        })
    }
}

impl JobEvents {
    /// Places of the events that a filter lets through, in their order. Blocks, where outlines must be looked at.
    pub(crate) fn matching(&self, filter: &EventFilter, wanted: &Wanted) -> Result<Vec<usize>> {
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
            if filter.boxes.iter().any(|chosen| chosen.holds(&own)) {
                inside.push(place);
            } else if filter.boxes.iter().any(|chosen| chosen.meets(&own)) {
                unsure.push(place);
            }
        }
        for some in unsure.chunks(OUTLINES) {
            wanted.check()?;
            let touching = some.iter().zip(self.reader.outlines(some)?);
            let touching = touching.filter(|(_, outline)| filter.boxes.iter().any(|chosen| chosen.touches(outline)));
            inside.extend(touching.map(|(place, _)| *place));
        }
        inside.sort_unstable();
        Ok(inside)
    }

    /// Events by their places, ascending, as features with their names: the first of them, up to one with which their outlines
    /// have more corners than an answer holds. Blocks.
    pub(crate) fn features(&self, places: &[usize], wanted: &Wanted) -> Result<Vec<Feature>> {
        gather(places, MOST_CORNERS, |some| {
            wanted.check()?;
            let names = some.iter().filter_map(|place| self.rows.get(*place)).map(|row| row.name.clone());
            Ok(names.zip(self.reader.features(some)?).collect())
        })
    }

    /// The place of an event by its name.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.rows.iter().position(|row| row.name == name)
    }
}

/// Reads features piece by piece until their outlines have so many corners; at least one, if there is one.
fn gather(
    places: &[usize],
    most: usize,
    mut read: impl FnMut(&[usize]) -> Result<Vec<Feature>>,
) -> Result<Vec<Feature>> {
    let (mut found, mut total, mut rest, mut count) = (Vec::new(), 0_usize, places, FEATURES.0);
    while !rest.is_empty() {
        let (some, others) = rest.split_at(count.min(rest.len()));
        for feature in read(some)? {
            total += corners(feature.1.get("geometry").unwrap_or(&Value::Null));
            if total > most && !found.is_empty() {
                return Ok(found);
            }
            found.push(feature);
        }
        rest = others;
        // as many as there is likely room for
        let each = total.div_ceil(found.len().max(1)).max(1);
        count = (most.saturating_sub(total) / each).clamp(1, FEATURES.1);
    }
    Ok(found)
}

/// Corners of a geometry in GeoJSON.
fn corners(geometry: &Value) -> usize {
    fn pairs(value: &Value) -> usize {
        match value.as_array().map(Vec::as_slice) {
            Some([Value::Number(_), ..]) => 1,
            Some(values) => values.iter().map(pairs).sum(),
            None => 0,
        }
    }
    geometry.get("coordinates").map_or(0, pairs)
}

/// Does something that blocks, away from the threads that answer requests.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(ServiceError::Internal("reading products broke down".to_owned())))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn feature(place: usize, corners: usize) -> Feature {
        let ring: Vec<[usize; 2]> = vec![[1, 2]; corners];
        match json!({ "geometry": { "type": "Polygon", "coordinates": [ring] } }) {
            Value::Object(map) => (place.to_string(), map),
            _ => panic!("an object"),
        }
    }

    #[test]
    fn an_answer_ends_where_it_has_enough_corners() {
        let places: Vec<usize> = (0..5000).collect();
        for (each, most, known) in [(4, 1000, 250), (4, 1_000_000, 5000), (2000, 1000, 1), (0, 1000, 5000), (7, 50, 7)]
        {
            let mut largest = 0;
            let read = |some: &[usize]| {
                largest = largest.max(some.len());
                Ok(some.iter().map(|place| feature(*place, each)).collect())
            };
            let found = gather(&places, most, read).unwrap();
            assert_eq!(found.len(), known, "{each} of {most}");
            assert!(found.iter().zip(&places).all(|((name, _), place)| *name == place.to_string()));
            assert!(largest <= FEATURES.1, "{largest}");
        }
        assert!(gather(&[], 10, |_| Ok(Vec::new())).unwrap().is_empty());
    }
}
