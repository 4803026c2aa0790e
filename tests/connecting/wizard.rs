//! `spotcheck` alone on a terminal, with an Android phone.

use crate::adb_server::AdbServer;
use crate::adb_server_double::ServerDouble;
use crate::phone_kit::Phone;
use crate::plugged::Plugged;
use crate::spotcheck;
use crate::terminal::Terminal;

fn asked(terminal: &mut Terminal, from: usize, question: &str) -> usize {
    let at = terminal.wait_for_any(from, &[question]).expect(question);
    terminal.wait_for_any(at, &["Answer: "]).expect("a prompt")
}

#[test]
fn the_phone_is_found_as_devices_finds_it() {
    let home = tempfile::tempdir().expect("a home");
    let server = ServerDouble::with_phones(
        "A1 device model:Pixel_7 transport_id:4\nB2 unauthorized transport_id:5\n",
    );
    let mut command = spotcheck(home.path());
    command
        .current_dir(home.path())
        .env("ANDROID_ADB_SERVER_PORT", server.addr().port().to_string());
    let mut terminal = Terminal::run(command);
    let at = asked(&mut terminal, 0, "Step 1 of 4");
    terminal.send("a\n");
    let at = asked(&mut terminal, at, "Step 2 of 4");
    for part in [
        "1  Pixel 7, A1: ready",
        "2  model unknown, B2: unauthorized",
        "tap Allow",
    ] {
        assert!(
            terminal.shown().contains(part),
            "{part}: {}",
            terminal.shown()
        );
    }
    // Enter alone looks again; a number that is none is told.
    terminal.send("\n");
    let at = asked(&mut terminal, at, "Step 2 of 4");
    terminal.send("3\n");
    let at = asked(&mut terminal, at, "no number of a phone");
    terminal.send("1\n");
    let at = asked(&mut terminal, at, "Step 3 of 4");
    assert!(
        terminal
            .shown()
            .contains("  spotcheck android --serial A1\r\n")
    );
    // Back forgets the phone.
    terminal.send("b\n");
    let at = asked(&mut terminal, at, "Step 2 of 4");
    terminal.send("2\n");
    let at = asked(&mut terminal, at, "Step 3 of 4");
    assert!(
        terminal
            .shown()
            .contains("  spotcheck android --serial B2\r\n")
    );
    terminal.send("2\n");
    asked(&mut terminal, at, "Step 4 of 4");
    terminal.send("q\n");
    assert_eq!(terminal.end().0.code(), Some(3));
    // No phone was asked anything.
    let lists = ["host:version", "host:devices-l"];
    assert!(
        server
            .requests()
            .iter()
            .all(|r| lists.contains(&r.as_str()))
    );
}

#[test]
fn from_nothing_to_the_result_of_a_phone() {
    let (Some(plugged), Some(server)) = (
        Plugged::in_(&Phone::compliant_pixel16()),
        AdbServer::start(),
    ) else {
        return;
    };
    server.connect(plugged.double.addr());
    let home = tempfile::tempdir().expect("a home");
    let mut command = spotcheck(home.path());
    command
        .current_dir(home.path())
        .env("ANDROID_ADB_SERVER_PORT", server.addr().port().to_string());
    let mut terminal = Terminal::run(command);
    let mut at = 0;
    for (question, typed) in [
        ("Step 1 of 4", "a"),
        ("Step 2 of 4", "1"),
        ("Step 3 of 4", "2"),
        ("Step 4 of 4", "slip.txt"),
        ("Ready.", ""),
        ("content to go on?", "y"),
        ("The power key", "s"),
        ("Question 1 of", "q"),
    ] {
        at = asked(&mut terminal, at, question);
        terminal.send(&format!("{typed}\n"));
    }
    let (status, screen) = terminal.end();
    assert_eq!(status.code(), Some(3), "{screen}");
    assert!(
        screen.contains("INCOMPLETE") && screen.contains("The slip is in slip.txt"),
        "{screen}"
    );
    assert!(home.path().join("slip.txt").is_file());
}
