//! AUX-GEOIR as a method.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{AuxGeoir, AuxGeoirDetector, AuxGeoirOptions};
use crate::detect::Baseline;
use crate::track::method::{Finder, MethodContext, MethodError, MethodKind, PlannedMethod, Tracker};
use crate::{Comparison, Condition, CoreError, Grid, Lineage, Scene, SceneComponents};

/// Storms in infrared brightness temperature: [`AuxGeoirDetector`] and [`AuxGeoir`].
#[derive(Clone, Copy, Debug)]
pub(in crate::track) struct AuxGeoirMethod;

/// The keys of AUX-GEOIR. The cold threshold is the value of the condition.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::track) struct AuxGeoirKeys {
    /// AUX-GEOIR: the warm threshold in K (default 265).
    warm_threshold: Option<f64>,
    /// AUX-GEOIR: components larger than this many cells are cut into their cores (default 2500).
    max_size: Option<u32>,
    /// AUX-GEOIR: fewest steps of a track (default 6).
    min_steps: Option<u32>,
    /// AUX-GEOIR: the cold threshold alone, without growth into the warm one (default false).
    cold_only: bool,
}

#[derive(Debug)]
struct Planned(AuxGeoirOptions);

impl MethodKind for AuxGeoirMethod {
    const NAME: &'static str = "aux-geoir";
    const TITLE: &'static str = "AUX-GEOIR";
    const ABOUT: &'static str = "The tracker for infrared brightness temperature.";
    const DEFAULT_CONDITION: Option<(&'static str, &'static str)> = Some(("lessThan", "245"));

    type Keys = AuxGeoirKeys;

    fn plan(keys: AuxGeoirKeys, context: &MethodContext<'_>) -> Result<Box<dyn PlannedMethod>, MethodError> {
        let Condition::Compare { comparison: Comparison::LessThan, threshold: cold_kelvin } = *context.condition else {
            let reason = "AUX-GEOIR looks for cold cells: use lessThan and a temperature";
            return Err(MethodError::key("operator", reason));
        };
        let (defaults, shared) = (AuxGeoirOptions::default(), &context.shared);
        let warm_kelvin = keys.warm_threshold.unwrap_or(defaults.warm_kelvin);
        if !keys.cold_only && cold_kelvin >= warm_kelvin {
            let reason = format!(
                "the cold threshold, {cold_kelvin} K, must be below the warm one, {warm_kelvin} K: change --value or \
                 --warm-threshold, or use --cold-only"
            );
            return Err(MethodError::key("warm_threshold", reason));
        }
        Ok(Box::new(Planned(AuxGeoirOptions {
            cold_kelvin,
            warm_kelvin,
            min_cells: shared.min_cells.unwrap_or(defaults.min_cells),
            max_cells: keys.max_size.unwrap_or(defaults.max_cells),
            min_overlap: shared.min_overlap.unwrap_or(defaults.min_overlap),
            two_stages: !keys.cold_only,
            min_steps: keys.min_steps.unwrap_or(defaults.min_steps),
            max_gap_seconds: shared.max_gap_seconds,
            reference: shared.tos2ca_compat,
        })))
    }
}

impl PlannedMethod for Planned {
    fn options(&self) -> Vec<(&'static str, String)> {
        let aux = &self.0;
        vec![
            ("cold_kelvin", aux.cold_kelvin.to_string()),
            ("warm_kelvin", aux.warm_kelvin.to_string()),
            ("min_size", aux.min_cells.to_string()),
            ("max_size", aux.max_cells.to_string()),
            ("min_overlap", aux.min_overlap.to_string()),
            ("min_steps", aux.min_steps.to_string()),
            ("two_stages", aux.two_stages.to_string()),
        ]
    }

    fn look_ahead(&self) -> usize {
        1
    }

    fn finder<'a>(&self, grid: &'a Grid) -> Result<Box<dyn Finder + 'a>, CoreError> {
        Ok(Box::new(AuxGeoirDetector::new(self.0, grid)?))
    }

    fn tracker(&self, grid: &Grid) -> Result<Box<dyn Tracker>, CoreError> {
        Ok(Box::new(AuxGeoir::new(self.0, grid)?))
    }
}

impl Finder for AuxGeoirDetector<'_> {
    fn find(&self, scenes: &[&Scene], _: Option<&Baseline>) -> Result<SceneComponents, CoreError> {
        let scene = scenes.first().ok_or_else(|| CoreError::Scene("there is no scene to search".to_owned()))?;
        self.detect(scene, scenes.get(1).copied())
    }
}

impl Tracker for AuxGeoir {
    fn push(&mut self, scene: &SceneComponents) -> Result<(), CoreError> {
        AuxGeoir::push(self, scene)
    }

    fn finish(self: Box<Self>) -> Lineage {
        AuxGeoir::finish(*self)
    }
}
