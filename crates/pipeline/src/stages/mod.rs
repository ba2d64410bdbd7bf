//! The stages, and the parts that several of them share: scenes, components, lineage, products, each a function named after what
//! it makes.

mod baseline;
mod components;
mod curate;
mod joined;
mod lineage;
mod mask_from;
mod phdef;
mod pictures;
mod plot;
mod products;
mod scenes;
mod stitch;
mod watched;

pub use curate::{CurationReads, CurationReport, Reads, check_curation, plan_curation, run_curation};
pub use mask_from::run_mask_from;
pub use phdef::{Phenomena, Validation, check_job, find_phenomena, run_phdef, validate};
pub use plot::{Plot, PlotKind, PlotRequest, draw as draw_plot};
pub use stitch::{StitchRequest, run_stitch};

use baseline::baselines;
use components::components;
use lineage::lineage;
use pictures::pictures;
use products::{ProductContext, products, wanted_names};
use scenes::open;
use watched::Watched;
