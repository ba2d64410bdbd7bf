//! Conditions of a request on the file that it asks for (RFC 9110, 13).

use axum::http::{HeaderMap, HeaderName, header};

/// What becomes of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is answered.
    Go,
    /// Who asks has the file already.
    NotModified,
    /// It is another file than is asked for.
    Failed,
}

/// By `If-Match` and `If-None-Match`, of a file that is there; `tag` is its own, if it has one.
pub(super) fn fate(headers: &HeaderMap, tag: Option<&str>) -> Fate {
    if names(headers, &header::IF_MATCH, |named| Some(named) == tag) == Some(false) {
        return Fate::Failed;
    }
    // here a weak tag is as good as a strong one
    let is_own = |named: &str| Some(named.strip_prefix("W/").unwrap_or(named)) == tag;
    match names(headers, &header::IF_NONE_MATCH, is_own) {
        Some(true) => Fate::NotModified,
        _ => Fate::Go,
    }
}

/// Whether `Range` counts, by `If-Range`: a part of another version of the file would be no use.
pub(super) fn is_same(headers: &HeaderMap, tag: Option<&str>) -> bool {
    headers.get(header::IF_RANGE).is_none_or(|value| tag.is_some_and(|tag| value.as_bytes() == tag.as_bytes()))
}

/// Whether a header names the file; `None` without the header.
fn names(headers: &HeaderMap, name: &HeaderName, is_own: impl Fn(&str) -> bool) -> Option<bool> {
    let mut is_there = None;
    for value in headers.get_all(name) {
        // what is no text names nothing
        let text = value.to_str().unwrap_or_default().trim();
        let found = text == "*" || tags(text).any(&is_own);
        is_there = Some(is_there.unwrap_or(false) || found);
    }
    is_there
}

/// The tags of a list, `"a", W/"b"`, with their quotes; commas may be in them.
fn tags(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches([',', ' ', '\t']);
        let open = if rest.starts_with("W/") { 2 } else { 0 };
        let inside = rest.get(open..)?.strip_prefix('"')?;
        let end = open + 1 + inside.find('"')? + 1;
        let (tag, others) = rest.split_at_checked(end)?;
        rest = others;
        Some(tag)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(given: &[(HeaderName, &str)]) -> HeaderMap {
        given.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn conditions_are_those_of_http() {
        let (yes, no) = (header::IF_MATCH, header::IF_NONE_MATCH);
        let own = Some("\"a,b\"");
        for (given, tag, fate_known) in [
            (of(&[]), own, Fate::Go),
            (of(&[(no.clone(), "\"a,b\"")]), own, Fate::NotModified),
            (of(&[(no.clone(), "\"x\", W/\"a,b\"")]), own, Fate::NotModified),
            (of(&[(no.clone(), "\"x\""), (no.clone(), "\"a,b\"")]), own, Fate::NotModified),
            (of(&[(no.clone(), "*")]), own, Fate::NotModified),
            (of(&[(no.clone(), "*")]), None, Fate::NotModified),
            (of(&[(no.clone(), "\"a\", b, \"a,b\"")]), own, Fate::Go),
            (of(&[(no.clone(), "\"\"")]), None, Fate::Go),
            (of(&[(yes.clone(), "\"x\",\"a,b\"")]), own, Fate::Go),
            (of(&[(yes.clone(), "W/\"a,b\"")]), own, Fate::Failed),
            (of(&[(yes.clone(), "\"x\"")]), own, Fate::Failed),
            (of(&[(yes.clone(), "\"x\"")]), None, Fate::Failed),
            (of(&[(yes.clone(), "*")]), None, Fate::Go),
            (of(&[(yes.clone(), "")]), own, Fate::Failed),
            // one that fails goes before the other
            (of(&[(yes.clone(), "\"x\""), (no.clone(), "\"a,b\"")]), own, Fate::Failed),
            (of(&[(yes, "\"a,b\""), (no, "\"a,b\"")]), own, Fate::NotModified),
        ] {
            assert_eq!(fate(&given, tag), fate_known, "{given:?}");
        }
    }

    #[test]
    fn parts_are_of_the_same_file() {
        let of = |value: &str| of(&[(header::IF_RANGE, value)]);
        assert!(is_same(&HeaderMap::new(), None) && is_same(&of("\"a\""), Some("\"a\"")));
        assert!(!is_same(&of("W/\"a\""), Some("\"a\"")) && !is_same(&of("\"b\""), Some("\"a\"")));
        assert!(!is_same(&of("\"\""), None) && !is_same(&of("Sat, 29 Oct 2022 19:43:31 GMT"), Some("\"a\"")));
    }
}
