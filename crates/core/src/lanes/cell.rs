//! The types in which fields hold their values.

/// The type of a field's values.
pub(crate) trait Cell: Copy + PartialOrd + Send + Sync + Into<f64> + 'static {
    /// Rounds to this type.
    fn round(value: f64) -> Self;
    /// Whether the cell is missing.
    fn is_missing(self) -> bool;
}

impl Cell for f32 {
    #[inline(always)]
    fn round(value: f64) -> Self {
        value as f32
    }
    #[inline(always)]
    fn is_missing(self) -> bool {
        self.is_nan()
    }
}

impl Cell for f64 {
    #[inline(always)]
    fn round(value: f64) -> Self {
        value
    }
    #[inline(always)]
    fn is_missing(self) -> bool {
        self.is_nan()
    }
}
