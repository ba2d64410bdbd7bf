//! The stages of a job, each a function named after what it makes.

mod components;
mod lineage;
mod pictures;
mod products;
mod reference;
mod scenes;
mod watched;

pub(crate) use components::components;
pub(crate) use lineage::lineage;
pub(crate) use pictures::pictures;
pub(crate) use products::{Asked, products, wanted_names};
pub(crate) use reference::{Reference, reference};
pub(crate) use scenes::{Scenes, open};
pub(crate) use watched::Watched;
