//! What a job makes, and where.

use super::request::ProductName;
use crate::error::{PipelineError, Result};
use crate::job::OutputKeys;

/// What a job makes, and where.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Output {
    out: Option<String>,
    pub(crate) job_id: u64,
    /// The title that people gave it.
    pub(crate) title: Option<String>,
    pub(crate) overwrite: bool,
    /// The products to make.
    pub(crate) wanted: Vec<ProductName>,
    /// Whether the products were named one by one.
    by_name: bool,
}

impl Output {
    /// Understands the keys of a job.
    ///
    /// # Errors
    /// A product that is not known, with those that are.
    pub(crate) fn of(keys: &OutputKeys, no_plots: bool) -> Result<Self> {
        Ok(Self {
            out: keys.out.clone(),
            job_id: keys.job_id.unwrap_or(1),
            title: keys.title.clone(),
            overwrite: keys.overwrite,
            wanted: ProductName::selection(keys.products.as_ref(), no_plots)?,
            by_name: keys.products.is_some(),
        })
    }

    /// Without pictures, unless they were named.
    pub(crate) fn without_unnamed_pictures(mut self) -> Self {
        if !self.by_name {
            self.wanted.retain(|product| !product.is_picture());
        }
        self
    }

    /// Where the products go.
    ///
    /// # Errors
    /// Where the job does not say it.
    pub(crate) fn place(&self) -> Result<&str> {
        self.out.as_deref().ok_or_else(|| PipelineError::job("out", "say where the products go"))
    }

    /// Whether a product needs the fields again.
    pub(crate) fn has_pictures(&self) -> bool {
        self.wanted.iter().any(|product| product.is_picture())
    }

    /// Leaves out what scenes cannot have that are not in order of time; gives the names of these products.
    ///
    /// # Errors
    /// Where one of them was asked for by name.
    pub(super) fn leave_out_ordered(&mut self) -> Result<String> {
        let (kept, left_out) = ProductName::without_order(self.by_name, std::mem::take(&mut self.wanted))?;
        self.wanted = kept;
        Ok(left_out)
    }
}
