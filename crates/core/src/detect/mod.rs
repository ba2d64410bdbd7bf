//! Finds the components of a scene.

mod expression;
mod reference;

pub use expression::{BoundExpression, Expression, ExpressionScratch};
pub use reference::{ReferenceField, ReferencePlan, TileReference, TileStatistics};
