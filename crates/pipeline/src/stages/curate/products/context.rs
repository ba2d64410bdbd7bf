//! What the products of curation are made of.

use eventscape_products::Product;
use eventscape_products::curation::CurationInfo;

use crate::stages::curate::masks::Masks;
use crate::stages::curate::other::Other;
use crate::stages::curate::plan::Plan;
use crate::stages::curate::recipe::CurationRecipe;

/// What products are made of.
pub(in crate::stages::curate) struct Asked<'a> {
    pub(in crate::stages::curate) recipe: &'a CurationRecipe,
    pub(in crate::stages::curate) info: &'a CurationInfo,
    pub(in crate::stages::curate) masks: &'a Masks,
    pub(in crate::stages::curate) plan: &'a Plan,
    pub(in crate::stages::curate) other: &'a Other,
    pub(in crate::stages::curate) wanted: &'a [Product],
}
