//! How many of each group.

/// Shares `n` out in proportion to the groups' sizes, by largest remainder; ties go by name. Nothing is lost to
/// rounding: the shares add up to `n`, and none exceeds its group as long as `n` does not exceed all of them.
pub fn largest_remainder(groups: &[(&str, u64)], n: u64) -> Vec<u64> {
    let people: u128 = groups.iter().map(|(_, size)| u128::from(*size)).sum();
    if people == 0 {
        return vec![0; groups.len()];
    }
    let exact = |size: u64| u128::from(n) * u128::from(size);
    let mut shares: Vec<u64> = groups
        .iter()
        .map(|(_, size)| u64::try_from(exact(*size) / people).unwrap_or(u64::MAX))
        .collect();
    let mut order: Vec<usize> = (0..groups.len()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (groups[*a], groups[*b]);
        (exact(b.1) % people)
            .cmp(&(exact(a.1) % people))
            .then(a.0.cmp(b.0))
    });
    let given: u64 = shares.iter().sum();
    for i in order
        .into_iter()
        .take(usize::try_from(n.saturating_sub(given)).unwrap_or(usize::MAX))
    {
        shares[i] += 1;
    }
    shares
}

/// The same with at least `least` of each group (or all of a smaller one). `None` where `n` is too few for that.
pub fn with_at_least(groups: &[(&str, u64)], n: u64, least: u64) -> Option<Vec<u64>> {
    let floor = |size: u64| least.min(size);
    let needed: u64 = groups.iter().map(|(_, size)| floor(*size)).sum();
    if needed > n {
        return None;
    }
    // Groups whose proportional share is too small get the least, and the others share the rest; that can make
    // another share too small.
    let mut raised = vec![false; groups.len()];
    loop {
        let fixed: u64 = (0..groups.len())
            .filter(|i| raised[*i])
            .map(|i| floor(groups[i].1))
            .sum();
        let others: Vec<usize> = (0..groups.len()).filter(|i| !raised[*i]).collect();
        let rest: Vec<(&str, u64)> = others.iter().map(|i| groups[*i]).collect();
        let shares = largest_remainder(&rest, n - fixed);
        let short: Vec<usize> = others
            .iter()
            .zip(&shares)
            .filter(|(i, share)| **share < floor(groups[**i].1))
            .map(|(i, _)| *i)
            .collect();
        if short.is_empty() {
            let mut all: Vec<u64> = groups.iter().map(|(_, size)| floor(*size)).collect();
            for (i, share) in others.into_iter().zip(shares) {
                all[i] = share;
            }
            return Some(all);
        }
        for i in short {
            raised[i] = true;
        }
    }
}

/// Neyman's allocation, before rounding: more of large groups and of those whose rate is near a half. Each group is
/// its size and the rate expected in it.
pub fn neyman(groups: &[(u64, f64)], n: u64) -> Vec<f64> {
    let pull = |(size, rate): &(u64, f64)| *size as f64 * (rate * (1.0 - rate)).sqrt();
    let all: f64 = groups.iter().map(pull).sum();
    groups
        .iter()
        .map(|group| {
            if all > 0.0 {
                n as f64 * pull(group) / all
            } else {
                0.0
            }
        })
        .collect()
}
