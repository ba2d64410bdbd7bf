//! The names of units: those of UDUNITS, with prefixes, and those of producers beside them.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::meaning::{Dimensions, Meaning};

/// kind, name, exponents, scale, offset: made by `fixtures/units/make.py` from UDUNITS' database.
const UDUNITS: &str = include_str!("udunits.tsv");

/// Symbols as they stand, names in lower case.
struct Names {
    symbols: HashMap<&'static str, Meaning>,
    names: HashMap<&'static str, Meaning>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let mut found = Names { symbols: HashMap::new(), names: HashMap::new() };
    for line in UDUNITS.lines() {
        if let Some((kind, name, meaning)) = row(line) {
            let table = if kind == "symbol" { &mut found.symbols } else { &mut found.names };
            table.insert(name, meaning);
        }
    }
    found
});

fn row(line: &'static str) -> Option<(&'static str, &'static str, Meaning)> {
    let mut columns = line.split('\t');
    let (kind, name, exponents) = (columns.next()?, columns.next()?, columns.next()?);
    let mut dimensions: Dimensions = [0; 8];
    for (slot, exponent) in dimensions.iter_mut().zip(exponents.split(' ')) {
        *slot = exponent.parse().ok()?;
    }
    let (scale, offset) = (columns.next()?.parse().ok()?, columns.next()?.parse().ok()?);
    Some((kind, name, Meaning { dimensions, scale, offset }))
}

const PREFIX_NAMES: [(&str, f64); 21] = [
    ("yotta", 1e24),
    ("zetta", 1e21),
    ("exa", 1e18),
    ("peta", 1e15),
    ("tera", 1e12),
    ("giga", 1e9),
    ("mega", 1e6),
    ("kilo", 1e3),
    ("hecto", 100.0),
    ("deka", 10.0),
    ("deca", 10.0),
    ("deci", 0.1),
    ("centi", 0.01),
    ("milli", 1e-3),
    ("micro", 1e-6),
    ("nano", 1e-9),
    ("pico", 1e-12),
    ("femto", 1e-15),
    ("atto", 1e-18),
    ("zepto", 1e-21),
    ("yocto", 1e-24),
];

const PREFIX_SYMBOLS: [(&str, f64); 22] = [
    ("da", 10.0),
    ("Y", 1e24),
    ("Z", 1e21),
    ("E", 1e18),
    ("P", 1e15),
    ("T", 1e12),
    ("G", 1e9),
    ("M", 1e6),
    ("k", 1e3),
    ("h", 100.0),
    ("d", 0.1),
    ("c", 0.01),
    ("m", 1e-3),
    ("µ", 1e-6),
    ("μ", 1e-6),
    ("u", 1e-6),
    ("n", 1e-9),
    ("p", 1e-12),
    ("f", 1e-15),
    ("a", 1e-18),
    ("z", 1e-21),
    ("y", 1e-24),
];

/// Words that UDUNITS does not know, or reads as something that no producer of data means (`mb` would be millibarn, `mph` milliphot),
/// in terms of what it knows.
const PRODUCERS: [(&str, &str); 39] = [
    ("mb", "mbar"),
    ("hpa", "hPa"),
    ("HPA", "hPa"),
    ("kpa", "kPa"),
    ("pa", "Pa"),
    ("kn", "knot"),
    ("mph", "mile/hour"),
    ("kph", "km/hour"),
    ("kmh", "km/hour"),
    ("nmi", "nautical_mile"),
    ("mins", "min"),
    ("secs", "s"),
    ("hrs", "hour"),
    ("Hr", "hour"),
    ("HR", "hour"),
    ("yrs", "year"),
    ("degs", "degree"),
    ("deg", "degree"),
    ("Degs", "degree"),
    ("Deg", "degree"),
    ("degN", "degree"),
    ("degE", "degree"),
    ("celcius", "celsius"),
    ("Celcius", "celsius"),
    ("gpm", "m"),
    ("gpdam", "dam"),
    ("gpkm", "km"),
    ("psu", "1e-3"),
    ("PSU", "1e-3"),
    ("pss", "1e-3"),
    ("PSS", "1e-3"),
    ("permil", "1e-3"),
    ("permille", "1e-3"),
    ("‰", "1e-3"),
    ("fraction", "1"),
    ("dimensionless", "1"),
    ("unitless", "1"),
    ("none", "1"),
    ("Gt", "1e12 kg"),
];

/// A unit's name as producers write it.
pub(super) fn of_producers(word: &str) -> Option<&'static str> {
    PRODUCERS.iter().find(|(name, _)| *name == word).map(|(_, means)| *means)
}

/// The unit of a single word of UDUNITS, with or without a prefix.
pub(super) fn of_udunits(word: &str) -> Option<Meaning> {
    let known = |word: &str| {
        let symbol = NAMES.symbols.get(word);
        symbol.or_else(|| NAMES.names.get(word.to_lowercase().as_str())).copied()
    };
    if let Some(unit) = known(word) {
        return Some(unit);
    }
    let lower = word.to_lowercase();
    let by_name = PREFIX_NAMES.iter().find_map(|(prefix, factor)| {
        let rest = lower.strip_prefix(prefix).filter(|rest| !rest.is_empty())?;
        // what follows in the word's own capitals: `kilom`, `Kilometer`
        let own = word.get(word.len().checked_sub(rest.len())?..)?;
        known(own).map(|unit| (*factor, unit))
    });
    let by_symbol = || {
        PREFIX_SYMBOLS.iter().find_map(|(prefix, factor)| {
            let rest = word.strip_prefix(prefix).filter(|rest| !rest.is_empty())?;
            known(rest).map(|unit| (*factor, unit))
        })
    };
    let (factor, unit) = by_name.or_else(by_symbol)?;
    // a prefix before a unit with a zero of its own says nothing
    if unit.offset != 0.0 { None } else { Meaning::number(factor)?.times(unit) }
}
