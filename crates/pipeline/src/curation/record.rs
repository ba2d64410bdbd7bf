//! The gathered values of one mask time as a document of the spool.
//!
//! | part | bytes |
//! |---|---|
//! | number of events | u32 |
//! | for each event: number, kind of places (0 axes, 1 points), numbers of latitudes and of longitudes, these | u32, u8, 2 × u32, f64 |
//! | number of variables, for each of them and each of the three steps: 0 none, 1 float32, 2 float64; number of values, these | u32, u8, u64, n |

use eventscape_core::Values;
use eventscape_products::curation::{CuratedEvent, Places, STEPS};

/// Writes events down.
pub(super) fn encode(events: &[CuratedEvent]) -> Vec<u8> {
    let mut out = Vec::new();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes();
    out.extend_from_slice(&count(events.len()));
    for event in events {
        out.extend_from_slice(&event.id.to_le_bytes());
        let (kind, lat, lon) = match &event.places {
            Places::Axes { lat, lon } => (0, lat, lon),
            Places::Points { lat, lon } => (1, lat, lon),
        };
        out.push(kind);
        out.extend_from_slice(&count(lat.len()));
        out.extend_from_slice(&count(lon.len()));
        lat.iter().chain(lon).for_each(|x| out.extend_from_slice(&x.to_le_bytes()));
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
    out
}

/// Reads events back; `None` where the document is damaged.
pub(super) fn decode(document: &[u8]) -> Option<Vec<CuratedEvent>> {
    let mut cursor = Cursor(document);
    let n = cursor.u32()?;
    let mut events = Vec::new();
    for _ in 0..n {
        let id = cursor.u32()?;
        let kind = cursor.take(1)?.first().copied()?;
        let (n_lat, n_lon) = (cursor.u32()? as usize, cursor.u32()? as usize);
        let (lat, lon) = (cursor.f64s(n_lat)?, cursor.f64s(n_lon)?);
        let places = match kind {
            0 => Places::Axes { lat, lon },
            1 => Places::Points { lat, lon },
            _ => return None,
        };
        let variables = cursor.u32()?;
        let mut values = Vec::new();
        for _ in 0..variables {
            let mut steps = [const { None }; STEPS];
            for step in &mut steps {
                *step = match cursor.take(1)?.first()? {
                    0 => None,
                    1 => {
                        let n = usize::try_from(cursor.u64()?).ok()?;
                        let bytes = cursor.take(n.checked_mul(4)?)?.chunks_exact(4);
                        let values = bytes.filter_map(|b| Some(f32::from_le_bytes(b.try_into().ok()?))).collect();
                        Some(Values::F32(values))
                    }
                    2 => {
                        let n = usize::try_from(cursor.u64()?).ok()?;
                        Some(Values::F64(cursor.f64s(n)?))
                    }
                    _ => return None,
                };
            }
            values.push(steps);
        }
        events.push(CuratedEvent { id, places, values });
    }
    cursor.0.is_empty().then_some(events)
}

struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(taken)
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn u64(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    fn f64s(&mut self, n: usize) -> Option<Vec<f64>> {
        let bytes = self.take(n.checked_mul(8)?)?.chunks_exact(8);
        Some(bytes.filter_map(|b| Some(f64::from_le_bytes(b.try_into().ok()?))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_back_and_damage_is_found() {
        let axes = Places::Axes { lat: vec![1.0, 2.0], lon: vec![3.0] };
        let points = Places::Points { lat: vec![1.0], lon: vec![-3.5] };
        let events = vec![
            CuratedEvent { id: 7, places: axes, values: vec![[None, Some(Values::F32(vec![1.0, -2.5])), None]] },
            CuratedEvent {
                id: 9,
                places: points,
                values: vec![[Some(Values::F64(vec![0.1])), None, None], [None, None, None]],
            },
            CuratedEvent { id: 10, places: Places::Axes { lat: vec![], lon: vec![] }, values: vec![] },
        ];
        let document = encode(&events);
        assert_eq!(decode(&document).unwrap(), events);
        for cut in 0..document.len() {
            assert!(decode(&document[..cut]).is_none(), "{cut}");
        }
        let mut long = document.clone();
        long.push(0);
        assert!(decode(&long).is_none());
    }
}
