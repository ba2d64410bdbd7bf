//! Outlines with times, read from the files in which others publish them: fire perimeters, storm tracks, any polygons.
//!
//! The way of the data: a file is known by its first bytes ([`format`]); GeoJSON, GeoPackage and shapefile give features
//! ([`feature`]), in degrees; the kind says what their properties mean ([`wildfires`], [`polygons`]); IBTrACS gives storms
//! ([`ibtracs`]). All end as [`eventscape_core::outline::Phenomenon`]s. What cannot be used is left out and told of by name.

mod crs;
mod dates;
mod feature;
mod format;
mod geojson;
#[cfg(feature = "geopackage")]
mod geopackage;
mod ibtracs;
mod polygons;
mod shapefile;
mod told;
mod wildfires;
#[cfg(feature = "geopackage")]
mod wkb;

use std::path::Path;

use eventscape_core::outline::Phenomenon;
use ring::digest::{Context as Digest, SHA256};

use crate::{CatalogError, Notice, NoticeCode, Result};
use feature::Features;
use format::Format;
use told::Told;

/// What outlines are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutlineKind {
    /// Any polygons with times.
    Polygons,
    /// Perimeters of fires as CAL FIRE publishes them.
    Wildfires,
    /// Wind radii of tropical cyclones from IBTrACS.
    Cyclones,
}

impl OutlineKind {
    /// All of them with their names.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Polygons, "polygons"), (Self::Wildfires, "wildfires"), (Self::Cyclones, "cyclones")];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }
}

/// How a file of outlines is to be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OutlineRequest {
    /// What it is of; told by its content if absent.
    pub kind: Option<OutlineKind>,
    /// The layer of a GeoPackage that has several.
    pub layer: Option<String>,
    /// Cyclones: the wind speed whose radii are the area, 34, 50 or 64 knots (34 if absent).
    pub radius_of: Option<u32>,
    /// Polygons: the property with the instant of an outline.
    pub time_property: Option<String>,
    /// Polygons: the property with the first time of an outline that lasts.
    pub start_property: Option<String>,
    /// Polygons: the property with its last time.
    pub end_property: Option<String>,
    /// Polygons: the property that tells which outlines are of one phenomenon; without it each is one of its own.
    pub id_property: Option<String>,
    /// Polygons: the property with the name.
    pub name_property: Option<String>,
    /// How many days an outline without an end is taken to last; if absent it is left out.
    pub open_days: Option<f64>,
    /// Only phenomena of these ids or names (in any case of letters); all if empty.
    pub only: Vec<String>,
}

/// The phenomena of a file.
#[derive(Clone, Debug)]
pub struct Outlines {
    /// What they are of.
    pub kind: OutlineKind,
    /// The phenomena, in the order of the file.
    pub phenomena: Vec<Phenomenon>,
    /// What was left out or put right.
    pub notices: Vec<Notice>,
    /// Where they were read from.
    pub location: String,
    /// Size of the file, bytes.
    pub size: u64,
    /// SHA-256 of the file, and of those that belong to it.
    pub checksum: String,
}

impl Outlines {
    /// Reads a file of outlines on this machine.
    ///
    /// # Errors
    /// What is wrong with the file or the request, by name; [`CatalogError::Empty`] where no outline is left.
    pub fn read(path: &Path, request: &OutlineRequest) -> Result<Self> {
        let location = path.display().to_string();
        let (format, size) = format::of(path)?;
        let mut told = Told::default();
        let (kind, mut phenomena) = match (format, request.kind) {
            (Format::StormsCsv | Format::StormsNetcdf, None | Some(OutlineKind::Cyclones)) => {
                let knots = ibtracs::check_radius(request.radius_of)?;
                let storms = match format {
                    Format::StormsCsv => ibtracs::read_csv(path, knots, &mut told)?,
                    _ => ibtracs::read_netcdf(path, knots, &mut told)?,
                };
                (OutlineKind::Cyclones, storms)
            }
            (Format::StormsCsv | Format::StormsNetcdf, Some(kind)) => {
                return Err(CatalogError::Request(format!(
                    "`{location}` has storm tracks, not outlines; leave out --kind {}",
                    kind.name()
                )));
            }
            (_, Some(OutlineKind::Cyclones)) => {
                return Err(CatalogError::Request(format!(
                    "`{location}` has outlines, not storm tracks; give an IBTrACS file (CSV or netCDF), or another --kind"
                )));
            }
            (_, kind) => {
                let features = match format {
                    #[cfg(feature = "geopackage")]
                    Format::GeoPackage => geopackage::read(path, request.layer.as_deref(), &mut told)?,
                    #[cfg(not(feature = "geopackage"))]
                    Format::GeoPackage => {
                        return Err(CatalogError::Request(format!(
                            "`{location}` is a GeoPackage, which this program was built without; build it with the feature \
                             `geopackage`, or make GeoJSON of it (ogr2ogr out.geojson FILE)"
                        )));
                    }
                    Format::Shapefile => shapefile::read(path, &mut told)?,
                    _ => geojson::read(path, &mut told)?,
                };
                of_features(features, kind, request, &mut told)?
            }
        };
        pick(&mut phenomena, &request.only)?;
        let notices = told.notices(&location);
        if phenomena.is_empty() {
            let why: Vec<String> = notices.iter().map(|notice| notice.message.clone()).collect();
            let why = if why.is_empty() { "it has none".to_owned() } else { why.join("; ") };
            return Err(CatalogError::Empty(format!("`{location}` has no outline that can be used: {why}")));
        }
        Ok(Self { kind, phenomena, notices, checksum: checksum(path, format)?, location, size })
    }
}

fn of_features(
    features: Features,
    kind: Option<OutlineKind>,
    request: &OutlineRequest,
    told: &mut Told,
) -> Result<(OutlineKind, Vec<Phenomenon>)> {
    let asks = [&request.time_property, &request.start_property, &request.end_property, &request.id_property];
    let asked = asks.iter().any(|property| property.is_some()) || request.name_property.is_some();
    let is_fires = !asked && wildfires::are(&features);
    match kind.unwrap_or(if is_fires { OutlineKind::Wildfires } else { OutlineKind::Polygons }) {
        OutlineKind::Wildfires => Ok((OutlineKind::Wildfires, wildfires::phenomena(features, request, told)?)),
        _ => Ok((OutlineKind::Polygons, polygons::phenomena(features, request, told)?)),
    }
}

/// Keeps the phenomena that were asked for.
fn pick(phenomena: &mut Vec<Phenomenon>, only: &[String]) -> Result<()> {
    if only.is_empty() {
        return Ok(());
    }
    let is = |phenomenon: &Phenomenon, asked: &str| {
        phenomenon.id.eq_ignore_ascii_case(asked)
            || phenomenon.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(asked))
    };
    for asked in only {
        if !phenomena.iter().any(|phenomenon| is(phenomenon, asked)) {
            let names: Vec<&str> = phenomena.iter().map(|p| p.name.as_deref().unwrap_or(&p.id)).collect();
            return Err(CatalogError::Request(format!(
                "there is no phenomenon `{asked}` with an outline that can be used; there are {}",
                crate::subset::some_of(&names)
            )));
        }
    }
    phenomena.retain(|phenomenon| only.iter().any(|asked| is(phenomenon, asked)));
    Ok(())
}

/// SHA-256 of a file, with the files that belong to a shapefile.
fn checksum(path: &Path, format: Format) -> Result<String> {
    use std::io::Read;
    let mut digest = Digest::new(&SHA256);
    let beside = ["dbf", "prj", "cpg"].map(|extension| path.with_extension(extension));
    let more = if format == Format::Shapefile { &beside[..] } else { &[] };
    for (number, part) in std::iter::once(path).chain(more.iter().map(AsRef::as_ref)).enumerate() {
        let mut file = match std::fs::File::open(part) {
            Ok(file) => file,
            Err(_) if number > 0 => continue,
            Err(source) => return Err(format::unreadable(part, source)),
        };
        let mut buffer = vec![0; 1 << 16];
        loop {
            match file.read(&mut buffer).map_err(|source| format::unreadable(part, source))? {
                0 => break,
                read => digest.update(&buffer[..read]),
            }
        }
    }
    Ok(digest.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
}

impl Notice {
    fn left_out(subject: &str, message: String) -> Self {
        Self::warning(NoticeCode::OutlineLeftOut, subject, message)
    }

    fn changed(subject: &str, message: String) -> Self {
        Self::info(NoticeCode::OutlineChanged, subject, message)
    }
}
