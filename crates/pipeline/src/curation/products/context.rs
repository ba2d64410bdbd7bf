//! What the products of curation are made of.

use eventscape_products::Product;
use eventscape_products::curation::CurationInfo;

use crate::curation::masks::Masks;
use crate::curation::other::Other;
use crate::curation::plan::Plan;
use crate::curation::scope::CurationScope;

/// What products are made of.
pub(in crate::curation) struct Asked<'a> {
    pub(in crate::curation) scope: &'a CurationScope,
    pub(in crate::curation) info: &'a CurationInfo,
    pub(in crate::curation) masks: &'a Masks,
    pub(in crate::curation) plan: &'a Plan,
    pub(in crate::curation) other: &'a Other,
    pub(in crate::curation) wanted: &'a [Product],
}
