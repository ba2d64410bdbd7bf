//! What a unit measures, and how.

/// Exponents of metre, kilogram, second, kelvin, mole, ampere, candela and degree of angle.
pub(super) type Dimensions = [i8; 8];

/// Those of a temperature.
pub(super) const TEMPERATURE: Dimensions = [0, 0, 0, 1, 0, 0, 0, 0];

/// `value in base units = value * scale + offset`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Meaning {
    pub(super) dimensions: Dimensions,
    pub(super) scale: f64,
    pub(super) offset: f64,
}

impl Meaning {
    pub(super) const ONE: Self = Self { dimensions: [0; 8], scale: 1.0, offset: 0.0 };

    /// A plain number; `None` unless it is positive and finite.
    pub(super) fn number(scale: f64) -> Option<Self> {
        (scale.is_finite() && scale > 0.0).then_some(Self { scale, ..Self::ONE })
    }

    pub(super) fn is_number(self) -> bool {
        self.dimensions == Self::ONE.dimensions
    }

    pub(super) fn power(self, exponent: i8) -> Option<Self> {
        let mut dimensions = [0i8; 8];
        for (d, own) in dimensions.iter_mut().zip(self.dimensions) {
            *d = own.checked_mul(exponent)?;
        }
        // a scale with an offset is an absolute temperature only by itself
        let offset = if exponent == 1 { self.offset } else { 0.0 };
        let scale = self.scale.powi(i32::from(exponent));
        (scale.is_finite() && scale > 0.0).then_some(Self { dimensions, scale, offset })
    }

    /// The product. A temperature with a zero of its own keeps it beside a number: a value in `0.1 degC` counts tenths of a degree
    /// from the same zero.
    pub(super) fn times(self, other: Self) -> Option<Self> {
        let mut dimensions = [0i8; 8];
        for (d, (a, b)) in dimensions.iter_mut().zip(self.dimensions.iter().zip(other.dimensions)) {
            *d = a.checked_add(b)?;
        }
        let offset = match (self.is_number(), other.is_number()) {
            (true, _) => other.offset,
            (_, true) => self.offset,
            _ => 0.0,
        };
        let scale = self.scale * other.scale;
        (scale.is_finite() && scale > 0.0).then_some(Self { dimensions, scale, offset })
    }

    /// The same, counted from another zero (`K @ 273.15`).
    pub(super) fn shifted(self, by: f64) -> Option<Self> {
        by.is_finite().then_some(Self { offset: self.offset + by * self.scale, ..self })
    }
}
