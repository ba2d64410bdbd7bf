//! `<job>-ForTraCC-Mask-Output-Hierarchy.json`: the groups and variables of the reference's mask file.

use std::io::Write;

use eventscape_core::Lineage;

use crate::ProductError;
use crate::names::scene_stamps;

/// Writes the hierarchy as the reference has it: `{"navigation": ["lat", "lon"], "masks": {"YYYYMMDDhhmm":
/// ["mask_indices"], …}}`, by time. (Its mask files hold `data_values` too, which its hierarchy does not name.)
///
/// # Errors
/// [`ProductError::Write`] when the output refuses.
pub fn write_hierarchy<W: Write>(mut out: W, lineage: &Lineage) -> Result<(), ProductError> {
    let failed = |source| ProductError::Write { product: "the hierarchy of the mask file".to_owned(), source };
    let mut text = String::from(r#"{"navigation": ["lat", "lon"], "masks": {"#);
    for (index, stamp) in scene_stamps(&lineage.times).iter().enumerate() {
        if index > 0 {
            text += ", ";
        }
        // a stamp is digits (and a minus before the year 0): nothing to escape
        text += &format!(r#""{stamp}": ["mask_indices"]"#);
    }
    text += "}}\n";
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(failed)
}
