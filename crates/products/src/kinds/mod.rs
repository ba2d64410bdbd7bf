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

/// The product that a file of a job's folder is of, by its name; `None` for a name that no product has.
#[must_use]
pub fn product_of_file(name: &str) -> Option<&'static Product> {
    let (job, rest) = name.split_once('-')?;
    job.parse::<u64>().ok()?;
    PRODUCTS.iter().find(|product| product.files.has_name(rest))
}

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

    #[test]
    fn products_are_known_by_the_names_that_are_given_to_them() {
        for product in PRODUCTS {
            let names = product.files.all_of_job(7).into_iter().chain(product.files.of_scene(7, "201508120030"));
            for name in names.chain(product.files.of_series(7, 3, "T2M")) {
                let found = product_of_file(&name).map(|found| (found.stage(), found.name));
                assert_eq!(found, Some((product.stage(), product.name)), "{name}");
            }
        }
        for name in ["", "7", "7-", "x-Masks.nc", "7-Masks.nc.part", "7-notes.json", "7-Manifest.json"] {
            assert!(product_of_file(name).is_none(), "{name}");
        }
    }
}
