#[path = "support/phone_kit.rs"]
mod phone_kit;
use phone_kit::*;
use spotcheck::evidence::{Platform, Request};
#[test]
fn smoke() {
    let Some(tools) = Tools::find() else { return };
    let apps = ["whatsapp","telegram","signal"].iter().map(|id| spotcheck::apps::by_id(id).unwrap().clone()).collect();
    let request = Request::everything(apps, Platform::Android);
    let (answer, evidence) = Phone::compliant_pixel16().app(TELEGRAM,0).app(SIGNAL,0).audit(&request, &tools);
    eprintln!("script {} answer {}", spotcheck::android::probe::script(&request, NONCE).len(), answer.len());
    eprintln!("{}", String::from_utf8_lossy(&answer));
    for (f, s, r) in evidence.readings() { eprintln!("{s} {f} {:?} {:?}", r.state, r.strength); }
    eprintln!("{:?} {:?}", evidence.warnings, evidence.apps_unseen);
}
