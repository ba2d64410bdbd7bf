//! What an outline is made of, and its encodings.

use std::io::{self, Write};

use eventscape_core::sphere::signed_area;

/// Longitude and latitude, degrees.
pub type Point = [f64; 2];

/// Corners in order; the first one is not repeated at the end (the encodings do that).
pub type Ring = Vec<Point>;

/// A connected region without its holes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Polygon {
    /// The outer ring, counter-clockwise.
    pub shell: Ring,
    /// The inner rings, clockwise.
    pub holes: Vec<Ring>,
}

impl Polygon {
    /// The rings, the shell first.
    pub fn rings(&self) -> impl Iterator<Item = &Ring> {
        std::iter::once(&self.shell).chain(&self.holes)
    }
}

/// The outline of a component: its polygons, which touch each other at corners only.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outline {
    /// One polygon or more; none for a component without cells.
    pub polygons: Vec<Polygon>,
}

impl Outline {
    /// Area in square degrees.
    #[must_use]
    pub fn area(&self) -> f64 {
        self.polygons.iter().flat_map(Polygon::rings).map(|ring| signed_area(ring)).sum()
    }

    /// Smallest and largest longitude and latitude: west, south, east, north. `None` where there is no polygon.
    ///
    /// For a component across ±180° that is the whole turn; [`Outline::bbox_across`] tells the narrow box.
    #[must_use]
    pub fn bbox(&self) -> Option<[f64; 4]> {
        self.polygons.iter().flat_map(|polygon| &polygon.shell).fold(None, |bbox, p| {
            let b = bbox.unwrap_or([p[0], p[1], p[0], p[1]]);
            Some([b[0].min(p[0]), b[1].min(p[1]), b[2].max(p[0]), b[3].max(p[1])])
        })
    }

    /// The box as RFC 7946 has it: west, south, east, north, with `west > east` for an outline that was cut at ±180° and
    /// does not go around the Earth.
    #[must_use]
    pub fn bbox_across(&self) -> Option<[f64; 4]> {
        let [west, south, east, north] = self.bbox()?;
        if west > -180.0 || east < 180.0 {
            return Some([west, south, east, north]);
        }
        let mut spans: Vec<(f64, f64)> = self
            .polygons
            .iter()
            .map(|p| p.shell.iter().fold((f64::MAX, f64::MIN), |s, p| (s.0.min(p[0]), s.1.max(p[0]))))
            .collect();
        spans.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut reach, mut widest, mut gap) = (-180.0_f64, 0.0, None);
        for (from, to) in spans {
            if from - reach > widest {
                widest = from - reach;
                gap = Some((from, reach));
            }
            reach = reach.max(to);
        }
        Some(gap.map_or([west, south, east, north], |(from, to)| [from, south, to, north]))
    }

    /// The name of its type in GeoJSON and GeoParquet.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        if self.polygons.len() == 1 { "Polygon" } else { "MultiPolygon" }
    }

    /// Writes the GeoJSON geometry; numbers are the shortest that read back as the same float64.
    ///
    /// # Errors
    /// What the output says.
    pub fn write_geojson(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(&self.geojson())
    }

    fn geojson(&self) -> Vec<u8> {
        let mut out = format!(r#"{{"type":"{}","coordinates":"#, self.type_name()).into_bytes();
        let single = self.polygons.len() == 1;
        let list = |out: &mut Vec<u8>, index: usize| out.push(if index == 0 { b'[' } else { b',' });
        let mut number = zmij::Buffer::new();
        let mut push = |out: &mut Vec<u8>, value: f64| {
            let text = number.format(value);
            out.extend_from_slice(text.strip_suffix(".0").unwrap_or(text).as_bytes());
        };
        for (index, polygon) in self.polygons.iter().enumerate() {
            if !single {
                list(&mut out, index);
            }
            for (index, ring) in polygon.rings().enumerate() {
                list(&mut out, index);
                for (index, p) in ring.iter().chain(ring.first()).enumerate() {
                    list(&mut out, index);
                    out.push(b'[');
                    push(&mut out, p[0]);
                    out.push(b',');
                    push(&mut out, p[1]);
                    out.push(b']');
                }
                out.push(b']');
            }
            out.push(b']');
        }
        if self.polygons.is_empty() {
            out.push(b'[');
        }
        out.extend_from_slice(if single { b"}" } else { b"]}" });
        out
    }

    /// Well-known binary, little-endian.
    #[must_use]
    pub fn wkb(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if self.polygons.len() != 1 {
            header(&mut bytes, 6, self.polygons.len());
        }
        for polygon in &self.polygons {
            header(&mut bytes, 3, 1 + polygon.holes.len());
            for ring in polygon.rings() {
                bytes.extend((ring.len() as u32 + 1).to_le_bytes());
                for p in ring.iter().chain(ring.first()) {
                    bytes.extend(p[0].to_le_bytes());
                    bytes.extend(p[1].to_le_bytes());
                }
            }
        }
        bytes
    }
}

fn header(bytes: &mut Vec<u8>, kind: u32, members: usize) {
    bytes.push(1);
    bytes.extend(kind.to_le_bytes());
    bytes.extend((members as u32).to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(west: f64, east: f64) -> Polygon {
        Polygon { shell: vec![[west, 0.0], [east, 0.0], [east, 1.0], [west, 1.0]], holes: Vec::new() }
    }

    #[test]
    fn one_polygon_is_written_as_a_polygon_and_two_as_a_multipolygon() {
        let mut text = Vec::new();
        let mut outline = Outline { polygons: vec![square(0.5, 1.0)] };
        outline.write_geojson(&mut text).unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            r#"{"type":"Polygon","coordinates":[[[0.5,0],[1,0],[1,1],[0.5,1],[0.5,0]]]}"#
        );
        outline.polygons.push(square(2.0, 3.0));
        let mut text = Vec::new();
        outline.write_geojson(&mut text).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(value["type"], "MultiPolygon");
        assert_eq!(value["coordinates"][1][0][4][0], 2);
    }

    #[test]
    fn the_box_of_a_cut_outline_is_the_narrow_one() {
        let outline = Outline { polygons: vec![square(-180.0, -175.0), square(170.0, 180.0)] };
        assert_eq!(outline.bbox(), Some([-180.0, 0.0, 180.0, 1.0]));
        assert_eq!(outline.bbox_across(), Some([170.0, 0.0, -175.0, 1.0]));
        let around = Outline { polygons: vec![square(-180.0, 180.0)] };
        assert_eq!(around.bbox_across(), Some([-180.0, 0.0, 180.0, 1.0]));
    }
}
