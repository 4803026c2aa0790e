//! Find My iPhone: the state file, checked against the account files (whose contents are never read).

use super::{Line, Reader, Scope, missing, origin};
use crate::evidence::{Fact, Reading, Subject, Value};
use crate::ios::files::{Handle, Missing, Need, Place};
use crate::ios::plist::{self, Keep};

const GROUP: &str = "SysSharedContainerDomain-systemgroup.com.apple.icloud.findmydevice.managed";
const STATE: Place = Place::File {
    domain: GROUP,
    path: "Library/Preferences/FMIPStateInfo.plist",
};
const ACCOUNTS_FILE: &str = "Library/Preferences/com.apple.icloud.findmydeviced.FMIPAccounts.plist";
const ACCOUNTS: [Place; 3] = [
    Place::home(ACCOUNTS_FILE),
    Place::File {
        domain: GROUP,
        path: ACCOUNTS_FILE,
    },
    Place::File {
        domain: "SysContainerDomain-com.apple.icloud.findmydeviced",
        path: ACCOUNTS_FILE,
    },
];
const KEY: &str = "fmipActive";

/// Reads whether Find My is on.
pub struct FindMy;

impl Reader for FindMy {
    fn facts(&self) -> &'static [Fact] {
        &[Fact::FindMy]
    }

    fn needs(&self) -> &'static [Need] {
        const {
            &[
                Need::read(STATE, &[Fact::FindMy], "the key fmipActive"),
                Need::exists(ACCOUNTS[0], &[Fact::FindMy]),
                Need::exists(ACCOUNTS[1], &[Fact::FindMy]),
                Need::exists(ACCOUNTS[2], &[Fact::FindMy]),
            ]
        }
    }

    fn read(&self, files: &mut Handle<'_, '_>, _: &Scope<'_>) -> Vec<Line> {
        let state = files.bytes(STATE);
        let mut accounts = Ok(false);
        for place in ACCOUNTS {
            match (files.exists(place), &accounts) {
                (Ok(true), _) => accounts = Ok(true),
                (Err(why), Ok(false)) => accounts = Err(why),
                _ => {}
            }
        }
        let reading = find_my(
            state.as_deref().map(|bytes| bytes.as_slice()),
            accounts.as_ref(),
        );
        vec![(Fact::FindMy, Subject::Device, reading)]
    }
}

/// Find My from its state file, and whether an account file exists.
pub fn find_my(state: Result<&[u8], &Missing>, accounts: Result<&bool, &Missing>) -> Reading {
    let origin = origin(STATE, KEY);
    let active = match state {
        Ok(bytes) => {
            plist::pick(bytes, &Keep::path(&[KEY])).and_then(|root| plist::boolean(&root, &[KEY]))
        }
        Err(Missing::Absent(_)) => Ok(None),
        Err(why) => return missing(why).from(origin),
    };
    match (active, accounts) {
        (Err(why), _) => Reading::unreadable(why).from(origin),
        (Ok(Some(true)), Ok(true)) => Reading::known(Value::Bool(true))
            .from(origin.note("an account file of Find My is there too")),
        // The account file is known to move about: that it was not found says nothing against the state file.
        (Ok(Some(true)), _) => Reading::known(Value::Bool(true)).from(origin),
        (Ok(Some(false)), Ok(false)) => Reading::known(Value::Bool(false)).from(origin),
        (Ok(Some(false)), Ok(true)) => Reading::unreadable(
            "the state file says that Find My is off, but the backup holds an account file of Find My",
        )
        .from(origin),
        (Ok(Some(false)), Err(why)) => Reading::unreadable(match why {
            Missing::Absent(why) | Missing::Unreadable(why) => why,
        })
        .from(origin),
        (Ok(None), Ok(true)) => Reading::indicative(Value::Bool(true)).from(origin.note(
            "the state is not recorded; the backup holds an account file of Find My, which points to on",
        )),
        (Ok(None), _) => Reading::absent("the backup does not record the state of Find My")
            .from(origin),
    }
}
