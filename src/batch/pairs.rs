//! Two neighbours in a batch that have one piece of work done together: a core derives the keys of two backups in
//! about 1.5 times the time of one (see docs/key-derivation.md).

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A table with two seats. Whoever asks waits until the neighbour has asked too, or has left; then one of them does
/// the work of both.
pub struct Pair<Q, A> {
    seats: Mutex<[Place<Q, A>; 2]>,
    changed: Condvar,
}

enum Place<Q, A> {
    /// May still ask.
    Coming,
    Asked(Q),
    /// The neighbour is working on it.
    Taken,
    Answered(A),
    /// Will not ask (any more).
    Left,
}

impl<Q, A> Pair<Q, A> {
    /// A table for two.
    pub fn for_two() -> Self {
        Pair {
            seats: Mutex::new([Place::Coming, Place::Coming]),
            changed: Condvar::new(),
        }
    }

    /// A table for one, who never waits.
    pub fn for_one() -> Self {
        Pair {
            seats: Mutex::new([Place::Coming, Place::Left]),
            changed: Condvar::new(),
        }
    }

    /// One of the seats, 0 or 1. It is left when the value is dropped.
    pub fn seat(&self, index: usize) -> Seat<'_, Q, A> {
        Seat {
            pair: self,
            index: index & 1,
        }
    }

    fn lock(&self) -> MutexGuard<'_, [Place<Q, A>; 2]> {
        // A neighbour that panicked left the seats whole: each change is one assignment.
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place at the table.
pub struct Seat<'a, Q, A> {
    pair: &'a Pair<Q, A>,
    index: usize,
}

impl<Q, A> Seat<'_, Q, A> {
    /// Asks, and returns the answer. `work` gets one or two questions and gives as many answers, in their order;
    /// `None` if it gave too few, or the neighbour that worked on it broke down.
    pub fn ask(&self, question: Q, work: impl FnOnce(Vec<Q>) -> Vec<A>) -> Option<A> {
        let (me, other) = (self.index, 1 - self.index);
        let mut seats = self.pair.lock();
        seats[me] = Place::Asked(question);
        self.pair.changed.notify_all();
        loop {
            match (&seats[me], &seats[other]) {
                (Place::Answered(_), _) => {
                    return match std::mem::replace(&mut seats[me], Place::Coming) {
                        Place::Answered(answer) => Some(answer),
                        _ => None,
                    };
                }
                (Place::Asked(_), Place::Asked(_) | Place::Left) => break,
                // The neighbour that took the question is gone without an answer.
                (Place::Taken, Place::Left) => return None,
                _ => {
                    seats = self
                        .pair
                        .changed
                        .wait(seats)
                        .unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
        let mut questions = Vec::new();
        for index in [me, other] {
            if matches!(seats[index], Place::Asked(_))
                && let Place::Asked(question) = std::mem::replace(&mut seats[index], Place::Taken)
            {
                questions.push(question);
            }
        }
        let both = questions.len() == 2;
        drop(seats);
        let mut answers = work(questions).into_iter();
        let mine = answers.next();
        let mut seats = self.pair.lock();
        seats[me] = Place::Coming;
        if both && let Some(answer) = answers.next() {
            seats[other] = Place::Answered(answer);
        }
        self.pair.changed.notify_all();
        mine
    }
}

impl<Q, A> Drop for Seat<'_, Q, A> {
    fn drop(&mut self) {
        self.pair.lock()[self.index] = Place::Left;
        self.pair.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn twice(questions: Vec<u32>) -> Vec<u32> {
        questions.into_iter().map(|n| n * 2).collect()
    }

    #[test]
    fn two_who_ask_are_answered_together() {
        let together = AtomicUsize::new(0);
        for n in 0..200 {
            let pair: Pair<u32, u32> = Pair::for_two();
            let work = |questions: Vec<u32>| {
                together.fetch_add(usize::from(questions.len() == 2), Ordering::Relaxed);
                twice(questions)
            };
            let (a, b) = std::thread::scope(|scope| {
                let a = scope.spawn(|| pair.seat(0).ask(n, work));
                let b = scope.spawn(|| pair.seat(1).ask(n + 1000, work));
                (a.join().expect("ends"), b.join().expect("ends"))
            });
            assert_eq!((a, b), (Some(n * 2), Some((n + 1000) * 2)));
        }
        assert_eq!(together.into_inner(), 200);
    }

    #[test]
    fn one_who_leaves_keeps_nobody_waiting() {
        let pair: Pair<u32, u32> = Pair::for_two();
        let answer = std::thread::scope(|scope| {
            let asks = scope.spawn(|| pair.seat(0).ask(4, twice));
            scope.spawn(|| drop(pair.seat(1)));
            asks.join().expect("ends")
        });
        assert_eq!(answer, Some(8));
        assert_eq!(Pair::for_one().seat(0).ask(4, twice), Some(8));
    }

    #[test]
    fn a_neighbour_that_breaks_down_leaves_no_one_hanging() {
        let pair: Pair<u32, u32> = Pair::for_two();
        let results = std::thread::scope(|scope| {
            let ask = |index| {
                let pair = &pair;
                scope.spawn(move || pair.seat(index).ask(1, |_| panic!("on purpose")))
            };
            let (a, b) = (ask(0), ask(1));
            [a.join(), b.join()]
        });
        // One broke down; the other got no answer, and neither waits for ever.
        assert!(results.iter().any(Result::is_err));
        assert!(results.iter().flatten().all(Option::is_none));
    }
}
