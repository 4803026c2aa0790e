//! Facts about each app copy, as tables.

use super::*;
use Make::*;

fn with_app(sdk: u32) -> Phone {
    Phone::stock(Pixel, sdk).app(WHATSAPP, 0)
}

fn whatsapp(fact: Fact, cases: Vec<Case>) {
    check_for(fact, &Subject::app("whatsapp"), cases);
}

const REFUSED: &str = "java.lang.SecurityException: no\n\tat com.android.Canary\n";

#[test]
fn installed() {
    let path = "pm path --user 0 com.whatsapp";
    // Names an app that is hidden or archived as well, which has no path.
    let all = "pm list packages -u -3 --user 0";
    whatsapp(
        Fact::AppInstalled,
        vec![
            ("yes", with_app(36), "true"),
            ("on 8", with_app(26), "true"),
            ("no", Phone::stock(Pixel, 36), "false"),
            ("yes, on a version that is not known", with_app(38), "true"),
            (
                "not found, on a version that is not known",
                Phone::stock(Pixel, 38),
                "unreadable",
            ),
            (
                "not found, version unknown",
                Phone::stock(Pixel, 36).no_prop("ro.build.version.sdk"),
                "unreadable",
            ),
            (
                "refused",
                with_app(36).answers(path, REFUSED, 255),
                "unreadable",
            ),
            (
                "silent, yet no failure",
                with_app(36).answers(path, "", 0),
                "unreadable",
            ),
            (
                "hidden or archived",
                Phone::stock(Pixel, 36).answers(
                    all,
                    "package:com.whatsapp.w4b\npackage:com.whatsapp\n",
                    0,
                ),
                "unreadable",
            ),
            (
                "hidden or archived, 8",
                Phone::stock(Pixel, 26).answers(all, "package:com.whatsapp\n", 0),
                "unreadable",
            ),
            (
                "another of a longer name is hidden",
                Phone::stock(Pixel, 36).answers(all, "package:com.whatsapp.w4b\n", 0),
                "false",
            ),
            (
                "nothing came with the phone or after",
                Phone::stock(Pixel, 36).answers(all, "", 0),
                "false",
            ),
            (
                "no path, and the list with the hidden ones is refused",
                Phone::stock(Pixel, 36).answers(all, REFUSED, 0),
                "unreadable",
            ),
            (
                "no path, and the list with the hidden ones fails",
                Phone::stock(Pixel, 36).answers(all, "", 1),
                "unreadable",
            ),
            (
                "there, and the list with the hidden ones is refused",
                with_app(36).answers(all, REFUSED, 255),
                "true",
            ),
            (
                "nothing is answered at all",
                with_app(36).answers("pm path --user 0 android", "", 1),
                "unreadable",
            ),
        ],
    );
    let version = |text: &str| {
        with_app(36).answers(
            "dumpsys package com.whatsapp",
            &format!("a\nb\nc\nd\ne\n    versionName={text}\n"),
            0,
        )
    };
    whatsapp(
        Fact::AppVersion,
        vec![
            ("stated", with_app(36), "2.26.9.72"),
            (
                "silent",
                with_app(36).answers("dumpsys package com.whatsapp", "a\nb\nc\nd\ne\nf\n", 0),
                "absent",
            ),
            ("empty", version(""), "absent"),
            ("the word null", version("null"), "absent"),
            (
                "refused",
                with_app(36).answers("dumpsys package com.whatsapp", REFUSED, 0),
                "unreadable",
            ),
        ],
    );
}

#[test]
fn other_users() {
    let Some(tools) = Tools::find() else { return };
    let request = everything();
    let installed = |phone: &Phone, user| {
        let (answer, evidence) = phone.audit(&request, &tools);
        no_canary("other users", &answer);
        let subject = Subject::copy("whatsapp", user);
        (
            evidence.has(Fact::AppInstalled, &subject),
            short(&evidence.get(Fact::AppInstalled, &subject)),
            evidence,
        )
    };
    let dual = Phone::stock(Samsung, 34)
        .user(95, 0x20001010, true)
        .app(WHATSAPP, 0)
        .app(WHATSAPP, 95)
        .grant("READ_MEDIA_IMAGES");
    let (_, found, evidence) = installed(&dual, 95);
    assert_eq!(found, "true");
    let copy = Subject::copy("whatsapp", 95);
    assert_eq!(short(&evidence.get(Fact::AppPhotos, &copy)), "full");
    assert_eq!(
        short(&evidence.get(Fact::AppPhotos, &Subject::app("whatsapp"))),
        "none"
    );
    assert_eq!(
        short(&evidence.get(Fact::NotificationsPreviews, &copy)),
        "always"
    );
    assert_eq!(
        short(&evidence.get(Fact::AppNotificationsPreviews, &copy)),
        "inherit"
    );
    assert!(evidence.apps_unseen.is_empty());
    assert!(
        !evidence.has(Fact::AppInstalled, &Subject::copy("telegram", 95)),
        "absent copies of other users are not reported"
    );

    let hidden = dual
        .clone()
        .setting(95, "secure", "lock_screen_show_notifications", "0");
    let (.., evidence) = installed(&hidden, 95);
    assert_eq!(
        short(&evidence.get(Fact::NotificationsPreviews, &copy)),
        "~never",
        "each user has settings of its own"
    );

    let secure_folder = Phone::stock(Samsung, 34)
        .forbidden_user(150, 0x10061030)
        .app(WHATSAPP, 0);
    let (reported, found, evidence) = installed(&secure_folder, 150);
    assert!(reported);
    assert_eq!(found, "unreadable");
    assert_eq!(
        short(&evidence.get(Fact::AppInstalled, &Subject::app("whatsapp"))),
        "true"
    );

    let (.., evidence) = installed(&with_app(36).answers("pm list users", REFUSED, 255), 0);
    assert_eq!(evidence.apps_unseen.len(), 1, "{:?}", evidence.apps_unseen);
    assert_eq!(
        short(&evidence.get(Fact::AppInstalled, &Subject::app("whatsapp"))),
        "true"
    );

    let mut crowd = with_app(36);
    for id in 10..30 {
        crowd = crowd.user(id, 0x410, false);
    }
    let (.., evidence) = installed(&crowd, 0);
    assert_eq!(evidence.apps_unseen.len(), 1, "{:?}", evidence.apps_unseen);
    // As many as are looked at.
    crowd.users.truncate(12);
    let (.., evidence) = installed(&crowd, 0);
    assert!(
        evidence.apps_unseen.is_empty(),
        "{:?}",
        evidence.apps_unseen
    );
    // The owner is not among the first: nobody looked.
    crowd = crowd.user(30, 0x410, false);
    crowd.users.rotate_left(1);
    let (reported, found, evidence) = installed(&crowd, 0);
    assert!(reported && found == "unreadable", "{found}");
    assert_eq!(evidence.apps_unseen.len(), 1, "{:?}", evidence.apps_unseen);
}

#[test]
fn photos() {
    let all_files = "cmd appops get --user 0 com.whatsapp MANAGE_EXTERNAL_STORAGE";
    let permission = |text: &str| {
        with_app(36).answers(
            "dumpsys package check-permission android.permission.READ_MEDIA_IMAGES com.whatsapp 0",
            text,
            0,
        )
    };
    let mut cases = vec![
        ("chosen photos", with_app(36).grant("READ_MEDIA_VISUAL_USER_SELECTED"), "limited"),
        ("chosen photos do not exist on 13", with_app(33).grant("READ_MEDIA_VISUAL_USER_SELECTED"), "none"),
        ("video", with_app(34).grant("READ_MEDIA_VIDEO"), "full"),
        ("both", with_app(34).grant("READ_MEDIA_IMAGES").grant("READ_MEDIA_VISUAL_USER_SELECTED"), "full"),
        ("old permission, new app", with_app(36).grant("READ_EXTERNAL_STORAGE"), "none"),
        ("old permission, old app", with_app(36).grant("READ_EXTERNAL_STORAGE").last_app(|c| c.target = 32), "full"),
        ("old permission, target unknown", with_app(36).grant("READ_EXTERNAL_STORAGE").answers("dumpsys package com.whatsapp", REFUSED, 0), "unreadable"),
        ("old permission of 12", with_app(31).grant("READ_EXTERNAL_STORAGE"), "full"),
        ("old permission of 9", with_app(28).grant("WRITE_EXTERNAL_STORAGE"), "full"),
        ("new permission means nothing on 12", with_app(31).grant("READ_MEDIA_IMAGES"), "none"),
        ("all files", with_app(36).answers(all_files, "MANAGE_EXTERNAL_STORAGE: allow; time=+3h ago", 0), "full"),
        ("all files denied", with_app(36).answers(all_files, "Uid mode: MANAGE_EXTERNAL_STORAGE: ignore\nMANAGE_EXTERNAL_STORAGE: default; rejectTime=+1d", 0), "none"),
        ("all files, odd", with_app(36).answers(all_files, "MANAGE_EXTERNAL_STORAGE: foreground maybe\nhm", 0), "unreadable"),
        ("all files refused", with_app(36).answers(all_files, REFUSED, 255), "unreadable"),
        ("all files refused, but photos granted", with_app(36).grant("READ_MEDIA_IMAGES").answers(all_files, REFUSED, 255), "full"),
        ("refused", permission(REFUSED), "unreadable"),
        ("empty", permission("\n"), "unreadable"),
        ("odd", permission("-2"), "unreadable"),
        ("00", permission("00"), "unreadable"),
        ("no service", permission("Can't find service: package"), "unreadable"),
        ("no version", with_app(36).no_prop("ro.build.version.sdk"), "unreadable"),
    ];
    for sdk in [26, 28, 29, 30, 31, 33, 34, 35, 36, 37] {
        cases.push(("nothing granted", with_app(sdk), "none"));
    }
    whatsapp(Fact::AppPhotos, cases);
}

#[test]
fn contacts() {
    let command =
        "dumpsys package check-permission android.permission.READ_CONTACTS com.whatsapp 0";
    whatsapp(
        Fact::AppContacts,
        vec![
            ("no", with_app(36), "none"),
            ("yes", with_app(36).grant("READ_CONTACTS"), "full"),
            (
                "odd",
                with_app(36).answers(command, "null", 0),
                "unreadable",
            ),
            (
                "refused",
                with_app(36).answers(command, REFUSED, 0),
                "unreadable",
            ),
        ],
    );
}

#[test]
fn notifications() {
    let dump = "dumpsys notification --package com.whatsapp";
    let channels = |list: &[i32]| {
        let list = list.to_vec();
        with_app(36).last_app(|c| c.channels = list)
    };
    let app = |word: &str| with_app(36).last_app(|c| c.visibility = Some(word.into()));
    let samsung = |n| {
        Phone::stock(Samsung, 34)
            .app(WHATSAPP, 0)
            .last_app(|c| c.samsung_visibility = Some(n))
    };
    let on = |make| {
        Phone::stock(make, 34)
            .app(WHATSAPP, 0)
            .last_app(|c| c.channels = vec![0, -1])
    };
    let dumped = |channels: &str| {
        with_app(36).answers(dump, &format!("Current Notification Manager state:\n      AppSettings: com.whatsapp (10411) showBadge=true\n{channels}"), 0)
    };
    let twice = |first: &str, second: &str| {
        with_app(36).answers(dump, &format!("Current Notification Manager state:\n      AppSettings: com.whatsapp (10411) {first}\n        NotificationChannel{{mId='a', mLockscreenVisibility=-1000, mDeleted=false}}\n      AppSettings: com.whatsapp (10411) {second}\n"), 0)
    };
    whatsapp(Fact::AppNotificationsPreviews, vec![
        ("follows the phone", with_app(36), "inherit"),
        ("follows the phone, 8", with_app(26), "inherit"),
        ("app hidden", app("PRIVATE"), "~when-unlocked"),
        ("app secret", app("SECRET"), "~never"),
        ("app shown", app("PUBLIC"), "always"),
        ("app, odd", app("RUNE"), "unreadable"),
        ("Samsung hidden", samsung(0), "~when-unlocked"),
        ("Samsung shown", samsung(1), "always"),
        ("Samsung follows", samsung(-1000), "inherit"),
        ("Samsung, odd", samsung(7), "unreadable"),
        ("every channel hidden", channels(&[0, -1, 0]), "when-unlocked"),
        ("every channel secret", channels(&[-1, -1]), "never"),
        ("every channel hidden, the app secret", channels(&[0, 0]).last_app(|c| c.visibility = Some("SECRET".into())), "when-unlocked"),
        ("every channel hidden, the app shown", channels(&[0, 0]).last_app(|c| c.visibility = Some("PUBLIC".into())), "always"),
        ("every channel hidden on a Samsung", on(Samsung).system("edge_lighting", "0"), "when-unlocked"),
        ("every channel hidden on a Samsung with edge lighting", on(Samsung), "~when-unlocked"),
        ("every channel hidden on a Xiaomi", on(Xiaomi), "~when-unlocked"),
        ("every channel hidden on a vivo", on(Vivo), "~when-unlocked"),
        ("every channel hidden, maker unknown", on(Pixel).no_prop("ro.product.manufacturer"), "~when-unlocked"),
        ("only deleted channels", dumped("        NotificationChannel{mId='a', mLockscreenVisibility=0, mDeleted=true}\n"), "absent"),
        ("a deleted channel does not count", dumped("        NotificationChannel{mId='a', mLockscreenVisibility=-1000, mDeleted=true}\n        NotificationChannel{mId='b', mLockscreenVisibility=0, mDeleted=false}\n"), "when-unlocked"),
        ("a channel without a visibility", dumped("        NotificationChannel{mId='a'}\n        NotificationChannel{mId='b', mLockscreenVisibility=0, mDeleted=false}\n"), "unreadable"),
        ("a channel whose name poses as hidden", dumped("        NotificationChannel{mId='a', mLockscreenVisibility=-1000, mDeleted=false, mConversationId=mLockscreenVisibility=0,}\n"), "unreadable"),
        ("a channel whose name poses as deleted", dumped("        NotificationChannel{mId='a', mName=mLockscreenVisibility=0, mDeleted=true, mLockscreenVisibility=-1000, mDeleted=false}\n        NotificationChannel{mId='b', mLockscreenVisibility=0, mDeleted=false}\n"), "unreadable"),
        ("a channel whose name poses as a whole one", dumped("        NotificationChannel{mId='a', mName=x, mLockscreenVisibility=-1, mDeleted=false}\n, mLockscreenVisibility=-1000, mDeleted=false}\n"), "unreadable"),
        ("a channel whose name poses as two", dumped("        NotificationChannel{mId='a', mName=x, mLockscreenVisibility=-1, mDeleted=false}\n NotificationChannel{y, mLockscreenVisibility=1, mDeleted=false}\n"), "always"),
        ("a channel whose name poses as another user's", dumped("        NotificationChannel{mId='a', mName=x, mLockscreenVisibility=-1, mDeleted=false}\n AppSettings: com.whatsapp (910411)\n, mLockscreenVisibility=-1000, mDeleted=false}\n"), "unreadable"),
        ("some channels hidden", channels(&[0, -1000]), "inherit"),
        ("the app hidden and shown", twice("visibility=PUBLIC", "visibility=PRIVATE"), "unreadable"),
        ("Samsung hidden and shown", twice("appLockScreenVisibility=1", "appLockScreenVisibility=0"), "unreadable"),
        ("the app hidden twice", twice("visibility=PRIVATE", "visibility=PRIVATE"), "~when-unlocked"),
        ("one channel shown", channels(&[0, 1]), "always"),
        ("an odd channel", channels(&[-1000, 3]), "unreadable"),
        ("no channels", channels(&[]), "absent"),
        ("unknown to the phone", with_app(36).answers(dump, "Current Notification Manager state:\n  Ranking Config:\n", 0), "absent"),
        ("of another user", with_app(36).answers(dump, "Current Notification Manager state:\n  AppSettings: com.whatsapp (9510411) visibility=PRIVATE\n    NotificationChannel{mLockscreenVisibility=0}\n", 0), "absent"),
        ("of another app", with_app(36).answers(dump, "Current Notification Manager state:\n  AppSettings: com.whatsapp.w4b (10411)\n    NotificationChannel{mLockscreenVisibility=0}\n", 0), "absent"),
        ("refused", with_app(36).answers(dump, "Permission Denial: can't dump notification", 0), "unreadable"),
        ("silent", with_app(36).answers(dump, "", 0), "unreadable"),
        ("another form", with_app(36).answers(dump, "State of notifications\n a\n b\n", 0), "unreadable"),
    ]);
    whatsapp(
        Fact::AppNotificationsAllowed,
        vec![
            ("allowed", with_app(36), "true"),
            (
                "permission taken away",
                with_app(36).revoke("POST_NOTIFICATIONS"),
                "false",
            ),
            (
                "permission taken away on 13",
                with_app(33).revoke("POST_NOTIFICATIONS"),
                "false",
            ),
            (
                "permission taken away, and blocked",
                with_app(36)
                    .revoke("POST_NOTIFICATIONS")
                    .last_app(|c| c.importance = Some("NONE".into())),
                "false",
            ),
            (
                "contradicting",
                with_app(36).last_app(|c| c.importance = Some("NONE".into())),
                "unreadable",
            ),
            (
                "contradicting the other way",
                with_app(36)
                    .revoke("POST_NOTIFICATIONS")
                    .last_app(|c| c.importance = Some("DEFAULT".into())),
                "unreadable",
            ),
            (
                "the permission means nothing on 12",
                with_app(31).revoke("POST_NOTIFICATIONS"),
                "true",
            ),
            (
                "blocked on 12",
                with_app(31).last_app(|c| c.importance = Some("NONE".into())),
                "false",
            ),
            (
                "unknown to 12",
                with_app(31).answers(
                    dump,
                    "Current Notification Manager state:\n  Ranking Config:\n",
                    0,
                ),
                "absent",
            ),
            (
                "refused",
                with_app(36).answers(dump, "Permission Denial: no", 0),
                "unreadable",
            ),
            (
                "no version",
                with_app(36).no_prop("ro.build.version.sdk"),
                "unreadable",
            ),
        ],
    );
}

#[test]
fn media() {
    let content = "content query --user 0 *";
    whatsapp(
        Fact::AppMediaSaved,
        vec![
            ("no sign", with_app(36), "~false!"),
            (
                "rows in the gallery",
                with_app(36).gallery("WhatsApp Images", 2),
                "true",
            ),
            (
                "a new file",
                with_app(36).file("0/Android/media/com.whatsapp/WhatsApp/Media/WhatsApp Images"),
                "true",
            ),
            (
                "a new video",
                with_app(36).file("0/Android/media/com.whatsapp/WhatsApp/Media/WhatsApp Video"),
                "true",
            ),
            (
                "a new picture and a new video",
                with_app(36)
                    .file("0/WhatsApp/Media/WhatsApp Images")
                    .file("0/WhatsApp/Media/WhatsApp Video"),
                "true",
            ),
            (
                "a new file in the old place",
                with_app(29).file("0/WhatsApp/Media/WhatsApp Images"),
                "true",
            ),
            (
                "a new file of a second account",
                with_app(36).file(
                    "0/Android/media/com.whatsapp/WhatsApp/accounts/1001/Media/WhatsApp Images",
                ),
                "true",
            ),
            (
                "private only",
                with_app(36)
                    .file("0/Android/media/com.whatsapp/WhatsApp/Media/WhatsApp Images/Private"),
                "~false!",
            ),
            (
                "sent only",
                with_app(36)
                    .file("0/Android/media/com.whatsapp/WhatsApp/Media/WhatsApp Images/Sent"),
                "~false!",
            ),
            (
                "gallery refused",
                with_app(36).answers(content, "java.lang.SecurityException: no", 1),
                "unreadable",
            ),
            (
                "a folder that the gallery leaves out",
                with_app(36)
                    .file("0/WhatsApp/Media/WhatsApp Images")
                    .answers("ls *.nomedia", "", 0),
                "~false!",
            ),
            (
                "gallery refused, files seen",
                with_app(36)
                    .answers(content, "Error", 1)
                    .file("0/WhatsApp/Media/WhatsApp Images"),
                "true",
            ),
            (
                "another user's rows",
                with_app(36)
                    .answers(content, "No result found.", 0)
                    .file("95/WhatsApp/Media/WhatsApp Images"),
                "~false!",
            ),
        ],
    );
    let Some(tools) = Tools::find() else { return };
    let phone = Phone::stock(Pixel, 36)
        .app(TELEGRAM, 0)
        .app(SIGNAL, 0)
        .file("0/Pictures/Telegram");
    let (answer, evidence) = phone.audit(&everything(), &tools);
    no_canary("media", &answer);
    assert_eq!(
        short(&evidence.get(Fact::AppMediaSaved, &Subject::app("telegram"))),
        "true"
    );
    assert_eq!(
        short(&evidence.get(Fact::AppMediaSaved, &Subject::app("signal"))),
        "not-readable"
    );
}
