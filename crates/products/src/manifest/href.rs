//! Locations as references that every reader understands.

use std::fmt::Write;

/// A reference to a granule: URLs as they are, absolute paths as `file://`, other paths relative; what a reference must
/// not hold is percent-encoded.
pub(super) fn location(location: &str) -> String {
    if location.split_once("://").is_some_and(|(scheme, _)| is_scheme(scheme)) {
        return encoded(location, true);
    }
    let path = encoded(location, false);
    if path.starts_with('/') { format!("file://{path}") } else { format!("./{path}") }
}

/// A reference to a file beside the manifest.
pub(super) fn beside(name: &str) -> String {
    format!("./{}", encoded(name, false))
}

fn is_scheme(text: &str) -> bool {
    let mut letters = text.bytes();
    letters.next().is_some_and(|b| b.is_ascii_alphabetic())
        && letters.all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

fn encoded(text: &str, url: bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        let plain =
            byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte) || (url && b":?#[]%".contains(&byte));
        if plain {
            encoded.push(char::from(byte));
        } else {
            // writing to a string cannot fail
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_become_references() {
        assert_eq!(location("s3://bucket/a b.nc"), "s3://bucket/a%20b.nc");
        assert_eq!(location("https://h/x.nc?a=1%20"), "https://h/x.nc?a=1%20");
        assert_eq!(location("/data/ä#1.nc"), "file:///data/%C3%A4%231.nc");
        assert_eq!(location("a:b\".nc"), "./a%3Ab%22.nc");
    }
}
