//! Many backups at once: finding them, sharing them out, auditing them on all cores, keeping the results.

pub mod discover;
pub mod merge;
pub mod pairs;
pub mod passwords;
pub mod results;
pub mod sameness;

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};

use pairs::{Pair, Seat};

pub use discover::{Found, Input, InputKind, discover};

/// One machine's part of a batch: `index` of `of`, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Which share this is, from 1 to `of`.
    pub index: u32,
    /// How many shares there are; at least 1.
    pub of: u32,
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("\"{text}\" is not a share such as 1/4 (the first of four)");
        let (index, of) = text.split_once('/').ok_or_else(wrong)?;
        let (index, of) = (
            index.parse().map_err(|_| wrong())?,
            of.parse().map_err(|_| wrong())?,
        );
        if index == 0 || index > of {
            return Err(wrong());
        }
        Ok(Shard { index, of })
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

impl Shard {
    /// Whether an input belongs to this share. It depends on the input's id alone, so that a backup which is added
    /// or removed moves no other from one machine to another.
    pub fn takes(self, id: &str) -> bool {
        // FNV-1a: the ids are hashes already, so that any mixing does.
        let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        hash % u64::from(self.of) == u64::from(self.index - 1)
    }
}

/// Runs `work` over `inputs` on `jobs` cores and hands each result to `done` on this thread, in the order in which
/// they end. As long as there is more than enough to do, each core takes two inputs at once, which may have one piece
/// of their work done together (see [`pairs`]). `done` may stop the batch: what is under way ends, nothing new begins.
pub fn run<I: Sync, T: Send, Q: Send, A: Send>(
    inputs: &[I],
    jobs: NonZeroUsize,
    work: impl Fn(&I, &Seat<'_, Q, A>) -> T + Sync,
    mut done: impl FnMut(&I, T) -> ControlFlow<()>,
) {
    let jobs = jobs.get().min(inputs.len());
    let next = Mutex::new(0);
    let stopped = AtomicBool::new(false);
    let take = || {
        let mut next = next.lock().unwrap_or_else(PoisonError::into_inner);
        let left = inputs.get(*next..).unwrap_or_default();
        // Two on one core would leave another idle towards the end.
        let taken = left.get(..if left.len() >= 2 * jobs { 2 } else { 1 });
        *next += taken.map_or(0, <[I]>::len);
        taken
    };
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            let (sender, take, stopped, work) = (sender.clone(), &take, &stopped, &work);
            scope.spawn(move || {
                while !stopped.load(Ordering::Relaxed) {
                    let Some(taken) = take() else { break };
                    let pair = if taken.len() == 2 {
                        Pair::for_two()
                    } else {
                        Pair::for_one()
                    };
                    std::thread::scope(|scope| {
                        for (index, input) in taken.iter().enumerate() {
                            let (sender, pair) = (sender.clone(), &pair);
                            scope.spawn(move || {
                                let result = {
                                    let seat = pair.seat(index);
                                    work(input, &seat)
                                };
                                // Nobody listens any more once the batch was stopped.
                                let _ = sender.send((input, result));
                            });
                        }
                    });
                }
            });
        }
        drop(sender);
        for (input, result) in &receiver {
            if done(input, result).is_break() {
                stopped.store(true, Ordering::Relaxed);
                break;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_share_out_every_input_once() {
        for of in 1..=7 {
            let mut counts = vec![0; of as usize];
            for n in 0..700 {
                let id = format!("{n:016x}");
                let takers: Vec<u32> = (1..=of)
                    .filter(|index| Shard { index: *index, of }.takes(&id))
                    .collect();
                assert_eq!(takers.len(), 1);
                counts[takers[0] as usize - 1] += 1;
            }
            assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
        }
    }

    #[test]
    fn shards_are_read_from_text() {
        assert_eq!("2/3".parse(), Ok(Shard { index: 2, of: 3 }));
        for wrong in ["", "2", "0/3", "4/3", "a/b", "1/0", "1/2/3", "-1/2"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_input_is_worked_on_once() {
        let inputs: Vec<u32> = (0..100).collect();
        for jobs in [1, 2, 8] {
            let mut results = Vec::new();
            run(
                &inputs,
                NonZeroUsize::new(jobs).expect("not zero"),
                |n, seat: &Seat<'_, u32, u32>| {
                    // Every third asks; all are answered.
                    if n % 3 == 0 {
                        seat.ask(*n, |asked| asked.iter().map(|n| n * 2).collect())
                            .expect("an answer")
                    } else {
                        n * 2
                    }
                },
                |n, twice| {
                    results.push((*n, twice));
                    ControlFlow::Continue(())
                },
            );
            results.sort_unstable();
            assert_eq!(
                results,
                inputs.iter().map(|n| (*n, n * 2)).collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn a_batch_can_be_stopped() {
        let inputs: Vec<u32> = (0..1000).collect();
        let mut seen = 0;
        run(
            &inputs,
            NonZeroUsize::MIN,
            |n, _: &Seat<'_, (), ()>| *n,
            |_, _| {
                seen += 1;
                if seen == 3 {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            },
        );
        assert_eq!(seen, 3);
    }
}
