//! Parameters of a query: those that an endpoint does not know, or that come twice, are errors (OGC API).

use std::collections::BTreeMap;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::problem::Problem;

/// The parameters of a request.
pub(super) struct Query(BTreeMap<String, String>);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut found = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()) {
            if found.insert(name.clone().into_owned(), value.into_owned()).is_some() {
                return Err(Problem::bad(format!("the parameter `{name}` is given twice")));
            }
        }
        Ok(Self(found))
    }
}

impl Query {
    /// Refuses parameters but these.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Problem> {
        match self.0.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => {
                let name: String = name.chars().take(64).collect();
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                Err(Problem::bad(format!("`{name}` is no parameter of this; there are: {known}")))
            }
            None => Ok(()),
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A whole number from 0 to `most`.
    pub(super) fn whole(&self, name: &str, usual: u32, most: u32) -> Result<u32, Problem> {
        let Some(text) = self.text(name) else { return Ok(usual) };
        let number = text.parse::<u32>().ok().filter(|n| *n <= most);
        number.ok_or_else(|| Problem::bad(format!("{name}: `{text}` is no whole number from 0 to {most}")))
    }

    /// Each of the words of a list, by `read`.
    pub(super) fn each<T>(&self, name: &str, read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, Problem> {
        let Some(text) = self.text(name) else { return Ok(Vec::new()) };
        let one = |word: &str| read(word).ok_or_else(|| Problem::bad(format!("{name}: `{word}` is not known here")));
        text.split(',').map(one).collect()
    }
}
