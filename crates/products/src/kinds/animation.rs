//! `animation`: the maps of all times as a GIF.

use eventscape_io::sink::ProductFile;

use crate::ProductError;
use crate::map::Animation;
use crate::product::{Files, Product};
use crate::writers::{SceneView, SceneWriter, TracksContext};

pub(super) const PRODUCT: Product = Product::of_scenes("animation", Files::One("Animation.gif"), "image/gif", begin)
    .titled("Animation of all times")
    .with_roles(&["visual", "overview", "animation"])
    .known_to_tos2ca_as("plot")
    .needing_fields()
    .on_demand();

/// An animation takes this many hundredths of a second, as far as its frames are then neither too short nor too long.
const LENGTH: usize = 1500;
const SHORTEST_FRAME: usize = 8;
const LONGEST_FRAME: usize = 60;

fn begin<'c>(job: &'c TracksContext<'c>, out: ProductFile) -> Result<Box<dyn SceneWriter + 'c>, ProductError> {
    let delay = (LENGTH / job.lineage.times.len().max(1)).clamp(SHORTEST_FRAME, LONGEST_FRAME);
    Ok(Box::new(Film { out: Some(out), delay: u16::try_from(delay).unwrap_or(u16::MAX), animation: None }))
}

/// The animation while it grows; its first frame says how large it is.
struct Film {
    out: Option<ProductFile>,
    delay: u16,
    animation: Option<Animation<ProductFile>>,
}

impl SceneWriter for Film {
    fn scene(&mut self, scene: &SceneView<'_>) -> Result<(), ProductError> {
        let frame = scene.picture()?.raster();
        if let Some(out) = self.out.take() {
            self.animation = Some(Animation::begin(out, frame, self.delay)?);
        }
        self.animation.as_mut().map_or(Ok(()), |animation| animation.add(frame))
    }

    fn finish(self: Box<Self>) -> Result<ProductFile, ProductError> {
        match (self.animation, self.out) {
            (Some(animation), _) => animation.end(),
            (None, _) => Err(ProductError::Mismatch("an animation needs at least one scene".to_owned())),
        }
    }
}
