//! Addresses of databases, as they are shown.

/// An address without its password; what a secret fills in stays in braces.
pub(crate) fn without_password(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut parsed) if parsed.password().is_some() => match parsed.set_password(Some("***")) {
            Ok(()) => parsed.to_string().replace("%7B", "{").replace("%7D", "}"),
            Err(()) => "***".to_owned(),
        },
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_shown() {
        for (url, shown) in [
            ("mysql://me:secret@db/x", "mysql://me:***@db/x"),
            ("mysql://{username}:{password}@db/x", "mysql://{username}:***@db/x"),
            ("sqlite:eventscape-data/eventscape.db", "sqlite:eventscape-data/eventscape.db"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
