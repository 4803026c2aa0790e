//! Whether pictures of an app reached the gallery in the last 30 days. No setting tells: files and the gallery's own
//! list are counted on the phone.

use super::shared::BASE;
use super::{Out, Reader, View, settle};
use crate::android::section::{Section, Shell, Span};
use crate::android::stream::Body;
use crate::evidence::{Fact, Reading, Value};

static MEDIA: Section = Section {
    id: "media",
    span: Span::Copies,
    shell: Shell::Fixed(
        r#"t(){ c find "$1" -maxdepth 1 -type f -mtime -30;case $v in *'No such file'*) return;;esac
d=$r;n=$(echo "$v"|grep -c .);c ls "$1/.nomedia";case $r in 0) h=1;;124) h=x;;*) h=0;;esac;echo dir $d $n $h;}
i(){ for y in Images Video;do t "$1 $y";done;}
R=/storage/emulated/$u;A="$R/Android/media/$p"
case $p in com.whatsapp) B=WhatsApp;;com.whatsapp.w4b) B='WhatsApp Business';;org.telegram.messenger) B=Telegram;;*) B=;;esac
if [ "$B" ];then c ls "$R/Android";echo root $r
if [ $B = Telegram ];then G=Telegram;t "$R/Pictures/Telegram";i "$A/Telegram/Telegram"
else G="$B Images";c ls "$A/$B/accounts";[ $r = 0 ] || v=;for x in . $v;do [ $x = . ] || x=accounts/$x;i "$A/$B/$x/Media/$B";done;i "$R/$B/Media/$B";fi
d=$(date +%s);case $d in ''|*[!0-9]*) v=;;*) c content query --user $u --uri content://media/external/images/media --projection _id --where "bucket_display_name='$G' AND date_added>$((d-2592000))";;esac
case $v in 'No result found'*) n=0;;Row:*) n=$(echo "$v"|grep -c '^Row:');;*) n=x;;esac;echo rows $n
else echo skip;fi;e"#,
    ),
    place: "find -mtime -30 in the app's public picture folders of user USER; content query --user USER --uri content://media/external/images/media (PACKAGE)",
    keeps: "how many new files there are in the app's public picture folders and how many new pictures the gallery lists for it; names of files do not leave the phone",
};

pub struct Media;

impl Reader for Media {
    fn facts(&self) -> &'static [Fact] {
        &[Fact::AppMediaSaved]
    }

    fn sections(&self) -> &'static [&'static Section] {
        const { &[&BASE, &MEDIA] }
    }

    fn read(&self, view: &View<'_>, out: &mut Out<'_>) {
        for copy in view.copies() {
            let known = view.packages(&copy.app).iter().any(|p| KNOWN.contains(p));
            let read = view.copy(&MEDIA, copy).and_then(|body| saved(body, known));
            let reading = settle(read).from(view.copy_origin(&MEDIA, copy));
            out.copy(Fact::AppMediaSaved, copy, reading);
        }
    }
}

/// The packages whose picture folders [`MEDIA`] knows: of these it never says `skip`.
const KNOWN: [&str; 3] = ["com.whatsapp", "com.whatsapp.w4b", "org.telegram.messenger"];

fn saved(body: &Body, known: bool) -> Result<Reading, String> {
    if body.skipped() && known {
        return Err("the phone left out an app whose picture folders are known".into());
    }
    if body.skipped() {
        return Ok(Reading::not_readable(
            "where this app puts its pictures is not known",
        ));
    }
    let lines = body.lines()?;
    let mut refused = false;
    let (mut roots, mut rows, mut reached) = (Vec::new(), Vec::new(), false);
    for line in lines {
        let words: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            ["root", status] => roots.push(*status == "0"),
            ["dir", status, files, hidden] => {
                let files: u64 = files
                    .parse()
                    .map_err(|_| "the phone counted its files in an unfamiliar way")?;
                match (*status, *hidden) {
                    ("0", "0") => reached |= files > 0,
                    // The gallery leaves out a folder with this mark; what its own list says still counts.
                    ("0", "1") => {}
                    _ => refused = true,
                }
            }
            ["rows", count] => rows.push(count.parse::<u64>().ok()),
            _ => return Err("the phone counted its files in an unfamiliar way".into()),
        }
    }
    // Each is said once.
    if roots.len() > 1 || rows.len() > 1 {
        return Err("the phone counted its files twice".into());
    }
    let rows = rows.first().copied().flatten();
    if reached || rows.is_some_and(|rows| rows > 0) {
        return Ok(Reading::known(Value::Bool(true)));
    }
    match (roots.first(), rows, refused) {
        (Some(true), Some(0), false) => Ok(Reading::indicative(Value::Bool(false)).at_its_best()),
        (_, None, _) => Err("the phone refused to say what its gallery lists for this app".into()),
        _ => Err("the phone refused a look into the app's picture folders".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_knows_the_folders_of_just_these_packages() {
        let text = MEDIA.text();
        let (_, cases) = text.split_once("case $p in ").expect("a choice");
        let (cases, _) = cases.split_once("*) B=").expect("an end of it");
        let named: Vec<&str> = cases
            .split(";;")
            .filter_map(|case| case.split_once(") B="))
            .map(|(package, _)| package)
            .collect();
        assert_eq!(named, KNOWN);
    }

    #[test]
    fn what_is_said_twice_or_left_out_says_nothing() {
        for (lines, expected) in [
            (&["root 0", "rows 0"][..], Some(false)),
            (&["root 0", "rows 12"], Some(true)),
            (&["rows 12"], Some(true)),
            (&["root 0", "rows 12", "rows 0"], None),
            (&["root 0", "rows x", "rows 0"], None),
            (&["root 1", "root 0", "rows 0"], None),
            (&["root 0", "root 0", "rows 0"], None),
            (&["root 1", "rows 0"], None),
            (&["skip"], None),
        ] {
            let body = Body::printed(lines.iter().map(|line| (*line).to_owned()).collect());
            let reading = settle(saved(&body, true));
            let value = expected.map(Value::Bool);
            assert_eq!(reading.value(), value.as_ref(), "{lines:?}: {reading:?}");
            assert!(!reading.beyond_reach() || expected.is_some(), "{lines:?}");
        }
    }
}
