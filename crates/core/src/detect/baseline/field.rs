//! Statistics of the cells of a grid, or of some of its rows.

use crate::{CoreError, Values};

/// For each cell what its values are compared with. NaN where the cell has too few values: such a cell is missing, not
/// outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Baseline {
    /// For conditions in standard deviations.
    Moments {
        /// Means.
        mean: Values,
        /// Population standard deviations.
        std_dev: Values,
    },
    /// For conditions in percentiles: inside is below `low` or above `high`, both excluded.
    Bounds {
        /// The lower bound, where that side counts.
        low: Option<Values>,
        /// The upper bound, where that side counts.
        high: Option<Values>,
    },
}

impl Baseline {
    /// Number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Moments { mean, .. } => mean.len(),
            Self::Bounds { low, high } => low.as_ref().or(high.as_ref()).map_or(0, Values::len),
        }
    }

    /// Whether there is no cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Joins the statistics of consecutive rows, first rows first.
    ///
    /// # Errors
    /// [`CoreError::Scene`] where the parts are not of one kind, or there are none.
    pub fn stack(parts: impl IntoIterator<Item = Self>) -> Result<Self, CoreError> {
        let mut parts = parts.into_iter();
        let mut whole = parts.next().ok_or_else(|| CoreError::Scene("there are no statistics to join".to_owned()))?;
        for part in parts {
            let joined = match (&mut whole, part) {
                (Self::Moments { mean, std_dev }, Self::Moments { mean: m, std_dev: s }) => {
                    append(mean, m) && append(std_dev, s)
                }
                (Self::Bounds { low, high }, Self::Bounds { low: l, high: h }) => {
                    append_some(low, l) && append_some(high, h)
                }
                _ => false,
            };
            if !joined {
                return Err(CoreError::Scene("statistics of different kinds cannot be joined".to_owned()));
            }
        }
        Ok(whole)
    }
}

fn append(to: &mut Values, from: Values) -> bool {
    match (to, from) {
        (Values::F32(to), Values::F32(from)) => to.extend(from),
        (Values::F64(to), Values::F64(from)) => to.extend(from),
        _ => return false,
    }
    true
}

fn append_some(to: &mut Option<Values>, from: Option<Values>) -> bool {
    match (to, from) {
        (Some(to), Some(from)) => append(to, from),
        (None, None) => true,
        _ => false,
    }
}
