//! A phone that stands for several people: passed round, it hides the others' phones from a round of spot checks.

use std::collections::{BTreeMap, BTreeSet};

/// The staff references that the same phone stands for, phone by phone; a phone of one person is left out. Each audit
/// gives its phone's hash and its staff reference. Audits of several registers may stand together: their hashes were
/// made with different keys and never meet.
pub fn passed_round<'e>(
    audits: impl IntoIterator<Item = (&'e str, &'e str)>,
) -> Vec<BTreeSet<&'e str>> {
    let mut phones: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (phone, person) in audits {
        phones.entry(phone).or_default().insert(person);
    }
    phones
        .into_values()
        .filter(|people| people.len() > 1)
        .collect()
}

/// The same as a warning. It names nobody.
pub fn warning<'e>(audits: impl IntoIterator<Item = (&'e str, &'e str)>) -> Option<String> {
    let what = match passed_round(audits).as_slice() {
        [] => return None,
        [people] => format!("The same phone stands for {} people", people.len()),
        phones => format!("{} phones stand for several people each", phones.len()),
    };
    Some(format!("{what}: spotcheck register list shows which."))
}
