//! The products that are built in, a file a kind, and the one table of them.

mod animation;
mod curated;
mod curated_table;
mod curation_hierarchy;
mod geojson;
mod hierarchy;
mod interpolated;
mod interpolated_flat;
mod lineage;
mod maps;
mod mask_output;
mod masks;
mod one_file;
mod series;
mod stationary;
mod statistics;
mod table;
mod toc;
mod tracks;

use crate::product::Product;

pub(crate) use mask_output::PRODUCT as MASK_OUTPUT;
pub(crate) use masks::PRODUCT as MASKS;

/// Every product that is built in, in the order in which a job lists them.
pub const PRODUCTS: &[Product] = &[
    mask_output::PRODUCT,
    toc::PRODUCT,
    hierarchy::PRODUCT,
    masks::PRODUCT,
    tracks::PRODUCT,
    table::PRODUCT,
    lineage::PRODUCT,
    geojson::PRODUCT,
    maps::PNG,
    maps::SVG,
    animation::PRODUCT,
    curated::PRODUCT,
    curation_hierarchy::PRODUCT,
    interpolated::PRODUCT,
    interpolated_flat::PRODUCT,
    curated_table::PRODUCT,
    statistics::PRODUCT,
    series::PRODUCT,
    stationary::PRODUCT,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_products_of_a_stage_have_one_name_and_no_two_products_one_file() {
        for (k, product) in PRODUCTS.iter().enumerate() {
            for other in &PRODUCTS[..k] {
                assert!(
                    (product.name, product.stage()) != (other.name, other.stage()),
                    "{} is there twice",
                    product.name
                );
                assert_ne!(product.files, other.files, "{} and {}", product.name, other.name);
            }
            assert_ne!(product.title, product.name, "{} has no title for people", product.name);
        }
    }
}
