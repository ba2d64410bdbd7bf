//! The units of the parts of an expression.

use crate::units::Unit;

/// The unit of a part.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Measure {
    /// A number without a unit takes that of its surroundings.
    Bare,
    /// A quantity.
    Unit(Unit),
    /// A difference of two quantities that have a zero of their own (°C): `5 degC` means 5 K beside it.
    Difference(Unit),
}

/// How values of one measure become those of another: `value * factor + summand`.
pub(super) type Factors = (f64, f64);

impl Measure {
    /// The units of a variable; one without units equals only others without.
    pub(super) fn of_variable(units: Option<&str>) -> Self {
        Self::Unit(Unit::parse(units.unwrap_or("")))
    }

    pub(super) fn unit(&self) -> Option<&Unit> {
        match self {
            Self::Bare => None,
            Self::Unit(unit) | Self::Difference(unit) => Some(unit),
        }
    }

    /// For messages.
    pub(super) fn name(&self) -> String {
        match self.unit() {
            None => "a plain number".to_owned(),
            Some(unit) if unit.text().is_empty() => "no units".to_owned(),
            Some(unit) => format!("the units `{}`", unit.text()),
        }
    }

    /// How to bring values to `common`; `None` where the two do not go together.
    pub(super) fn factors_to(&self, common: &Self) -> Option<Factors> {
        match (self, common) {
            (Self::Bare, _) | (_, Self::Bare) => Some((1.0, 0.0)),
            (Self::Unit(own) | Self::Difference(own), Self::Difference(to)) => own.of_difference().factors_to(to),
            (Self::Unit(own) | Self::Difference(own), Self::Unit(to)) => own.factors_to(to),
        }
    }

    pub(super) fn has_own_zero(&self) -> bool {
        matches!(self, Self::Unit(unit) if unit.has_own_zero())
    }

    /// The measure of a product or quotient; `None` where it has none: °C times anything but a number.
    pub(super) fn combined(&self, other: &Self, divide: bool) -> Option<Self> {
        let (own, by) = match (self, other) {
            (_, Self::Bare) => return Some(self.clone()),
            (Self::Bare, Self::Unit(unit) | Self::Difference(unit)) if !divide => {
                return Some(if other.has_own_zero() { other.clone() } else { Self::Unit(unit.clone()) });
            }
            (Self::Bare, _) => (Unit::one(), other.unit()?),
            _ => (self.unit()?.clone(), other.unit()?),
        };
        if own.has_own_zero() || by.has_own_zero() {
            return None;
        }
        // what is not known equals only what is written alike
        let unknown = || Unit::parse(&format!("<{}> {} <{}>", own.text(), if divide { "/" } else { "*" }, by.text()));
        Some(Self::Unit(own.combined(by, divide).unwrap_or_else(unknown)))
    }
}
