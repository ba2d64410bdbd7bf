//! Boolean expressions over the fields of a scene: `Tb < 235 K and precipitation > 1 mm/h`.
//!
//! An [`Expression`] is the parsed text; bound to the names and units of a scene's fields it is a [`BoundExpression`],
//! which is put to rows of cells.

mod bind;
mod evaluate;
mod measure;
mod parse;
mod scan;
mod syntax;

pub use evaluate::BoundExpression;

use crate::CoreError;
use crate::units::Unit;
use syntax::{Node, Type};

/// A boolean expression over the fields of a scene.
///
/// * operands: numbers (`235`, `235 K`, `-38 degC`, `1 mm/h`), variables (`Tb`; in back quotes where the name holds more than
///   letters, digits, `_` and `.`), `+ - * /`, parentheses, `abs(x) sqrt(x) min(x, …) max(x, …)`
/// * comparisons: `< <= > >= == !=`, also chained: `230 K <= Tb < 235 K`
/// * `and or not` (or `&& || !`); `not` binds tighter than `and`, `and` tighter than `or`
///
/// A unit belongs to the number before it and reaches as far as it makes sense (`5 m / s` is a speed, `5 m / x` a quotient). A
/// number without a unit has that of what it is compared with, or added to.
///
/// Two expressions are equal if their texts are.
///
/// ```
/// use eventscape_core::Expression;
/// let expression = Expression::parse("Tb < -38 degC and precipitation > 1 mm/h")?;
/// assert_eq!(expression.variables(), ["Tb", "precipitation"]);
/// let bound = expression.bind(&[("Tb", Some("K")), ("precipitation", Some("mm/hr"))])?;
/// assert!(expression.bind(&[("Tb", Some("m")), ("precipitation", Some("mm/hr"))]).is_err());
/// # let _ = bound;
/// # Ok::<(), eventscape_core::CoreError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Expression {
    text: String,
    variables: Vec<String>,
    root: Node,
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// Longest text that is read.
const MAX_LENGTH: usize = 10_000;

impl Expression {
    /// Parses an expression.
    ///
    /// # Errors
    /// [`CoreError::Condition`] tells the character at which the text stops making sense.
    pub fn parse(text: &str) -> Result<Self, CoreError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(CoreError::Condition(
                "the expression is empty; write something like `Tb < 235 K and precipitation > 1 mm/h`".to_owned(),
            ));
        }
        if text.len() > MAX_LENGTH {
            return Err(CoreError::Condition(format!(
                "the expression has {} characters; {MAX_LENGTH} are allowed",
                text.len()
            )));
        }
        let (root, variables) = parse::parse(text)?;
        if root.kind() != Type::Truth {
            return Err(wrong(text, 0, "this is a number; compare it with another one (`… > 5`)"));
        }
        if variables.is_empty() {
            return Err(wrong(text, 0, "no variable is named"));
        }
        Ok(Self { text: text.to_owned(), variables, root })
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The variables in the order in which they first appear. The first one is the variable that is tracked and described,
    /// unless the job says otherwise.
    #[must_use]
    pub fn variables(&self) -> &[String] {
        &self.variables
    }

    /// The units of its numbers.
    #[must_use]
    pub fn units(&self) -> Vec<&Unit> {
        let mut found = Vec::new();
        self.root.units(&mut found);
        found
    }

    /// Checks the units and ties the names to fields: field `k` of a scene has the `k`-th name and units.
    ///
    /// # Errors
    /// [`CoreError::Condition`] for a variable that is not among the names, or for units that do not go together; it tells
    /// where in the text.
    pub fn bind(&self, fields: &[(&str, Option<&str>)]) -> Result<BoundExpression, CoreError> {
        bind::bind(self, fields)
    }
}

/// An error at a byte of the text.
fn wrong(text: &str, at: usize, why: &str) -> CoreError {
    let before = text.char_indices().take_while(|(k, _)| *k < at).count();
    let rest: String = text.chars().skip(before).take(20).collect();
    let place =
        if rest.is_empty() { "at its end".to_owned() } else { format!("at character {} (`{rest}`)", before + 1) };
    CoreError::Condition(format!("the expression `{}`, {place}: {why}", short(text)))
}

fn short(text: &str) -> String {
    if text.chars().count() <= 120 { text.to_owned() } else { text.chars().take(117).chain("…".chars()).collect() }
}

#[cfg(test)]
mod tests;
