//! Finding a collection by what people call it.

use crate::Entry;

/// Lower case, and one `_` for each run of other characters: `GPM_MERGIR.1` and `gpm-mergir_1` are the same.
pub(super) fn folded(name: &str) -> String {
    let mut out = String::new();
    for c in name.trim().chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
    }
    out.trim_end_matches('_').to_owned()
}

/// Every folded name under which an entry is found: its id with and without the version, and its aliases.
pub(super) fn names_of(entry: &Entry) -> Vec<String> {
    let id = folded(&entry.id);
    let mut names: Vec<String> = entry.aliases.iter().map(|a| folded(a)).collect();
    if let Some(version) = entry.version.as_deref().map(folded) {
        match id.strip_suffix(&format!("_{version}")) {
            Some(bare) => names.push(bare.to_owned()),
            None => names.push(format!("{id}_{version}")),
        }
    }
    names.push(id);
    names
}

/// What to say of a name that nothing has: the collections like it, or how to list all.
pub(super) fn hint<'e>(name: &str, entries: impl Iterator<Item = &'e Entry>) -> String {
    let wanted = folded(name);
    let mut scored: Vec<(usize, &str)> = entries
        .filter_map(|entry| {
            let distance = names_of(entry).iter().map(|n| unlikeness(&wanted, n)).min()?;
            (distance <= wanted.len().max(6) / 3).then_some((distance, entry.id.as_str()))
        })
        .collect();
    scored.sort_unstable();
    let like: Vec<String> = scored.iter().take(3).map(|(_, id)| format!("`{id}`")).collect();
    if like.is_empty() {
        "`eventscape collections list` shows all".to_owned()
    } else {
        format!("did you mean {}? `eventscape collections list` shows all", like.join(" or "))
    }
}

/// 0 where one holds the other or is its first word, otherwise the number of edits between them.
fn unlikeness(a: &str, b: &str) -> usize {
    if a.len() >= 3 && b.strip_prefix(a).is_some_and(|rest| rest.starts_with('_')) {
        return 0;
    }
    if a.len() >= 4 && (b.contains(a) || a.contains(b)) {
        return 0;
    }
    let b: Vec<char> = b.chars().take(128).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().take(128).enumerate() {
        let mut diagonal = i;
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
        for (j, cb) in b.iter().enumerate() {
            let changed = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fold_to_one_form() {
        assert_eq!(folded(" GPM_MERGIR.1 "), "gpm_mergir_1");
        assert_eq!(folded("MUR-JPL-L4-GLOB-v4.1"), "mur_jpl_l4_glob_v4_1");
        assert_eq!(folded("--a--"), "a");
        assert_eq!(folded(""), "");
    }

    #[test]
    fn edits_are_counted() {
        assert_eq!(unlikeness("mergri", "mergir"), 2);
        assert_eq!(unlikeness("abc", ""), 3);
        assert_eq!(unlikeness("mergir", "gpm_mergir"), 0);
        assert_eq!(unlikeness("gpm", "gpm_mergir"), 0);
    }
}
