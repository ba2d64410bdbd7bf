//! What each file is.

/// The kinds of files that a job hands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ProductKind {
    /// The reference's mask file.
    ReferenceMasks,
    /// The reference's table of contents.
    Toc,
    /// The reference's hierarchy of the mask file.
    Hierarchy,
    /// Masks by CF.
    Masks,
    /// Tracks by CF.
    TracksNetcdf,
    /// Tracks with polygons as GeoParquet.
    TracksTable,
    /// Links as Parquet.
    LineageTable,
    /// Polygons of one time as GeoJSON.
    Polygons,
    /// Map of one time as PNG.
    Map,
    /// Map of one time as SVG.
    MapSvg,
    /// All maps as an animation.
    Animation,
    /// Values gathered around events, in the reference's layout.
    Curated,
    /// The hierarchy of the curated file.
    CurationHierarchy,
    /// Values on the events' cells, in the reference's layout.
    Interpolated,
    /// Values on the events' cells by CF.
    InterpolatedFlat,
    /// All values as Parquet.
    CuratedTable,
    /// Statistics as CSV.
    Statistics,
    /// Chart of an event's statistics over time as PNG.
    Series,
    /// The variable over the whole domain at the masks' times.
    Stationary,
    /// Anything else that lies in the folder, e.g. the job's own description.
    Metadata,
}

impl ProductKind {
    /// What a file of a job's folder is, by its name; `None` for a name that no product has.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let (job, rest) = name.split_once('-')?;
        job.parse::<u64>().ok()?;
        Some(match rest {
            "ForTraCC-Mask-Output.nc4" => Self::ReferenceMasks,
            "ForTraCC-TOC.json" => Self::Toc,
            "ForTraCC-Mask-Output-Hierarchy.json" => Self::Hierarchy,
            "Masks.nc" => Self::Masks,
            "Tracks.nc" => Self::TracksNetcdf,
            "Tracks.parquet" => Self::TracksTable,
            "Lineage.parquet" => Self::LineageTable,
            "Animation.gif" => Self::Animation,
            "Curated-Data.nc4" => Self::Curated,
            "Curation-Hierarchy.json" => Self::CurationHierarchy,
            "Interpolated-Data.nc4" => Self::Interpolated,
            "Interpolated.nc" => Self::InterpolatedFlat,
            "Curated.parquet" => Self::CuratedTable,
            "Statistics.csv" => Self::Statistics,
            "Stationary.nc" => Self::Stationary,
            other => {
                let (stem, ending) = other.rsplit_once('.')?;
                match ending {
                    "png" if stem.starts_with("Series-") => Self::Series,
                    // before the year 0 a stamp begins with a minus
                    _ if !stem.bytes().all(|b| b.is_ascii_digit() || b == b'-') => return None,
                    "json" => Self::Polygons,
                    "png" => Self::Map,
                    "svg" => Self::MapSvg,
                    _ => return None,
                }
            }
        })
    }

    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::ReferenceMasks
            | Self::Masks
            | Self::TracksNetcdf
            | Self::Curated
            | Self::Interpolated
            | Self::InterpolatedFlat
            | Self::Stationary => "application/x-netcdf",
            Self::Toc | Self::Hierarchy | Self::CurationHierarchy | Self::Metadata => "application/json",
            Self::TracksTable | Self::LineageTable | Self::CuratedTable => "application/vnd.apache.parquet",
            Self::Polygons => "application/geo+json",
            Self::Statistics => "text/csv",
            Self::Map | Self::Series => "image/png",
            Self::MapSvg => "image/svg+xml",
            Self::Animation => "image/gif",
        }
    }

    /// Whether it is a picture of fields.
    #[must_use]
    pub fn is_picture(self) -> bool {
        matches!(self, Self::Map | Self::MapSvg | Self::Animation)
    }

    /// Its roles in STAC.
    #[must_use]
    pub fn roles(self) -> &'static [&'static str] {
        match self {
            Self::ReferenceMasks | Self::Masks => &["data", "masks"],
            Self::TracksNetcdf | Self::TracksTable => &["data", "tracks"],
            Self::LineageTable => &["data", "lineage"],
            Self::Polygons => &["data", "polygons"],
            Self::Map | Self::MapSvg => &["visual", "map"],
            Self::Series => &["visual", "statistics"],
            Self::Animation => &["visual", "overview", "animation"],
            Self::Curated | Self::CuratedTable => &["data", "curated"],
            Self::Interpolated | Self::InterpolatedFlat => &["data", "interpolated"],
            Self::Statistics => &["data", "statistics"],
            Self::Stationary => &["data"],
            Self::Toc | Self::Hierarchy | Self::CurationHierarchy | Self::Metadata => &["metadata"],
        }
    }

    /// What it is, for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::ReferenceMasks => "Masks in the layout of TOS2CA",
            Self::Toc => "Table of contents: tracks with first and last time",
            Self::Hierarchy => "Groups and variables of the mask file",
            Self::Masks => "Event masks (CF)",
            Self::TracksNetcdf => "Tracks (CF trajectories)",
            Self::TracksTable => "Tracks with polygons (GeoParquet)",
            Self::LineageTable => "Links between components (Parquet)",
            Self::Polygons => "Polygons of one time (GeoJSON)",
            Self::Map | Self::MapSvg => "Map of one time",
            Self::Animation => "Animation of all times",
            Self::Curated => "Values around events in the layout of TOS2CA",
            Self::CurationHierarchy => "Groups and variables of the curated file",
            Self::Interpolated => "Values on the events' cells in the layout of TOS2CA",
            Self::InterpolatedFlat => "Values on the events' cells (CF)",
            Self::CuratedTable => "All gathered and interpolated values (Parquet)",
            Self::Statistics => "Statistics of each event at each time (CSV)",
            Self::Series => "Statistics of an event over time (PNG)",
            Self::Stationary => "The variable over the whole domain (CF)",
            Self::Metadata => "Metadata",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::*;

    #[test]
    fn products_are_known_by_the_names_that_are_given_to_them() {
        let stamp = "201508120030";
        for (name, kind) in [
            (mask_output_name(7), ProductKind::ReferenceMasks),
            (toc_name(7), ProductKind::Toc),
            (hierarchy_name(7), ProductKind::Hierarchy),
            (masks_name(7), ProductKind::Masks),
            (tracks_name(7), ProductKind::TracksNetcdf),
            (tracks_parquet_name(7), ProductKind::TracksTable),
            (lineage_parquet_name(7), ProductKind::LineageTable),
            (geojson_name(7, stamp), ProductKind::Polygons),
            (map_name(7, stamp, "png"), ProductKind::Map),
            (map_name(7, stamp, "svg"), ProductKind::MapSvg),
            (animation_name(7), ProductKind::Animation),
            (curated_name(7), ProductKind::Curated),
            (curation_hierarchy_name(7), ProductKind::CurationHierarchy),
            (interpolated_name(7), ProductKind::Interpolated),
            (flat_name(7), ProductKind::InterpolatedFlat),
            (curated_table_name(7), ProductKind::CuratedTable),
            (statistics_name(7), ProductKind::Statistics),
            (series_name(7, 3, "T2M"), ProductKind::Series),
            (stationary_name(7), ProductKind::Stationary),
        ] {
            assert_eq!(ProductKind::of_name(&name), Some(kind), "{name}");
        }
        for name in ["", "7", "7-", "x-Masks.nc", "7-Masks.nc.part", "7-notes.json", "7-Manifest.json"] {
            assert_eq!(ProductKind::of_name(name), None, "{name}");
        }
    }
}
