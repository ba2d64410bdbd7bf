//! `geojson`: the outlines of the components of each time.

use eventscape_io::sink::ProductFile;

use crate::product::{Files, Product};
use crate::writers::{SceneView, SceneWriter, TracksContext};
use crate::{ProductError, write_geojson};

pub(super) const PRODUCT: Product =
    Product::of_scenes("geojson", Files::EachScene("json"), "application/geo+json", begin)
        .titled("Polygons of one time (GeoJSON)")
        .with_roles(&["data", "polygons"])
        .known_to_tos2ca_as("geoJSON");

fn begin<'c>(job: &'c TracksContext<'c>, out: ProductFile) -> Result<Box<dyn SceneWriter + 'c>, ProductError> {
    Ok(Box::new(Writer { job, out }))
}

struct Writer<'c> {
    job: &'c TracksContext<'c>,
    out: ProductFile,
}

impl SceneWriter for Writer<'_> {
    fn scene(&mut self, scene: &SceneView<'_>) -> Result<(), ProductError> {
        let TracksContext { info, outliner, lineage, .. } = *self.job;
        write_geojson(&mut self.out, info, outliner, lineage, scene.index, scene.stamp, scene.components)
    }

    fn finish(self: Box<Self>) -> Result<ProductFile, ProductError> {
        Ok(self.out)
    }
}
