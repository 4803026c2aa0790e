//! The harness itself: a program that fails open must be found out.

use spotcheck::audit::{Overall, Verdict};

use super::judge::{Compared, Needed, complaints};
use super::look::{Bench, Damage, Outcome};
use super::mutation::{Left, Mutation, Of};
use super::run::{Catalogue, Looks, run};
use super::world::World;
use super::{SEED, plans};

/// What is made of an outcome.
type How = fn(&mut Outcome);

/// Looks that go wrong in one way.
struct Wrong {
    bench: Bench,
    how: How,
}

impl Looks for Wrong {
    fn look(&mut self, world: &World, sample: usize, damage: &Damage) -> Outcome {
        let mut outcome = self.bench.look(world, sample, damage);
        (self.how)(&mut outcome);
        outcome
    }

    fn reset(&mut self) {
        self.bench.reset();
    }
}

fn all_become(outcome: &mut Outcome, verdict: Verdict, set_aside: bool) {
    for seen in outcome.lines.values_mut() {
        (seen.verdict, seen.set_aside) = (verdict, set_aside);
    }
}

#[test]
fn programs_that_fail_open_are_found_out() {
    let world = World::new();
    let cases: [(&str, How); 7] = [
        ("everything passes", |outcome| {
            all_become(outcome, Verdict::Pass, false);
        }),
        ("nothing applies", |outcome| {
            all_become(outcome, Verdict::NotApplicable, false);
        }),
        ("nothing counts", |outcome| {
            all_become(outcome, Verdict::Unresolved, true);
        }),
        ("nothing is said", |outcome| outcome.lines.clear()),
        ("the findings and the result part", |outcome| {
            for word in outcome.overall.values_mut() {
                word.due = Overall::Fail;
                word.said = Overall::Incomplete;
            }
        }),
        ("it panics", |_| panic!("on purpose")),
        ("one line passes", |outcome| {
            if let Some(seen) = outcome
                .lines
                .values_mut()
                .find(|seen| seen.verdict == Verdict::Unresolved)
            {
                seen.verdict = Verdict::Pass;
            }
        }),
    ];
    for (name, how) in cases {
        let catalogue = Catalogue::new(&world, plans(&world), SEED);
        let bench = || Wrong {
            bench: Bench::new(),
            how,
        };
        let report = run(&catalogue, 24, "itself", bench);
        let found: std::collections::BTreeSet<u64> =
            report.wrong.iter().map(|(number, _)| *number).collect();
        assert!(found.len() >= 6, "{name}: {found:?}");
        let table = report.table(&catalogue);
        assert!(table.contains("SPOTCHECK_MUTATION="), "{name}: {table}");
    }
    // Nobody vouches for exceptions in a run as short as this.
    assert!(
        !run(
            &Catalogue::new(&world, plans(&world), SEED),
            5,
            "itself",
            Bench::new
        )
        .unneeded()
        .is_empty()
    );
}

/// What is left of the evidence decides what is wrong.
#[test]
fn each_rule_speaks_up() {
    let world = World::new();
    let sample = |name: &str| {
        world
            .samples
            .iter()
            .position(|sample| sample.name == name)
            .expect("a sample")
    };
    let judged = |name: &str, left: Left, after: &Outcome, compared: &Compared| {
        let mutation = Mutation::new(Damage::none(), left).now(
            "",
            super::bags::FLIPPED,
            Some("SALT of the header".into()),
        );
        complaints(
            &world,
            sample(name),
            &mutation,
            after,
            compared,
            &mut Needed::new(),
        )
        .len()
    };
    let nothing = || Compared {
        other: None,
        hangs_on_it: Default::default(),
    };
    let good = &world.samples[sample("ios-compliant")].whole;
    let bad = &world.samples[sample("ios-failing")].whole;
    let locked = &world.samples[sample("ios-encrypted")];
    // The undamaged phone itself is what it is.
    for sample in &world.samples {
        assert_eq!(
            judged(&sample.name, Left::NoMore, &sample.whole, &nothing()),
            0
        );
    }
    assert!(judged("ios-failing", Left::NoMore, good, &nothing()) > 3);
    assert_eq!(judged("ios-compliant", Left::NoMore, bad, &nothing()), 0);
    // A value that says nothing, and one of two statements.
    let hangs = Compared {
        hangs_on_it: good.lines.keys().cloned().collect(),
        ..nothing()
    };
    assert!(judged("ios-compliant", Left::Nothing, good, &hangs) > 3);
    let other = Compared {
        other: Some(bad.clone()),
        ..nothing()
    };
    assert!(judged("ios-compliant", Left::TwoStatements, good, &other) > 3);
    // A seal, and a key.
    assert_eq!(
        judged(
            "android-compliant",
            Left::BrokenSeal,
            &world.samples[sample("android-compliant")].whole,
            &nothing()
        ),
        1
    );
    assert!(judged("ios-encrypted", Left::BrokenKey, &locked.whole, &nothing()) > 3);
    let stays_locked = locked.locked.as_ref().expect("an encrypted sample");
    assert_eq!(
        judged("ios-encrypted", Left::BrokenKey, stays_locked, &nothing()),
        0
    );
}

#[test]
fn everything_is_damaged_in_every_way() {
    let world = World::new();
    let plans = plans(&world);
    for (i, sample) in world.samples.iter().enumerate() {
        let of = |of: Of| {
            plans
                .iter()
                .filter(|plan| plan.sample == i && plan.of == of)
                .count()
        };
        assert!(of(Of::Value) > 300, "{}", sample.name);
        assert!(of(Of::File) > 100, "{}", sample.name);
        match sample.iphone() {
            Some(_) => assert!(of(Of::Row) > 300 && of(Of::Key) > 300, "{}", sample.name),
            None => assert!(of(Of::Section) > 500, "{}", sample.name),
        }
    }
}
