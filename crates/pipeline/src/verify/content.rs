//! What a product holds, and so how it is read.

use eventscape_products::{ProductStage, product_of_file};

/// What a product holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Tos2caMasks,
    Toc,
    Hierarchy,
    Masks,
    Tracks,
    TracksTable,
    LineageTable,
    Polygons,
    Map,
    Drawing,
    Animation,
    Curated,
    CurationHierarchy,
    Interpolated,
    InterpolatedFlat,
    CuratedTable,
    Statistics,
    Stationary,
}

impl Content {
    /// Of a file, by its name; `None` for products that are not built in.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        let product = product_of_file(name)?;
        Some(match (product.stage(), product.name) {
            (ProductStage::Tracks, "mask-output") => Self::Tos2caMasks,
            (ProductStage::Tracks, "toc") => Self::Toc,
            (ProductStage::Tracks, "hierarchy") => Self::Hierarchy,
            (ProductStage::Tracks, "masks") => Self::Masks,
            (ProductStage::Tracks, "tracks") => Self::Tracks,
            (ProductStage::Tracks, "table") => Self::TracksTable,
            (ProductStage::Tracks, "lineage") => Self::LineageTable,
            (ProductStage::Tracks, "geojson") => Self::Polygons,
            (ProductStage::Tracks, "maps") | (ProductStage::Curation, "plots") => Self::Map,
            (ProductStage::Tracks, "svg") => Self::Drawing,
            (ProductStage::Tracks, "animation") => Self::Animation,
            (ProductStage::Curation, "curated") => Self::Curated,
            (ProductStage::Curation, "hierarchy") => Self::CurationHierarchy,
            (ProductStage::Curation, "interpolated") => Self::Interpolated,
            (ProductStage::Curation, "flat") => Self::InterpolatedFlat,
            (ProductStage::Curation, "table") => Self::CuratedTable,
            (ProductStage::Curation, "statistics") => Self::Statistics,
            (ProductStage::Curation, "stationary") => Self::Stationary,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use eventscape_products::PRODUCTS;

    use super::*;

    #[test]
    fn every_product_of_the_table_is_read() {
        for product in PRODUCTS {
            let one = product.files.of_job(1, false).or_else(|| product.files.of_scene(1, "202001010000"));
            let name = one.or_else(|| product.files.of_series(1, 1, "T2M")).unwrap();
            assert!(Content::of_name(&name).is_some(), "{name}");
        }
    }
}
