//! Thresholds that are converted by more than their unit, told.

use eventscape_catalog::{Notice, NoticeCode, Severity};
use eventscape_core::Condition;
use eventscape_core::units::Unit;

use super::data::Data;
use super::search::Phenomenon;

/// Tells of thresholds in depths of water beside data in its mass, and the other way round.
pub(super) fn converted_water(phenomenon: &Phenomenon, data: &Data) -> Vec<Notice> {
    let units = Condition::units_of(&phenomenon.operator, &phenomenon.value);
    let mut told: Vec<Notice> = Vec::new();
    for (name, own) in data.fields() {
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
