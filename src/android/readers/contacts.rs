//! What each app may do in the address book.

use super::shared::{BASE, granted};
use super::{Out, Reader, View, settle};
use crate::android::section::{Section, Shell, Span};
use crate::evidence::{Fact, Reading, Value};

static PERMISSION: Section = Section {
    id: "perm.contacts",
    span: Span::Copies,
    shell: Shell::Fixed("k READ_CONTACTS; e"),
    place: "dumpsys package check-permission android.permission.READ_CONTACTS PACKAGE USER",
    keeps: "whether the app may read the address book",
};

pub struct Contacts;

impl Reader for Contacts {
    fn facts(&self) -> &'static [Fact] {
        &[Fact::AppContacts]
    }

    fn sections(&self) -> &'static [&'static Section] {
        const { &[&BASE, &PERMISSION] }
    }

    fn read(&self, view: &View<'_>, out: &mut Out<'_>) {
        for copy in view.copies() {
            let access = view
                .copy(&PERMISSION, copy)
                .and_then(|body| granted(body.lines()?, "READ_CONTACTS"))
                .map(|granted| Reading::known(Value::Word(if granted { "full" } else { "none" })));
            out.copy(
                Fact::AppContacts,
                copy,
                settle(access).from(view.copy_origin(&PERMISSION, copy)),
            );
        }
    }
}
