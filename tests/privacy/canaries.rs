//! Canaries: synthetic personal data, each unlike any other, so that one found anywhere tells where it came from.

use std::cell::RefCell;

/// What a canary stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Name,
    Number,
    Message,
    Contact,
    Email,
    Wifi,
    OtherApp,
    Serial,
    Imei,
    Location,
    // Besides those that every phone shows in most places.
    Account,
    Udid,
    Imsi,
    Iccid,
    Meid,
    DeviceName,
    Bssid,
    Notification,
    Calendar,
    Bluetooth,
    Keyboard,
    Carrier,
    Address,
    Picture,
    OwnerInfo,
    Admin,
    Certificate,
    Organisation,
    Link,
}

impl Kind {
    pub const ALL: [Kind; 29] = [
        Kind::Name,
        Kind::Number,
        Kind::Message,
        Kind::Contact,
        Kind::Email,
        Kind::Wifi,
        Kind::OtherApp,
        Kind::Serial,
        Kind::Imei,
        Kind::Location,
        Kind::Account,
        Kind::Udid,
        Kind::Imsi,
        Kind::Iccid,
        Kind::Meid,
        Kind::DeviceName,
        Kind::Bssid,
        Kind::Notification,
        Kind::Calendar,
        Kind::Bluetooth,
        Kind::Keyboard,
        Kind::Carrier,
        Kind::Address,
        Kind::Picture,
        Kind::OwnerInfo,
        Kind::Admin,
        Kind::Certificate,
        Kind::Organisation,
        Kind::Link,
    ];

    /// What the privacy proof was asked for by name: each must be in most places.
    pub const COMMON: [Kind; 10] = [
        Kind::Name,
        Kind::Number,
        Kind::Message,
        Kind::Contact,
        Kind::Email,
        Kind::Wifi,
        Kind::OtherApp,
        Kind::Serial,
        Kind::Imei,
        Kind::Location,
    ];

    /// The canary's text, and the part of it that is its own.
    fn text(self, n: usize) -> (String, String) {
        let word = |start: &str| format!("{start}zq{n:03}vx");
        let around =
            |before: &str, core: String, after: &str| (format!("{before}{core}{after}"), core);
        let digits = |before: &str, core: String| (format!("{before}{core}"), core);
        // Numbers that do not lie beside each other.
        let spread = n * 7919 % 100_000;
        match self {
            Kind::Name => around("Canary ", word("Name"), ""),
            Kind::Number => digits("+44", format!("77009{spread:05}")),
            Kind::Message => around("see you at seven, ", word("message"), " xx"),
            Kind::Contact => around("Auntie ", word("Contact"), " (mobile)"),
            Kind::Email => around("", word("mail"), "@example.invalid"),
            Kind::Wifi => around("", word("Wifi"), " 5G"),
            Kind::OtherApp => around("com.", word("app"), ".dating"),
            // The lock's id and Android's own are hexadecimal: so is every serial.
            Kind::Serial => digits("", format!("ca5e{n:04x}7a{spread:06x}")),
            Kind::Imei => digits("3500", format!("00{spread:05}{n:04}")),
            Kind::Location => digits("51.", format!("08{spread:05}{n:03}")),
            Kind::Account => around("", word("account"), "@example.invalid"),
            Kind::Udid => digits("00008110-", format!("001A5E{spread:06X}{n:04X}")),
            Kind::Imsi => digits("23415", format!("9{spread:05}{n:04}")),
            Kind::Iccid => digits("894411", format!("0{spread:05}{n:07}")),
            Kind::Meid => digits("A10000", format!("3c{spread:05x}{n:03x}")),
            Kind::DeviceName => around("", word("Phone"), "'s phone"),
            Kind::Bssid => {
                let [a, b, c, d] = [n >> 8, n, spread >> 8, spread].map(|v| v & 0xff);
                digits("", format!("02:ca:{a:02x}:{b:02x}:{c:02x}:{d:02x}"))
            }
            Kind::Notification => around("1 new from ", word("notice"), ": are you there?"),
            Kind::Calendar => around("Clinic ", word("event"), " 9:40"),
            Kind::Bluetooth => around("", word("Buds"), " Pro"),
            Kind::Keyboard => around("com.", word("keyboard"), ".ime/.Service"),
            Kind::Carrier => around("", word("Carrier"), " UK"),
            Kind::Address => digits("", format!("2001:db8:ca:5e::{n:04x}")),
            Kind::Picture => around("IMG-20261101-", word("WA"), ".jpg"),
            Kind::OwnerInfo => around("If found, return to ", word("Owner"), " Lane"),
            Kind::Admin => around("com.", word("admin"), ".mdm"),
            Kind::Certificate => around("CN=", word("cert"), " root"),
            Kind::Organisation => around("", word("Trust"), " Foundation Trust"),
            Kind::Link => around("https://", word("mdm"), ".example.invalid/enrol?u=1"),
        }
    }
}

/// Whose life it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    Phone,
    Backup,
}

#[derive(Debug, Clone)]
pub struct Canary {
    pub kind: Kind,
    pub side: Side,
    /// The command, file or folder that holds it.
    pub place: String,
    pub text: String,
    /// The part that no other text holds.
    pub core: String,
}

impl std::fmt::Display for Canary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "CANARY-{:?} of {} ({})",
            self.kind, self.place, self.text
        )
    }
}

/// All canaries, numbered as they are planted.
#[derive(Default)]
pub struct Flock(RefCell<Vec<Canary>>);

impl Flock {
    /// The canary of this kind in this place: always the same one.
    pub fn plant(&self, side: Side, kind: Kind, place: &str) -> String {
        let mut all = self.0.borrow_mut();
        if let Some(there) = all
            .iter()
            .find(|c| c.side == side && c.kind == kind && c.place == place)
        {
            return there.text.clone();
        }
        let (text, core) = kind.text(all.len());
        all.push(Canary {
            kind,
            side,
            place: place.into(),
            text: text.clone(),
            core,
        });
        text
    }

    pub fn all(&self) -> Vec<Canary> {
        self.0.borrow().clone()
    }
}
