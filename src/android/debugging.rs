//! How to switch USB debugging on, for whoever holds the phone: in words, by maker.

use crate::evidence::Platform;
use crate::menus::{self, Phone};

/// What to do where no phone was found.
pub fn how_to_connect() -> String {
    format!(
        "Connect the phone with a data cable and unlock it. If it still is not found, switch USB debugging on:\n\
         {}{}\
         Then run the same command again, and tap Allow on the phone. A phone on Wi-Fi is first paired and connected \
         by adb (`adb pair`, `adb connect`).\n\
         When the check is over, switch USB debugging off again.",
        step("1. Tap this seven times", "build-number"),
        step("2. Switch on \"USB debugging\" in", "developer-options"),
    )
}

/// A line for most phones, and one for each path that some makers have instead.
fn step(what: &str, place: &str) -> String {
    let platform = Platform::Android;
    let general = menus::path(place, &Phone::any(platform)).unwrap_or("Settings");
    let mut paths: Vec<(Vec<&str>, &str)> = Vec::new();
    for (maker, path) in menus::path_by_maker(place, platform) {
        match paths.iter_mut().find(|(_, known)| *known == path) {
            Some((makers, _)) => makers.push(maker),
            None => paths.push((vec![maker], path)),
        }
    }
    let mut text = format!("  {what}: {general}\n");
    for (makers, path) in paths {
        text += &format!("     {}: {path}\n", makers.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_common_maker_finds_the_way_there_and_back() {
        let text = how_to_connect();
        for part in [
            "1. Tap this seven times: Settings > About phone > Build number\n",
            "     Samsung: Settings > About phone > Software information > Build number\n",
            "     Xiaomi: Settings > About phone > OS version",
            "     OnePlus, Oppo, realme: Settings > About device",
            "     Motorola: ",
            "2. Switch on \"USB debugging\" in: Settings > System > Developer options\n",
            "     Samsung: Settings > Developer options\n",
            "tap Allow",
            "adb pair",
            "switch USB debugging off again",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}
