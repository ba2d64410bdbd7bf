//! The query of a request, after it was checked by its endpoint's parameters.

use std::collections::BTreeMap;

use axum::extract::FromRequestParts;
use axum::http::Uri;
use axum::http::request::Parts;

use super::problem::Problem;
use crate::error::ServiceError;

/// The parameters of a request.
#[derive(Clone, Default)]
pub(super) struct Query(BTreeMap<String, Vec<String>>);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let checked = parts.extensions.get::<Self>().cloned();
        checked.ok_or_else(|| ServiceError::Internal("a query was not checked".to_owned()).into())
    }
}

impl Query {
    pub(super) fn of(uri: &Uri) -> Self {
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            found.entry(name.into_owned()).or_default().push(value.into_owned());
        }
        Self(found)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter().map(|(name, values)| (name.as_str(), values.as_slice()))
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.first().map(String::as_str)
    }

    /// A whole number; one above `most` is `most`.
    pub(super) fn whole(&self, name: &str, usual: u32, most: u32) -> u32 {
        self.text(name).map_or(usual, |text| text.parse().unwrap_or(u32::MAX).min(most))
    }

    /// The words of a list.
    pub(super) fn words(&self, name: &str) -> Vec<&str> {
        self.0.get(name).into_iter().flatten().flat_map(|text| text.split(',')).collect()
    }

    /// The numbers of a list.
    pub(super) fn numbers(&self, name: &str) -> Option<Vec<f64>> {
        self.text(name)?.split(',').map(|n| n.trim().parse().ok()).collect()
    }

    /// The same query with some parameters changed, for links to other pages.
    pub(super) fn with(&self, changed: &[(&str, String)]) -> String {
        let mut text = url::form_urlencoded::Serializer::new(String::new());
        for (name, values) in self.all().filter(|(name, _)| !changed.iter().any(|(other, _)| other == name)) {
            values.iter().for_each(|value| {
                text.append_pair(name, value);
            });
        }
        for (name, value) in changed {
            text.append_pair(name, value);
        }
        text.finish()
    }
}
