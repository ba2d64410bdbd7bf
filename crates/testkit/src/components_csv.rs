//! A product that is not built in: `<job>-Components.csv`, a row for each component of a track.

use std::io::Write;

use eventscape_io::sink::ProductFile;
use eventscape_products::{Files, Product, ProductError, SceneView, SceneWriter, TracksContext};

/// The product, to be handed to jobs by their doors.
pub const COMPONENTS_CSV: Product =
    Product::of_scenes("components-csv", Files::One("Components.csv"), "text/csv", begin)
        .titled("Components of tracks (CSV)")
        .with_roles(&["data", "tracks"])
        .on_demand();

const HEAD: &str = "time,track_id,cells,area_km2\n";

fn begin<'c>(_: &'c TracksContext<'c>, mut out: ProductFile) -> Result<Box<dyn SceneWriter + 'c>, ProductError> {
    out.write_all(HEAD.as_bytes()).map_err(failed)?;
    Ok(Box::new(Rows(out)))
}

struct Rows(ProductFile);

impl SceneWriter for Rows {
    fn scene(&mut self, scene: &SceneView<'_>) -> Result<(), ProductError> {
        for found in scene.tracked()? {
            let (component, time) = (found.component, scene.components.time);
            let area = component.description.area_km2;
            writeln!(self.0, "{time},{},{},{area:.3}", found.track, component.cells).map_err(failed)?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<ProductFile, ProductError> {
        Ok(self.0)
    }
}

fn failed(source: std::io::Error) -> ProductError {
    ProductError::write("the table of components", source)
}
