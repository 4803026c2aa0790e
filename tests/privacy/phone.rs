//! Synthetic Android phones whose every dump is stuffed with a life.

use super::canaries::{Flock, Kind, Side};
use super::phone_kit::*;

/// Words of the phone kit that stand for somebody's, and what they are.
const KIT: [(&str, Kind); 11] = [
    (PERSON, Kind::Name),
    (PLACE, Kind::Location),
    (EMAIL, Kind::Email),
    (OTHER_APP, Kind::OtherApp),
    ("com.canary.band", Kind::OtherApp),
    (OTHER_ADMIN, Kind::Admin),
    (NUMBER, Kind::Number),
    (MESSAGE, Kind::Message),
    (FILE, Kind::Picture),
    (SECRET_ID, Kind::Serial),
    (CHANNEL, Kind::Contact),
];

fn plant(flock: &Flock, kind: Kind, place: &str) -> String {
    flock.plant(Side::Phone, kind, place)
}

/// A text of the phone kit with this place's own canaries in it.
pub fn own(flock: &Flock, place: &str, text: &str) -> String {
    KIT.iter().fold(text.to_owned(), |text, (word, kind)| {
        if text.contains(word) {
            text.replace(word, &plant(flock, *kind, place))
        } else {
            text
        }
    })
}

/// A life as a dump tells it: lines in the shapes in which Android's services print such things.
pub fn life(flock: &Flock, place: &str) -> String {
    let c = |kind| plant(flock, kind, place);
    format!(
        "  UserInfo{{0:{name}:4c13}} name={name}\n  \
         Account {{name={email}, type={app}}}\n  \
         ServiceRecord{{1 u0 {app}/.Main}} pkg={app} package={app} uid=10222\n  \
         mWifiInfo SSID: \"{wifi}\", BSSID: 02:00:00:00:00:00, RSSI: -50\n  \
         last location=Location[gps {latitude},-2.0000 hAcc=5 et=+1h]\n  \
         Call id=TC@1 handle=tel:{number} contact={contact}\n  \
         key=0|com.whatsapp|1|{number}@s.whatsapp.net|10411 shortcut={contact}\n  \
         android.title=String ({contact}) android.text=String ({message})\n  \
         tickerText={message} message=\"{message}\"\n  \
         imei={imei} deviceId={imei} ro.serialno={serial}\n",
        name = c(Kind::Name),
        email = c(Kind::Email),
        app = c(Kind::OtherApp),
        wifi = c(Kind::Wifi),
        latitude = format_args!("{}", c(Kind::Location)),
        number = c(Kind::Number),
        contact = c(Kind::Contact),
        message = c(Kind::Message),
        imei = c(Kind::Imei),
        serial = c(Kind::Serial),
    )
}

/// What else this dump of a phone holds.
fn besides(flock: &Flock, place: &str) -> String {
    let c = |kind| plant(flock, kind, place);
    match place {
        "dumpsys device_policy" => format!(
            "    mAlwaysOnVpnPackage={app}\n    permittedInputMethods=[{keyboard}]\n    \
             permittedNotificationListeners=[{app}]\n    organizationName={organisation}\n    \
             mShortSupportMessage={message}\n    globalProxyHost={ip}\n    \
             Wi-Fi SSID policy: [{wifi}]\n    factoryResetProtection accounts=[{account}]\n    \
             caCerts=[{certificate}]\n    enrolmentUrl={link}\n    {admin}/.Receiver:\n      \
             wipe-data\n",
            app = c(Kind::OtherApp),
            keyboard = c(Kind::Keyboard),
            organisation = c(Kind::Organisation),
            message = c(Kind::Message),
            ip = c(Kind::Address),
            wifi = c(Kind::Wifi),
            account = c(Kind::Account),
            certificate = c(Kind::Certificate),
            link = c(Kind::Link),
            admin = c(Kind::Admin),
        ),
        "dumpsys activity" => format!(
            "  mOwnerInfo={}\n  carrier={}\n  media title={}\n  bssid={}\n  notif={}\n",
            c(Kind::OwnerInfo),
            c(Kind::Carrier),
            c(Kind::Picture),
            c(Kind::Bssid),
            c(Kind::Notification)
        ),
        "dumpsys notification" => format!(
            "  NotificationRecord(pkg={}) text={}\n  {}\n",
            c(Kind::OtherApp),
            c(Kind::Notification),
            c(Kind::Calendar)
        ),
        "dumpsys account" => format!("  {},1\n  {},2\n", c(Kind::OtherApp), c(Kind::Account)),
        "dumpsys trust" => format!("    {}/.TrustAgent\n", c(Kind::Admin)),
        _ => String::new(),
    }
}

/// Settings as phones keep them: key and whose.
const SETTINGS: &[(&str, Kind)] = &[
    ("bluetooth_name", Kind::Bluetooth),
    ("bluetooth_address", Kind::Bssid),
    ("device_name", Kind::DeviceName),
    ("lock_screen_owner_info", Kind::OwnerInfo),
    ("default_input_method", Kind::Keyboard),
    ("selected_spell_checker", Kind::Keyboard),
    ("sms_default_application", Kind::OtherApp),
    ("assistant", Kind::OtherApp),
    ("synced_account_name", Kind::Account),
    ("global_http_proxy_host", Kind::Address),
    ("wifi_last_ssid", Kind::Wifi),
    ("last_known_location", Kind::Location),
    ("emergency_contact", Kind::Contact),
    ("emergency_number", Kind::Number),
    ("owner_name", Kind::Name),
    ("owner_email", Kind::Email),
    ("last_message", Kind::Message),
    ("next_alarm_formatted", Kind::Calendar),
    ("ringtone_title", Kind::Picture),
    ("operator_name", Kind::Carrier),
    ("android_id_copy", Kind::Serial),
    ("imei_copy", Kind::Imei),
    ("enrolment_url", Kind::Link),
];

/// Properties as phones have them.
const PROPERTIES: &[(&str, Kind)] = &[
    ("ro.serialno", Kind::Serial),
    ("ro.boot.serialno", Kind::Serial),
    ("ril.serialnumber", Kind::Serial),
    ("persist.radio.imei", Kind::Imei),
    ("ro.ril.oem.imei", Kind::Imei),
    ("persist.radio.meid", Kind::Meid),
    ("ril.iccid.sim1", Kind::Iccid),
    ("persist.radio.imsi", Kind::Imsi),
    ("gsm.operator.alpha", Kind::Carrier),
    ("gsm.sim.operator.alpha", Kind::Carrier),
    ("dhcp.wlan0.ipaddress", Kind::Address),
    ("wlan.driver.macaddr", Kind::Bssid),
    ("net.hostname", Kind::DeviceName),
    ("persist.bluetooth.name", Kind::Bluetooth),
    ("persist.sys.owner", Kind::Name),
    ("persist.sys.email", Kind::Email),
    ("persist.sys.msisdn", Kind::Number),
    ("persist.sys.ssid", Kind::Wifi),
    ("persist.sys.location", Kind::Location),
    ("persist.sys.launcher", Kind::OtherApp),
    ("persist.sys.contact", Kind::Contact),
    ("persist.sys.lastmessage", Kind::Message),
];

/// Commands that an audit has no need of: they answer all the same, as they would on a phone.
const NEVER: &[(&str, &str, &[Kind])] = &[
    (
        "dumpsys wifi*",
        "dumpsys wifi",
        &[Kind::Wifi, Kind::Bssid, Kind::Address],
    ),
    (
        "dumpsys telephony.registry*",
        "dumpsys telephony",
        &[Kind::Number, Kind::Imei, Kind::Carrier],
    ),
    (
        "dumpsys iphonesubinfo*",
        "dumpsys telephony",
        &[Kind::Imei, Kind::Imsi, Kind::Iccid, Kind::Meid],
    ),
    ("dumpsys location*", "dumpsys location", &[Kind::Location]),
    (
        "dumpsys bluetooth_manager*",
        "dumpsys bluetooth",
        &[Kind::Bluetooth, Kind::Bssid],
    ),
    (
        "dumpsys telecom*",
        "dumpsys telecom",
        &[Kind::Number, Kind::Contact],
    ),
    ("dumpsys user*", "dumpsys user", &[Kind::Name]),
    (
        "dumpsys usagestats*",
        "dumpsys usagestats",
        &[Kind::OtherApp],
    ),
    (
        "dumpsys input_method*",
        "dumpsys input_method",
        &[Kind::Keyboard],
    ),
    (
        "dumpsys connectivity*",
        "dumpsys connectivity",
        &[Kind::Wifi, Kind::Address],
    ),
    (
        "dumpsys account",
        "dumpsys account, whole",
        &[Kind::Email, Kind::Account, Kind::OtherApp],
    ),
    (
        "dumpsys notification",
        "dumpsys notification, whole",
        &[Kind::Message, Kind::Contact, Kind::Notification],
    ),
    (
        "dumpsys activity",
        "dumpsys activity, whole",
        &[Kind::OtherApp, Kind::Message],
    ),
    (
        "dumpsys package",
        "dumpsys package, whole",
        &[Kind::OtherApp],
    ),
    (
        "content query --uri content://sms*",
        "messages",
        &[Kind::Message, Kind::Number],
    ),
    (
        "content query --uri content://com.android.contacts*",
        "contacts",
        &[Kind::Contact, Kind::Number, Kind::Email],
    ),
    (
        "content query --uri content://com.android.calendar*",
        "calendar",
        &[Kind::Calendar, Kind::Location],
    ),
    (
        "content query --uri content://call_log*",
        "calls",
        &[Kind::Number, Kind::Name],
    ),
    (
        "content query --uri content://media*",
        "gallery",
        &[Kind::Picture, Kind::Location],
    ),
    (
        "logcat*",
        "logcat",
        &[Kind::Message, Kind::Email, Kind::Location],
    ),
    ("ip addr*", "ip", &[Kind::Address, Kind::Bssid]),
    ("service call*", "service", &[Kind::Imei]),
    ("cmd wifi*", "cmd wifi", &[Kind::Wifi]),
    (
        "cmd companiondevice*",
        "cmd companiondevice",
        &[Kind::Bluetooth, Kind::Bssid],
    ),
    (
        "getprop",
        "getprop, whole",
        &[Kind::Serial, Kind::Imei, Kind::Carrier],
    ),
];

/// The place that a command's answer is: the command without what names a user or an app.
fn place(command: &str) -> String {
    let words: Vec<&str> = command.split(' ').collect();
    match words[..] {
        ["settings", .., space] if ["secure", "system", "global"].contains(&space) => {
            format!("settings list {space}")
        }
        ["settings", ..] => "settings get".into(),
        ["pm", "path", ..] => "pm path".into(),
        ["getprop", ..] => "getprop".into(),
        [first, second, third, ..] if first == "pm" => format!("{first} {second} {third}"),
        [first, second, ..] => format!("{first} {second}"),
        _ => command.into(),
    }
}

/// Answers that are one word or number: anything more would not be the command's form.
fn bare(command: &str) -> bool {
    [
        "getprop ",
        "settings --user",
        "pm path",
        "am get-current-user",
        "getenforce",
        "dpm ",
        "cmd appops",
    ]
    .iter()
    .any(|start| command.starts_with(start) && !command.contains(" list "))
        || command.contains("check-permission")
        || command.starts_with("content query")
}

/// The same phone with a life on it: in each answer the kit's words become the place's own, and each dump tells more.
pub fn stuffed(flock: &Flock, phone: Phone) -> Phone {
    let mut phone = phone;
    for (key, kind) in PROPERTIES {
        let place = format!(
            "getprop {}",
            if key.starts_with("persist.sys") {
                "of the maker"
            } else {
                "of Android"
            }
        );
        phone = phone.prop(key, &plant(flock, *kind, &place));
    }
    for (key, kind) in SETTINGS {
        for space in ["secure", "system", "global"] {
            let place = format!("settings list {space}");
            let value = plant(flock, *kind, &place);
            phone = phone.setting(0, space, key, &value);
        }
    }
    let app = plant(flock, Kind::OtherApp, "settings get");
    let keyboard = plant(flock, Kind::Keyboard, "settings get");
    phone = phone
        .secure(
            "enabled_notification_listeners",
            &format!("{app}/.Listener:com.google.android.as/.L"),
        )
        .secure("enabled_accessibility_services", &format!("{app}/.Reader"))
        .secure(
            "enabled_input_methods",
            &format!("{keyboard};1:com.google.android.inputmethod.latin/.I"),
        );
    for user in &mut phone.users {
        user.name = plant(flock, Kind::Name, &format!("user {}", user.id));
    }
    for (folder, kinds) in [
        (
            "0/Android/media/com.whatsapp/WhatsApp/Media/WhatsApp Images",
            &[Kind::Picture, Kind::Name][..],
        ),
        (
            "0/Android/media/com.whatsapp/WhatsApp/Media/WhatsApp Video",
            &[Kind::Picture],
        ),
        (
            "0/Android/media/com.whatsapp/WhatsApp/accounts",
            &[Kind::Number],
        ),
        ("0/Pictures/Telegram", &[Kind::Picture, Kind::Contact]),
    ] {
        for kind in kinds {
            let name = plant(
                flock,
                *kind,
                &format!("the folder {}", folder.rsplit('/').next().unwrap_or(folder)),
            );
            let name = match folder.ends_with("accounts") {
                // A second account has a folder of its own.
                true => format!(
                    "{name}/Media/WhatsApp Images/{}",
                    plant(flock, Kind::Picture, "the folder accounts")
                ),
                false => name,
            };
            phone.files.push(format!("{folder}/{name}"));
        }
    }
    let mut instead = Vec::new();
    for (command, output, status) in phone.commands() {
        let place = place(&command);
        let mut text = own(flock, &place, &output);
        if command == "dpm list-owners" || command.starts_with("pm list") {
            // Nothing but their lists.
        } else if !bare(&command) && !command.starts_with("settings") {
            text = format!(
                "{}\n{}{}",
                text.trim_end_matches('\n'),
                life(flock, &place),
                besides(flock, &place)
            );
        }
        instead.push((command, text, status));
    }
    for (command, place, kinds) in NEVER {
        let text: String = kinds
            .iter()
            .map(|kind| format!("Row: 0 data={}\n", plant(flock, *kind, place)))
            .collect();
        instead.push(((*command).to_owned(), text, 0));
    }
    phone.instead = instead;
    phone
}

/// A Samsung phone with work profile, second copies of apps and a Secure Folder.
pub fn samsung(flock: &Flock) -> Phone {
    let phone = Phone::stock(Make::Samsung, 34)
        .user(10, 0x1030, true)
        .user(95, 0x410, true)
        .forbidden_user(150, 0x0006_1010)
        .trust(|trust| trust.managing = vec![true, false])
        .profile_owner(
            10,
            "com.microsoft.windowsintune.companyportal/.Receiver",
            true,
        )
        .admin(0, &format!("{OTHER_ADMIN}/.Receiver"), true)
        .account("com.osp.app.signin", 1)
        .app(WHATSAPP, 0)
        .grant("READ_MEDIA_IMAGES")
        .grant("READ_CONTACTS")
        .gallery("WhatsApp Images", 3)
        .app(WHATSAPP, 10)
        .app(WHATSAPP, 95)
        .app(TELEGRAM, 0)
        .app(SIGNAL, 0);
    stuffed(flock, phone)
}

/// A phone of today that meets every line that a cable can read.
pub fn pixel(flock: &Flock) -> Phone {
    stuffed(flock, Phone::compliant_pixel16())
}

/// A phone whose owner is a management app that nobody knows.
pub fn owned(flock: &Flock) -> Phone {
    let owner = plant(flock, Kind::Admin, "the app that owns the phone");
    let phone = Phone::stock(Make::Motorola, 35).device_owner(&format!("{owner}/.Receiver"));
    stuffed(flock, phone.app(WHATSAPP, 0))
}

/// A phone that shows message text on its lock screen, and opens pages of its settings.
pub fn looked_at(flock: &Flock) -> Phone {
    let phone = Phone::stock(Make::Pixel, 36)
        .previews(1, 1)
        .app(WHATSAPP, 0);
    let mut phone = stuffed(flock, phone);
    let opened = "Starting: Intent { act=android.settings.APP_NOTIFICATION_SETTINGS (has extras) }";
    phone.instead.push(("am start*".into(), opened.into(), 0));
    phone
}

/// An old phone, whose dumps look otherwise.
pub fn old(flock: &Flock) -> Phone {
    let phone = Phone::stock(Make::Nokia, 29)
        .user(10, 0x1030, true)
        .trust(|trust| trust.locked = true)
        .app(WHATSAPP, 0)
        .app(WHATSAPP, 10);
    stuffed(flock, phone)
}

/// A phone that refuses every command, and says at length to whom and why.
pub fn refusing(flock: &Flock) -> Phone {
    let mut phone = samsung(flock);
    let words = [
        "Permission Denial: can't dump",
        "java.lang.SecurityException: refused for",
        "Error: Exception occurred while executing",
        "Can't find service:",
        "cmd: Failure calling service:",
        "sh: not found:",
        "Failure [",
    ];
    let needed = [
        "getprop ro.build.version",
        "getprop ro.product",
        "pm list users",
        "am ",
    ];
    for (n, (command, output, status)) in phone.instead.iter_mut().enumerate() {
        if needed.iter().any(|start| command.starts_with(start)) {
            continue;
        }
        let place = "refusals";
        *output = format!(
            "{} {} from pid=1, uid=2000 for {} ({})\n{}",
            words[n % words.len()],
            plant(flock, Kind::OtherApp, place),
            plant(flock, Kind::Name, place),
            plant(flock, Kind::Serial, place),
            life(flock, place)
        );
        *status = 255;
    }
    phone
}

/// A phone on which every setting that is a number is somebody's word.
pub fn odd(flock: &Flock) -> Phone {
    let mut phone = samsung(flock);
    let message = plant(flock, Kind::Message, "values of settings");
    let name = plant(flock, Kind::Name, "values of settings");
    for (command, output, _) in &mut phone.instead {
        if command.starts_with("settings") && command.contains(" list ") {
            *output = output
                .lines()
                .filter_map(|line| line.split_once('='))
                .enumerate()
                .map(|(n, (key, _))| format!("{key}={}\n", [&message, &name][n % 2]))
                .collect();
        } else if command.starts_with("settings") {
            *output = format!("{message}\n{name}");
        } else if command.starts_with("dumpsys")
            && !command.contains("check-permission")
            && !["trust", "power", "activity"]
                .iter()
                .any(|own| command.contains(own))
        {
            // What stands behind an equals sign or a colon at the end of a line. Of the lines that are read of the
            // dumps left out above, and of versions, this is a number or word of Android's or an app's maker.
            *output = output
                .lines()
                .map(|line| match line.rsplit_once(['=', ':']) {
                    _ if line.contains("versionName=") => format!("{line}\n"),
                    Some((key, value)) if !value.trim().is_empty() => format!("{key}={message}\n"),
                    _ => format!("{line}\n"),
                })
                .collect();
        }
    }
    phone
}

/// Every text of a phone, to see that the canaries are on it.
pub fn everything(phone: &Phone) -> Vec<u8> {
    let mut all = String::new();
    for (_, output, _) in phone.commands() {
        all += &output;
        all.push('\n');
    }
    all += &phone.files.join("\n");
    all.into_bytes()
}
