//! Answers that do not come whole, both ways: none may ever be taken for an answer.

use spotcheck::android::transport::Limits;

use crate::adb_double::{Config, Double, Fault};
use crate::{Way, ask, assert_mentions, patient, within};

const V2: &str = "shell_v2,cmd";
const V1: &str = "";

#[test]
fn no_fault_is_taken_for_an_answer() {
    let bytes = |text: &str| text.as_bytes().to_vec();
    let cut: &[&str] = &["cut short", "lost", "without any answer"];
    let odd: &[&str] = &["something else"];
    let cases: Vec<(&str, Fault, &[&str])> = vec![
        (V2, Fault::Instead(bytes("")), &["without any answer"]),
        (V1, Fault::Instead(bytes("")), &["without any answer"]),
        (
            V2,
            Fault::Instead(bytes("\u{1b}[2Jall is well\nexit 0\n")),
            odd,
        ),
        (V1, Fault::Instead(bytes("error: closed\n")), odd),
        (V1, Fault::Instead(vec![0xff; 3000]), odd),
        (V2, Fault::Before(bytes("WARNING: linker\n")), odd),
        (V1, Fault::Before(bytes("\n")), odd),
        (V2, Fault::After(bytes("late\n")), &["after the end"]),
        (V1, Fault::After(bytes("\n")), &["after the end"]),
        (V1, Fault::Twice, &["came twice", "something else"]),
        (
            V2,
            Fault::Twice,
            &["came twice", "something else", "makes no sense"],
        ),
        (
            V2,
            Fault::RefuseOpen,
            &["refused by the phone", "was closed by the phone"],
        ),
        (
            V1,
            Fault::RefuseOpen,
            &["refused by the phone", "was closed by the phone"],
        ),
        (V1, Fault::CloseAfter(0), cut),
        (V2, Fault::CloseAfter(0), cut),
        (V1, Fault::CutAfter(0), cut),
        (V2, Fault::CutAfter(0), cut),
    ];
    for way in Way::all() {
        for (features, fault, mentions) in &cases {
            let case = format!("{fault:.60?} {features}, {}", way.name());
            let config = Config {
                features,
                ..Config::faulty(fault.clone())
            };
            let double = Double::start(config);
            let error = match ask(&way.target(&double), "echo hello", &patient()) {
                Ok(answer) => panic!("{case}: {answer:?}"),
                Err(error) => error,
            };
            assert_mentions(&error, mentions, &case);
            assert!(!error.usage, "{case}");
        }
    }
}

/// The ADB library speaks shell v2 only through an adb server.
fn services_v2(way: &Way, features: &str) -> bool {
    matches!(way, Way::Adb(_)) && features == V2
}

#[test]
fn faults_of_shell_v2_through_adb() {
    for way in Way::all() {
        let Way::Adb(_) = &way else { continue };
        for (fault, mentions) in [
            (Fault::UnknownChannel, "makes no sense"),
            // Only the exit packet is harmed: the end mark came, and nothing is after it.
            (Fault::ShortPacket, "after the end"),
        ] {
            let double = Double::start(Config::faulty(fault.clone()));
            let error = ask(&way.target(&double), "echo hello", &patient()).expect_err("a fault");
            assert_mentions(&error, &[mentions], &format!("{fault:?}"));
        }
    }
}

#[test]
fn no_cut_is_taken_for_an_answer() {
    const SCRIPT: &str = "echo one; echo two; echo three";
    for way in Way::all() {
        for features in [V1, V2] {
            // How the shell's lines fall into packets is chance, but shell v2 needs at least one header. The exit
            // packet after the last line proves nothing that the end mark does not.
            let header = if services_v2(&way, features) { 5 } else { 0 };
            let whole = {
                let double = Double::start(Config {
                    features,
                    ..Config::default()
                });
                let answer = ask(&way.target(&double), SCRIPT, &patient()).expect("an answer");
                answer.received + header
            };
            for n in (1..whole).step_by(9) {
                for fault in [Fault::CutAfter(n), Fault::CloseAfter(n)] {
                    let case = format!("{fault:?} of {whole} {features}, {}", way.name());
                    let double = Double::start(Config {
                        features,
                        ..Config::faulty(fault)
                    });
                    match ask(&way.target(&double), SCRIPT, &patient()) {
                        Ok(answer) => panic!("{case}: {answer:?}"),
                        Err(error) => assert_mentions(
                            &error,
                            &["cut short", "lost", "something else", "without any"],
                            &case,
                        ),
                    }
                }
            }
        }
    }
}

#[test]
fn a_hang_ends_at_the_deadline() {
    for way in Way::all() {
        for config in [
            Config::faulty(Fault::HangAfter(0)),
            Config::faulty(Fault::HangAfter(40)),
            Config {
                features: V1,
                ..Config::faulty(Fault::HangAfter(40))
            },
        ] {
            let double = Double::start(config);
            let error = ask(&way.target(&double), "echo hello", &within(2)).expect_err("a hang");
            assert_mentions(&error, &["within 2 seconds"], way.name());
        }
        let double = Double::start(Config::default());
        let error =
            ask(&way.target(&double), "exec sleep 20", &within(2)).expect_err("a slow command");
        assert_mentions(&error, &["within 2 seconds"], way.name());
    }
}

#[test]
fn bytes_that_are_no_message() {
    for way in Way::all() {
        for bytes in [vec![0; 24], b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()] {
            let double = Double::start(Config::faulty(Fault::NoMessage(bytes)));
            let error =
                ask(&way.target(&double), "echo hello", &within(3)).expect_err("no message");
            // The adb server keeps its caller waiting.
            assert_mentions(
                &error,
                &["makes no sense", "lost", "closed", "within 3 seconds"],
                way.name(),
            );
        }
    }
}

#[test]
fn a_flood_is_capped() {
    let limits = Limits {
        max_bytes: 100_000,
        ..patient()
    };
    for way in Way::all() {
        for features in [V1, V2] {
            let double = Double::start(Config {
                features,
                ..Config::faulty(Fault::Flood(50 * 1024 * 1024))
            });
            let error = ask(&way.target(&double), "echo hello", &limits).expect_err("a flood");
            assert_mentions(&error, &["More than 100000 bytes"], way.name());
        }
        // To the byte: what is allowed comes, one byte more does not.
        let double = Double::start(Config::default());
        let target = way.target(&double);
        let script = "head -c 5000 /dev/zero";
        let answer = ask(&target, script, &patient()).expect("an answer");
        let exactly = Limits {
            max_bytes: answer.received,
            ..patient()
        };
        assert_eq!(
            ask(&target, script, &exactly).map(|a| a.bytes.len()),
            Ok(5000)
        );
        let less = Limits {
            max_bytes: answer.received - 1,
            ..patient()
        };
        assert_mentions(
            &ask(&target, script, &less).expect_err("too much"),
            &["More than"],
            way.name(),
        );
    }
}
