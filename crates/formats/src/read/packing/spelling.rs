//! By which names attributes tell of a variable's numbers.

use super::{Attribute, Variable, numbers};

/// What an attribute tells of a variable's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Scale,
    Offset,
    Missing,
    Range,
    Minimum,
    Maximum,
}

impl Meaning {
    /// The name that CF and the NetCDF Users' Guide give it, then others that mean the same; without capitals and signs.
    fn spellings(self) -> &'static [&'static str] {
        match self {
            Self::Scale => &["scalefactor", "slope"],
            Self::Offset => &["addoffset", "offset", "intercept"],
            Self::Missing => &["missingvalue", "fillvalue", "codemissingvalue", "nodata", "nodatavalue"],
            Self::Range => &["validrange"],
            Self::Minimum => &["validmin"],
            Self::Maximum => &["validmax"],
        }
    }

    /// The names of CF and of the NetCDF Users' Guide.
    fn own_names(self) -> &'static [&'static str] {
        match self {
            Self::Scale => &["scale_factor"],
            Self::Offset => &["add_offset"],
            Self::Missing => &["missing_value", "_FillValue"],
            Self::Range => &["valid_range"],
            Self::Minimum => &["valid_min"],
            Self::Maximum => &["valid_max"],
        }
    }
}

/// An attribute that tells of a variable's numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'v> {
    pub(super) name: &'v str,
    pub(super) attribute: &'v Attribute,
    /// The name is that of CF.
    pub(super) own: bool,
}

/// The attributes of a meaning, those with CF's names first.
pub(super) fn find(variable: &Variable, meaning: Meaning) -> Vec<Found<'_>> {
    let of = |name: &String| {
        let own = meaning.own_names().contains(&name.as_str());
        (own || meaning.spellings().contains(&plain(name).as_str())).then_some(own)
    };
    let mut found: Vec<Found<'_>> = variable
        .attributes
        .iter()
        .filter_map(|(name, attribute)| Some(Found { name, attribute, own: of(name)? }))
        .collect();
    found.sort_by_key(|f| (!f.own, rank(f.name, meaning)));
    found
}

/// Attributes that may scale the numbers in a way that nobody has written down for all: LSA SAF divides by `SCALING_FACTOR`, others
/// multiply by it.
pub(super) fn unclear(variable: &Variable) -> Vec<(&str, f64)> {
    const NAMES: [&str; 8] =
        ["scale", "scaling", "scalingfactor", "gain", "multiplier", "multiplicationfactor", "bias", "base"];
    let number = |(name, attribute): (&'_ String, &Attribute)| {
        let number = match numbers::read(attribute)?[..] {
            [only] => only.as_f64(),
            _ => return None,
        };
        let adds = matches!(plain(name).as_str(), "bias" | "base");
        (NAMES.contains(&plain(name).as_str()) && number != f64::from(u8::from(!adds))).then_some(number)
    };
    variable.attributes.iter().filter_map(|pair| Some((pair.0.as_str(), number(pair)?))).collect()
}

fn rank(name: &str, meaning: Meaning) -> usize {
    meaning.spellings().iter().position(|s| *s == plain(name)).unwrap_or_default()
}

/// A name without capitals, spaces and signs: `Scale Factor`, `ScaleFactor` and `scale_factor` are one.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
