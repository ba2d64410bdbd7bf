//! Storms, as they are put together fix by fix.

use std::collections::{HashMap, HashSet};

use eventscape_core::Timestamp;
use eventscape_core::outline::{Outline, Phenomenon, Shape, When};

use crate::outlines::told::Told;

const KM_OF_A_NAUTICAL_MILE: f64 = 1.852;

/// Where a storm was at a time. Absent radii are those that the file does not have.
pub(super) struct Fix {
    pub(super) time: Timestamp,
    pub(super) lat: Option<f64>,
    pub(super) lon: Option<f64>,
    /// North-east, south-east, south-west, north-west; nautical miles.
    pub(super) radii: [Option<f64>; 4],
}

/// The storms of a file.
pub(super) struct Storms {
    knots: u32,
    storms: Vec<Phenomenon>,
    places: HashMap<String, usize>,
    times: Vec<HashSet<i64>>,
    without: Vec<usize>,
    repeated: Vec<usize>,
    nowhere: Vec<usize>,
}

impl Storms {
    pub(super) fn new(knots: u32) -> Self {
        Self {
            knots,
            storms: Vec::new(),
            places: HashMap::new(),
            times: Vec::new(),
            without: Vec::new(),
            repeated: Vec::new(),
            nowhere: Vec::new(),
        }
    }

    /// The place of a storm.
    pub(super) fn storm(&mut self, id: &str, name: &str) -> usize {
        if let Some(place) = self.places.get(id) {
            return *place;
        }
        let name = Some(name).filter(|name| {
            !["", "NOT_NAMED", "UNNAMED", "NOT NAMED"].iter().any(|none| name.eq_ignore_ascii_case(none))
        });
        self.storms.push(Phenomenon { id: id.to_owned(), name: name.map(str::to_owned), outlines: Vec::new() });
        self.times.push(HashSet::new());
        for counts in [&mut self.without, &mut self.repeated, &mut self.nowhere] {
            counts.push(0);
        }
        self.places.insert(id.to_owned(), self.storms.len() - 1);
        self.storms.len() - 1
    }

    pub(super) fn add(&mut self, storm: usize, fix: &Fix) {
        if !self.times[storm].insert(fix.time.micros()) {
            self.repeated[storm] += 1;
            return;
        }
        let [Some(ne), Some(se), Some(sw), Some(nw)] = fix.radii else {
            self.without[storm] += 1;
            return;
        };
        let radii = [ne, se, sw, nw].map(|miles| miles * KM_OF_A_NAUTICAL_MILE);
        if radii.iter().all(|radius| *radius == 0.0) {
            // nowhere so much wind: there is no area, and that is known
            return;
        }
        let place = fix.lat.zip(fix.lon);
        match place.and_then(|(lat, lon)| Shape::quadrants(lat, lon, radii).ok()) {
            Some(shape) => self.storms[storm].outlines.push(Outline { when: When::At(fix.time), shape }),
            None => self.nowhere[storm] += 1,
        }
    }

    /// The storms that have an area at some time.
    pub(super) fn finish(self, told: &mut Told) -> Vec<Phenomenon> {
        let knots = self.knots;
        let label = |storm: &Phenomenon| match &storm.name {
            Some(name) => format!("{name} ({})", storm.id),
            None => storm.id.clone(),
        };
        for (place, storm) in self.storms.iter().enumerate() {
            let name = label(storm);
            let times = |count: usize| format!("{name} {count} time{}", if count == 1 { "" } else { "s" });
            if storm.outlines.is_empty() {
                told.left_out(&name, &format!("storms without radii of {knots} knots at any time"));
            } else if self.without[place] > 0 {
                told.left_out(&times(self.without[place]), &format!("times without all four radii of {knots} knots"));
            }
            if self.repeated[place] > 0 {
                told.left_out(&times(self.repeated[place]), "times that a storm has already");
            }
            if self.nowhere[place] > 0 {
                told.left_out(&times(self.nowhere[place]), "times whose position or radii are not of this Earth");
            }
        }
        self.storms.into_iter().filter(|storm| !storm.outlines.is_empty()).collect()
    }
}
