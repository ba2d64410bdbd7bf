//! The names in a path.

use std::collections::HashMap;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use super::problem::Problem;

/// The names in the path of a request, by those of its endpoint. One that is no UTF-8 names nothing.
pub(super) struct Names(HashMap<String, String>);

impl<S: Send + Sync> FromRequestParts<S> for Names {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let names = Path::<HashMap<String, String>>::from_request_parts(parts, state).await;
        names.map(|Path(names)| Self(names)).map_err(|_| Problem::not_found("there is nothing of this name"))
    }
}

impl Names {
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }

    /// As it may be repeated in a message.
    pub(super) fn shown(&self, name: &str) -> String {
        self.get(name).chars().take(64).collect()
    }
}
