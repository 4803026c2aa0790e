//! Straight to the daemon.

use spotcheck::android::transport::Target;

use crate::adb_double::{Config, Double};
use crate::{ask, within};

#[test]
fn output_and_status() {
    let double = Double::start(Config::default());
    let answer = ask(
        &Target::Tcp(double.addr()),
        "echo one; echo two >&2; exit 7",
        &within(20),
    )
    .expect("an answer");
    assert_eq!(String::from_utf8_lossy(&answer.bytes), "one\ntwo\n");
    assert_eq!(answer.status, 7);
    assert_eq!(double.counters().shells(), 1);
}
