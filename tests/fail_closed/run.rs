//! Running many mutations: in order, on two threads, each by itself; and what came of them, as a table.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::dice::Dice;
use super::exceptions::EXCEPTIONS;
use super::judge::{Compared, Complaint, Needed, complaints};
use super::look::{Bench, Damage, Line, Outcome};
use super::mutation::{Kind, Left, Mutation, Of, Plan};
use super::world::World;
use spotcheck::audit::Verdict;

/// How long one mutation may take, and how much memory the whole run may need.
pub const MOST_TIME: Duration = Duration::from_secs(5);
pub const MOST_MEMORY: u64 = 256 << 20;
const WORKERS: usize = 2;
/// As many complaints are enough to see what is wrong.
const ENOUGH: usize = 30;

/// Looks at damaged phones. There is one besides the program: those that must be found out.
pub trait Looks {
    fn look(&mut self, world: &World, sample: usize, damage: &Damage) -> Outcome;
    fn reset(&mut self);
}

impl Looks for Bench {
    fn look(&mut self, world: &World, sample: usize, damage: &Damage) -> Outcome {
        Bench::look(self, world, sample, damage)
    }

    fn reset(&mut self) {
        Bench::reset(self);
    }
}

/// Everything that can be done to every sample, in an order that the seed gives.
pub struct Catalogue<'w> {
    pub world: &'w World,
    pub plans: Vec<Plan>,
    pub seed: u64,
    /// Lines that fail with another sound value, by the name of its place.
    hangs: Mutex<HashMap<String, BTreeSet<Line>>>,
}

/// What came of one mutation.
pub struct Came {
    pub sample: usize,
    pub kind: Kind,
    pub of: Of,
    pub changed: bool,
    pub wrong: Vec<Complaint>,
    pub needed: Needed,
    pub took: Duration,
    pub note: String,
}

impl<'w> Catalogue<'w> {
    pub fn new(world: &'w World, mut plans: Vec<Plan>, seed: u64) -> Self {
        Dice::new(seed, u64::MAX).shuffle(&mut plans);
        // Every place once before any comes again.
        let mut times: HashMap<(usize, String), usize> = HashMap::new();
        plans.sort_by_cached_key(|plan| {
            let times = times.entry((plan.sample, plan.site.clone())).or_default();
            *times += 1;
            // Values of a backup that change places are what most often makes another sound state.
            match (plan.kind, plan.of) {
                (Kind::Swap, Of::Value) if world.samples[plan.sample].iphone().is_some() => 1,
                _ => *times,
            }
        });
        Catalogue {
            world,
            plans,
            seed,
            hangs: Mutex::new(HashMap::new()),
        }
    }

    fn plan(&self, number: u64) -> &Plan {
        let at = usize::try_from(number % self.plans.len() as u64).unwrap_or(0);
        &self.plans[at]
    }

    pub fn name(&self, number: u64) -> String {
        let plan = self.plan(number);
        let sample = &self.world.samples[plan.sample].name;
        format!("{sample}: {}: {}", plan.kind.name(), plan.site)
    }

    /// The command that does one mutation again.
    pub fn again(&self, number: u64) -> String {
        format!(
            "SPOTCHECK_MUTATIONS_SEED={} SPOTCHECK_MUTATION={number} cargo test --test fail_closed nothing_gets_better -- --nocapture",
            self.seed
        )
    }

    /// Does one mutation. `None` where the dice gave nothing that differs from the undamaged phone.
    pub fn one(&self, number: u64, looks: &mut dyn Looks) -> Option<Came> {
        let plan = self.plan(number);
        let mut dice = Dice::new(self.seed, number);
        let mut mutation = (0..8).find_map(|_| (plan.make)(self.world, &mut dice))?;
        mutation.site.clone_from(&plan.site);
        let start = Instant::now();
        let after = looks.look(self.world, plan.sample, &mutation.damage);
        let took = start.elapsed();
        let compared = self.compare(plan.sample, &mutation, &after, looks);
        let mut needed = Needed::new();
        let wrong = complaints(
            self.world,
            plan.sample,
            &mutation,
            &after,
            &compared,
            &mut needed,
        );
        Some(Came {
            sample: plan.sample,
            kind: plan.kind,
            of: plan.of,
            changed: after.differs(&self.world.samples[plan.sample].whole),
            wrong,
            needed,
            took,
            note: mutation.note,
        })
    }

    fn compare(
        &self,
        sample: usize,
        mutation: &Mutation,
        after: &Outcome,
        looks: &mut dyn Looks,
    ) -> Compared {
        let other = match mutation.left {
            Left::TwoStatements => mutation.other.as_ref(),
            _ => None,
        };
        let other = other.map(|damage| looks.look(self.world, sample, damage));
        let mut hangs_on_it = BTreeSet::new();
        // Only what still passes and rests on the place can be wrong.
        let place = mutation.place();
        let matters = after
            .lines
            .values()
            .any(|seen| seen.verdict == Verdict::Pass && seen.rests_on(&place));
        if let (Left::Nothing, Some((name, damages)), true) =
            (mutation.left, &mutation.others, matters)
        {
            let known = self.hangs.lock().expect("no panic").get(name).cloned();
            hangs_on_it = known.unwrap_or_else(|| {
                let fails: BTreeSet<Line> = damages(self.world)
                    .iter()
                    .flat_map(|damage| looks.look(self.world, sample, damage).lines)
                    .filter(|(_, seen)| seen.rank() == 0)
                    .map(|(line, _)| line)
                    .collect();
                let mut hangs = self.hangs.lock().expect("no panic");
                hangs.insert(name.clone(), fails.clone());
                fails
            });
        }
        Compared { other, hangs_on_it }
    }
}

/// What came of a run.
#[derive(Default)]
pub struct Report {
    pub done: u64,
    pub nothing: u64,
    pub by_kind: BTreeMap<(Kind, usize), u64>,
    pub by_of: BTreeMap<Of, u64>,
    pub changed: BTreeMap<Kind, u64>,
    pub needed: Needed,
    pub slowest: (Duration, u64),
    pub wrong: Vec<(u64, Complaint)>,
    pub peak: u64,
    pub took: Duration,
}

impl Report {
    fn add(&mut self, number: u64, came: Came) {
        self.done += 1;
        *self.by_kind.entry((came.kind, came.sample)).or_default() += 1;
        *self.by_of.entry(came.of).or_default() += 1;
        *self.changed.entry(came.kind).or_default() += u64::from(came.changed);
        for (id, times) in came.needed {
            *self.needed.entry(id).or_default() += times;
        }
        self.slowest = self.slowest.max((came.took, number));
        if came.took > MOST_TIME {
            let text = format!("took {:.1} s", came.took.as_secs_f64());
            self.wrong.push((number, Complaint(text)));
        }
        for complaint in came.wrong {
            let complaint = Complaint(format!("({}) {}", came.note, complaint.0));
            self.wrong.push((number, complaint));
        }
    }

    /// Exceptions that were never needed.
    pub fn unneeded(&self) -> Vec<&'static str> {
        EXCEPTIONS
            .iter()
            .map(|exception| exception.id)
            .filter(|id| !self.needed.contains_key(id))
            .collect()
    }

    pub fn table(&self, catalogue: &Catalogue<'_>) -> String {
        let mut out = String::new();
        let samples = &catalogue.world.samples;
        let _ = writeln!(
            out,
            "\n{} mutations in {:.0} s, seed {} ({} kinds of damage in the catalogue)\n",
            self.done,
            self.took.as_secs_f64(),
            catalogue.seed,
            catalogue.plans.len()
        );
        let _ = write!(out, "{:14}", "");
        for i in 0..samples.len() {
            let _ = write!(out, "{:>7}", char::from(b'A' + i as u8));
        }
        let _ = writeln!(out, "{:>8}{:>17}", "all", "changed verdicts");
        for kind in Kind::ALL {
            let _ = write!(out, "{:14}", kind.name());
            let of = |i| self.by_kind.get(&(kind, i)).copied().unwrap_or(0);
            let mut all = 0;
            for i in 0..samples.len() {
                let _ = write!(out, "{:>7}", of(i));
                all += of(i);
            }
            let changed = self.changed.get(&kind).copied().unwrap_or(0);
            let _ = writeln!(out, "{all:>8}{changed:>17}");
        }
        out.push('\n');
        for (i, sample) in samples.iter().enumerate() {
            let _ = writeln!(out, "{} {}", char::from(b'A' + i as u8), sample.name);
        }
        let done_to: Vec<String> = Of::ALL
            .iter()
            .map(|of| format!("{} {}", self.by_of.get(of).copied().unwrap_or(0), of.name()))
            .collect();
        let _ = writeln!(out, "\ndone to: {}", done_to.join(", "));
        let _ = writeln!(out, "\nbetter verdicts that the changed evidence supports:");
        for exception in EXCEPTIONS {
            let times = self.needed.get(exception.id).copied().unwrap_or(0);
            let _ = writeln!(out, "{times:>7}  {}: {}", exception.id, exception.reason);
        }
        let _ = writeln!(
            out,
            "\nslowest: {:.2} s (at most {} s); most memory of the whole run: {} MiB (at most {})",
            self.slowest.0.as_secs_f64(),
            MOST_TIME.as_secs(),
            self.peak >> 20,
            MOST_MEMORY >> 20
        );
        let _ = writeln!(
            out,
            "better than the evidence supports, crashed, too slow or too large: {}",
            self.wrong
                .iter()
                .map(|(number, _)| number)
                .collect::<BTreeSet<_>>()
                .len()
        );
        let mut numbers = BTreeSet::new();
        for (number, complaint) in &self.wrong {
            // One is enough to look into it.
            if !numbers.insert(number) || numbers.len() > ENOUGH {
                continue;
            }
            let _ = writeln!(
                out,
                "\n{}\n  {}\n  {}",
                catalogue.name(*number),
                complaint.0,
                catalogue.again(*number)
            );
        }
        out
    }
}

/// The most memory that this process ever had, in bytes; 0 where the system does not say.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB"))
        .and_then(|kib| kib.trim().parse::<u64>().ok())
        .map_or(0, |kib| kib << 10)
}

/// A process that would eat all memory ends at once instead: a test that ends so has failed.
fn limit_memory() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let most = Rlimit {
            current: Some(4 << 30),
            maximum: None,
        };
        let _ = setrlimit(Resource::As, most);
    }
}

/// Where a thread writes down what it is about to do: after a crash of the whole process it is still there.
fn diary(name: &str, worker: usize) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("fail-closed-{name}-{worker}"))
}

/// Says which mutations an earlier run died of, if it did.
pub fn died_of(name: &str) -> Vec<String> {
    (0..WORKERS)
        .filter_map(|worker| std::fs::read_to_string(diary(name, worker)).ok())
        .collect()
}

/// Does so many mutations, from the first on, in a run of this name.
pub fn run<L: Looks>(
    catalogue: &Catalogue<'_>,
    count: u64,
    name: &str,
    bench: impl Fn() -> L + Sync,
) -> Report {
    limit_memory();
    let start = Instant::now();
    let report = Mutex::new(Report::default());
    let next = AtomicU64::new(0);
    let over = AtomicBool::new(false);
    // What the dice make nothing of is made up for by later numbers.
    let end = AtomicU64::new(count);
    let busy: Vec<Mutex<Option<(u64, Instant)>>> = (0..WORKERS).map(|_| Mutex::new(None)).collect();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS)
            .map(|worker| {
                let (report, next, end, busy, bench) = (&report, &next, &end, &busy, &bench);
                scope.spawn(move || {
                    let mut looks = bench();
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= end.load(Ordering::Relaxed) {
                            break;
                        }
                        let _ = std::fs::write(diary(name, worker), catalogue.again(number));
                        *busy[worker].lock().expect("no panic") = Some((number, Instant::now()));
                        let came =
                            catch_unwind(AssertUnwindSafe(|| catalogue.one(number, &mut looks)));
                        *busy[worker].lock().expect("no panic") = None;
                        let mut report = report.lock().expect("no panic");
                        match came {
                            Ok(Some(came)) => report.add(number, came),
                            Ok(None) => {
                                report.nothing += 1;
                                end.fetch_add(1, Ordering::Relaxed);
                            }
                            Err(panic) => {
                                let text = panic
                                    .downcast_ref::<String>()
                                    .cloned()
                                    .or_else(|| panic.downcast_ref::<&str>().map(|t| (*t).into()));
                                let text = format!("panicked: {}", text.unwrap_or_default());
                                report.wrong.push((number, Complaint(text)));
                                drop(report);
                                looks.reset();
                            }
                        }
                    }
                    let _ = std::fs::remove_file(diary(name, worker));
                })
            })
            .collect();
        // What never ends would never be reported.
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(50));
                for busy in &busy {
                    let busy = *busy.lock().expect("no panic");
                    if let Some((number, since)) = busy
                        && since.elapsed() > MOST_TIME * 12
                    {
                        eprintln!("This mutation does not end: {}", catalogue.name(number));
                        eprintln!("{}", catalogue.again(number));
                        std::process::exit(101);
                    }
                }
            }
        });
        for worker in workers {
            worker.join().expect("the thread ends");
        }
        over.store(true, Ordering::Relaxed);
    });
    let mut report = report.into_inner().expect("no panic");
    report.wrong.sort_by_key(|(number, _)| *number);
    report.took = start.elapsed();
    report.peak = peak();
    if report.peak > MOST_MEMORY {
        let text = format!("the run took {} MiB of memory", report.peak >> 20);
        report.wrong.push((0, Complaint(text)));
    }
    report
}
