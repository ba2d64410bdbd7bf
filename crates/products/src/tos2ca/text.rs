//! Times and numbers as the reference's files have them.

use eventscape_core::Timestamp;

/// `YYYYMMDDhhmmss`.
pub(super) fn stamp_to_second(time: Timestamp) -> String {
    format!("{}{:02}", time.stamp(), time.civil().second)
}

/// A statistic: three decimals as in the reference, which hide small quantities; ours has six significant digits then.
pub(super) fn statistic(value: f64, compat: bool) -> String {
    let small = value != 0.0 && value.abs() < 1.0;
    if compat || !small { format!("{value:.3}") } else { format!("{value:.5e}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_are_readable_numbers_that_keep_small_ones() {
        for (value, compat, text) in [
            (7.55, true, "7.550"),
            (-0.000_004, true, "-0.000"),
            (271.123_456, false, "271.123"),
            (0.0, false, "0.000"),
            (0.000_012_345_678, false, "1.23457e-5"),
        ] {
            assert_eq!(statistic(value, compat), text);
            assert!(text.parse::<f64>().is_ok());
        }
    }
}
