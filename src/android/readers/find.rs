//! Finding and wiping a lost phone through Google or its maker: accounts, Find Hub, Samsung's service, location.

use super::shared::{self, ACCOUNTS, BASE, FRONT, Maker, POLICY, SAFETY, USERS, setting, whole};
use super::{Out, Reader, View, lists, management, settle, users};
use crate::android::section::{Section, Shell, Span};
use crate::android::stream::Body;
use crate::evidence::{Fact, Reading, Value};

static SECURE: Section = Section {
    id: "secure.find",
    span: Span::Once,
    shell: Shell::Fixed(r"x settings $U list secure | g 'location_mode'"),
    place: "settings --user 0 list secure",
    keeps: "whether location is on",
};

static SYSTEM: Section = Section {
    id: "system.find",
    span: Span::Once,
    shell: Shell::Fixed(r"x settings $U list system | g 'remote_control'"),
    place: "settings --user 0 list system",
    keeps: "whether Samsung's remote controls are on",
};

pub struct Find;

impl Reader for Find {
    fn facts(&self) -> &'static [Fact] {
        &[
            Fact::FindHub,
            Fact::FindHubAdvice,
            Fact::MakerFind,
            Fact::GoogleAccounts,
            Fact::MakerAccounts,
            Fact::LocationOn,
        ]
    }

    fn sections(&self) -> &'static [&'static Section] {
        const {
            &[
                &BASE, &FRONT, &USERS, &POLICY, &ACCOUNTS, &SAFETY, &SECURE, &SYSTEM,
            ]
        }
    }

    fn read(&self, view: &View<'_>, out: &mut Out<'_>) {
        let accounts = view.once(&ACCOUNTS).and_then(|body| {
            // The same names stand in both lists: where one holds the end of a line, neither can be read.
            let users: Vec<u32> = users::named(view)?.iter().map(|user| user.id).collect();
            accounts(body, &users)
        });
        let maker = shared::base(view).and_then(|base| {
            base.maker
                .ok_or_else(|| "the phone does not state its maker".to_owned())
        });
        let at_accounts = |key: &str| view.origin(&ACCOUNTS).key(key);

        let google = accounts
            .as_ref()
            .map_err(Clone::clone)
            .map(|accounts| Reading::known(Value::Count(accounts.google)));
        out.device(
            Fact::GoogleAccounts,
            settle(google).from(at_accounts("com.google")),
        );
        let makers = accounts
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|accounts| makers_accounts(accounts, maker.as_ref().map_err(Clone::clone)?));
        out.device(
            Fact::MakerAccounts,
            settle(makers).from(view.origin(&ACCOUNTS)),
        );

        let hub = accounts
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|accounts| find_hub(view, accounts));
        out.device(
            Fact::FindHub,
            settle(hub)
                .from(view.origin(&POLICY).key(lists::GOOGLE))
                .from(at_accounts("com.google")),
        );

        let advice = settle(view.once(&SAFETY).and_then(advice));
        let mut origin = view.origin(&SAFETY).key("GoogleFindMyDevice");
        if advice.value().is_some() {
            origin = origin.note("what it means has not been tried on phones: it decides nothing");
        }
        out.device(Fact::FindHubAdvice, advice.from(origin));

        let service = maker.and_then(|maker| makers_service(view, &maker, accounts.as_ref()));
        out.device(
            Fact::MakerFind,
            settle(service).from(view.origin(&SYSTEM).key("remote_control")),
        );

        let key = "location_mode";
        let location = view
            .once(&SECURE)
            .and_then(|body| setting(body, key))
            .and_then(|value| match value.map(whole) {
                None => Ok(Reading::absent(
                    "the phone does not say whether location is on",
                )),
                Some(Some(0)) => Ok(Reading::known(Value::Bool(false))),
                Some(Some(1..=3)) => Ok(Reading::known(Value::Bool(true))),
                Some(_) => Err(format!("{key} has an unfamiliar value")),
            });
        out.device(
            Fact::LocationOn,
            settle(location).from(view.origin(&SECURE).key(key)),
        );
    }
}

/// Accounts of user 0, by kind.
#[derive(Debug, Default)]
struct Accounts {
    google: u64,
    samsung: u64,
    /// Of all makers, Samsung among them.
    makers: u64,
}

fn accounts(body: &Body, users: &[u32]) -> Result<Accounts, String> {
    let lines = body.filtered(1)?;
    let mut accounts = Accounts::default();
    let mut inside = false;
    let mut owner_seen = false;
    let mut kinds: Vec<&str> = Vec::new();
    for line in lines {
        let line = line.trim();
        if let Some(user) = line.strip_prefix("User ") {
            inside = user == "0";
            if !user.parse().is_ok_and(|id| users.contains(&id)) {
                return Err("the phone lists accounts of a user that it does not have".into());
            }
            if inside && owner_seen {
                return Err("the phone lists its owner's accounts twice".into());
            }
            owner_seen |= inside;
        } else if inside {
            let (kind, count) = line
                .split_once(',')
                .and_then(|(kind, count)| Some((kind, count.parse::<u32>().ok()?)))
                .ok_or("the phone lists accounts in an unfamiliar way")?;
            if kinds.contains(&kind) {
                return Err("the phone counts one kind of account twice".into());
            }
            kinds.push(kind);
            let count = u64::from(count);
            match kind {
                "com.google" => accounts.google += count,
                "com.osp.app.signin" => {
                    accounts.samsung += count;
                    accounts.makers += count;
                }
                _ => accounts.makers += count,
            }
        }
    }
    // The heading shows that the command worked: without it "no account" and "no answer" look alike.
    if owner_seen {
        Ok(accounts)
    } else {
        Err("the phone did not list its owner's accounts".into())
    }
}

fn makers_accounts(accounts: &Accounts, maker: &Maker) -> Result<Reading, String> {
    match maker {
        Maker::Other(name) if accounts.makers == 0 => {
            let huawei = name.eq_ignore_ascii_case("huawei");
            if huawei {
                Ok(Reading::known(Value::Count(0)))
            } else {
                Err("how this maker names its own accounts is not known".into())
            }
        }
        _ => Ok(Reading::known(Value::Count(accounts.makers))),
    }
}

fn find_hub(view: &View<'_>, accounts: &Accounts) -> Result<Reading, String> {
    let policy = management::policy(view.once(&POLICY)?)?;
    let admin = policy
        .admins
        .iter()
        .any(|admin| admin.user == 0 && admin.wipe && admin.package == lists::GOOGLE);
    if admin && accounts.google > 0 {
        return Ok(Reading::indicative(Value::Bool(true)).at_its_best());
    }
    Ok(Reading::not_readable(
        "no cable tells whether Find Hub can wipe the phone: newer versions do so without showing as an administrator",
    ))
}

/// How Android itself rates Find Hub. Which rating means on, and which off, nobody has shown on a phone: it is never
/// more than a pointer.
fn advice(body: &Body) -> Result<Reading, String> {
    if body.skipped() {
        return Ok(Reading::not_readable(
            "only Android 13 and later rates Find Hub",
        ));
    }
    let mut ratings = body
        .filtered(1)?
        .iter()
        .filter_map(|line| line.strip_prefix("hub 0 "));
    let Some(rating) = ratings.next() else {
        return Ok(Reading::absent("Android says nothing of Find Hub"));
    };
    if ratings.any(|other| other != rating) {
        return Err("Android rates Find Hub twice, differently".into());
    }
    let word = match rating {
        "100" => "no-opinion",
        "200" => "fine",
        "300" => "recommendation",
        "400" => "critical",
        _ => return Err("Android rates Find Hub by an unfamiliar number".into()),
    };
    Ok(Reading::indicative(Value::Word(word)).at_its_best())
}

fn makers_service(
    view: &View<'_>,
    maker: &Maker,
    accounts: Result<&Accounts, &String>,
) -> Result<Reading, String> {
    if *maker != Maker::Samsung {
        return Ok(Reading::not_readable(
            "no switch of this maker's own service can be read by a cable",
        ));
    }
    let key = "remote_control";
    let on = setting(view.once(&SYSTEM)?, key)?
        .map(|value| shared::switch(key, value))
        .transpose()?;
    let accounts = accounts.map_err(Clone::clone)?;
    if on == Some(true) && accounts.samsung > 0 {
        return Ok(Reading::indicative(Value::Bool(true)).at_its_best());
    }
    Ok(Reading::not_readable(
        "no cable tells whether Samsung's service can wipe this phone: its switch or its account was not found",
    ))
}
