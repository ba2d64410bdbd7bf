//! The grid of TOS2CA's files: the group `navigation`.

use eventscape_core::Grid;
use eventscape_formats::{Granule, Hyperslab};

use crate::ProductError;

/// The grid of the group `navigation` of a file in a layout of TOS2CA; `hint` says what to give in its place. Positions are
/// float32 in the masks.
///
/// # Errors
/// [`ProductError::Input`] where the group is not there or makes no grid.
pub fn grid_of(granule: &Granule, hint: &str) -> Result<Grid, ProductError> {
    let damaged = |reason: String| ProductError::Input { location: granule.location().to_owned(), reason };
    let axis = |name: &str| -> Result<(Vec<u64>, Vec<f64>), ProductError> {
        let path = format!("navigation/{name}");
        let variable = granule.variable(&path).map_err(|_| damaged(format!("it has no `{path}`; {hint}")))?;
        let shape = variable.shape();
        let values = granule.read(&path, &Hyperslab::all(&shape))?.data.to_f64();
        Ok((shape, values.ok_or_else(|| damaged(format!("`{path}` holds no numbers")))?))
    };
    let ((lat_shape, lat), (_, lon)) = (axis("lat")?, axis("lon")?);
    let grid = match lat_shape[..] {
        [ny, nx] => Grid::curvilinear(ny as usize, nx as usize, lat, lon),
        _ => Grid::rectilinear(lat, lon),
    };
    grid.map_err(|e| damaged(format!("its grid cannot be used: {e}")))
}
