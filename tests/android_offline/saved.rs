//! Synthetic acquisitions and bug reports of synthetic phones, whole, with the canaries of everything that such dumps
//! hold besides settings.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;

use super::*;

const DASHES: &str =
    "-------------------------------------------------------------------------------";

/// What a command line answers on a phone.
pub fn answer(phone: &Phone, command: &str) -> String {
    phone
        .instead
        .iter()
        .find(|(line, ..)| line == command)
        .map_or_else(|| phone.dump(command), |(_, output, _)| output.clone())
}

/// A service's part of a dump.
pub fn service(name: &str, text: &str) -> String {
    format!(
        "{DASHES}\nDUMP OF SERVICE {name}:\n{}\n--------- 0.012s was the duration of dumpsys {}, ending at: 2026-11-02 09:14:00\n",
        text.trim_end_matches('\n'),
        name.rsplit(' ').next().unwrap_or(name),
    )
}

fn users(phone: &Phone) -> String {
    let mut text = match phone.in_front {
        // Android 8 and 9 do not say it here.
        Some(user) if phone.sdk >= 29 => format!("Current user: {user}\n\n"),
        _ => String::new(),
    } + "Users:\n";
    for user in &phone.users {
        text += &format!(
            "  UserInfo{{{}:{}:{:x}}} serialNo={} isPrimary={}\n    Flags: {}\n    State: {}\n    Created: +1y2d ago\n    Last logged in: +3h ago\n    Restrictions:\n      none\n",
            user.id,
            user.name,
            user.flags,
            user.id,
            user.id == 0,
            user.flags,
            if user.running {
                "RUNNING_UNLOCKED"
            } else {
                "-1"
            },
        );
    }
    text + "\n  Device owner id:-10000\n"
}

fn accounts(phone: &Phone) -> String {
    let mut text = String::new();
    for user in &phone.users {
        let mut list = String::new();
        let mut count = 0;
        for (kind, n) in phone.accounts.iter().filter(|_| user.id == 0) {
            for _ in 0..*n {
                list += &format!("    Account {{name={EMAIL}, type={kind}}}\n");
                count += 1;
            }
        }
        text += &format!(
            "User UserInfo{{{}:{}:{:x}}}:\n  Accounts: {count}\n{list}\n  AccountId, Action_Type, timestamp, UID, TableName, Key\n  Accounts History\n  -1,action_called_account_add,2026-01-01 10:00:00,10219,accounts,0\n\n  RegisteredServicesCache: 1 services\n    ServiceInfo: AuthenticatorDescription {{type={OTHER_APP}}}\n",
            user.id, user.name, user.flags
        );
    }
    text
}

const PERMISSIONS: &[&str] = &[
    "POST_NOTIFICATIONS",
    "READ_MEDIA_IMAGES",
    "READ_MEDIA_VIDEO",
    "READ_MEDIA_VISUAL_USER_SELECTED",
    "READ_EXTERNAL_STORAGE",
    "WRITE_EXTERNAL_STORAGE",
    "READ_CONTACTS",
];

fn package(phone: &Phone, name: &str) -> String {
    let copies: Vec<&Copy> = phone.copies.iter().filter(|c| c.package == name).collect();
    let everywhere = copies.is_empty();
    let mut text = format!(
        "  Package [{name}] (4c87987):\n    appId=10411\n    codePath=/data/app/~~{SECRET_ID}==/{name}\n    versionCode=260907212 minSdk=21 targetSdk={}\n    versionName=2.26.9.72\n    flags=[ HAS_CODE ALLOW_BACKUP ]\n    requested permissions:\n",
        copies.first().map_or(36, |c| c.target)
    );
    for permission in PERMISSIONS {
        text += &format!("      android.permission.{permission}\n");
    }
    text += "    install permissions:\n      android.permission.INTERNET: granted=true\n";
    for user in &phone.users {
        let copy = copies.iter().find(|c| c.user == user.id);
        text += &format!(
            "    User {}: ceDataInode={} installed={} hidden=false suspended=false stopped=false notLaunched=false enabled=0 instant=false virtual=false\n      gids=[3003]\n      runtime permissions:\n",
            user.id,
            if everywhere || copy.is_some() { 12 } else { 0 },
            everywhere || copy.is_some()
        );
        for permission in PERMISSIONS {
            let granted = copy.is_some_and(|c| c.granted.iter().any(|g| g == permission));
            text += &format!(
                "        android.permission.{permission}: granted={granted}, flags=[ USER_SET|USER_SENSITIVE_WHEN_GRANTED]\n"
            );
        }
    }
    text
}

fn packages(phone: &Phone) -> String {
    let mut names: Vec<&str> = vec!["android", OTHER_APP, "com.canary.band"];
    names.extend(phone.copies.iter().map(|c| c.package.as_str()));
    names.sort_unstable();
    names.dedup();
    let mut text = format!(
        "Database versions:\n  Internal:\n    sdkVersion=36\n\nActivity Resolver Table:\n  Non-Data Actions:\n      android.intent.action.MAIN:\n        1a2b3c {OTHER_APP}/.Main\n\nPackages:\n"
    );
    for name in &names {
        text += &package(phone, name);
    }
    text + &format!(
        "\nHidden system packages:\n  Package [{OTHER_APP}] (1):\n    versionName=1.0\n\nShared users:\n  SharedUser [android.uid.phone] (2):\n"
    )
}

fn settings_of(phone: &Phone, user: u32, space: &str) -> Vec<(String, String)> {
    let list = answer(phone, &format!("settings --user {user} list {space}"));
    list.lines()
        .filter_map(|line| line.split_once('='))
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .collect()
}

fn provider(phone: &Phone) -> String {
    let mut text = String::from("Unknown argument: -a; use -h for help\n");
    for user in &phone.users {
        for space in ["global", "secure", "system"] {
            if space == "global" && user.id != 0 {
                continue;
            }
            text += &format!(
                "{} SETTINGS (user {})\nversion: 212\n",
                space.to_uppercase(),
                user.id
            );
            for (n, (key, value)) in settings_of(phone, user.id, space).iter().enumerate() {
                text += &format!(
                    "_id:{n} name:{key} pkg:android value:{value} default:{value} defaultSystemSet:true\n"
                );
            }
            text +=
                &format!("\nHistorical operations\n  07-28 20:22:36 initialize: {OTHER_APP}\n\n");
        }
    }
    text
}

/// The services that a whole `dumpsys` of this phone has, in its order.
pub fn services(phone: &Phone) -> Vec<(&'static str, String)> {
    vec![
        ("account", accounts(phone)),
        (
            "activity",
            format!("ACTIVITY MANAGER SETTINGS\n  {OTHER_APP}/.Main {MESSAGE}\n  {PERSON}"),
        ),
        ("device_policy", answer(phone, "dumpsys device_policy")),
        ("lock_settings", answer(phone, "dumpsys lock_settings")),
        (
            "notification",
            format!(
                "Current Notification Manager state:\n  NotificationRecord(pkg={OTHER_APP} {NUMBER} {MESSAGE} {CHANNEL})\n  tickerText={MESSAGE}"
            ),
        ),
        ("package", packages(phone)),
        ("power", answer(phone, "dumpsys power")),
        ("safety_center", String::new()),
        ("settings", provider(phone)),
        ("telecom", format!("  Call id=1 {NUMBER} {PERSON}")),
        ("trust", answer(phone, "dumpsys trust")),
        ("user", users(phone)),
        ("wifi", format!("  SSID {PLACE}")),
    ]
}

pub fn dumpsys(phone: &Phone) -> String {
    let services = services(phone);
    let mut text = String::from("Currently running services:\n");
    for (name, _) in &services {
        text += &format!("  {name}\n");
    }
    for (name, dump) in &services {
        text += &service(name, dump);
    }
    text
}

fn getprop(phone: &Phone) -> String {
    phone
        .props
        .iter()
        .map(|(key, value)| format!("[{key}]: [{value}]\n"))
        .collect()
}

/// Files by name.
pub type Files = Vec<(String, Vec<u8>)>;

/// The files of an acquisition, by name.
pub fn files(phone: &Phone) -> Files {
    let list = |space: &str| answer(phone, &format!("settings --user 0 list {space}"));
    let mut files = vec![
        ("getprop.txt".to_owned(), getprop(phone)),
        ("settings_system.txt".to_owned(), list("system")),
        ("settings_secure.txt".to_owned(), list("secure")),
        ("settings_global.txt".to_owned(), list("global")),
        ("dumpsys.txt".to_owned(), dumpsys(phone)),
        ("processes.txt".to_owned(), format!("u0_a1 1 {OTHER_APP}")),
        (
            "packages.json".to_owned(),
            format!("[{{\"name\": \"{OTHER_APP}\"}}]"),
        ),
        (
            "logcat.txt".to_owned(),
            format!("{PERSON} {MESSAGE} {EMAIL} {NUMBER}"),
        ),
    ];
    for (_, text) in &mut files {
        // As the program keeps output.
        *text = text.trim().to_owned();
    }
    files
        .into_iter()
        .map(|(name, text)| (name, text.into_bytes()))
        .collect()
}

pub const STARTED: &str = "2026-11-02T09:00:00.123456789Z";

pub fn about(started: &str) -> (String, Vec<u8>) {
    let text = format!(
        "{{\n \"uuid\": \"{SECRET_ID}\",\n \"androidqf_version\": \"1.7.0\",\n \"storage_path\": \"/home/{PERSON}/{SECRET_ID}\",\n \"started\": \"{started}\",\n \"completed\": \"0001-01-01T00:00:00Z\",\n \"collector\": null,\n \"tmp_dir\": \"/data/local/tmp/\"\n}}"
    );
    ("acquisition.json".into(), text.into_bytes())
}

fn hashes(files: &[(String, Vec<u8>)], before: &str) -> (String, Vec<u8>) {
    let rows: String = files
        .iter()
        .map(|(name, bytes)| {
            let hash: String = Sha256::digest(bytes)
                .iter()
                .map(|b| format!("{b:02x}"))
                .collect();
            format!("{before}{name},{hash}\n")
        })
        .collect();
    ("hashes.csv".into(), rows.into_bytes())
}

/// The layouts that the program has had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// A folder, with full paths in hashes.csv.
    Folder,
    /// The same on Windows.
    WindowsFolder,
    /// That folder in a zip.
    FolderInZip,
    /// A zip with the files at its top.
    Zip,
}

pub const LAYOUTS: &[Layout] = &[
    Layout::Folder,
    Layout::WindowsFolder,
    Layout::FolderInZip,
    Layout::Zip,
];

/// An acquisition of these files.
pub fn acquisition_of(mut files: Files, layout: Layout, folder: &Path) -> PathBuf {
    let before = match layout {
        Layout::Folder | Layout::FolderInZip => "/home/auditor/8c1f/",
        Layout::WindowsFolder => "C:\\Users\\auditor\\8c1f\\",
        Layout::Zip => "",
    };
    files.push(hashes(&files, before));
    files.push(about(STARTED));
    store(&files, layout, folder)
}

/// The files as they are.
pub fn store(files: &[(String, Vec<u8>)], layout: Layout, folder: &Path) -> PathBuf {
    match layout {
        Layout::Folder | Layout::WindowsFolder => {
            let path = folder.join("8c1f");
            fs::create_dir_all(&path).expect("a folder");
            for (name, bytes) in files {
                fs::write(path.join(name), bytes).expect("a file");
            }
            path
        }
        Layout::FolderInZip => zip(&folder.join("8c1f.zip"), "8c1f/", files),
        Layout::Zip => zip(&folder.join("8c1f.zip"), "", files),
    }
}

pub fn zip(path: &Path, before: &str, files: &[(String, Vec<u8>)]) -> PathBuf {
    let mut writer = zip::ZipWriter::new(fs::File::create(path).expect("a file"));
    for (name, bytes) in files {
        writer
            .start_file(format!("{before}{name}"), SimpleFileOptions::default())
            .expect("an entry");
        writer.write_all(bytes).expect("written");
    }
    writer.finish().expect("a zip");
    path.to_owned()
}

pub fn acquisition(phone: &Phone, layout: Layout, folder: &Path) -> PathBuf {
    acquisition_of(files(phone), layout, folder)
}

/// The text of a bug report.
pub fn bugreport_text(phone: &Phone) -> String {
    let mut props = getprop(phone);
    props += "[persist.sys.timezone]: [Europe/London]\n";
    let mut text = format!(
        "========================================================\n== dumpstate: 2026-11-02 09:14:00\n========================================================\n\nBuild: SYN1\nUptime: up 0 weeks\n\n------ SYSTEM LOG (logcat) ------\n11-02 {PERSON} {MESSAGE} {NUMBER} {EMAIL}\n------ 1.234s was the duration of 'SYSTEM LOG' ------\n{}------ SYSTEM PROPERTIES (getprop) ------\n{props}------ STORAGED IO INFO (storaged -u -p) ------\n",
        service("HIGH trust", "Trust manager state:")
    );
    for (name, dump) in services(phone) {
        text += &service(name, &dump);
    }
    text + "------ 32.1s was the duration of 'DUMPSYS' ------\n========================================================\n== dumpstate: done (id 1)\n========================================================\n"
}

pub fn bugreport(phone: &Phone, folder: &Path) -> PathBuf {
    let name = "bugreport-synthetic-SYN1-2026-11-02-09-14-00.txt";
    zip(
        &folder.join("bugreport.zip"),
        "",
        &[
            ("version.txt".into(), b"2.0".to_vec()),
            (name.into(), bugreport_text(phone).into_bytes()),
            ("FS/data/misc/x.txt".into(), PERSON.into()),
            ("main_entry.txt".into(), name.into()),
        ],
    )
}
