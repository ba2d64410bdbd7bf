//! What a PhDef job looks for: condition, method, the options that all methods share.

use eventscape_core::track::MethodContext;
use eventscape_core::track::{Method, MethodError, PlannedMethod, SharedOptions, method_named};
use eventscape_core::{Condition, Connectivity, Grid};
use serde_json::{Map, Value};

use super::data::Data;
use crate::error::{PipelineError, Result};
use crate::job::{Job, PhenomenonKeys, TextOrNumber};

/// Gaps of more than this many steps are not bridged by default.
const DEFAULT_GAP_STEPS: f64 = 1.5;

/// What a job looks for, as far as its keys alone say it.
#[derive(Clone, Debug)]
pub(crate) struct Search {
    /// Operator and value as they were given; products repeat them.
    operator: String,
    value: String,
    method: Method,
    /// The keys that the method has of its own.
    own: Map<String, Value>,
    shared: SharedOptions,
    tos2ca_compat: bool,
}

/// What a job looks for, in its own data.
#[derive(Debug)]
pub(crate) struct Phenomenon {
    pub(crate) condition: Condition,
    pub(crate) method: Box<dyn PlannedMethod>,
    /// The longest gap that is bridged, s; `None`: any.
    pub(crate) max_gap_seconds: Option<f64>,
    pub(super) operator: String,
    pub(super) value: String,
    pub(super) method_name: &'static str,
    pub(super) tos2ca_compat: bool,
}

impl Search {
    /// Understands the keys of a job; `methods` are the trackers that there are.
    ///
    /// # Errors
    /// The key that is missing or wrong.
    pub(crate) fn of(job: &Job, methods: &[Method]) -> Result<Self> {
        let keys = &job.phenomenon;
        let method = *match &keys.tracker {
            Some(name) => method_named(methods, name).map_err(|why| PipelineError::job("tracker", why))?,
            None => methods.first().ok_or_else(|| PipelineError::Internal("there is no tracker".to_owned()))?,
        };
        check_own_keys(&job.method, &method, methods)?;
        let (operator, value) = operator_and_value(keys, &method)?;
        Ok(Self {
            operator,
            value,
            own: job
                .method
                .iter()
                .filter(|(key, _)| has_key(&method, key))
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect(),
            method,
            shared: shared(keys)?,
            tos2ca_compat: keys.tos2ca_compat,
        })
    }

    /// The condition where the variable's units are not known yet: those of the value stand in for them.
    ///
    /// # Errors
    /// What is wrong with the operator or the value.
    pub(crate) fn condition_without_units(&self) -> Result<Condition> {
        let parse = |units| Condition::parse(&self.operator, &self.value, units, self.tos2ca_compat);
        let last = self.value.rsplit(',').next().unwrap_or_default().trim();
        let units = last.trim_start_matches(|c: char| c.is_ascii_digit() || "+-.eE".contains(c)).trim();
        Ok(parse(None).or_else(|error| parse(Some(units)).map_err(|_| error))?)
    }

    /// What the job looks for in its data.
    ///
    /// # Errors
    /// A condition that does not fit the variable, an option that does not fit the rest, by its key.
    pub(super) fn in_data(self, data: &Data) -> Result<Phenomenon> {
        let units = data.variable.measure();
        let condition = Condition::parse(&self.operator, &self.value, units, self.tos2ca_compat)?;
        let fields = data.fields();
        if let Condition::Expression(expression) = &condition {
            expression.bind(&fields)?;
        }
        let max_gap_seconds = match self.shared.max_gap_seconds {
            Some(gap) => Some(gap),
            None if self.tos2ca_compat => None,
            None => data.nominal_step.map(|step| step * DEFAULT_GAP_STEPS),
        };
        let mut shared = self.shared;
        shared.max_gap_seconds = max_gap_seconds;
        let method = plan(&self.method, &self.own, &condition, &fields, &data.grid, shared)?;
        Ok(Phenomenon {
            condition,
            method,
            max_gap_seconds,
            operator: self.operator,
            value: self.value,
            method_name: self.method.name,
            tos2ca_compat: self.tos2ca_compat,
        })
    }
}

fn plan(
    method: &Method,
    own: &Map<String, Value>,
    condition: &Condition,
    fields: &[(&str, Option<&str>)],
    grid: &Grid,
    shared: SharedOptions,
) -> Result<Box<dyn PlannedMethod>> {
    let context = MethodContext::new(condition, fields, grid).with_shared(shared);
    method.plan(own, &context).map_err(|error| match error {
        MethodError::Key { key, reason } => PipelineError::job(key, reason),
        MethodError::Core(error) => error.into(),
        error => PipelineError::job(method.name, error.to_string()),
    })
}

fn has_key(method: &Method, key: &str) -> bool {
    method.schema().get("properties").is_some_and(|properties| properties.get(key).is_some())
}

/// Refuses keys of another tracker.
fn check_own_keys(own: &Map<String, Value>, method: &Method, methods: &[Method]) -> Result<()> {
    let is_set = |value: &Value| !matches!(value, Value::Null | Value::Bool(false));
    let Some((key, _)) = own.iter().find(|(key, value)| is_set(value) && !has_key(method, key)) else {
        return Ok(());
    };
    let why = match methods.iter().find(|other| has_key(other, key)) {
        Some(owner) => format!("this is for {} alone: add --tracker {}, or leave it out", owner.title, owner.name),
        None => "no tracker has this key; leave it out".to_owned(),
    };
    Err(PipelineError::job(key, why))
}

/// Operator and value; some methods have those of their own.
fn operator_and_value(keys: &PhenomenonKeys, method: &Method) -> Result<(String, String)> {
    let own = method.default_condition;
    let operator = keys.operator.clone().or_else(|| own.map(|(operator, _)| operator.to_owned()));
    let value = keys.value.as_ref().map(TextOrNumber::text).or_else(|| own.map(|(_, value)| value.to_owned()));
    Ok((
        operator.ok_or_else(|| PipelineError::job("operator", "give an operator, such as lessThan, and a value"))?,
        value.ok_or_else(|| PipelineError::job("value", "give what the operator compares with"))?,
    ))
}

fn shared(keys: &PhenomenonKeys) -> Result<SharedOptions> {
    let mut shared = SharedOptions::default();
    shared.connectivity = match keys.connectivity {
        None | Some(8) => Connectivity::Eight,
        Some(4) => Connectivity::Four,
        Some(n) => return Err(PipelineError::job("connectivity", format!("{n} is neither 4 nor 8"))),
    };
    shared.min_cells = keys.min_size;
    shared.min_area_km2 = keys.min_area_km2;
    shared.max_hole_cells = keys.fill_holes.unwrap_or(0);
    shared.smooth_cells = keys.smooth.unwrap_or(0);
    shared.min_overlap = keys.min_overlap;
    shared.max_gap_seconds = match keys.max_gap {
        None => None,
        Some(hours) if hours.is_finite() && hours > 0.0 => Some(hours * 3600.0),
        Some(hours) => {
            return Err(PipelineError::job("max_gap", format!("{hours} is not a positive number of hours")));
        }
    };
    shared.tos2ca_compat = keys.tos2ca_compat;
    Ok(shared)
}

#[cfg(test)]
mod tests {
    use eventscape_core::track::METHODS;
    use serde_json::json;

    use super::*;
    use crate::job::JobTable;

    fn search(keys: Value) -> Result<Search> {
        let keys = keys.as_object().unwrap().clone();
        Search::of(&Job::read(keys, &METHODS).unwrap(), &METHODS)
    }

    #[test]
    fn a_key_of_another_tracker_is_refused_with_the_tracker_that_it_is_for() {
        let said = |keys| search(keys).unwrap_err().to_string();
        let asked = json!({ "operator": "lessThan", "value": 235, "max_size": 9 });
        assert_eq!(said(asked), "max_size: this is for AUX-GEOIR alone: add --tracker aux-geoir, or leave it out");
        let asked = json!({ "operator": "lessThan", "value": 235, "cold_only": false });
        assert!(search(asked).is_ok(), "what is not wanted is no key");
        assert!(search(json!({ "tracker": "aux-geoir", "max_size": 9 })).is_ok());
    }

    #[test]
    fn only_a_tracker_with_a_condition_of_its_own_needs_none() {
        assert!(search(json!({})).unwrap_err().to_string().starts_with("operator"));
        assert!(search(json!({ "operator": "lessThan" })).unwrap_err().to_string().starts_with("value"));
        let condition = search(json!({ "tracker": "aux-geoir" })).unwrap().condition_without_units().unwrap();
        assert_eq!(condition.threshold(), Some(245.0));
    }

    #[test]
    fn a_value_in_any_units_is_understood_before_the_variable_is_known() {
        for value in ["235", "235 K", "-38degC", "1 kg m-2", "1e-3 mm/h", "5,7 m"] {
            let operator = if value.contains(',') { "between" } else { "greaterThan" };
            let asked = search(json!({ "operator": operator, "value": value })).unwrap();
            assert!(asked.condition_without_units().is_ok(), "{value}");
        }
        let asked = search(json!({ "operator": "greaterThan", "value": "warm" })).unwrap();
        assert!(asked.condition_without_units().unwrap_err().to_string().contains("`warm`"));
    }
}
