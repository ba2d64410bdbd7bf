//! A scene: the fields of one time on one grid.

use crate::{CoreError, Grid, Timestamp};

/// The values of one field, row-major (`ny` rows of `nx` columns), in the type in which comparisons are made.
///
/// A missing cell is NaN. Float32 data stay float32 (a threshold is rounded to float32 before it is compared); unpacked
/// integers with a float64 scale are float64, as netCDF4-python and TOS2CA have them.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Float32 data.
    F32(Vec<f32>),
    /// Float64 data.
    F64(Vec<f64>),
}

impl Values {
    /// Number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::F32(v) => v.len(),
            Self::F64(v) => v.len(),
        }
    }

    /// Whether there is no cell at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a cell as float64, or `None` past the end.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<f64> {
        match self {
            Self::F32(v) => v.get(index).map(|x| f64::from(*x)),
            Self::F64(v) => v.get(index).copied(),
        }
    }
}

/// One or more fields of one time. The first field is the variable that is tracked and described; further ones are
/// there for boolean expressions over several variables, in the order in which the job names them.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// The time of the scene.
    pub time: Timestamp,
    /// The fields, each with `grid.len()` values.
    pub fields: Vec<Values>,
}

impl Scene {
    /// A scene of one field.
    #[must_use]
    pub fn single(time: Timestamp, values: Values) -> Self {
        Self { time, fields: vec![values] }
    }

    /// Checks that each field has one value for each cell of the grid.
    ///
    /// # Errors
    /// [`CoreError::Scene`] names the time and both sizes.
    pub fn check(&self, grid: &Grid) -> Result<(), CoreError> {
        if self.fields.is_empty() {
            return Err(CoreError::Scene(format!("the scene of {} has no field", self.time)));
        }
        match self.fields.iter().find(|f| f.len() != grid.len()) {
            Some(field) => Err(CoreError::Scene(format!(
                "the scene of {} has {} values, the grid has {} cells ({} rows of {} columns)",
                self.time,
                field.len(),
                grid.len(),
                grid.ny(),
                grid.nx()
            ))),
            None => Ok(()),
        }
    }
}
