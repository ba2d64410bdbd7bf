//! What happened to outlines that are not as they should be, summed up by reason.

use std::collections::BTreeMap;

use crate::Notice;
use crate::subset::some_of;

/// The outlines that something happened to.
#[derive(Debug, Default)]
pub(super) struct Told {
    left_out: BTreeMap<String, Vec<String>>,
    changed: BTreeMap<String, Vec<String>>,
    general: Vec<String>,
}

impl Told {
    /// An outline is left out: `why` goes on after its name, e.g. `has no area`.
    pub(super) fn left_out(&mut self, name: &str, why: &str) {
        self.left_out.entry(why.to_owned()).or_default().push(name.to_owned());
    }

    /// An outline is used otherwise than it is written: `how`.
    pub(super) fn changed(&mut self, name: &str, how: &str) {
        self.changed.entry(how.to_owned()).or_default().push(name.to_owned());
    }

    /// Something about the whole file.
    pub(super) fn general(&mut self, text: String) {
        self.general.push(text);
    }

    pub(super) fn notices(self, location: &str) -> Vec<Notice> {
        let sum = |(why, names): (String, Vec<String>)| format!("{why}: {}", some_of(&names));
        let left_out =
            self.left_out.into_iter().map(|entry| Notice::left_out(location, format!("left out, {}", sum(entry))));
        let changed = self.changed.into_iter().map(|entry| Notice::changed(location, sum(entry)));
        let general = self.general.into_iter().map(|text| Notice::changed(location, text));
        general.chain(left_out).chain(changed).collect()
    }
}
