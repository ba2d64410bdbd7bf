//! Swaths: which cells of an orbit are near an event, in space and time.

use eventscape_catalog::Orbit;
use eventscape_core::sphere::east_of;
use eventscape_core::{Timestamp, Values};
use eventscape_products::curation::{CuratedEvent, Places};

use crate::curation::masks::EventBox;

/// A stretch of time around a mask time, bounds included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::curation) struct Around {
    pub(in crate::curation) first: Timestamp,
    pub(in crate::curation) last: Timestamp,
}

impl Around {
    pub(in crate::curation) fn of(time: Timestamp, window_micros: i64) -> Self {
        let at = |micros: i64| Timestamp::from_micros(time.calendar(), micros);
        Self {
            first: at(time.micros().saturating_sub(window_micros)),
            last: at(time.micros().saturating_add(window_micros)),
        }
    }

    /// The cells of an orbit that were seen in the stretch, by their places.
    pub(in crate::curation) fn cells(self, orbit: &Orbit) -> Vec<usize> {
        let span = self.first.micros()..=self.last.micros();
        orbit.micros.iter().enumerate().filter(|(_, micros)| span.contains(micros)).map(|(cell, _)| cell).collect()
    }
}

/// What an orbit saw around an event, of the cells `seen`: those in its box, pushed out by `margin` degrees of arc. `None`
/// where there is none.
pub(in crate::curation) fn event(orbit: &Orbit, seen: &[usize], of: &EventBox, margin: f64) -> Option<CuratedEvent> {
    // a degree of longitude gets shorter towards the poles
    let poleward = (of.south.abs().max(of.north.abs()) + margin).min(90.0);
    let across = margin / poleward.to_radians().cos().max(1e-3);
    let width = of.east - of.west + 2.0 * across;
    let west = of.west - across;
    let inside = |cell: &&usize| {
        let (Some(lat), Some(lon)) = (orbit.lat.get(**cell), orbit.lon.get(**cell)) else { return false };
        (of.south - margin..=of.north + margin).contains(lat) && (width >= 360.0 || east_of(*lon, west) <= width)
    };
    let cells: Vec<usize> = seen.iter().filter(inside).copied().collect();
    if cells.is_empty() {
        return None;
    }
    let pick = |from: &[f64]| cells.iter().filter_map(|cell| from.get(*cell).copied()).collect();
    let (lat, lon) = (pick(&orbit.lat), pick(&orbit.lon));
    let micros = cells.iter().filter_map(|cell| orbit.micros.get(*cell).copied()).collect();
    let values = orbit.values.iter().map(|values| {
        let own = match values {
            Values::F32(v) => Values::F32(cells.iter().filter_map(|cell| v.get(*cell).copied()).collect()),
            Values::F64(v) => Values::F64(pick(v)),
        };
        [None, Some(own), None]
    });
    Some(CuratedEvent { id: of.id, places: Places::Swath { lat, lon, micros }, values: values.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use eventscape_core::time::Calendar;

    #[test]
    fn cells_are_chosen_by_place_around_the_circle_and_by_time() {
        let start = Timestamp::from_micros(Calendar::Standard, 0);
        let orbit = Orbit {
            start,
            lat: vec![0.0, 0.0, 0.0, 9.0, 0.0],
            lon: vec![359.5, 181.0, 0.5, 0.0, 0.0],
            micros: vec![0, 10, 20, 20, 40],
            values: vec![Values::F32(vec![1.0, 2.0, 3.0, 4.0, 5.0])],
            rejected: 0,
        };
        let seen = Around::of(Timestamp::from_micros(Calendar::Standard, 10), 10).cells(&orbit);
        assert_eq!(seen, [0, 1, 2, 3]);
        let of = EventBox { id: 3, cells: 4, west: -0.3, south: -1.0, east: 0.3, north: 1.0 };
        let found = event(&orbit, &seen, &of, 0.25).unwrap();
        assert_eq!(found.values, vec![[None, Some(Values::F32(vec![1.0, 3.0])), None]]);
        let there = Places::Swath { lat: vec![0.0; 2], lon: vec![359.5, 0.5], micros: vec![0, 20] };
        assert_eq!(found.places, there);
        assert!(event(&orbit, &seen, &EventBox { south: 20.0, north: 21.0, ..of }, 0.25).is_none());
        let turned = EventBox { west: 179.0, east: 183.0, ..of };
        assert_eq!(event(&orbit, &seen, &turned, 0.0).unwrap().places.len(), 1);
    }
}
