//! `maps` and `svg`: a map of each time.

use eventscape_io::sink::ProductFile;

use crate::ProductError;
use crate::product::{Files, Product};
use crate::writers::{SceneView, SceneWriter, TracksContext};

pub(super) const PNG: Product = Product::of_scenes("maps", Files::EachScene("png"), "image/png", begin_png)
    .titled("Map of one time")
    .with_roles(&["visual", "map"])
    .known_to_tos2ca_as("plot")
    .needing_fields();

pub(super) const SVG: Product = Product::of_scenes("svg", Files::EachScene("svg"), "image/svg+xml", begin_svg)
    .titled("Map of one time")
    .with_roles(&["visual", "map"])
    .known_to_tos2ca_as("plot")
    .needing_fields()
    .on_demand();

fn begin_png<'c>(_: &'c TracksContext<'c>, out: ProductFile) -> Result<Box<dyn SceneWriter + 'c>, ProductError> {
    Ok(Box::new(Png(out)))
}

fn begin_svg<'c>(_: &'c TracksContext<'c>, out: ProductFile) -> Result<Box<dyn SceneWriter + 'c>, ProductError> {
    Ok(Box::new(Svg(out)))
}

struct Png(ProductFile);

impl SceneWriter for Png {
    fn scene(&mut self, scene: &SceneView<'_>) -> Result<(), ProductError> {
        scene.picture()?.raster().write_png(&mut self.0)
    }

    fn finish(self: Box<Self>) -> Result<ProductFile, ProductError> {
        Ok(self.0)
    }
}

struct Svg(ProductFile);

impl SceneWriter for Svg {
    fn scene(&mut self, scene: &SceneView<'_>) -> Result<(), ProductError> {
        scene.picture()?.map().write_svg(&mut self.0)
    }

    fn finish(self: Box<Self>) -> Result<ProductFile, ProductError> {
        Ok(self.0)
    }
}
