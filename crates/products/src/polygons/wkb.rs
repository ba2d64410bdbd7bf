//! Well-known binary, read back: polygons and multipolygons of two coordinates.

type Ring = Vec<[f64; 2]>;

/// The polygons of a geometry, each as its rings; `None` where the bytes are anything else.
pub(crate) fn read(bytes: &[u8]) -> Option<Vec<Vec<Ring>>> {
    let mut rest = bytes;
    let polygons = match head(&mut rest)? {
        3 => vec![polygon(&mut rest)?],
        6 => {
            let count = number(&mut rest)?;
            // each takes thirteen bytes at the least: no number of the file makes us reserve more than it has
            (count <= rest.len() / 13).then_some(())?;
            let mut polygons = Vec::with_capacity(count);
            for _ in 0..count {
                (head(&mut rest)? == 3).then_some(())?;
                polygons.push(polygon(&mut rest)?);
            }
            polygons
        }
        _ => return None,
    };
    rest.is_empty().then_some(polygons)
}

/// The kind of what follows, little-endian.
fn head(rest: &mut &[u8]) -> Option<u32> {
    let (&order, after) = rest.split_first()?;
    *rest = after;
    (order == 1).then_some(())?;
    number(rest).and_then(|kind| u32::try_from(kind).ok())
}

fn polygon(rest: &mut &[u8]) -> Option<Vec<Ring>> {
    let count = number(rest)?;
    (count <= rest.len() / 4).then_some(())?;
    (0..count).map(|_| ring(rest)).collect()
}

fn ring(rest: &mut &[u8]) -> Option<Ring> {
    let count = number(rest)?;
    (count <= rest.len() / 16).then_some(())?;
    (0..count).map(|_| Some([coordinate(rest)?, coordinate(rest)?])).collect()
}

fn number(rest: &mut &[u8]) -> Option<usize> {
    let (bytes, after) = rest.split_first_chunk::<4>()?;
    *rest = after;
    usize::try_from(u32::from_le_bytes(*bytes)).ok()
}

fn coordinate(rest: &mut &[u8]) -> Option<f64> {
    let (bytes, after) = rest.split_first_chunk::<8>()?;
    *rest = after;
    Some(f64::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring_bytes(ring: &[[f64; 2]]) -> Vec<u8> {
        let mut bytes = (ring.len() as u32).to_le_bytes().to_vec();
        bytes.extend(ring.iter().flatten().flat_map(|x| x.to_le_bytes()));
        bytes
    }

    fn polygon_bytes(rings: &[Ring]) -> Vec<u8> {
        let mut bytes = vec![1, 3, 0, 0, 0];
        bytes.extend((rings.len() as u32).to_le_bytes());
        rings.iter().for_each(|ring| bytes.extend(ring_bytes(ring)));
        bytes
    }

    #[test]
    fn polygons_are_read_and_nothing_else() {
        let outer = vec![[0.0, 0.0], [3.0, 0.0], [3.0, 3.0], [0.0, 0.0]];
        let hole = vec![[1.0, 0.5], [2.0, 1.5], [2.0, 0.5], [1.0, 0.5]];
        let one = vec![outer.clone(), hole];
        let bytes = polygon_bytes(&one);
        assert_eq!(read(&bytes), Some(vec![one.clone()]));
        let mut many = vec![1, 6, 0, 0, 0, 2, 0, 0, 0];
        many.extend(polygon_bytes(&one));
        many.extend(polygon_bytes(std::slice::from_ref(&outer)));
        assert_eq!(read(&many), Some(vec![one, vec![outer]]));
        for len in 0..many.len() {
            assert_eq!(read(&many[..len]), None, "{len}");
        }
        assert_eq!(read(&[1, 6, 0, 0, 0, 255, 255, 255, 255]), None);
        assert_eq!(read(&[0, 0, 0, 0, 3]), None);
        let mut longer = bytes;
        longer.push(0);
        assert_eq!(read(&longer), None);
    }
}
