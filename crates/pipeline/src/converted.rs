//! Thresholds that are converted by more than their unit, told.

use eventscape_catalog::{Notice, NoticeCode, Severity};
use eventscape_core::Condition;
use eventscape_core::units::Unit;

use crate::request;
use crate::scope::Scope;

/// Tells of thresholds in depths of water beside data in its mass, and the other way round.
pub(crate) fn converted_water(scope: &Scope) -> Vec<Notice> {
    // a tracker with thresholds of its own has none of the user's
    let (Ok(operator), Ok(value)) = (request::operator(&scope.job), request::value(&scope.job)) else {
        return Vec::new();
    };
    let units = Condition::units_of(&operator, &value);
    let mut told: Vec<Notice> = Vec::new();
    for (name, own) in scope.fields() {
        let own = Unit::parse(own.unwrap_or_default());
        for unit in units.iter().filter(|unit| unit.is_water_beside(&own)) {
            let message = format!(
                "`{name}` is in `{}`: the threshold in `{}` is converted as water of 1000 kg m-3",
                own.text(),
                unit.text()
            );
            if told.iter().all(|earlier| earlier.message != message) {
                told.push(Notice {
                    severity: Severity::Info,
                    code: NoticeCode::UnitsConverted,
                    message,
                    subject: name.to_owned(),
                });
            }
        }
    }
    told
}
