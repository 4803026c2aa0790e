//! Owners and administrators that an organisation has set.

use super::shared::{self, BASE, POLICY};
use super::{Out, Reader, View, lists};
use crate::android::section::{Section, Shell, Span};
use crate::android::stream::Body;
use crate::evidence::{Fact, Origin, Reading, Value};

/// Owners, by a second command (from Android 12).
static OWNERS: Section = Section {
    id: "owners",
    span: Span::Once,
    shell: Shell::Fixed(
        r"if [ $V -ge 31 ]; then x dpm list-owners | f -e 's/^ *User +([0-9]+): admin=([A-Za-z0-9_.]+)\/[^,]*,([A-Za-z0-9,()=]+).*/owner \1 \2 \3/p;t' -e 's/^ *User .*/owner ?/p;t' -e 's/^(no owners|[0-9]+ owners?:).*/\1/p'; else echo skip; e; fi",
    ),
    place: "dpm list-owners",
    keeps: "user, package and kind of each owner (from Android 12)",
};

pub struct Management;

impl Reader for Management {
    fn facts(&self) -> &'static [Fact] {
        &[
            Fact::ManagementOwner,
            Fact::ManagementOwnerPackage,
            Fact::ManagementWipe,
        ]
    }

    fn sections(&self) -> &'static [&'static Section] {
        const { &[&BASE, &POLICY, &OWNERS] }
    }

    fn read(&self, view: &View<'_>, out: &mut Out<'_>) {
        let origins = [view.origin(&POLICY), view.origin(&OWNERS)];
        match found(view) {
            Err(why) => {
                for fact in self.facts() {
                    out.device(
                        *fact,
                        Reading::unreadable(&why).with_origins(origins.clone()),
                    );
                }
            }
            Ok(found) => {
                let [kind, package, wipe] = found.readings(&origins);
                out.device(Fact::ManagementOwner, kind);
                out.device(Fact::ManagementOwnerPackage, package);
                out.device(Fact::ManagementWipe, wipe);
            }
        }
    }
}

/// What `dumpsys device_policy` says.
#[derive(Debug, Default)]
pub struct Policy {
    owners: Vec<Owner>,
    /// What the dump says of the kind of device owner (it does so from Android 14 on).
    kinds: Vec<String>,
    pub admins: Vec<Admin>,
}

impl Policy {
    /// Whether a device owner is of the kind that an organisation sets. A lender's, who can lock the phone until it is
    /// paid for, is another (1, `DevicePolicyManager.DEVICE_OWNER_TYPE_FINANCED`).
    fn owner_is_an_organisations(&self, sdk: u32) -> Result<(), String> {
        let owned = self.owners.iter().any(|owner| owner.device);
        match self.kinds.as_slice() {
            _ if !owned => Ok(()),
            // A lender can own a phone from Android 12 on, and no dump tells before 14.
            [] if sdk < 34 && self.device_owners_are_listed() => Ok(()),
            [first, rest @ ..] if first == "0" && rest.iter().all(|other| other == "0") => Ok(()),
            [] => {
                Err("the phone does not say whether its device owner is an organisation's".into())
            }
            // Of which other kind, goes unsaid: that somebody's phone is under a loan is no matter of this check.
            _ => Err(
                "the phone says that its device owner is of another kind than an organisation's"
                    .into(),
            ),
        }
    }

    /// An owner of whom nobody knows whether an organisation set it: the phone's holder can make an app of their own the
    /// owner. Such an app also chooses words that stand in the same dump (the organisation's name), and so the rest of
    /// the dump proves no more than the app. A profile's owner that is on the other list is a fixed app.
    fn unknown_owner(&self) -> Option<&str> {
        let unknown = |owner: &&Owner| {
            let package = &owner.package;
            !lists::is_agent(package) && (owner.device || !lists::no_organisation(package))
        };
        let owner = self.owners.iter().find(unknown)?;
        Some(&owner.package)
    }

    /// Whether the lists know all device owners: as management, or as nobody's.
    fn device_owners_are_listed(&self) -> bool {
        let mut packages = self.owners.iter().filter(|o| o.device).map(|o| &o.package);
        packages.all(|package| lists::is_agent(package) || lists::no_organisation(package))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Owner {
    user: Option<u32>,
    device: bool,
    package: String,
    organisation_owned: bool,
    device_ids: bool,
}

/// An active administrator of a user.
#[derive(Debug, Default)]
pub struct Admin {
    pub user: u32,
    /// Package, or `other` for one whose name did not leave the phone.
    pub package: String,
    pub wipe: bool,
    pub max_time_to_lock: Vec<String>,
    pub keyguard_features: Vec<String>,
}

/// Reads [`POLICY`].
pub fn policy(body: &Body) -> Result<Policy, String> {
    let lines = body.filtered(5)?;
    let mut policy = Policy::default();
    let mut in_owner = false;
    let mut admins_of: Option<u32> = None;
    let mut users = Vec::new();
    let mut named_twice = false;
    for line in lines {
        let line = line.trim();
        if line == "Device Owner:" {
            (in_owner, admins_of) = (true, None);
            policy.owners.push(Owner::new(None, true));
        } else if let Some(user) = line.strip_prefix("Profile Owner (User ") {
            (in_owner, admins_of) = (true, None);
            policy.owners.push(Owner::new(user_id(user), false));
        } else if let Some(kind) = line.strip_prefix("Device Owner Type: ") {
            (in_owner, admins_of) = (false, None);
            policy.kinds.push(kind.to_owned());
        } else if let Some(user) = line.strip_prefix("Enabled Device Admins (User ") {
            in_owner = false;
            let user = user_id(user).ok_or("the phone lists administrators of no user")?;
            admins_of = Some(user);
            users.push(user);
        } else if in_owner {
            if let Some(owner) = policy.owners.last_mut() {
                named_twice |= line.starts_with("package=") && !owner.package.is_empty();
                owner.line(line);
            }
        } else if let Some(user) = admins_of {
            if let Some(package) = line.strip_prefix("admin ") {
                policy.admins.push(Admin {
                    user,
                    package: package.to_owned(),
                    ..Admin::default()
                });
            } else if let Some(admin) = policy.admins.last_mut().filter(|admin| admin.user == user)
            {
                admin.line(line);
            }
        }
    }
    let differ = |values: &[String]| values.iter().any(|value| Some(value) != values.first());
    // A profile's administrator can have a second set of rules, for the phone; the phone's own has one.
    if policy.admins.iter().any(|admin| {
        admin.user == 0 && (differ(&admin.max_time_to_lock) || differ(&admin.keyguard_features))
    }) {
        return Err("the phone states two different rules of one administrator".into());
    }
    if !users.contains(&0) {
        return Err("the phone's list of administrators is not complete".into());
    }
    // Older phones print an owner's name, which whoever set it chose: it could hold such lines. The phone goes through
    // its users in order, each once, after the owners, each of one package.
    if !users.is_sorted_by(|one, next| one < next) || users.first() != Some(&0) || named_twice {
        return Err(
            "the phone's list of owners and administrators is in no order that it has".into(),
        );
    }
    if policy.owners.iter().any(|owner| owner.package.is_empty()) {
        return Err("the phone names an owner without its package".into());
    }
    Ok(policy)
}

fn user_id(text: &str) -> Option<u32> {
    text.trim_end_matches(')').parse().ok()
}

impl Owner {
    fn new(user: Option<u32>, device: bool) -> Self {
        Owner {
            user,
            device,
            package: String::new(),
            organisation_owned: false,
            device_ids: false,
        }
    }

    fn line(&mut self, line: &str) {
        match line.split_once('=') {
            Some(("package", package)) => package.clone_into(&mut self.package),
            Some(("isOrganizationOwnedDevice", value)) => self.organisation_owned = value == "true",
            Some(("canAccessDeviceIds", value)) => self.device_ids = value == "true",
            _ => {
                if let Some(user) = line.strip_prefix("User ID: ") {
                    self.user = user_id(user);
                }
            }
        }
    }
}

impl Admin {
    fn line(&mut self, line: &str) {
        match line.split_once('=') {
            Some(("maximumTimeToUnlock", value)) => self.max_time_to_lock.push(value.to_owned()),
            Some(("disabledKeyguardFeatures", value)) => {
                self.keyguard_features.push(value.to_owned())
            }
            _ if line == "wipe-data" => self.wipe = true,
            _ => {}
        }
    }
}

/// The owners as `dpm list-owners` gives them: user, package, whether it owns the device.
type Listed = Vec<(u32, String, bool)>;

fn listed(body: &Body) -> Result<Listed, String> {
    let lines = body.filtered(1)?;
    let mut owners = Listed::new();
    let (mut none, mut stated) = (false, None);
    for line in lines {
        if line.starts_with("no owners") {
            none = true;
        } else if let Some(owner) = line.strip_prefix("owner ") {
            let mut words = owner.split(' ');
            let (Some(user), Some(package), Some(kinds)) =
                (words.next(), words.next(), words.next())
            else {
                return Err("the phone lists an owner in an unfamiliar way".into());
            };
            let user = user
                .parse()
                .map_err(|_| "the phone lists an owner of no user")?;
            let kinds: Vec<&str> = kinds.split([',', '(']).collect();
            let device = kinds.contains(&"DeviceOwner");
            if !device
                && !kinds
                    .iter()
                    .any(|k| matches!(*k, "ProfileOwner" | "ManagedProfileOwner"))
            {
                return Err("the phone lists an owner of an unfamiliar kind".into());
            }
            owners.push((user, package.to_owned(), device));
        } else if let Some(n) = line.split(' ').next().and_then(|n| n.parse::<usize>().ok()) {
            stated = Some(n);
        }
    }
    let consistent = if none {
        owners.is_empty() && stated.is_none()
    } else {
        !owners.is_empty() && stated.is_none_or(|n| n == owners.len())
    };
    if !consistent {
        return Err("the phone's list of owners is not complete".into());
    }
    owners.sort();
    Ok(owners)
}

/// What is known of owners and administrators, from both commands.
struct Found {
    sdk: u32,
    policy: Result<Policy, String>,
    listed: Option<Listed>,
}

fn found(view: &View<'_>) -> Result<Found, String> {
    let sdk = shared::sdk(view)?;
    let policy = policy(view.once(&POLICY)?);
    let owners = view.once(&OWNERS)?;
    let listed_owners = if owners.skipped() {
        None
    } else {
        Some(listed(owners))
    };
    let listed = match (sdk >= 31, listed_owners) {
        (true, Some(Ok(list))) => Some(list),
        // An owner that one command shows is there, where the other one is refused; where it broke off, it could have
        // named another.
        (true, Some(Err(_)))
            if owners.second().is_ok() && policy.as_ref().is_ok_and(|p| !p.owners.is_empty()) =>
        {
            None
        }
        (true, Some(Err(why))) => return Err(why),
        (true, None) => return Err("the phone was not asked for its list of owners".into()),
        (false, _) => None,
    };
    if let (Ok(policy), Some(list)) = (&policy, &listed) {
        let mut dumped: Listed = policy
            .owners
            .iter()
            .map(|o| (o.user.unwrap_or(0), o.package.clone(), o.device))
            .collect();
        dumped.sort();
        if dumped != *list {
            return Err("two commands name different owners of the phone".into());
        }
    }
    if let Ok(policy) = &policy {
        policy.owner_is_an_organisations(sdk)?;
    }
    Ok(Found {
        sdk,
        policy,
        listed,
    })
}

impl Found {
    fn readings(self, origins: &[Origin; 2]) -> [Reading; 3] {
        let policy = match self.policy {
            Ok(policy) => policy,
            Err(why) => {
                let unreadable = || Reading::unreadable(&why).with_origins(origins.clone());
                // The second command alone can show a device owner, but neither its rights nor whether it is a lender's.
                let device_owner = self
                    .listed
                    .iter()
                    .flatten()
                    .find(|(_, package, device)| *device && !lists::no_organisation(package));
                return match device_owner {
                    Some((_, package, _)) => [
                        Reading::indicative(Value::Word("device-owner")).from(origins[1].clone()),
                        Reading::known(Value::text(package)).from(origins[1].clone()),
                        unreadable(),
                    ],
                    None => [unreadable(), unreadable(), unreadable()],
                };
            }
        };
        let ours = |owner: &&Owner| !lists::no_organisation(&owner.package);
        let owned_by_organisation = |owner: &&Owner| match self.sdk {
            30.. => owner.organisation_owned,
            29 => owner.device_ids,
            _ => false,
        };
        let owners: Vec<&Owner> = policy.owners.iter().filter(ours).collect();
        let device = owners.iter().find(|owner| owner.device);
        let profile = owners.iter().find(|owner| owned_by_organisation(owner));
        let (kind, owner) = match (device, profile, owners.first()) {
            (Some(owner), ..) => ("device-owner", Some(*owner)),
            (None, Some(owner), _) => ("organisation-profile-owner", Some(*owner)),
            (None, None, Some(owner)) => ("profile-owner", Some(*owner)),
            (None, None, None) => ("none", None),
        };
        let set_aside = policy.owners.len() - owners.len();
        let mut origin = origins[0].clone();
        if set_aside > 0 {
            origin = origin.note("owners that no organisation sets (maker's second spaces and the like) do not count");
        }
        let origins = [origin, origins[1].clone()];
        let package = match owner {
            Some(owner) => Reading::known(Value::text(&owner.package)),
            None => Reading::absent("no organisation has set an owner"),
        };
        let (wipe, note) = can_wipe(&policy, owner.filter(|_| kind != "profile-owner"));
        let mut wipe_origin = origins[0].clone().key("wipe-data");
        if let Some(note) = note {
            wipe_origin = wipe_origin.note(note);
        }
        let unlisted = |package: &str| {
            format!(
                "{package} is an owner of this phone, or of a profile on it, and no management app that is known here: ask the organisation's IT whether it is theirs"
            )
        };
        let kind = match owner.filter(|owner| !lists::is_agent(&owner.package)) {
            None => Reading::known(Value::Word(kind)).with_origins(origins.clone()),
            Some(owner) => Reading::indicative(Value::Word(kind))
                .with_origins(origins.clone().map(|it| it.note(unlisted(&owner.package)))),
        };
        // Where an owner that is on no list may not wipe, it can be that its rules were not understood.
        let doubted = wipe || owner.is_some();
        let wipe = match policy.unknown_owner().filter(|_| doubted) {
            None => Reading::known(Value::Bool(wipe)).from(wipe_origin),
            Some(package) => {
                Reading::indicative(Value::Bool(wipe)).from(wipe_origin.note(unlisted(package)))
            }
        };
        [kind, package.with_origins(origins), wipe]
    }
}

/// Whether an owner, or an administrator on the list of agents, may wipe the phone, and what is to be said about it.
fn can_wipe(policy: &Policy, owner: Option<&Owner>) -> (bool, Option<String>) {
    if let Some(owner) = owner {
        let user = owner.user.unwrap_or(0);
        if policy
            .admins
            .iter()
            .any(|admin| admin.wipe && admin.user == user && admin.package == owner.package)
        {
            return (true, Some(format!("by the owner {}", owner.package)));
        }
    }
    let mut unlisted = false;
    for admin in policy
        .admins
        .iter()
        .filter(|admin| admin.wipe && admin.user == 0)
    {
        if lists::is_agent(&admin.package) {
            return (
                true,
                Some(format!("by the administrator {}", admin.package)),
            );
        }
        unlisted |= admin.package == "other";
    }
    let note = unlisted.then(|| {
        "an administrator that is on no list may wipe the phone: it does not count".to_owned()
    });
    (false, note)
}
