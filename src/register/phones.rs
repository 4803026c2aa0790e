//! A phone that stands for several people: passed round, it hides the others' phones from a round of spot checks.

use std::collections::{BTreeMap, BTreeSet};

use super::entry::Entry;

/// The staff references that the same phone stands for, phone by phone; a phone of one person is left out. Entries of
/// several registers may stand together: their hashes were made with different keys and never meet.
pub fn passed_round<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> Vec<BTreeSet<&'e str>> {
    let mut phones: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for entry in entries {
        if let (Some(phone), Some(person)) = (&entry.phone, &entry.staff_ref) {
            phones.entry(phone).or_default().insert(person);
        }
    }
    phones
        .into_values()
        .filter(|people| people.len() > 1)
        .collect()
}

/// The same as a warning. It names nobody.
pub fn warning<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> Option<String> {
    let what = match passed_round(entries).as_slice() {
        [] => return None,
        [people] => format!("The same phone stands for {} people", people.len()),
        phones => format!("{} phones stand for several people each", phones.len()),
    };
    Some(format!("{what}: spotcheck register list shows which."))
}
