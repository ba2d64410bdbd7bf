//! The gathered values of one mask time as a document of the spool.
//!
//! | part | bytes |
//! |---|---|
//! | number of groups | u32 |
//! | for each group: 0 steps of a grid, 1 an orbit; of an orbit its number and start in microseconds; number of events | u8, u32, i64, u32 |
//! | for each event: number, kind of places (0 axes, 1 points, 2 swath), numbers of latitudes and of longitudes, these, in a swath as many times | u32, u8, 2 × u32, f64, i64 |
//! | number of variables, for each of them and each of the three steps: 0 none, 1 float32, 2 float64; number of values, these | u32, u8, u64, n |

use eventscape_core::Values;
use eventscape_products::curation::{CuratedEvent, Places, STEPS};

/// What was gathered from the steps of a grid, or from one orbit.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group {
    pub(super) orbit: Option<OrbitKey>,
    pub(super) events: Vec<CuratedEvent>,
}

/// An orbit: its number among the granules, and its first time in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OrbitKey {
    pub(super) index: u32,
    pub(super) start: i64,
}

/// Writes groups down.
pub(super) fn encode(groups: &[Group]) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend_from_slice(&count(groups.len()));
    for group in groups {
        out.push(u8::from(group.orbit.is_some()));
        if let Some(key) = group.orbit {
            out.extend_from_slice(&key.index.to_le_bytes());
            out.extend_from_slice(&key.start.to_le_bytes());
        }
        out.extend_from_slice(&count(group.events.len()));
        group.events.iter().for_each(|event| encode_event(event, &mut out));
    }
    out
}

fn count(n: usize) -> [u8; 4] {
    u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes()
}

fn encode_event(event: &CuratedEvent, out: &mut Vec<u8>) {
    const NO_TIMES: &[i64] = &[];
    out.extend_from_slice(&event.id.to_le_bytes());
    let (kind, lat, lon, micros) = match &event.places {
        Places::Axes { lat, lon } => (0, lat, lon, NO_TIMES),
        Places::Points { lat, lon } => (1, lat, lon, NO_TIMES),
        Places::Swath { lat, lon, micros } => (2, lat, lon, micros.as_slice()),
    };
    out.push(kind);
    out.extend_from_slice(&count(lat.len()));
    out.extend_from_slice(&count(lon.len()));
    lat.iter().chain(lon).for_each(|x| out.extend_from_slice(&x.to_le_bytes()));
    micros.iter().for_each(|x| out.extend_from_slice(&x.to_le_bytes()));
    out.extend_from_slice(&count(event.values.len()));
    for values in event.values.iter().flatten() {
        match values {
            None => out.push(0),
            Some(Values::F32(v)) => {
                out.push(1);
                out.extend_from_slice(&(v.len() as u64).to_le_bytes());
                v.iter().for_each(|x| out.extend_from_slice(&x.to_le_bytes()));
            }
            Some(Values::F64(v)) => {
                out.push(2);
                out.extend_from_slice(&(v.len() as u64).to_le_bytes());
                v.iter().for_each(|x| out.extend_from_slice(&x.to_le_bytes()));
            }
        }
    }
}

/// Reads groups back; `None` where the document is damaged.
pub(super) fn decode(document: &[u8]) -> Option<Vec<Group>> {
    let mut cursor = Cursor(document);
    let n = cursor.u32()?;
    let mut groups = Vec::new();
    for _ in 0..n {
        let orbit = match cursor.u8()? {
            0 => None,
            1 => Some(OrbitKey { index: cursor.u32()?, start: cursor.i64()? }),
            _ => return None,
        };
        let count = cursor.u32()?;
        let events = (0..count).map(|_| decode_event(&mut cursor)).collect::<Option<Vec<_>>>()?;
        groups.push(Group { orbit, events });
    }
    cursor.0.is_empty().then_some(groups)
}

fn decode_event(cursor: &mut Cursor<'_>) -> Option<CuratedEvent> {
    let id = cursor.u32()?;
    let kind = cursor.u8()?;
    let (n_lat, n_lon) = (cursor.u32()? as usize, cursor.u32()? as usize);
    let (lat, lon) = (cursor.f64s(n_lat)?, cursor.f64s(n_lon)?);
    let places = match kind {
        0 => Places::Axes { lat, lon },
        1 => Places::Points { lat, lon },
        2 => Places::Swath { lat, lon, micros: cursor.i64s(n_lat)? },
        _ => return None,
    };
    let variables = cursor.u32()?;
    let values = (0..variables).map(|_| decode_steps(cursor)).collect::<Option<Vec<_>>>()?;
    Some(CuratedEvent { id, places, values })
}

fn decode_steps(cursor: &mut Cursor<'_>) -> Option<[Option<Values>; STEPS]> {
    let mut steps = [const { None }; STEPS];
    for step in &mut steps {
        *step = match cursor.u8()? {
            0 => None,
            1 => {
                let n = usize::try_from(cursor.u64()?).ok()?;
                let bytes = cursor.take(n.checked_mul(4)?)?.chunks_exact(4);
                Some(Values::F32(bytes.filter_map(|b| Some(f32::from_le_bytes(b.try_into().ok()?))).collect()))
            }
            2 => {
                let n = usize::try_from(cursor.u64()?).ok()?;
                Some(Values::F64(cursor.f64s(n)?))
            }
            _ => return None,
        };
    }
    Some(steps)
}

struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(taken)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn u64(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    fn i64(&mut self) -> Option<i64> {
        Some(i64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    fn f64s(&mut self, n: usize) -> Option<Vec<f64>> {
        let bytes = self.take(n.checked_mul(8)?)?.chunks_exact(8);
        Some(bytes.filter_map(|b| Some(f64::from_le_bytes(b.try_into().ok()?))).collect())
    }

    fn i64s(&mut self, n: usize) -> Option<Vec<i64>> {
        let bytes = self.take(n.checked_mul(8)?)?.chunks_exact(8);
        Some(bytes.filter_map(|b| Some(i64::from_le_bytes(b.try_into().ok()?))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_come_back_and_damage_is_found() {
        let axes = Places::Axes { lat: vec![1.0, 2.0], lon: vec![3.0] };
        let points = Places::Points { lat: vec![1.0], lon: vec![-3.5] };
        let swath = Places::Swath { lat: vec![1.0, 2.0], lon: vec![-3.5, 9.0], micros: vec![-5, 7] };
        let steps = vec![
            CuratedEvent { id: 7, places: axes, values: vec![[None, Some(Values::F32(vec![1.0, -2.5])), None]] },
            CuratedEvent {
                id: 9,
                places: points,
                values: vec![[Some(Values::F64(vec![0.1])), None, None], [None, None, None]],
            },
            CuratedEvent { id: 10, places: Places::Axes { lat: vec![], lon: vec![] }, values: vec![] },
        ];
        let seen =
            vec![CuratedEvent { id: 8, places: swath, values: vec![[None, Some(Values::F32(vec![1.0, -2.5])), None]] }];
        let groups = [
            Group { orbit: None, events: steps },
            Group { orbit: Some(OrbitKey { index: 3, start: -1 }), events: seen },
            Group { orbit: None, events: Vec::new() },
        ];
        let document = encode(&groups);
        assert_eq!(decode(&document).unwrap(), groups);
        for cut in 0..document.len() {
            assert!(decode(&document[..cut]).is_none(), "{cut}");
        }
        let mut long = document.clone();
        long.push(0);
        assert!(decode(&long).is_none());
    }
}
