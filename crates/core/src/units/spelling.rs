//! Whole texts as producers write them, in UDUNITS' words.

use std::borrow::Cow;

/// Texts that no grammar reads, in UDUNITS' words.
pub(super) fn respelled(text: &str) -> Cow<'_, str> {
    match text.to_ascii_lowercase().as_str() {
        // by itself a C is a temperature, not a charge, and an F no capacity
        "c" => Cow::Borrowed("degC"),
        "f" => Cow::Borrowed("degF"),
        "-" | "~" | "(0 - 1)" | "(0-1)" | "0-1" | "0 - 1" => Cow::Borrowed("1"),
        "m of water equivalent" | "m of water" | "m w.e." => Cow::Borrowed("m"),
        "mm of water equivalent" | "mm of water" | "mm w.e." => Cow::Borrowed("mm"),
        "per mille" | "parts per thousand" => Cow::Borrowed("1e-3"),
        _ => degrees(text),
    }
}

/// `deg C`, `degrees Celsius`, `degree_F`, `Degs K`, `degrees north`, `decimal degrees`: two words that are one unit, wherever they stand.
fn degrees(text: &str) -> Cow<'_, str> {
    let words: Vec<&str> = text.split(' ').filter(|w| !w.is_empty()).collect();
    let is_degree =
        |word: &str| matches!(word.to_ascii_lowercase().as_str(), "deg" | "degs" | "degree" | "degrees" | "°");
    if !words.iter().any(|word| is_degree(word)) {
        return Cow::Borrowed(text);
    }
    let mut out: Vec<String> = Vec::with_capacity(words.len());
    let mut rest = words.into_iter().peekable();
    while let Some(word) = rest.next() {
        let decimal = word.eq_ignore_ascii_case("decimal") && rest.peek().is_some_and(|next| is_degree(next));
        if decimal {
            continue;
        }
        if !is_degree(word) {
            out.push(word.to_owned());
            continue;
        }
        // what may follow the second word: `deg C/day`
        let next = rest.peek().copied().unwrap_or_default();
        let end = next.find(|c: char| !c.is_alphabetic()).unwrap_or(next.len());
        let (of, after) = next.split_at(end);
        let unit = match of.to_ascii_lowercase().as_str() {
            "c" | "celsius" | "celcius" | "centigrade" => "degC",
            "f" | "fahrenheit" => "degF",
            "k" | "kelvin" => "K",
            "n" | "north" | "e" | "east" | "s" | "south" | "w" | "west" | "t" | "true" => "degree",
            _ => {
                out.push("degree".to_owned());
                continue;
            }
        };
        rest.next();
        out.push(format!("{unit}{after}"));
    }
    Cow::Owned(out.join(" "))
}
