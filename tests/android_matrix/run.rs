//! Asking many phones quickly. Each section of the script runs on its own under the phone's shell and applets, and its
//! output is kept for all phones that answer the commands of that section alike. [`Bench::whole`] runs the script as
//! it goes to a phone: a sample of the phones is asked both ways, and both answers must be the same.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashMap};
use std::hash::{Hash, Hasher};
use std::path::Path;
use std::sync::Mutex;

use jiff::Timestamp;
use spotcheck::android::section::{Section, Span};
use spotcheck::android::{probe, readers};
use spotcheck::apps;
use spotcheck::assess::{Context, assess};
use spotcheck::audit::Audit;
use spotcheck::evidence::{Evidence, Platform, Request, Source, derive};
use spotcheck::profile::{self, Profile};

use super::*;

/// What a section printed, and the users and packages that it found.
#[derive(Clone)]
struct Kept {
    printed: String,
    users: String,
    packages: String,
}

pub struct Bench {
    tools: Tools,
    request: Request,
    profile: Profile,
    /// Of the script, what stands before the sections.
    head: String,
    sections: Vec<&'static Section>,
    texts: Vec<String>,
    /// Which groups of commands matter to which section.
    mattering: Mutex<HashMap<String, Vec<bool>>>,
    kept: Mutex<HashMap<(usize, u32, String, u64), Kept>>,
}

/// One phone, built once a section must really run.
struct Asked<'a> {
    phone: &'a Phone,
    /// For each group of its commands, which sections it matters to, and a fingerprint of the answers.
    groups: Vec<(Vec<bool>, u64)>,
    built: Option<(tempfile::TempDir, Built)>,
}

/// Every checklist that comes with the program.
pub fn checklists() -> Vec<Profile> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles");
    let names = std::fs::read_dir(folder).expect("a folder").flatten();
    let mut profiles: Vec<Profile> = names
        .filter_map(|file| {
            let name = file.file_name().to_string_lossy().replace(".toml", "");
            profile::load(&name, &[]).ok()
        })
        .collect();
    assert!(profiles.len() >= 7, "only {} checklists", profiles.len());
    profiles.sort_by(|a, b| a.id.cmp(&b.id));
    profiles
}

pub fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().expect("a moment")
}

impl Bench {
    pub fn new() -> Option<Bench> {
        let whatsapp = apps::by_id("whatsapp").expect("in the catalogue").clone();
        let sections: Vec<_> = readers::all_sections()
            .into_iter()
            .filter(|section| !readers::looks_besides(section))
            .collect();
        let mut profile = profile::load("nhs-england", &[]).expect("a shipped profile");
        profile.controls.retain(|control| control.mandatory);
        let request = Request::everything(vec![whatsapp], Platform::Android);
        let script = probe::script(&request, NONCE);
        let (head, _) = script.split_once("\nm(){\n").expect("one function");
        Some(Bench {
            tools: Tools::find()?,
            head: head.to_owned(),
            request,
            profile,
            texts: sections.iter().map(|s| s.text().into_owned()).collect(),
            sections,
            mattering: Mutex::default(),
            kept: Mutex::default(),
        })
    }

    /// The answer to the script as it goes to a phone.
    pub fn whole(&self, phone: &Phone) -> String {
        let (answer, _) = phone.audit(&self.request, &self.tools);
        String::from_utf8(answer).expect("plain text")
    }

    /// The same answer, put together from sections.
    pub fn answer(&self, phone: &Phone) -> String {
        let mut asked = Asked {
            phone,
            groups: self.groups(phone),
            built: None,
        };
        let mut answer = String::new();
        let mut users = String::new();
        let mut run = |asked: &mut Asked<'_>, n: usize, user: u32, package: &str| {
            let kept = self.section(asked, n, user, package);
            answer.push_str(&kept.printed);
            kept
        };
        let of = |span| (0..self.sections.len()).filter(move |n| self.sections[*n].span == span);
        for n in of(Span::Once) {
            let kept = run(&mut asked, n, 0, "");
            if !kept.users.is_empty() {
                users = kept.users;
            }
        }
        let users: Vec<u32> = users.split(' ').filter_map(|id| id.parse().ok()).collect();
        for user in if users.is_empty() { vec![0] } else { users } {
            let mut packages = String::new();
            for n in of(Span::Users) {
                packages = run(&mut asked, n, user, "").packages;
            }
            if packages.trim().is_empty() {
                continue;
            }
            for n in of(Span::OtherUsers).filter(|_| user != 0) {
                run(&mut asked, n, user, "");
            }
            for package in packages.split(' ').filter(|p| !p.is_empty()) {
                for n in of(Span::Copies) {
                    run(&mut asked, n, user, package);
                }
            }
        }
        answer + &format!("@{NONCE} end\n")
    }

    fn section(&self, asked: &mut Asked<'_>, n: usize, user: u32, package: &str) -> Kept {
        let mut seen = DefaultHasher::new();
        for (_, answers) in asked.groups.iter().filter(|(matter, _)| matter[n]) {
            answers.hash(&mut seen);
        }
        let key = (n, user, package.to_owned(), seen.finish());
        if let Some(kept) = self.kept.lock().expect("no panic").get(&key) {
            return kept.clone();
        }
        let kept = self.really(asked, n, user, package);
        self.kept
            .lock()
            .expect("no panic")
            .insert(key, kept.clone());
        kept
    }

    fn groups(&self, phone: &Phone) -> Vec<(Vec<bool>, u64)> {
        let groups = groups(phone);
        let mut mattering = self.mattering.lock().expect("no panic");
        let mut all = Vec::new();
        for (group, answers) in groups {
            let matter = mattering.entry(group).or_insert_with_key(|group| {
                self.texts.iter().map(|text| matters(text, group)).collect()
            });
            all.push((matter.clone(), answers));
        }
        all
    }

    fn really(&self, asked: &mut Asked<'_>, n: usize, user: u32, package: &str) -> Kept {
        let section = self.sections[n];
        let about = match section.span {
            Span::Once => "",
            Span::Users | Span::OtherUsers => " $u",
            Span::Copies => " $u $p",
        };
        let script = format!(
            "{}\nm(){{\nP='{WHATSAPP}'; Q=''; u={user}; p={package}; US=; I=\ns {} {}{about}\n{}\necho \"%%\"$US\"%%$I\"\n}}\nm </dev/null\nexit 0\n",
            self.head,
            section.id,
            section.print(),
            self.texts[n],
        );
        let (_, built) = asked.built.get_or_insert_with(|| {
            let folder = tempfile::tempdir().expect("a folder");
            let built = asked.phone.build(folder.path());
            (folder, built)
        });
        let out = String::from_utf8(built.run(&script, &self.tools)).expect("plain text");
        let mut parts = out.rsplitn(3, "%%");
        let packages = parts.next().unwrap_or_default().trim().to_owned();
        let users = parts.next().unwrap_or_default().replace('\n', " ");
        Kept {
            printed: parts.next().expect("the section's output").to_owned(),
            users,
            packages,
        }
    }

    /// What the answer says, before anything is derived from it.
    pub fn read(&self, answer: &str) -> Evidence {
        let answer = answer.as_bytes();
        let source = Source::AndroidAdb;
        probe::evidence(&self.request, NONCE, answer, source, Some(now()))
    }

    pub fn judge(&self, answer: &str) -> Audit {
        self.judge_by(answer, &self.profile, &Context::new(now()))
    }

    pub fn judge_by(&self, answer: &str, profile: &Profile, context: &Context) -> Audit {
        let mut evidence = self.read(answer);
        derive::apply(&mut evidence);
        assess(&evidence, profile, context)
    }
}

/// What a phone answers, by group of commands: the command and what of it tells which section uses it. A list of
/// settings is a group for each key, and one for its length.
fn groups(phone: &Phone) -> BTreeMap<String, u64> {
    let mut groups: BTreeMap<String, DefaultHasher> = BTreeMap::new();
    for command in phone.commands() {
        let (line, output, status) = &command;
        let words: Vec<&str> = line.split(' ').collect();
        let group = match words.as_slice() {
            ["dumpsys", "package", "check-permission", permission, ..] => {
                let name = permission.rsplit('.').next().unwrap_or_default();
                format!("permission {name}")
            }
            ["getprop" | "dumpsys", second, ..] => format!("{} {second}", words[0]),
            ["settings", "--user", user, "list", namespace] => {
                for line in output.lines() {
                    let key = line.split('=').next().unwrap_or_default();
                    let group = groups.entry(format!("settings {namespace} {key}"));
                    (user, line).hash(group.or_default());
                }
                let group = groups.entry(format!("settings {namespace}"));
                (line, output.lines().count(), status).hash(group.or_default());
                continue;
            }
            ["settings", "--user", _, "get", namespace, key] => {
                format!("settings {namespace} {key}")
            }
            [first, ..] => (*first).to_owned(),
            [] => unreachable!("a command has a name"),
        };
        command.hash(groups.entry(group).or_default());
    }
    let mut files = DefaultHasher::new();
    phone.files.hash(&mut files);
    for user in &phone.users {
        user.id.hash(&mut files);
    }
    groups.insert("files".into(), files);
    groups
        .into_iter()
        .map(|(group, mut hash)| {
            group.hash(&mut hash);
            (group, hash.finish())
        })
        .collect()
}

/// Whether a section can see the answers of a group of commands.
fn matters(text: &str, group: &str) -> bool {
    let mut words = group.split(' ');
    let (first, second, third) = (words.next().unwrap_or_default(), words.next(), words.next());
    match (first, second, third) {
        ("getprop", Some(key), _) => {
            text.contains(key) || (key == "ro.build.version.sdk" && text.contains("$V"))
        }
        ("settings", Some(namespace), key) => {
            let list = text.contains(&format!("list {namespace}"));
            let get = text.contains(&format!("get {namespace}"));
            (list || get) && key.is_none_or(|key| text.contains(key) || key.starts_with("cmd:"))
        }
        // Asked for by the prologue's `k`; `*` is a refusal of them all.
        ("permission", Some("*"), _) => text.contains("k "),
        ("permission", Some(name), _) => text.contains(name),
        ("pm", ..) => text.contains("pm ") || text.contains("w "),
        ("files", ..) => text.contains("find "),
        (command, Some(second), _) => text.contains(&format!("{command} {second}")),
        (command, None, _) => text.contains(command),
    }
}
