//! Polygons in well-known binary (OGC 06-103r4, section 8), with the header that GeoPackage puts in front (OGC 12-128r19,
//! section 2.1.3). Why our own: docs/adr/0008-libraries.md.

use eventscape_core::sphere::PolygonRings;

/// Collections lie at most so deep in each other.
const DEEPEST: usize = 8;

/// The polygons of a GeoPackage geometry; empty for one without an area.
pub(super) fn of_geopackage(blob: &[u8]) -> Result<Vec<PolygonRings>, &'static str> {
    let [b'G', b'P', _version, flags, _, _, _, _, rest @ ..] = blob else {
        return Err("its geometry is none of a GeoPackage");
    };
    let envelope = match (flags >> 1) & 7 {
        0 => 0,
        1 => 32,
        2 | 3 => 48,
        4 => 64,
        _ => return Err("its geometry has an unknown envelope"),
    };
    let mut polygons = Vec::new();
    let body = rest.get(envelope..).ok_or("its geometry is cut short")?;
    Reader { rest: body, little: true }.geometry(&mut polygons, 0)?;
    Ok(polygons)
}

struct Reader<'b> {
    rest: &'b [u8],
    little: bool,
}

impl Reader<'_> {
    fn geometry(&mut self, into: &mut Vec<PolygonRings>, depth: usize) -> Result<(), &'static str> {
        if depth > DEEPEST {
            return Err("its geometry is nested too deep");
        }
        self.little = match self.take::<1>()? {
            [0] => false,
            [1] => true,
            _ => return Err("its geometry has an unknown byte order"),
        };
        let code = self.count()?;
        // thousands tell of Z and M; so do the high bits of the older form
        let more = match (code & 0x0fff_ffff) / 1000 {
            0 => (code >> 31 & 1) + (code >> 30 & 1),
            1 | 2 => 1,
            3 => 2,
            _ => return Err("its geometry is of an unknown type"),
        };
        let numbers = 2 + more as usize;
        match (code & 0x0fff_ffff) % 1000 {
            3 => into.push(self.polygon(numbers)?),
            4..=7 => {
                for _ in 0..self.count()? {
                    self.geometry(into, depth + 1)?;
                }
            }
            1 => self.skip(8 * numbers)?,
            2 => {
                let points = self.count()? as usize;
                self.skip(points.saturating_mul(8 * numbers))?;
            }
            _ => return Err("its geometry has curves or is of an unknown type"),
        }
        Ok(())
    }

    fn polygon(&mut self, numbers: usize) -> Result<PolygonRings, &'static str> {
        // lengths are not believed: memory grows with the bytes that are there
        let mut rings = Vec::new();
        for _ in 0..self.count()? {
            let mut ring = Vec::new();
            for _ in 0..self.count()? {
                let (x, y) = (self.number()?, self.number()?);
                self.skip(8 * (numbers - 2))?;
                ring.push((x, y));
            }
            rings.push(ring);
        }
        Ok(rings)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], &'static str> {
        let (head, rest) = self.rest.split_first_chunk::<N>().ok_or("its geometry is cut short")?;
        self.rest = rest;
        Ok(*head)
    }

    fn skip(&mut self, bytes: usize) -> Result<(), &'static str> {
        self.rest = self.rest.get(bytes..).ok_or("its geometry is cut short")?;
        Ok(())
    }

    fn count(&mut self) -> Result<u32, &'static str> {
        let bytes = self.take()?;
        Ok(if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    fn number(&mut self) -> Result<f64, &'static str> {
        let bytes = self.take()?;
        Ok(if self.little { f64::from_le_bytes(bytes) } else { f64::from_be_bytes(bytes) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(flags: u8) -> Vec<u8> {
        [b"GP\0".as_slice(), &[flags], &4326i32.to_le_bytes()].concat()
    }

    fn polygon(code: u32, numbers: &[f64], points: u32) -> Vec<u8> {
        let mut bytes = vec![1];
        for word in [code, 1, points] {
            bytes.extend(word.to_le_bytes());
        }
        bytes.extend(numbers.iter().flat_map(|x| x.to_le_bytes()));
        bytes
    }

    #[test]
    fn heights_and_measures_are_passed_over() {
        let flat = [0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0];
        let expected = vec![vec![vec![(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0)]]];
        let with_more = |more: usize| -> Vec<f64> {
            flat.chunks(2).flat_map(|p| p.iter().copied().chain(std::iter::repeat_n(9.0, more))).collect()
        };
        for (code, more) in [(3, 0), (1003, 1), (2003, 1), (3003, 2), (0x8000_0003, 1), (0xc000_0003, 2)] {
            let blob = [header(1), polygon(code, &with_more(more), 4)].concat();
            assert_eq!(of_geopackage(&blob).unwrap(), expected, "{code:x}");
        }
        let boxed = [header(3), vec![0; 32], polygon(3, &flat, 4)].concat();
        assert_eq!(of_geopackage(&boxed).unwrap(), expected);
    }

    #[test]
    fn cut_nested_and_boastful_blobs_are_errors() {
        let flat = [0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0];
        let whole = [header(1), polygon(3, &flat, 4)].concat();
        for length in 0..whole.len() {
            assert!(of_geopackage(&whole[..length]).is_err(), "{length}");
        }
        assert!(of_geopackage(&[header(1), polygon(3, &flat, u32::MAX)].concat()).is_err());
        let mut nested = header(1);
        for _ in 0..100_000 {
            nested.extend([1, 7, 0, 0, 0, 1, 0, 0, 0]);
        }
        assert!(of_geopackage(&nested).is_err());
        // the empty geometry of a GeoPackage
        assert!(of_geopackage(&[header(0x11), vec![1, 3, 0, 0, 0, 0, 0, 0, 0]].concat()).unwrap()[0].is_empty());
    }
}
