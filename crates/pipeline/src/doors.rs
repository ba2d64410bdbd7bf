//! The kinds that jobs can name: those that are built in, and those that the program hands in.

use eventscape_core::track::{METHODS, Method};
use eventscape_products::{Choice, PRODUCTS, Product, ProductStage};

use crate::error::{PipelineError, Result};
use crate::job::Texts;

/// The kinds that jobs of this program can name.
///
/// ```
/// use eventscape_pipeline::Doors;
/// use eventscape_products::{Files, Product};
///
/// # use eventscape_io::sink::ProductFile;
/// # use eventscape_products::{ProductError, TracksContext};
/// fn write(_: &TracksContext<'_>, out: ProductFile) -> Result<ProductFile, ProductError> {
///     Ok(out)
/// }
/// let empty = Product::of_tracks("empty", Files::One("Empty.txt"), "text/plain", write).titled("An empty file");
/// let doors = Doors::default().with_product(empty);
/// assert_eq!(doors.products.len(), Doors::default().products.len() + 1);
///
/// let names: Vec<&str> = Doors::default().methods.iter().map(|method| method.name).collect();
/// assert_eq!(names, ["fortracc", "aux-geoir"]);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Doors {
    /// The trackers, each with its finder; the first is the default.
    pub methods: Vec<Method>,
    /// The products, in the order in which a job lists its files.
    pub products: Vec<Product>,
}

impl Default for Doors {
    fn default() -> Self {
        Self { methods: METHODS.to_vec(), products: PRODUCTS.to_vec() }
    }
}

impl Doors {
    /// The same with one more tracker. One that has the name of another takes its place.
    #[must_use]
    pub fn with_method(mut self, method: Method) -> Self {
        match self.methods.iter_mut().find(|m| m.name == method.name) {
            Some(other) => *other = method,
            None => self.methods.push(method),
        }
        self
    }

    /// The same with one more product. One that has the name and the stage of another takes its place.
    #[must_use]
    pub fn with_product(mut self, product: Product) -> Self {
        match self.products.iter_mut().find(|p| (p.name, p.stage()) == (product.name, product.stage())) {
            Some(other) => *other = product,
            None => self.products.push(product),
        }
        self
    }

    /// The products of a stage.
    pub fn products_of(&self, stage: ProductStage) -> impl Iterator<Item = &Product> {
        self.products.iter().filter(move |product| product.stage() == stage)
    }

    /// The product of a stage with a name.
    #[must_use]
    pub fn product(&self, stage: ProductStage, name: &str) -> Option<&Product> {
        self.products_of(stage).find(|product| product.name == name)
    }

    /// The products that a job names, each once and in the order of the table; those that every job makes where it names
    /// none.
    ///
    /// # Errors
    /// A name that is not known, with those that are.
    pub(crate) fn chosen(&self, stage: ProductStage, names: Option<&Texts>) -> Result<Vec<Product>> {
        let nameable = || self.products_of(stage).filter(|product| product.can_be_named());
        let Some(texts) = names else {
            return Ok(nameable().filter(|product| product.choice == Choice::Default).copied().collect());
        };
        let names = texts.names();
        if let Some(unknown) = names.iter().find(|name| *name != "all" && nameable().all(|p| p.name != name.as_str())) {
            let known: Vec<&str> = nameable().map(|product| product.name).collect();
            let why = format!("there is no product `{unknown}`; there are all, {}", known.join(", "));
            return Err(PipelineError::job("products", why));
        }
        let is_named = |product: &&Product| names.iter().any(|name| name == "all" || name == product.name);
        Ok(nameable().filter(is_named).copied().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(names: Option<&str>) -> Result<Vec<&'static str>> {
        let names = names.map(|names| Texts::One(names.to_owned()));
        let products = Doors::default().chosen(ProductStage::Tracks, names.as_ref())?;
        Ok(products.into_iter().map(|product| product.name).collect())
    }

    #[test]
    fn products_come_in_the_order_of_the_table_and_each_once() {
        assert_eq!(chosen(Some("table, masks,table")).unwrap(), ["masks", "table"]);
        let all = chosen(Some("toc,all")).unwrap();
        assert!(all.contains(&"svg") && all.first() == Some(&"mask-output"), "{all:?}");
        let usual = chosen(None).unwrap();
        assert!(usual.contains(&"maps") && !usual.contains(&"svg") && !usual.contains(&"animation"), "{usual:?}");
    }

    #[test]
    fn an_unknown_product_is_refused_with_those_that_there_are() {
        let why = chosen(Some("masks,mask")).unwrap_err().to_string();
        assert!(why.contains("`mask`") && why.contains("all, mask-output, toc"), "{why}");
        // what a key asks for has no name
        let names = Texts::One("stationary".to_owned());
        assert!(Doors::default().chosen(ProductStage::Curation, Some(&names)).is_err());
    }
}
