//! States and answers of an adb server, shown by a double of it.

use std::time::Duration;

use spotcheck::android::transport::{Connected, DeviceState, Target, connected_with};

use crate::adb_server_double::{Reply, ServerDouble};
use crate::{ask, assert_mentions, patient, programs, within};

fn through(server: &ServerDouble, serial: Option<&str>) -> Target {
    Target::Server {
        addr: server.addr(),
        serial: serial.map(str::to_owned),
    }
}

const READY: &str = "A1 device product:p model:Pixel_7 device:d transport_id:4\n";

#[test]
fn every_state_has_its_message() {
    for (line, mentions) in [
        ("A1 unauthorized transport_id:1\n", "tap Allow"),
        (
            "A1 offline model:Pixel_7 transport_id:1\n",
            "The phone (Pixel 7) cannot be asked: offline",
        ),
        (
            "A1 no permissions (user in plugdev group; are your udev rules wrong?); see [http://x] usb:1-2\n",
            "udev rules",
        ),
        ("???????????? no permissions\n", "udev rules"),
        ("A1 recovery\n", "Restart the phone normally"),
        ("A1 rescue\n", "Restart the phone normally"),
        ("A1 sideload\n", "Restart the phone normally"),
        ("A1 bootloader\n", "in the bootloader"),
        ("A1 host\n", "USB host"),
        ("A1 detached\n", "detached"),
        ("A1 \u{1b}[2Jboo\n", "[2Jboo"),
        ("A1 connecting\n", "still connecting"),
        ("A1 authorizing\n", "still connecting"),
        ("", "Developer options"),
        ("\n", "Developer options"),
    ] {
        let server = ServerDouble::with_phones(line);
        // What may still pass is waited for.
        let limits = match line.contains("authoriz") || line.contains("connecting") {
            true => within(2),
            false => patient(),
        };
        let error = ask(&through(&server, None), "echo hello", &limits).expect_err(line);
        assert_mentions(&error, &[mentions], line);
        assert!(!error.usage, "{line}");
        let asked = server.requests();
        assert!(
            asked
                .iter()
                .all(|r| ["host:version", "host:devices-l"].contains(&r.as_str())),
            "{asked:?}"
        );
    }
}

#[test]
fn the_phone_that_is_meant() {
    const LIST: &str = "A1 device model:Pixel_7 transport_id:4\n\
        B2 unauthorized transport_id:5\n\
        C3 no permissions (udev); see [http://x]\n\
        (no serial number) device model:Odd transport_id:7\n";
    let server = ServerDouble::with_phones(LIST);
    let answer = ask(&through(&server, Some("A1")), "echo hello", &patient()).expect("an answer");
    assert_eq!(answer.bytes, b"hello\n");
    assert!(
        server.requests().contains(&"host:transport-id:4".into()),
        "{:?}",
        server.requests()
    );

    let error = ask(&through(&server, None), "echo hello", &patient()).expect_err("several");
    assert!(error.usage, "{error}");
    for part in [
        "A1",
        "Pixel 7",
        "ready",
        "B2",
        "unauthorized",
        "C3",
        "no permissions",
        "(no serial)",
        "--serial",
    ] {
        assert_mentions(&error, &[part], "several");
    }
    let error = ask(&through(&server, Some("B2")), "echo hello", &within(2)).expect_err("B2");
    assert_mentions(&error, &["tap Allow"], "B2");
    for (serial, mentions) in [
        ("C3", "udev"),
        ("D4", "ANDROID_SERIAL"),
        ("", "ANDROID_SERIAL"),
    ] {
        let error =
            ask(&through(&server, Some(serial)), "echo hello", &patient()).expect_err(serial);
        assert_mentions(&error, &[mentions], serial);
    }

    let connected = connected_with(&programs(), server.addr(), &patient()).expect("a list");
    let Connected::Server(addr, devices) = connected else {
        panic!("no server: {connected:?}");
    };
    assert_eq!(addr, server.addr());
    let states: Vec<_> = devices.into_iter().map(|d| (d.serial, d.state)).collect();
    assert_eq!(
        states,
        [
            (Some("A1".into()), DeviceState::Ready),
            (Some("B2".into()), DeviceState::Unauthorized),
            (Some("C3".into()), DeviceState::NoPermissions),
            (None, DeviceState::Ready),
        ]
    );
}

#[test]
fn a_phone_that_is_still_connecting_is_waited_for() {
    let calls = std::sync::atomic::AtomicUsize::new(0);
    let server = ServerDouble::start(READY, move |request| {
        (request == "host:devices-l" && calls.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < 3)
            .then(|| Reply::Text(b"A1 authorizing transport_id:4\n".to_vec()))
    });
    let answer = ask(&through(&server, None), "echo hello", &patient()).expect("an answer");
    assert_eq!(answer.bytes, b"hello\n");
}

#[test]
fn an_older_server_without_transport_ids() {
    let server = ServerDouble::start("A1 device\n", |request| {
        (request == "host:version").then(|| Reply::Text(b"0028".to_vec()))
    });
    ask(&through(&server, None), "echo hello", &patient()).expect("an answer");
    assert!(
        server.requests().contains(&"host:transport:A1".into()),
        "{:?}",
        server.requests()
    );
}

#[test]
fn answers_that_make_no_sense() {
    type Case = (&'static str, Reply, &'static [&'static str]);
    let not_adb: &[&str] = &["is not an ADB server"];
    let broken: &[&str] = &["failed", "is not an ADB server"];
    let cases: Vec<Case> = vec![
        (
            "host:version",
            Reply::Raw(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()),
            not_adb,
        ),
        (
            "host:version",
            Reply::Raw(b"OKAYzzzz0029".to_vec()),
            not_adb,
        ),
        (
            "host:version",
            Reply::Raw(b"OKAY+0040029".to_vec()),
            not_adb,
        ),
        (
            "host:version",
            Reply::Raw(b"OKAY0004\xff\xff\xff\xff".to_vec()),
            not_adb,
        ),
        ("host:version", Reply::Raw(b"OKAY0000".to_vec()), not_adb),
        ("host:version", Reply::Raw(b"OKAYffff0029".to_vec()), broken),
        ("host:version", Reply::Raw(b"".to_vec()), broken),
        ("host:version", Reply::Raw(b"OK".to_vec()), broken),
        ("host:version", Reply::Hang, &["does not answer"]),
        (
            "host:version",
            Reply::Dribble(b"OKAY0004".repeat(50), Duration::from_millis(100)),
            &["does not answer", "is not"],
        ),
        (
            "host:version",
            Reply::Dribble(b"OKAY00ff".repeat(50), Duration::from_millis(100)),
            &["does not answer"],
        ),
        (
            "host:version",
            Reply::Text(b"001f".to_vec()),
            &["too old (1.0.31)"],
        ),
        (
            "host:version",
            Reply::Text(b"0027".to_vec()),
            &["too old (1.0.39)"],
        ),
        (
            "host:version",
            Reply::Fail(b"\x1b]0;no\x07".to_vec()),
            &["refused to answer: ]0;no"],
        ),
        ("host:devices-l", Reply::Hang, &["does not answer"]),
        (
            "host:devices-l",
            Reply::Fail(b"unknown host service".to_vec()),
            &["unknown host service"],
        ),
        (
            "host:devices-l",
            Reply::Raw(b"OKAY0fffA1 device\n".to_vec()),
            broken,
        ),
        (
            "host:devices-l",
            Reply::Text(vec![0xff, 0xfe, b'\n', 0xff]),
            &["No Android phone"],
        ),
        (
            "host:transport-id:4",
            Reply::Fail(b"device 'A1' not found".to_vec()),
            &["device 'A1' not found"],
        ),
        (
            "host:transport-id:4",
            Reply::Fail(b"device unauthorized.\nThis adb server's".to_vec()),
            &["tap Allow"],
        ),
        (
            "host:transport-id:4",
            Reply::Fail(b"device offline".to_vec()),
            &["offline"],
        ),
        (
            "host:transport-id:4",
            Reply::Fail(b"insufficient permissions for device".to_vec()),
            &["udev"],
        ),
        (
            "host:transport-id:4",
            Reply::Fail(vec![0xff; 9]),
            &["makes no sense"],
        ),
        (
            "host:transport-id:4",
            Reply::Raw(b"FAILzzzz".to_vec()),
            &["makes no sense"],
        ),
        (
            "host:transport-id:4",
            Reply::Raw(b"\xff\xff\xff\xff".to_vec()),
            &["makes no sense"],
        ),
        ("host:transport-id:4", Reply::Hang, &["no complete answer"]),
        (
            "shell",
            Reply::Fail(b"closed".to_vec()),
            &["was closed by the phone"],
        ),
        ("shell", Reply::Hang, &["no complete answer"]),
        ("shell", Reply::Raw(b"".to_vec()), &["lost"]),
        (
            "shell",
            Reply::Stream(b"".to_vec()),
            &["without any answer"],
        ),
        (
            "shell",
            Reply::Stream(b"\x01\xff\xff\xff\xffabc".to_vec()),
            &["something else"],
        ),
        (
            "shell",
            Reply::Stream(b"\x01\x00\x00".to_vec()),
            &["without any answer"],
        ),
        (
            "shell",
            Reply::Stream(b"\x03\x02\x00\x00\x00ab".to_vec()),
            &["makes no sense"],
        ),
        (
            "shell",
            Reply::Stream(vec![0; 5 * 1000]),
            &["makes no sense"],
        ),
        (
            "shell",
            Reply::Stream([1, 0, 0, 0, 0].repeat(1000)),
            &["without any answer"],
        ),
    ];
    for (request, reply, mentions) in cases {
        let case = format!("{request}: {reply:.60?}");
        let shown = reply.clone();
        let server = ServerDouble::start(READY, move |asked| {
            asked.starts_with(request).then(|| shown.clone())
        });
        let seconds = if matches!(reply, Reply::Hang | Reply::Dribble(..)) {
            2
        } else {
            60
        };
        let error = match ask(&through(&server, None), "echo hello", &within(seconds)) {
            Ok(answer) => panic!("{case}: {answer:?}"),
            Err(error) => error,
        };
        assert_mentions(&error, mentions, &case);
    }
}

#[test]
fn a_server_without_features_gets_shell_v1() {
    let server = ServerDouble::start(READY, |request| match request {
        "host:features" => Some(Reply::Fail(b"unknown host service".to_vec())),
        _ if request.starts_with("shell") => Some(Reply::Stream(b"whatever\n".to_vec())),
        _ => None,
    });
    let error = ask(&through(&server, None), "echo hello", &patient()).expect_err("no frame");
    assert_mentions(&error, &["something else"], "v1");
    let asked = server.requests();
    let shells: Vec<_> = asked.iter().filter(|r| r.starts_with("shell")).collect();
    assert!(
        shells.len() == 1 && shells[0].starts_with("shell:"),
        "{asked:?}"
    );
}
