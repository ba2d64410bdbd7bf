//! Conditions in words, for titles and attributes.

use super::{Comparison, Condition, Side, Spread};

impl Comparison {
    /// The sign of the inequality.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::LessThan => "<",
            Self::LessThanOrEqualTo => "≤",
            Self::GreaterThan => ">",
            Self::GreaterThanOrEqualTo => "≥",
            Self::EqualTo => "=",
        }
    }
}

impl Side {
    fn name(self) -> &'static str {
        match self {
            Self::Above => "above",
            Self::Below => "below",
            Self::Beyond => "beyond",
        }
    }
}

impl Condition {
    /// One line for people: `Tb < 235 K`.
    #[must_use]
    pub fn describe(&self, variable: &str, units: Option<&str>) -> String {
        let unit = units.map(|u| format!(" {u}")).unwrap_or_default();
        let spread = |side: Side, spread: Spread| match (spread, side) {
            (Spread::Sigmas(k), Side::Above) => format!("more than {k} standard deviations above"),
            (Spread::Sigmas(k), Side::Below) => format!("more than {k} standard deviations below"),
            (Spread::Sigmas(k), Side::Beyond) => format!("more than {k} standard deviations from"),
            (Spread::Amount(by), Side::Above) => format!("more than {by}{unit} above"),
            (Spread::Amount(by), Side::Below) => format!("more than {by}{unit} below"),
            (Spread::Amount(by), Side::Beyond) => format!("more than {by}{unit} from"),
            (Spread::Percentile(p), Side::Beyond) => format!("above percentile {p} or below {} of", 100.0 - p),
            (Spread::Percentile(p), side) => format!("{} percentile {p} of", side.name()),
        };
        match self {
            Self::Compare { comparison, threshold } => format!("{variable} {} {threshold}{unit}", comparison.sign()),
            Self::Between { low, high } => format!("{low} ≤ {variable} ≤ {high}{unit}"),
            Self::Hysteresis { comparison, seed, grow } => {
                let sign = comparison.sign();
                format!("{variable} {sign} {grow}{unit} around {variable} {sign} {seed}{unit}")
            }
            Self::Anomaly { side, spread: far } => {
                let what = if matches!(far, Spread::Percentile(_)) { "the cell's values" } else { "the cell's mean" };
                format!("{variable} {} {what} over the job", spread(*side, *far))
            }
            Self::Tos2caAnomaly { factor } => {
                format!("{variable} - mean < {factor} standard deviations (reference)")
            }
            Self::Climatology { side, spread: far, window_days, base_years } => {
                let base = base_years.map(|(a, b)| format!(", {a}-{b}")).unwrap_or_default();
                format!("{variable} {} the climatology (window of {window_days} days{base})", spread(*side, *far))
            }
            Self::Expression(expression) => expression.text().to_owned(),
        }
    }

    /// TOS2CA's `event_type`, or ours in its style.
    #[must_use]
    pub fn event_type(&self) -> String {
        let of = |side: &Side, spread: &Spread, kind: &str| {
            let by = if matches!(spread, Spread::Percentile(_)) { "percentile" } else { kind };
            if by == kind { format!("{kind}_{}", side.name()) } else { format!("{kind}_{by}_{}", side.name()) }
        };
        match self {
            Self::Compare { comparison, .. } => match comparison {
                Comparison::LessThan => "less_than_threshold",
                Comparison::LessThanOrEqualTo => "less_than_or_equal_to_threshold",
                Comparison::GreaterThan => "greater_than_threshold",
                Comparison::GreaterThanOrEqualTo => "greater_than_or_equal_to_threshold",
                Comparison::EqualTo => "equal_to_threshold",
            }
            .to_owned(),
            Self::Tos2caAnomaly { .. } => "anomaly_event".to_owned(),
            Self::Between { .. } => "between_thresholds".to_owned(),
            Self::Hysteresis { comparison, .. } => match comparison {
                Comparison::GreaterThan | Comparison::GreaterThanOrEqualTo => "hysteresis_above",
                _ => "hysteresis_below",
            }
            .to_owned(),
            Self::Anomaly { side, spread } => of(side, spread, "anomaly"),
            Self::Climatology { side, spread, .. } => of(side, spread, "climatology"),
            Self::Expression(_) => "expression".to_owned(),
        }
    }
}
