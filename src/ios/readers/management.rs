//! Whether an organisation manages the iPhone: the installed profiles, named by one list and described in one stub
//! each. Supervision alone is no management.

use sha2::{Digest, Sha256};

use super::{Line, Reader, Scope, missing, origin};
use crate::evidence::{Fact, Reading, Subject, Value};
use crate::ios::files::{Handle, Missing, Need, PROFILES_DOMAIN, Place};
use crate::ios::manifest::{hex, is_lower_hex};
use crate::ios::plist::{self, Damage, Keep};

const LIST: Place = Place::File {
    domain: PROFILES_DOMAIN,
    path: "Library/ConfigurationProfiles/PayloadManifest.plist",
};
const MDM: Place = Place::File {
    domain: PROFILES_DOMAIN,
    path: "Library/ConfigurationProfiles/MDM.plist",
};
const MDM_PAYLOAD: &str = "com.apple.mdm";
/// More profiles than any phone has.
const MAX_PROFILES: usize = 200;

/// Reads whether a device management profile is on the phone.
pub struct Management;

impl Reader for Management {
    fn facts(&self) -> &'static [Fact] {
        &[Fact::MdmEnrolled]
    }

    fn needs(&self) -> &'static [Need] {
        const {
            &[
                Need::read(
                    LIST,
                    &[Fact::MdmEnrolled],
                    "how the installed profiles' stubs are named",
                ),
                Need::read(
                    Place::ProfileStubs,
                    &[Fact::MdmEnrolled],
                    "those that PayloadManifest.plist names: the PayloadType of each payload",
                ),
                Need::exists(MDM, &[Fact::MdmEnrolled]),
            ]
        }
    }

    fn read(&self, files: &mut Handle<'_, '_>, _: &Scope<'_>) -> Vec<Line> {
        let list = files.bytes(LIST);
        let profiles = match &list {
            Ok(bytes) => profiles(bytes).map_err(Reading::unreadable),
            Err(why) => Err(missing(why)),
        };
        let stubs = match &profiles {
            Err(_) => Vec::new(),
            Ok(profiles) => profiles
                .iter()
                .map(|id| match files.profile_stub(&stub_name(id)) {
                    Ok(bytes) => is_mdm(&bytes),
                    Err(Missing::Absent(_)) => {
                        Err("the description of an installed profile is not in the backup".into())
                    }
                    Err(Missing::Unreadable(why)) => Err(why),
                })
                .collect(),
        };
        let mdm_file = files.exists(MDM);
        let reading = enrolled(profiles.map(|_| stubs), &mdm_file);
        vec![(Fact::MdmEnrolled, Subject::Device, reading)]
    }
}

/// Enrolment, from what each installed profile's stub says and from whether MDM.plist exists.
pub fn enrolled(
    stubs: Result<Vec<Result<bool, Damage>>, Reading>,
    mdm_file: &Result<bool, Missing>,
) -> Reading {
    let list = origin(LIST, "OrderedProfiles, HiddenProfiles");
    if let Ok(stubs) = &stubs
        && stubs.contains(&Ok(true))
    {
        return Reading::known(Value::Bool(true))
            .from(origin(Place::ProfileStubs, "PayloadContent.PayloadType"))
            .from(list);
    }
    if *mdm_file == Ok(true) {
        // Nobody has yet seen the file in a backup of a managed phone: it points to management, but proves none.
        return Reading::indicative(Value::Bool(true))
            .from(origin(MDM, "").note("the file exists"));
    }
    let stubs = match stubs {
        Ok(stubs) => stubs,
        Err(reading) => return reading.from(list),
    };
    if let Some(why) = stubs.iter().find_map(|stub| stub.as_ref().err()) {
        return Reading::unreadable(why)
            .from(list)
            .from(origin(Place::ProfileStubs, "PayloadContent.PayloadType"));
    }
    if let Err(Missing::Absent(why) | Missing::Unreadable(why)) = mdm_file {
        return Reading::unreadable(why).from(origin(MDM, ""));
    }
    let reading = Reading::known(Value::Bool(false)).from(list);
    if stubs.is_empty() {
        reading
    } else {
        reading.from(origin(Place::ProfileStubs, "PayloadContent.PayloadType"))
    }
}

/// Identifiers of all installed profiles. Both lists have to be there: a missing one is no empty one.
fn profiles(bytes: &[u8]) -> Result<Vec<String>, Damage> {
    let keys = ["OrderedProfiles", "HiddenProfiles"];
    let root = plist::pick(bytes, &Keep::keys(&keys))?;
    let mut all = Vec::new();
    for key in keys {
        let items = plist::array(&root, &[key])?
            .ok_or_else(|| format!("PayloadManifest.plist holds no {key}"))?;
        for item in items {
            all.push(
                item.as_string()
                    .ok_or_else(|| format!("{key} holds something that is no identifier"))?
                    .to_owned(),
            );
        }
    }
    if all.len() > MAX_PROFILES {
        return Err("PayloadManifest.plist lists more profiles than a phone can have".into());
    }
    Ok(all)
}

/// File name of a profile's stub. Public sources give its form (`profile-<sha256>.stub`), not what is hashed: it is
/// taken to be the profile's identifier, unless the list already gives the hash or the name. A wrong assumption
/// finds no stub, and then nothing is claimed.
pub fn stub_name(identifier: &str) -> String {
    let hash = identifier
        .strip_prefix("profile-")
        .map_or(identifier, |rest| {
            rest.strip_suffix(".stub").unwrap_or(rest)
        });
    if is_lower_hex(hash, 64) {
        format!("profile-{hash}.stub")
    } else {
        format!("profile-{}.stub", hex(&Sha256::digest(identifier)))
    }
}

/// Whether a profile's stub holds a management payload.
pub fn is_mdm(stub: &[u8]) -> Result<bool, Damage> {
    let keep = Keep::path_to(
        &["PayloadContent"],
        Keep::Items(Box::new(Keep::keys(&["PayloadType"]))),
    );
    let root = plist::pick(stub, &keep)?;
    let payloads = plist::array(&root, &["PayloadContent"])?
        .ok_or("the description of a profile holds no payloads")?;
    let mut found = false;
    for payload in payloads {
        let kind = plist::string(payload, &["PayloadType"])?
            .ok_or("the description of a profile holds a payload without a type")?;
        found |= kind == MDM_PAYLOAD;
    }
    Ok(found)
}
