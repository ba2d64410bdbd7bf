//! What a job says of its products. The components of its chunks do not depend on it, so it is not in their spools; it is kept
//! beside them, and joining them honours it.

use serde::{Deserialize, Serialize};

use crate::job::{OutputKeys, Texts, Tos2caNames};

/// What a job says of its products.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct OutputChoices {
    pub(crate) title: Option<String>,
    pub(crate) products: Option<Texts>,
    pub(crate) no_plots: bool,
    pub(crate) tos2ca_names: Option<Tos2caNames>,
}

impl OutputChoices {
    pub(crate) fn of(keys: &OutputKeys, no_plots: bool, tos2ca_names: Option<Tos2caNames>) -> Self {
        Self { title: keys.title.clone(), products: keys.products.clone(), no_plots, tos2ca_names }
    }
}
