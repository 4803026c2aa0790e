//! Through a real adb server.

use spotcheck::android::transport::Target;

use crate::adb_double::{Config, Double};
use crate::adb_server::AdbServer;
use crate::{ask, within};

#[test]
fn output_and_status() {
    let Some(server) = AdbServer::start() else {
        return;
    };
    let double = Double::start(Config::default());
    let serial = server.connect(double.addr());
    let target = Target::Server {
        addr: server.addr(),
        serial: Some(serial),
    };
    let answer = ask(&target, "echo one; echo two >&2; exit 7", &within(20)).expect("an answer");
    assert_eq!(String::from_utf8_lossy(&answer.bytes), "one\ntwo\n");
    assert_eq!(answer.status, 7);
    assert_eq!(double.counters().shells(), 1);
}
