//! Addresses of databases, as they are shown.

/// An address without its password; what a secret fills in stays in braces. Of one that cannot be understood nothing is shown but what
/// it begins with: a password may stand anywhere in it.
pub(crate) fn without_password(url: &str) -> String {
    let hidden = || format!("{}:***", url.split(':').next().unwrap_or_default());
    let Ok(mut parsed) = url::Url::parse(url) else {
        return if url.contains(['@', '?']) { hidden() } else { url.to_owned() };
    };
    let in_query = parsed.query_pairs().any(|(key, _)| key.to_ascii_lowercase().contains("pass"));
    // an `@` behind the host: a password with a `/` that is not escaped
    if in_query || parsed.path().contains('@') {
        return hidden();
    }
    if parsed.password().is_none() {
        return url.to_owned();
    }
    match parsed.set_password(Some("***")) {
        Ok(()) => parsed.to_string().replace("%7B", "{").replace("%7D", "}"),
        Err(()) => hidden(),
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
            ("sqlite:///var/lib/e.db?mode=rwc", "sqlite:///var/lib/e.db?mode=rwc"),
            ("postgres:///x?host=/run/postgresql&user=me&password=secret", "postgres:***"),
            ("mysql://me:12/secret@db/x", "mysql:***"),
            ("mysql://me:sec/ret@db/x", "mysql:***"),
            ("memory", "memory"),
            ("/var/cache", "/var/cache"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
