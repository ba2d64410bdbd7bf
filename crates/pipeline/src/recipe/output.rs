//! What a job makes, and where.

use eventscape_products::{Product, ProductStage};

use super::choices::OutputChoices;
use crate::doors::Doors;
use crate::error::{PipelineError, Result};
use crate::job::{OutputKeys, Tos2caNames};

/// What a job makes, and where.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    out: Option<String>,
    pub(crate) job_id: u64,
    /// The title that people gave it.
    pub(crate) title: Option<String>,
    pub(crate) overwrite: bool,
    /// Whether warnings of the data are errors.
    pub(crate) strict: bool,
    /// The products to make.
    pub(crate) wanted: Vec<Product>,
    /// Whether the products were named one by one.
    by_name: bool,
    /// The keys behind it, for the chunks of the job.
    pub(crate) choices: OutputChoices,
}

impl Output {
    /// Understands the keys of a job; `doors` has the products that there are.
    ///
    /// # Errors
    /// A product that is not known, with those that are.
    pub(crate) fn of(
        keys: &OutputKeys,
        no_plots: bool,
        tos2ca_names: Option<Tos2caNames>,
        doors: &Doors,
    ) -> Result<Self> {
        let mut wanted = doors.chosen(ProductStage::Tracks, keys.products.as_ref())?;
        if no_plots {
            wanted.retain(|product| !product.needs.fields);
        }
        Ok(Self {
            out: keys.out.clone(),
            job_id: keys.job_id.unwrap_or(1),
            title: keys.title.clone(),
            overwrite: keys.overwrite,
            strict: keys.strict,
            wanted,
            by_name: keys.products.is_some(),
            choices: OutputChoices::of(keys, no_plots, tos2ca_names),
        })
    }

    /// Without pictures, unless they were named.
    pub(crate) fn without_unnamed_pictures(mut self) -> Self {
        if !self.by_name {
            self.wanted.retain(|product| !product.needs.fields);
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
        self.wanted.iter().any(|product| product.needs.fields)
    }

    /// Whether files in TOS2CA's layouts are as the newest TOS2CA writes them.
    pub(crate) fn newest_tos2ca(&self) -> bool {
        self.choices.tos2ca_names == Some(Tos2caNames::New)
    }

    /// Leaves out what scenes cannot have that are not in order of time; gives the names of these products.
    ///
    /// # Errors
    /// Where one of them was asked for by name.
    pub(super) fn leave_out_ordered(&mut self) -> Result<String> {
        let (out, kept): (Vec<Product>, Vec<Product>) =
            std::mem::take(&mut self.wanted).into_iter().partition(|product| product.needs.ordered_times);
        let names: Vec<&str> = out.iter().map(|product| product.name).collect();
        let names = names.join(" and ");
        if self.by_name && !out.is_empty() {
            let why = format!(
                "{names} cannot hold scenes that are not in order of time; name other products, or leave out \
                 --tos2ca-compat, which keeps the order of the file"
            );
            return Err(PipelineError::job("products", why));
        }
        self.wanted = kept;
        Ok(names)
    }
}
