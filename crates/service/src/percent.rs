//! Texts as parts of addresses.

/// A text as one part of an address: all but letters, digits and `-._~` as `%` and two digits.
pub(crate) fn encoded(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_part_of_a_path() {
        for (name, known) in [
            ("1-ForTraCC-TOC.json", "1-ForTraCC-TOC.json"),
            ("a b/c?d#e%.nc", "a%20b%2Fc%3Fd%23e%25.nc"),
            ("s3://b/ü.nc", "s3%3A%2F%2Fb%2F%C3%BC.nc"),
        ] {
            assert_eq!(encoded(name), known);
        }
    }
}
