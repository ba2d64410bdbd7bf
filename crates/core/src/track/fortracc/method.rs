//! ForTraCC as a method: the search for the condition, linked by overlap.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Fortracc, FortraccOptions};
use crate::track::OverlapRule;
use crate::track::method::{ConditionSearch, Finder, MethodContext, MethodError, MethodKind, PlannedMethod, Tracker};
use crate::{CoreError, Grid, Lineage, SceneComponents};

/// Components of the condition, linked by [`Fortracc`].
#[derive(Clone, Copy, Debug)]
pub(in crate::track) struct FortraccMethod;

/// ForTraCC has no keys of its own.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::track) struct FortraccKeys {}

#[derive(Debug)]
struct Planned {
    search: ConditionSearch,
    link: FortraccOptions,
}

impl MethodKind for FortraccMethod {
    const NAME: &'static str = "fortracc";
    const TITLE: &'static str = "ForTraCC";
    const ABOUT: &'static str = "Overlap of consecutive scenes, with merging and splitting.";

    type Keys = FortraccKeys;

    fn plan(_: FortraccKeys, context: &MethodContext<'_>) -> Result<Box<dyn PlannedMethod>, MethodError> {
        let shared = &context.shared;
        let link = FortraccOptions {
            min_overlap: shared.min_overlap.unwrap_or(FortraccOptions::default().min_overlap),
            connectivity: shared.connectivity,
            mode: if shared.tos2ca_compat { OverlapRule::Reference } else { OverlapRule::Correct },
            max_gap_seconds: shared.max_gap_seconds,
        };
        Ok(Box::new(Planned { search: ConditionSearch::new(context), link }))
    }
}

impl PlannedMethod for Planned {
    fn options(&self) -> Vec<(&'static str, String)> {
        let mut options = self.search.options();
        options.push(("min_overlap", self.link.min_overlap.to_string()));
        options
    }

    fn finder<'a>(&self, grid: &'a Grid) -> Result<Box<dyn Finder + 'a>, CoreError> {
        self.search.finder(grid)
    }

    fn tracker(&self, grid: &Grid) -> Result<Box<dyn Tracker>, CoreError> {
        Ok(Box::new(Fortracc::new(self.link, grid)?))
    }
}

impl Tracker for Fortracc {
    fn push(&mut self, scene: &SceneComponents) -> Result<(), CoreError> {
        Fortracc::push(self, scene)
    }

    fn finish(self: Box<Self>) -> Lineage {
        Fortracc::finish(*self)
    }
}
