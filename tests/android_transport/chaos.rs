//! Random faults on the wire under a whole audit's answer: none gives a panic, a wait past the limit, or a verdict
//! better than that of the answer as it was. Every fifth acts on the phone itself (see `chaos_phone`): what comes of the
//! others is refused by the frame. `SPOTCHECK_FAULTS` says how many; the seed is fixed.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use spotcheck::android::probe;
use spotcheck::android::transport::Limits;
use spotcheck::assess::{Context, assess};
use spotcheck::audit::Verdict;
use spotcheck::evidence::{Platform, Request, Source, derive};
use spotcheck::profile::{self, Profile};

use crate::adb_double::{Config, Double, Fault};
use crate::chaos_phone::{self, Asked};
use crate::phone_kit::{Make, NONCE, Phone, SIGNAL, Tools, WHATSAPP};
use crate::{SLACK, Way, programs};

/// How many faults a run of every change injects.
const USUAL: usize = 300;

/// As long as a run may take, unless the fault is that it hangs.
const DEADLINE: Duration = Duration::from_secs(20);

/// Where a hang is the fault, nothing is gained by waiting longer.
const SHORT: Duration = Duration::from_millis(1500);

/// For all tests of this program together, in KiB: many answers at the same time, of 1 MiB at the most.
const MAX_MEMORY: u64 = 64 * 1024;

/// A generator with a known beginning (xorshift64*), so that a failure can be repeated.
pub struct Random(u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// A phone's answer to the whole script, and what it comes to.
struct Sample {
    file: tempfile::NamedTempFile,
    bytes: Vec<u8>,
    verdicts: Verdicts,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Verdicts {
    overall: String,
    lines: BTreeMap<String, Verdict>,
}

pub fn request(profile: &Profile) -> Request {
    let platform = Platform::Android;
    Request::new(profile.facts(platform), profile.apps.clone(), platform)
}

fn judge(profile: &Profile, answer: &[u8]) -> Verdicts {
    let now: Timestamp = "2026-11-21T12:00:00Z".parse().expect("a moment");
    let mut evidence = probe::evidence(
        &request(profile),
        NONCE,
        answer,
        Source::AndroidAdb,
        Some(now),
    );
    derive::apply(&mut evidence);
    let audit = assess(&evidence, profile, &Context::new(now));
    Verdicts {
        overall: format!("{:?}", audit.overall),
        lines: audit
            .findings
            .iter()
            .map(|f| (format!("{} {}", f.control, f.subject), f.verdict))
            .collect(),
    }
}

/// Whether one is better than the other: a line that now passes or no longer applies, a fail that is not one any more
/// without being open, an overall result that rose.
fn better(damaged: &Verdicts, whole: &Verdicts) -> Option<String> {
    let rank = |overall: &str| {
        ["Fail", "Incomplete", "Pass"]
            .iter()
            .position(|o| *o == overall)
    };
    if rank(&damaged.overall) > rank(&whole.overall) && damaged.overall == "Pass" {
        return Some(format!("overall {} for {}", damaged.overall, whole.overall));
    }
    damaged.lines.iter().find_map(|(line, verdict)| {
        let before = whole.lines.get(line);
        let worse = matches!(verdict, Verdict::Unresolved | Verdict::Fail);
        (before != Some(verdict) && !worse).then(|| format!("{line}: {verdict:?} for {before:?}"))
    })
}

fn samples(profile: &Profile, tools: &Tools) -> Vec<Sample> {
    let phones = [
        Phone::compliant_pixel16().app(SIGNAL, 0),
        Phone::stock(Make::Samsung, 34)
            .no_lock()
            .user(95, 0x2000_1010, true)
            .app(WHATSAPP, 0)
            .app(WHATSAPP, 95)
            .grant("READ_MEDIA_IMAGES"),
        Phone::stock(Make::Motorola, 28).app(WHATSAPP, 0),
    ];
    let made = phones.iter().map(|phone| {
        let (bytes, _) = phone.audit(&request(profile), tools);
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), &bytes).expect("written");
        let verdicts = judge(profile, &bytes);
        Sample {
            file,
            bytes,
            verdicts,
        }
    });
    made.collect()
}

/// A phone, and what it comes to as it is.
struct Case {
    asked: Asked,
    verdicts: Verdicts,
}

fn cases(profile: &Profile, tools: &Tools) -> Vec<Case> {
    let request = request(profile);
    let case = |asked: Asked| Case {
        verdicts: judge(profile, &asked.whole),
        asked,
    };
    let asked = chaos_phone::phones(&request, tools);
    asked.into_iter().map(case).collect()
}

/// A fault, and whether it only changes bytes: a changed byte can be another value, which is no better or worse.
fn fault(random: &mut Random, length: usize) -> (Vec<Fault>, bool) {
    // With their numbers the lines take more than the answer alone.
    let length = length + length / 4;
    let size = [1, 7, 40, 64, 200, 512, 1000][random.below(7)].max(length / 400);
    let messages = length / size + 1;
    let tiny = Fault::Tiny(size);
    let at = random.below(messages);
    match random.below(20) {
        0..=3 => (vec![Fault::CutAfter(random.below(length))], false),
        4..=6 => (vec![Fault::CloseAfter(random.below(length))], false),
        7 => (vec![Fault::HangAfter(random.below(length))], false),
        8..=10 => (vec![tiny, Fault::Swap(at)], false),
        11 => (
            vec![tiny, Fault::Swap(at), Fault::Swap(random.below(messages))],
            false,
        ),
        12 | 13 => (vec![tiny, Fault::Repeat(at)], false),
        14 | 15 => (vec![tiny, Fault::Lose(at)], false),
        16 => {
            let pause = Duration::from_millis(random.below(30) as u64);
            (vec![tiny, Fault::Pause(at, pause)], false)
        }
        17 => {
            let junk = (0..random.below(60)).map(|_| random.next() as u8).collect();
            let which = [Fault::Before, Fault::After, Fault::Instead][random.below(3)];
            (vec![which(junk)], true)
        }
        18 => (
            vec![Fault::Garble(random.below(length), random.next() as u8)],
            true,
        ),
        _ => (
            vec![
                Fault::Crlf,
                Fault::Garble(random.below(length), random.next() as u8),
                Fault::Garble(random.below(length), random.next() as u8),
            ],
            true,
        ),
    }
}

#[derive(Default)]
struct Tally {
    refused: AtomicUsize,
    whole: AtomicUsize,
    other: AtomicUsize,
    changed: AtomicUsize,
    /// Those that acted on the phone itself, and how many of them gave another answer that was compared.
    inside: AtomicUsize,
    compared: AtomicUsize,
    /// Took longer than they may: the machine may have been busy.
    late: Mutex<Vec<usize>>,
}

fn random(n: usize) -> Random {
    let mut random = Random(0x5907_c4ec_0000_0001 + n as u64 * 0x9e37_79b9);
    for _ in 0..4 {
        random.next();
    }
    random
}

/// A fault of the phone itself.
fn run_inside(
    n: usize,
    cases: &[Case],
    tools: &Tools,
    profile: &Profile,
    tally: &Tally,
) -> Result<(), String> {
    let mut random = random(n);
    let case = &cases[random.below(cases.len())];
    let (phone, faults, changes) = chaos_phone::damaged(&case.asked, &mut random);
    let started = Instant::now();
    let within = chaos_phone::DEADLINE;
    let answer = chaos_phone::ask(&phone, &request(profile), tools, within).whole;
    if started.elapsed() > within + SLACK {
        tally.late.lock().expect("a list").push(n);
    }
    let verdicts = judge(profile, &answer);
    tally.inside.fetch_add(1, Ordering::Relaxed);
    if changes || answer == case.asked.whole {
        return Ok(());
    }
    tally.compared.fetch_add(1, Ordering::Relaxed);
    match better(&verdicts, &case.verdicts) {
        Some(why) => Err(format!("fault {n}, {faults}: {why}")),
        None => Ok(()),
    }
}

fn run(
    n: usize,
    way: &Way,
    samples: &[Sample],
    profile: &Profile,
    tally: &Tally,
) -> Result<(), String> {
    let mut random = random(n);
    let sample = &samples[random.below(samples.len())];
    let (faults, bytes_only) = fault(&mut random, sample.bytes.len());
    let features = ["shell_v2,cmd", ""][random.below(2)];
    let hangs = faults.iter().any(|f| matches!(f, Fault::HangAfter(_)));
    let case = format!("fault {n}, {}: {faults:.200?} {features}", way.name());
    let double = Double::start(Config {
        features,
        faults,
        ..Config::default()
    });
    let limits = Limits {
        deadline: if hangs { SHORT } else { DEADLINE },
        ..Limits::default()
    };
    let script = format!("cat '{}'", sample.file.path().display());
    let started = Instant::now();
    let answer = spotcheck::android::transport::run_with(
        &programs(),
        &way.target(&double),
        &script,
        &limits,
    );
    if started.elapsed() > limits.deadline + SLACK {
        tally.late.lock().expect("a list").push(n);
    }
    let answer = match answer {
        Err(error) if error.what.is_empty() || error.next.is_empty() => {
            return Err(format!("{case}: an error without words: {error:?}"));
        }
        Err(_) => {
            tally.refused.fetch_add(1, Ordering::Relaxed);
            return Ok(());
        }
        Ok(answer) => answer,
    };
    if answer.bytes == sample.bytes {
        tally.whole.fetch_add(1, Ordering::Relaxed);
        return Ok(());
    }
    let verdicts = judge(profile, &answer.bytes);
    if bytes_only {
        tally.changed.fetch_add(1, Ordering::Relaxed);
        return Ok(());
    }
    tally.other.fetch_add(1, Ordering::Relaxed);
    match better(&verdicts, &sample.verdicts) {
        Some(why) => Err(format!("{case}: {why}")),
        None => Ok(()),
    }
}

#[test]
fn random_faults_make_nothing_better() {
    let profile = profile::load("nhs-england", &[]).expect("a shipped profile");
    let Some(tools) = Tools::find() else {
        return;
    };
    let samples = samples(&profile, &tools);
    let cases = cases(&profile, &tools);
    let count = std::env::var("SPOTCHECK_FAULTS")
        .ok()
        .map_or(USUAL, |text| {
            text.parse().expect("SPOTCHECK_FAULTS is a number")
        });
    let ways = Way::all();
    let one = |n: usize, tally: &Tally| {
        if n % 5 == 2 {
            return run_inside(n, &cases, &tools, &profile, tally);
        }
        // Making another server know a double takes longer: every tenth goes that way.
        let way = &ways[usize::from(n.is_multiple_of(10)) % ways.len()];
        run(n, way, &samples, &profile, tally)
    };
    let (next, tally) = (AtomicUsize::new(0), Tally::default());
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= count {
                        return;
                    }
                    if let Err(why) = one(n, &tally) {
                        wrong.lock().expect("a list").push(why);
                    }
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().expect("a list");
    // Those that were late are run once more, alone.
    for n in tally.late.lock().expect("a list").drain(..) {
        let alone = Tally::default();
        let again = one(n, &alone);
        let late = !alone.late.lock().expect("a list").is_empty();
        wrong.extend(again.err());
        wrong.extend(late.then(|| format!("fault {n}: twice later than it may be")));
    }
    let counts = [&tally.refused, &tally.whole, &tally.other, &tally.changed]
        .map(|n| n.load(Ordering::Relaxed));
    println!(
        "{count} faults: {} refused, {} answers came whole, {} otherwise, {} with changed bytes",
        counts[0], counts[1], counts[2], counts[3]
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // What the helper takes is limited by the system; this is what reading and judging the answers take.
    if let Some(peak) = peak_memory() {
        println!("{peak} KiB of memory at the most");
        assert!(peak < MAX_MEMORY, "{peak} KiB of memory");
    }
    let [inside, compared] = [&tally.inside, &tally.compared].map(|n| n.load(Ordering::Relaxed));
    println!("{inside} of the phone itself, {compared} of them compared");
    assert_eq!(counts.iter().sum::<usize>() + inside, count);
    assert!(
        counts[0] * 2 > count - inside,
        "hardly a fault was noticed: {counts:?}"
    );
    assert!(
        compared * 3 >= inside,
        "hardly an answer was compared: {compared} of {inside}"
    );
}

/// The most memory that this program ever took, in KiB, where the system says it.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// The test of the test: it does notice what it looks for.
#[test]
fn better_is_noticed() {
    let of = |overall: &str, verdict| Verdicts {
        overall: overall.into(),
        lines: [("IM-05a device".to_owned(), verdict)].into(),
    };
    let fail = of("Fail", Verdict::Fail);
    for (damaged, noticed) in [
        (of("Fail", Verdict::Fail), false),
        (of("Incomplete", Verdict::Unresolved), false),
        (of("Fail", Verdict::Pass), true),
        (of("Fail", Verdict::NotApplicable), true),
        (of("Pass", Verdict::Fail), true),
    ] {
        assert_eq!(better(&damaged, &fail).is_some(), noticed, "{damaged:?}");
    }
    let open = of("Incomplete", Verdict::Unresolved);
    assert!(better(&of("Incomplete", Verdict::Fail), &open).is_none());
    assert!(better(&of("Incomplete", Verdict::Pass), &open).is_some());
}
