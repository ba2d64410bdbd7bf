//! `table`: a row for each component of a track, with its outline, as GeoParquet.

use eventscape_io::sink::ProductFile;

use crate::ProductError;
use crate::parquet::TracksTable;
use crate::product::{Files, PARQUET, Product};
use crate::writers::{SceneView, SceneWriter, TracksContext};

pub(super) const PRODUCT: Product = Product::of_scenes("table", Files::One("Tracks.parquet"), PARQUET, begin)
    .titled("Tracks with polygons (GeoParquet)")
    .with_roles(&["data", "tracks"])
    .known_to_tos2ca_as("table");

fn begin<'c>(job: &'c TracksContext<'c>, out: ProductFile) -> Result<Box<dyn SceneWriter + 'c>, ProductError> {
    Ok(Box::new(Writer(TracksTable::begin(out, job.info, job.outliner, &job.lineage.times)?)))
}

struct Writer<'c>(TracksTable<'c, ProductFile>);

impl SceneWriter for Writer<'_> {
    fn scene(&mut self, scene: &SceneView<'_>) -> Result<(), ProductError> {
        self.0.add(scene.index, scene.components.time, scene.components, &scene.tracked()?)
    }

    fn finish(self: Box<Self>) -> Result<ProductFile, ProductError> {
        Ok(self.0.end()?.0)
    }
}
