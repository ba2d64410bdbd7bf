//! The grid of a file, whatever else it holds.

use eventscape_core::Grid;
use eventscape_io::stores::Location;

use super::Context;
use super::pool::open_granule;
use crate::cf::{Horizontal, Layout, Positions};
use crate::{CatalogError, Result};

/// The grid on which the variables of a file lie; it needs no time.
///
/// # Errors
/// [`CatalogError::Variable`] where no variable lies on a grid, or several on different ones.
pub fn grid_of(location: &Location, context: &Context) -> Result<Grid> {
    let granule = open_granule(&context.stores, location, &context.open)?;
    let mut places: Vec<(String, Horizontal)> = Vec::new();
    for layout in Layout::all(&granule, None) {
        let (path, own) = (layout.path, layout.horizontal);
        if !places.iter().any(|(_, h)| h.latitude == own.latitude && h.longitude == own.longitude) {
            places.push((path, own));
        }
    }
    let refused = |message: String| CatalogError::Variable { location: granule.location().to_owned(), message };
    let Some((first, horizontal)) = places.first() else {
        return Err(refused("no variable lies on a grid of latitude and longitude".to_owned()));
    };
    let positions = Positions::read(&granule, horizontal)?;
    for (other, horizontal) in places.iter().skip(1) {
        if let Some(difference) = positions.difference(&Positions::read(&granule, horizontal)?) {
            return Err(refused(format!("`{first}` and `{other}` lie on different grids: {difference}")));
        }
    }
    Ok(positions.file_grid(granule.location(), false)?.grid)
}
