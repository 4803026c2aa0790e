//! Which states are looked at, for each version of each maker.

use super::states::*;
use super::*;
use Make::*;

/// Every state of one version of one maker: each dimension by itself, and the pairs of which one changes what the
/// other means.
pub fn states(make: Make, sdk: u32) -> Vec<State> {
    let good = State::good(make, sdk);
    let mut all = vec![good];
    let mut add = |state: State| {
        if !all.contains(&state) {
            all.push(state);
        }
    };
    // On 8 to 10 only a phone that is locked proves its lock: what rests on that is looked at in both states.
    let seen_locked: &[bool] = if sdk < 30 { &[false, true] } else { &[false] };
    // Pairs that no maker changes are looked at on one maker's phones only.
    let thorough = make == Pixel;
    let layered = !matches!(make, Oppo | Oneplus | Motorola);
    for lock in LOCKS {
        let secure = !matches!(lock, Lock::None | Lock::Swipe);
        for locked in [false, true].into_iter().filter(|locked| secure || !locked) {
            add(State {
                lock,
                locked,
                ..good
            });
        }
        for delay in DELAYS.into_iter().filter(|_| thorough || !secure) {
            add(State {
                lock,
                delay,
                locked: secure,
                ..good
            });
        }
    }
    for delay in DELAYS {
        add(State {
            delay,
            locked: true,
            ..good
        });
    }
    for timeout in TIMEOUTS {
        for awake in [false, true] {
            add(State {
                timeout,
                awake,
                ..good
            });
        }
    }
    for limit in [60_000, 70_000, 300_000].map(Some) {
        add(State {
            limit,
            delay: Some(30_000),
            locked: true,
            ..good
        });
        for timeout in TIMEOUTS.into_iter().filter(|_| thorough) {
            add(State {
                limit,
                timeout,
                delay: Some(30_000),
                locked: true,
                ..good
            });
        }
        for delay in DELAYS.into_iter().filter(|_| thorough) {
            add(State {
                limit,
                delay,
                locked: true,
                ..good
            });
        }
    }
    for locked in seen_locked.iter().copied() {
        for previews in PREVIEWS {
            add(State {
                previews,
                locked,
                ..good
            });
            for glow in GLOWS.into_iter().filter(|_| make == Samsung) {
                add(State {
                    previews,
                    glow,
                    locked,
                    ..good
                });
            }
            let apart = matches!(
                previews,
                Previews::Shown | Previews::Hidden | Previews::Unset
            );
            for app in APP_SAYS.into_iter().filter(|_| apart && layered) {
                add(State {
                    previews,
                    app,
                    locked,
                    ..good
                });
            }
        }
    }
    for previews in PREVIEWS {
        add(State {
            previews,
            lock: Lock::None,
            ..good
        });
    }
    for app in APP_SAYS {
        add(State {
            app,
            lock: Lock::Swipe,
            ..good
        });
    }
    for photos in photos(sdk) {
        let usual = photos.target == 36 && (!photos.all_files || photos.granted.is_empty());
        if usual || thorough {
            add(State { photos, ..good });
        }
    }
    for media in [Media::NewFile, Media::InGallery] {
        add(State { media, ..good });
    }
    for owner in OWNERS {
        let all =
            matches!(make, Pixel | Samsung) || matches!(owner, Owner::None | Owner::KnoxGuard);
        let accounts = if all { &ACCOUNTS[..] } else { &ACCOUNTS[..1] };
        for accounts in accounts.iter().copied() {
            add(State {
                owner,
                accounts,
                ..good
            });
        }
    }
    for space in SPACES.into_iter().filter(|space| space.is_on(make, sdk)) {
        for locked in seen_locked.iter().copied() {
            add(State {
                space,
                locked,
                ..good
            });
        }
        add(State {
            space,
            lock: Lock::None,
            ..good
        });
        let own = !matches!(space, Space::Work | Space::Person { .. } | Space::GuestLeft);
        if thorough || own {
            add(State {
                space,
                previews: Previews::Shown,
                ..good
            });
            add(State {
                space,
                previews: Previews::Redacted,
                ..good
            });
            add(State {
                space,
                photos: photos(sdk)[4],
                ..good
            });
        }
    }
    for space in SPACES.into_iter().filter(|space| space.is_on(make, sdk)) {
        // A profile is never in front: the phone names its owner then.
        let front = match space {
            Space::Person { .. } | Space::GuestRunning | Space::SystemCloner => Front::TheOther,
            Space::None => Front::Untold,
            _ => continue,
        };
        add(State {
            space,
            front,
            ..good
        });
        add(State {
            space,
            front,
            lock: Lock::None,
            awake: true,
            previews: Previews::Shown,
            accounts: ACCOUNTS[1],
            ..good
        });
        add(State {
            space,
            front,
            app: AppSays::Blocked,
            ..good
        });
    }
    for owner in [Owner::None, Owner::Device] {
        add(State {
            front: Front::Unlisted,
            owner,
            locked: true,
            ..good
        });
    }
    for agent in AGENTS {
        let new = matches!(agent, Agent::Trustable | Agent::ActiveUnlock);
        if !new || sdk >= 34 {
            for locked in seen_locked.iter().copied() {
                add(State {
                    agent,
                    locked,
                    ..good
                });
            }
            add(State {
                agent,
                lock: Lock::None,
                ..good
            });
        }
    }
    add(State { rom: true, ..good });
    for gap in GAPS {
        add(State { gap, ..good });
        if matches!(make, Pixel | Samsung | Huawei) {
            add(State {
                gap,
                lock: Lock::None,
                ..good
            });
        }
        if matches!(make, Pixel | Huawei) {
            for locked in seen_locked.iter().copied() {
                add(State {
                    gap,
                    previews: Previews::Shown,
                    locked,
                    ..good
                });
                add(State {
                    gap,
                    owner: Owner::Device,
                    locked,
                    ..good
                });
            }
        }
    }
    all
}
