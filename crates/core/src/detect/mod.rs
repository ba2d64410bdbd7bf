//! Finds the components of a scene.

/// A boolean expression over the fields of a scene, such as `Tb < 235 K and precipitation > 1 mm/h`.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression;
