//! Spellings of one unit.

use eventscape_core::units::Unit;

/// Whether two texts mean the same unit: `mm/hr` and `mm h-1`, but not `Pa` and `hPa`.
pub(crate) fn same(a: &str, b: &str) -> bool {
    let unit = |text: &str| Unit::parse(if text.trim().is_empty() { "1" } else { text.trim() });
    let close = |x: f64, y: f64| (x - y).abs() <= 1e-12;
    unit(a).factors_to(&unit(b)).is_some_and(|(factor, summand)| close(factor, 1.0) && close(summand, 0.0))
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn spellings_of_one_unit_are_the_same() {
        for (a, b) in [
            ("K", "kelvin"),
            ("degree_K", "degrees K"),
            ("mm/hr", "mm h-1"),
            ("m s-1", "m/s"),
            ("m s**-1", "m s^-1"),
            ("kg m-2", "kg/m2"),
            ("N m-2", "Pa"),
            ("1e-3", "PSU"),
            ("", "1"),
            ("furlong", "furlong"),
        ] {
            assert!(same(a, b), "{a} {b}");
        }
        for (a, b) in
            [("K", "degC"), ("mm/hr", "mm day-1"), ("Pa", "hPa"), ("m", "m s-1"), ("1", "1e-3"), ("furlong", "m")]
        {
            assert!(!same(a, b), "{a} {b}");
        }
    }
}
