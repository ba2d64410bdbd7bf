//! What the catalogue knows of a collection.

mod check;
mod period;
mod read;
mod rounding;

pub use period::{Instant, Period};
pub use rounding::{Rounding, RoundingRule};

pub(crate) use read::{entries_of_text, read_entry};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a collection can be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Capability {
    /// Phenomena can be found in it.
    PhDef,
    /// Its values can be gathered around phenomena.
    Curation,
}

/// The longitudes of a collection's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LongitudeConvention {
    /// -180° to 180°.
    #[serde(rename = "-180..180")]
    PlusMinus180,
    /// 0° to 360°.
    #[serde(rename = "0..360")]
    From0To360,
}

/// One collection (a data product). The files in `entries/` hold one each; a wrong or unknown key is refused.
///
/// What the entry says of axes, units and packing are hints and facts for people: the attributes of each granule decide.
/// What the granules do not say (names by date, the calendar's relabelling, margins) is taken from here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The name under which jobs ask for it, as in the reference's dictionaries.
    pub id: String,
    /// The product's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Further names, e.g. the archive's collection id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The product's full name.
    pub title: String,
    /// What it can be used for.
    pub capabilities: Vec<Capability>,
    /// Whether its granules are swaths (2-D latitude, longitude and time) rather than grids.
    #[serde(default, skip_serializing_if = "is_false")]
    pub swath: bool,
    /// The file format: `netCDF-4`, `HDF5`, `netCDF-3`; of an archive that cannot be read yet also another.
    pub format: String,
    /// Why granules of that format cannot be read yet, and what to do instead: the end of a sentence that begins with the collection's
    /// name. A job that asks for such granules is refused with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<String>,
    /// The product's page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_info: Option<String>,
    /// The product's DOI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doi: Option<String>,
    /// Dates of validity.
    pub valid: Validity,
    /// How its granules are named; absent where only the user knows which files belong to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granules: Option<GranuleRule>,
    /// Its axes.
    pub axes: Axes,
    /// Its times.
    pub time: TimeRule,
    /// Who serves it, and where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Provider>,
    /// What curation must know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curation: Option<Curation>,
    /// Which values of a swath are not to be trusted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<Quality>,
    /// Stored numbers that mean "missing" where a granule's attributes do not say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<f64>,
    /// Its variables by their names in the granules.
    pub variables: BTreeMap<String, VariableEntry>,
}

/// First and last day of a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Validity {
    /// The first day.
    pub start: Instant,
    /// The last day; absent while the collection grows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Instant>,
}

/// How the granules of a collection are named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GranuleRule {
    /// Directories by date and file name, see [`crate::NamePattern`].
    pub pattern: String,
    /// From one granule to the next.
    pub every: Period,
    /// Time steps in each granule.
    pub steps: u32,
    /// The time that the first granule's name tells, from which `every` counts; default: the first day of validity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Instant>,
}

/// The axes of a collection's variables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Axes {
    /// The group that holds the variables; empty for the root.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// Name of the latitude variable.
    pub latitude: String,
    /// Name of the longitude variable.
    pub longitude: String,
    /// Name of the time variable.
    pub time: String,
    /// Name of the level variable, where a level must be chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// The dimensions of the variables in the file's order.
    pub order: Vec<String>,
    /// The files' longitudes.
    pub longitudes: LongitudeConvention,
    /// Spacing of latitudes and of longitudes, degrees (for a swath its nominal cell).
    pub resolution: [f64; 2],
}

/// The times of a collection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeRule {
    /// From one time step to the next; absent for swaths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Period>,
    /// The files' encoding of time, for people.
    pub encoding: String,
    /// The calendar on which the collection's dates are taken, where the files name another one but mean the same days
    /// (`julian` in files of 1980 to 2099).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relabel_calendar: Option<String>,
    /// The time step that belongs to another instant (a mask's time).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounding: Option<Rounding>,
}

/// Who serves a collection, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// The archive.
    pub daac: String,
    /// Bucket and prefix, `s3://bucket/prefix/`: the folder under which the directories by date lie.
    pub location: String,
    /// The bucket's region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Where temporary keys of the bucket are handed out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials: Option<String>,
}

/// What curation must know of a collection.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curation {
    /// By how much an anomaly's box is pushed out on each side, degrees.
    pub margin: f64,
}

/// Which values of a swath are not to be trusted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quality {
    /// Names among the `flag_meanings` of the granules' quality flags: a value with any of them counts as missing.
    pub reject: Vec<String>,
}

/// A variable of a collection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VariableEntry {
    /// Its units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<String>,
    /// Its name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub long_name: Option<String>,
}

impl Entry {
    /// Whether it can be used for this.
    #[must_use]
    pub fn can(&self, capability: Capability) -> bool {
        self.capabilities.contains(&capability)
    }

    /// The instant from which its granules count.
    #[must_use]
    pub fn origin(&self) -> Instant {
        self.granules.as_ref().and_then(|g| g.origin).unwrap_or(self.valid.start)
    }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
fn is_false(value: &bool) -> bool {
    !*value
}
