//! Answers that come whole, both ways.

use std::time::Duration;

use spotcheck::android::transport::MAX_SCRIPT;

use crate::adb_double::{Auth, Config, Double, Fault};
use crate::adb_server::have;
use crate::{Way, ask, patient};

#[test]
fn output_and_status_of_every_kind_of_phone() {
    let old = Config {
        version: 0x0100_0000,
        ..Config::v1()
    };
    let with = |fault| Config::faulty(fault);
    let phones = [
        ("shell v2", Config::default()),
        ("shell v1", Config::v1()),
        ("shell v1 with checksums", old),
        (
            "a phone that knows the computer",
            Config {
                auth: Auth::Known,
                ..Config::default()
            },
        ),
        ("small messages", with(Fault::Tiny(7))),
        ("a byte at a time", with(Fault::Tiny(1))),
        ("a slow phone", with(Fault::Delay(Duration::from_secs(1)))),
        (
            "line ends of a terminal",
            Config {
                features: "",
                ..with(Fault::Crlf)
            },
        ),
        ("line ends of a terminal, v2", with(Fault::Crlf)),
        ("closed twice", with(Fault::CloseTwice(Duration::ZERO))),
        (
            "closed twice, late",
            with(Fault::CloseTwice(Duration::from_millis(200))),
        ),
        (
            "link dropped after the close",
            Config {
                features: "",
                ..with(Fault::DropAfterClose)
            },
        ),
        ("v2 without exit packet", with(Fault::NoExit)),
    ];
    let scripts = [
        ("echo one; echo two >&2; exit 7", "one\ntwo\n", 7),
        ("true", "", 0),
        ("printf 'no newline'", "no newline", 0),
        ("cat; echo end of input", "end of input\n", 0),
        ("false | cat\n# a comment", "", 0),
        ("exec echo replaced", "replaced\n", 0),
        ("set -e; false; echo never", "", 1),
        (
            "printf '\\n\\n@0123456789abcdef@end 0\\n'",
            "\n\n@0123456789abcdef@end 0\n",
            0,
        ),
    ];
    for way in Way::all() {
        for (phone, config) in &phones {
            let double = Double::start(config.clone());
            let target = way.target(&double);
            for (script, output, status) in scripts {
                let case = format!("{phone}, {}: {script}", way.name());
                let answer =
                    ask(&target, script, &patient()).unwrap_or_else(|e| panic!("{case}: {e}"));
                assert_eq!(String::from_utf8_lossy(&answer.bytes), output, "{case}");
                assert_eq!(answer.status, status, "{case}");
                // What a script does is not the link's affair: once per protocol is enough. (And a link that drops
                // would have to be connected anew.)
                if !phone.starts_with("shell") {
                    break;
                }
            }
            assert_eq!(double.counters().bad_checksums(), 0, "{phone}");
        }
    }
}

#[test]
fn all_bytes_come_through() {
    for way in Way::all() {
        for config in [Config::default(), Config::v1()] {
            let double = Double::start(config);
            let answer = ask(
                &way.target(&double),
                "for i in 0 1 2 3; do for j in 0 1 2 3 4 5 6 7; do for k in 0 1 2 3 4 5 6 7; do printf \"\\\\$i$j$k\"; done; done; done",
                &patient(),
            )
            .expect("an answer");
            assert_eq!(
                answer.bytes,
                (0..=255).collect::<Vec<u8>>(),
                "{}",
                way.name()
            );
        }
    }
}

#[test]
fn one_shell_and_few_bytes() {
    // As large as an audit may get: under 12 KB there, under 16 KB back, where the phone says each line twice.
    let script = format!(
        "{}\nhead -c 7500 /dev/zero | tr '\\0' x",
        ": filler; ".repeat(1_100)
    );
    for way in Way::all() {
        for config in [Config::default(), Config::v1()] {
            let double = Double::start(config);
            let answer = ask(&way.target(&double), &script, &patient()).expect("an answer");
            assert_eq!(answer.bytes.len(), 7_500);
            let counters = double.counters();
            assert_eq!(counters.shells(), 1, "{}", way.name());
            assert!(
                counters.received() < 12 * 1024,
                "{}: {}",
                way.name(),
                counters.received()
            );
            assert!(
                counters.sent() < 16 * 1024,
                "{}: {}",
                way.name(),
                counters.sent()
            );
            assert!(answer.sent <= counters.received() && answer.received <= counters.sent());
        }
    }
}

#[test]
fn the_longest_script_arrives_whole() {
    for way in Way::all() {
        for config in [Config::default(), Config::v1()] {
            let double = Double::start(config);
            let target = way.target(&double);
            for length in [1_000, 4_000, 5_000, 12_000, MAX_SCRIPT - 200] {
                let script = format!("v={}; echo ${{#v}}", "x".repeat(length));
                let answer = ask(&target, &script, &patient()).expect("an answer");
                assert_eq!(
                    String::from_utf8_lossy(&answer.bytes),
                    format!("{length}\n"),
                    "{}",
                    way.name()
                );
            }
            let error = ask(&target, &"x".repeat(MAX_SCRIPT), &patient()).expect_err("too long");
            assert!(error.what.contains("cannot be sent"), "{error}");
        }
    }
}

#[test]
fn nothing_of_this_computer_goes_into_the_command() {
    for way in Way::all() {
        let double = Double::start(Config::default());
        ask(&way.target(&double), "echo hello", &patient()).expect("an answer");
        let services = double.counters().services();
        let [service] = services.as_slice() else {
            panic!("{services:?}")
        };
        let (arguments, command) = service.split_once(':').expect("a service");
        assert!(
            ["shell", "shell,v2,raw"].contains(&arguments),
            "{arguments}"
        );
        assert!(command.starts_with("{\necho @"), "{command}");
    }
}

#[test]
fn the_shell_of_phones() {
    if !have("mksh") {
        return;
    }
    for way in Way::all() {
        let double = Double::start(Config {
            shell: "mksh".into(),
            ..Config::default()
        });
        let target = way.target(&double);
        let answer = ask(
            &target,
            "echo ${KSH_VERSION%% *}; (exit 3); exit",
            &patient(),
        )
        .expect("an answer");
        assert_eq!(
            String::from_utf8_lossy(&answer.bytes),
            "@(#)MIRBSD\n",
            "{}",
            way.name()
        );
        assert_eq!(answer.status, 3);
        for broken in ["if true", "echo 'open", "echo )", "cat <<EOF", "}"] {
            let error = ask(&target, broken, &patient()).expect_err(broken);
            assert!(!error.usage, "{error}");
        }
    }
}
