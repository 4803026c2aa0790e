//! The filters for saved dumps against the filters that run on the phone: the same bytes, for every dump there is.

use std::path::{Path, PathBuf};

use spotcheck::android::offline::filters::filter;
use spotcheck::android::readers::all_sections;
use spotcheck::android::section::{PROLOGUE, Section, Span};

use super::*;

/// Sections that have a filter of their own.
fn filtered() -> Vec<&'static Section> {
    let sections: Vec<&Section> = all_sections()
        .into_iter()
        .filter(|section| filter(section, &[]).is_some())
        .collect();
    assert!(sections.len() >= 15, "{}", sections.len());
    sections
}

/// What the phone prints for each section if every command answers this text.
fn on_the_phone(text: &str, sections: &[&Section], tools: &Tools) -> Vec<Vec<String>> {
    let mut phone = Phone::stock(Make::Pixel, 36);
    for command in [
        "dumpsys lock_settings",
        "dumpsys trust",
        "dumpsys power",
        "dumpsys device_policy",
        "dumpsys account --checkin",
        "dumpsys package com.whatsapp",
        "pm list users",
        "am get-current-user",
        "settings --user 0 list *",
        "settings --user 10 list *",
    ] {
        phone = phone.answers(command, text, 0);
    }
    let mut script =
        format!("exec 2>/dev/null\nN={NONCE}\nY=5\nC=5\nM=300\n{PROLOGUE}\nu=0; p=com.whatsapp\n");
    for section in sections {
        if section.span == Span::OtherUsers {
            script += "u=10\n";
        }
        script += &format!("s {}\n{}\nu=0\n", section.id, section.text());
    }
    let folder = tempfile::tempdir().expect("a folder");
    let answer = phone
        .build(folder.path())
        .run(&format!("{script}exit 0\n"), tools);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    sections
        .iter()
        .map(|section| {
            let (_, body) = answer
                .split_once(&format!("@{NONCE} {}\n", section.id))
                .unwrap_or_else(|| panic!("{} did not run:\n{answer}", section.id));
            let (body, _) = body.split_once(&format!("@{NONCE}=")).expect("an end");
            body.lines()
                .filter(|line| !line.is_empty())
                .map(str::to_owned)
                .collect()
        })
        .collect()
}

fn same(name: &str, text: &str, tools: &Tools) {
    let text = format!("{}\n", text.replace('\r', "").trim_end_matches('\n'));
    let raw: Vec<String> = text.lines().map(str::to_owned).collect();
    let sections = filtered();
    let phone = on_the_phone(&text, &sections, tools);
    for (section, phone) in sections.iter().zip(phone) {
        let ours = filter(section, &raw).expect("a filter");
        assert_eq!(ours, phone, "{name}: {}", section.id);
    }
}

#[test]
fn synthetic_dumps() {
    let Some(tools) = Tools::find() else { return };
    let phone = Phone::stock(Make::Samsung, 31)
        .user(10, 0x1030, true)
        .user(95, 0x410, false)
        .trust(|t| t.managing = vec![true, false])
        .device_owner("com.hmdm.launcher/.AdminReceiver")
        .profile_owner(10, "com.canary.work/.Receiver", true)
        .admin(0, OTHER_ADMIN_COMPONENT, true)
        .app(WHATSAPP, 0)
        .app(WHATSAPP, 10);
    for (name, text) in saved::services(&phone) {
        same(name, &text, &tools);
    }
    for command in [
        "pm list users",
        "am get-current-user",
        "dumpsys account --checkin",
        "dumpsys package com.whatsapp",
        "settings --user 0 list secure",
        "settings --user 0 list system",
        "settings --user 0 list global",
    ] {
        same(command, &saved::answer(&phone, command), &tools);
    }
    for sdk in [26, 29, 33, 36] {
        let phone = Phone::stock(Make::Pixel, sdk);
        same(
            "lock",
            &saved::answer(&phone, "dumpsys lock_settings"),
            &tools,
        );
        same("trust", &saved::answer(&phone, "dumpsys trust"), &tools);
    }
}

const OTHER_ADMIN_COMPONENT: &str = "com.canary.clinicadmin/.Receiver$Inner";

#[test]
fn lines_made_to_mislead() {
    let Some(tools) = Tools::find() else { return };
    let lines = r#"
Permission Denial: can't dump
  Security exception: no
Exception occurred
Cant find service: x
Can't find service: x
Can t find service
Canteen
 No services match: x
Unknown command: x
*** SERVICE 'x' DUMP TIMEOUT (10000ms) EXPIRED ***
Errors: 1
Failure [x]
Failed
Invalid user 9
Aborted
Killed
cmd: Can't find
sh: x: not found
java.lang.IllegalStateException: x
android.os.DeadObjectException
android.os.Dead Exception
android.osException1
androidx.Exception
  SID: 0
  SID: 00001
  SID = 3fffcda35ee6c180
  SID: 3FFF
 SID:  0
SIDE: 0
SID  = 0
  User 0
  User 0 
  User 0 [/data/system_de/0/spblob]:
  CredentialType: Pin
   SeparateChallenge: true
 User "a" (id=0, flags=0x13) (current): trusted=0, trustManaged=0, deviceLocked=1
 User "b" (id=0, flags=0x1)" (id=10, flags=0x1030)(managed profile)
 User "c" (id=x, flags=0x1)" (id=11, flags=
 User "d" (id=, flags=0)
e" (id=0, flags=0x13) (current): trusted=1, trustManaged=1
 User "f" (id=9, flags=0): trustState=UNTRUSTED
g" (id=
User "" (id=7, flags=)x" (id=8
  bound=1, connected=1, managingTrust=1, trusted=0
  bound=1, managingTrust=1, trusted=0, managingTrust=0, trusted=1
  bound=1, message="managingTrust=1, trusted=1"
  bound=1, managingTrust=2, trusted=0
  bound=1, managingTrust=0, trusted=0 message="x"
  bound=
  disabled because third-party apps can't run yet.
Trust manager state:
 Trust manager state:
Screen off timeout: 60000 ms
   mStayOn=true
mStayOnWhilePluggedInSetting=3
xmStayOn=true
  Device Owner:
    package=com.owner.one
    package=com.owner/x
    admin=ComponentInfo{com.owner.one/com.owner.one.A}
  Enabled Device Admins (User 0, provisioningState: 3):
    package=com.not.one
    com.owner.one/.A:
    com.other.one/.A$B:
    com.other.one/.A-B:
    com.google.android.gms/.mdm.receivers.MdmDeviceAdminReceiver:
      wipe-data
      wipe-data 
      maximumTimeToUnlock=0
      maximumTimeToUnlock=
      maximumTimeToUnlock=-1x
      disabledKeyguardFeatures=0x1f
      isOrganizationOwnedDevice=true
      canAccessDeviceIds=TRUE
    User ID: 10
    User ID: ten
  Profile Owner (User 10): x
    package=com.owner.two
  Profile Owner (User x):
  Enabled Device Admins (User 10
  Profile Owner (
Failed
    com.owner.two/.A:
Current Device Policy Manager state:
    UserInfo{0:Owner:4c13} running
	UserInfo{10:a:13} running:410}
	UserInfo{11:a}:b:10} serialNo=3
	UserInfo{12:a} running
	UserInfo{12:a:1030}running
	UserInfo{12:a:1030} running
	UserInfo{12:a:1030} running 
b:1030} running
:410}
	UserInfo{x:a:10} running
    UserInfo{13::fF} running
 x UserInfo{14:a:13}
Users:
  Users:
  User UserInfo{0:Name:4c13}:
User UserInfo{x:Name:1}:
  User UserInfo{10:1}:
  User UserInfo{10::1}:
User UserInfo{10:a:1}
User UserInfo{10:a:G}:
a:1}:
  com.google,1
  com.google.work,1
  com.heytap.usercenter,2
  com.heytapX,2
  com.heytap,2
  com.xiaomi,
  com.canary,3
    versionName=1.0 beta
    versionCode=1 minSdk=2 targetSdk=30 targetSdk=x targetSdk=33
    versionCode=1 minSdk=2
  versionName
Hidden system packages:
 Hidden system packages:
location_mode=3
location_mode=-
location_mode=-1
location_mode=1 
location_mode=null
 location_mode=3
location_mode=
backup_enabled==1
xbackup_enabled=1
lock_screen_lock_after_timeout=5000
lock_screen_lock_after_timeout=soon
screen_off_timeout=60000
"#;
    same("misleading", lines, &tools);
    same("nothing", "", &tools);
    same("one line", "Trust manager state:", &tools);
}

/// Every dump of the corpus through every filter.
#[test]
fn dumps_of_real_phones() {
    let Some(folder) = std::env::var_os("SPOTCHECK_CORPUS") else {
        skipped("SPOTCHECK_CORPUS does not name the folder of captures");
        return;
    };
    let Some(tools) = Tools::find() else { return };
    let mut files = Vec::new();
    collect(&PathBuf::from(folder).join("android"), &mut files);
    assert!(files.len() >= 30, "{}", files.len());
    for file in files {
        let bytes = std::fs::read(&file).expect("a capture");
        same(
            &file.display().to_string(),
            &String::from_utf8_lossy(&bytes),
            &tools,
        );
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "txt") {
            files.push(path);
        }
    }
}
