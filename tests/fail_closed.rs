//! Fail closed: whatever is done to a phone's evidence, no control may get a better verdict than the undamaged evidence
//! supports.
//!
//! Every sample in `sample-backups/`, and some richer synthetic phones, are damaged in every place: each value of each
//! property list, archive and section, each row and column of Manifest.db and TCC.db, each file, each section, each
//! wrapped key. A mutation drops, cuts, doubles, swaps, retypes, contradicts, pushes out of range, leaves unfinished or
//! replaces it, or flips bits. The program then reads and judges what is left, in this process, by every checklist that
//! it ships, some days after the samples were taken; and once more when they are too old for anything to pass.
//!
//! What "better" means (`judge.rs`), for each line of each checklist:
//!
//! * **It passes, and did not.** Also where the line was not there before.
//! * **It is not applicable, or no longer there, and was.** An open line about the whole phone ("apps may have gone
//!   unseen") may stand for one about an app.
//! * **It is set aside and was not**, though it still counts for as little: a line that is set aside no longer keeps
//!   the phone from passing as a whole. A pass may become one that is set aside: that is a pass lost.
//! * **The overall result passes, and did not**; or is not what the findings come to.
//!
//! A fail may become unresolved: its evidence is gone. So comparing alone would let a phone that passes go on passing
//! on evidence that is destroyed. Hence two more rules, which ask the program about other sound states of the same place:
//!
//! * **A value that says nothing** (of another type, out of range, half a text): no line may pass that *fails* with
//!   another value that the phone could have written there.
//! * **Two statements that exclude each other** (a key twice, two rows for one app, two lines, a section twice): no
//!   line may pass that fails by either of them alone.
//!
//! And where there is a check value: a capture whose seal is broken is not read at all, and in an encrypted backup a
//! flipped bit of the key bag or of a wrapped key leaves what it locks without a verdict.
//!
//! Some mutations make another sound state: a row of TCC.db that is gone means no access, two values that changed
//! places are two values. For these there is a list of exceptions (`exceptions.rs`), each with what exactly it allows and
//! where that is written. They are counted and printed; in the long form, one that was never needed is an error.
//! Flipped bits in what has no check value can make anything, so they are judged for crashes, time and memory alone.
//!
//! Whatever the mutation: a panic, an abort (this process dies), more than 5 seconds for one or 256 MiB for the run is
//! an error. Each is named with a command that does it again. `docs/trust.md` says how to run the long form.

#[path = "support/android_samples.rs"]
#[allow(dead_code)]
mod android_samples;
#[path = "support/backup_builder.rs"]
mod backup_builder;
#[path = "support/phone_kit.rs"]
mod phone_kit;
#[path = "cli/run.rs"]
#[allow(dead_code)]
mod run_kit;
#[path = "support/samples.rs"]
mod samples;

#[path = "fail_closed/answers.rs"]
mod answers;
#[path = "fail_closed/bags.rs"]
mod bags;
#[path = "fail_closed/dice.rs"]
mod dice;
#[path = "fail_closed/exceptions.rs"]
mod exceptions;
#[path = "fail_closed/files.rs"]
mod files;
#[path = "fail_closed/itself.rs"]
mod itself;
#[path = "fail_closed/judge.rs"]
mod judge;
#[path = "fail_closed/lists.rs"]
mod lists;
#[path = "fail_closed/look.rs"]
mod look;
#[path = "fail_closed/mutation.rs"]
mod mutation;
#[path = "fail_closed/run.rs"]
mod run;
#[path = "fail_closed/sections.rs"]
mod sections;
#[path = "fail_closed/tables.rs"]
mod tables;
#[path = "fail_closed/tree.rs"]
mod tree;
#[path = "fail_closed/world.rs"]
mod world;

use mutation::Plan;
use world::{World, samples_by_name};

/// Everything that can be done to every sample.
fn plans(world: &World) -> Vec<Plan> {
    let mut plans = Vec::new();
    for (i, sample) in world.samples.iter().enumerate() {
        if let Some(iphone) = sample.iphone() {
            plans.extend(lists::plans(i, iphone));
            plans.extend(tables::plans(i, iphone));
            plans.extend(files::plans(i, iphone));
            plans.extend(bags::plans(i, iphone));
        }
        if let Some(capture) = sample.capture() {
            plans.extend(answers::plans(i, capture));
            plans.extend(sections::plans(i, &answers::Answer::read(capture)));
            plans.extend(files::capture_plans(i, sample));
        }
    }
    plans
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{variable} is no number: {text}")),
    )
}

/// More than the catalogue has: of a part of it, which reasons it happens to need says nothing.
const LONG: u64 = 45_000;
const SHORT: u64 = 1_500;
const SEED: u64 = 8;

#[test]
fn nothing_gets_better() {
    let world = World::new();
    let seed = number("SPOTCHECK_MUTATIONS_SEED").unwrap_or(SEED);
    let catalogue = run::Catalogue::new(&world, plans(&world), seed);
    if let Some(only) = number("SPOTCHECK_MUTATION") {
        println!("{}", catalogue.name(only));
        let came = catalogue.one(only, &mut look::Bench::new());
        let came = came.expect("something is damaged");
        println!("({}) {:?}", came.note, came.needed);
        assert!(came.wrong.is_empty(), "{:#?}", came.wrong);
        return;
    }
    for died in run::died_of("all") {
        println!("An earlier run broke off in the middle of this mutation:\n{died}");
    }
    let count = number("SPOTCHECK_MUTATIONS").unwrap_or(SHORT);
    let report = run::run(&catalogue, count, "all", look::Bench::new);
    println!("{}", report.table(&catalogue));
    assert!(report.wrong.is_empty(), "see above");
    if count >= LONG {
        assert_eq!(report.unneeded(), Vec::<&str>::new(), "no longer needed");
    }
}
