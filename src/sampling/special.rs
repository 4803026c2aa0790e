//! The functions of mathematics that the statistics rest on. Tails are summed from logarithms, so that large lists
//! neither overflow nor lose the small numbers that matter.

use std::f64::consts::PI;

/// The natural logarithm of the gamma function, for `x` above 0.
pub fn ln_gamma(x: f64) -> f64 {
    // Stirling's series is good to the last digits from about 10 on: smaller arguments are moved up there.
    let (mut x, mut shift) = (x, 0.0);
    while x < 12.0 {
        shift += x.ln();
        x += 1.0;
    }
    let r = 1.0 / x;
    let r2 = r * r;
    let series = r
        * (1.0 / 12.0
            - r2 * (1.0 / 360.0
                - r2 * (1.0 / 1260.0
                    - r2 * (1.0 / 1680.0 - r2 * (1.0 / 1188.0 - r2 * 691.0 / 360_360.0)))));
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * PI).ln() + series - shift
}

/// The natural logarithm of n!.
pub fn ln_factorial(n: u64) -> f64 {
    if n < 2 { 0.0 } else { ln_gamma(n as f64 + 1.0) }
}

/// The natural logarithm of the number of ways to choose `k` of `n`; minus infinity where there is none.
pub fn ln_choose(n: u64, k: u64) -> f64 {
    if k > n {
        return f64::NEG_INFINITY;
    }
    if k == 0 || k == n {
        return 0.0;
    }
    ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k)
}

/// The regularised incomplete beta function, for `a` and `b` above 0.
pub fn beta_inc(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    // The fraction converges fast on this side of the mean; the other side is its mirror image.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_inc(b, a, 1.0 - x);
    }
    let front = a * x.ln() + b * (-x).ln_1p() - (ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b));
    front.exp() / a * beta_fraction(a, b, x)
}

/// The continued fraction of the incomplete beta function, by Lentz's method.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let keep = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / keep(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for m in 1..20_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / keep(1.0 + even * d);
        c = keep(1.0 + even / c);
        value *= d * c;
        d = 1.0 / keep(1.0 + odd * d);
        c = keep(1.0 + odd / c);
        let step = d * c;
        value *= step;
        if (step - 1.0).abs() < 1e-15 {
            break;
        }
    }
    value
}

/// The inverse of [`beta_inc`] in `x`.
pub fn beta_inv(p: f64, a: f64, b: f64) -> f64 {
    bisect(0.0, 1.0, |x| beta_inc(a, b, x) < p)
}

/// The value below which a standard normal variable lies with probability `p`.
pub fn normal_quantile(p: f64) -> f64 {
    bisect(-8.0, 8.0, |z| normal_cdf(z) < p)
}

fn normal_cdf(z: f64) -> f64 {
    let (mut term, mut sum, mut k) = (z, z, 1.0);
    while term.abs() > 1e-18 * sum.abs() {
        k += 2.0;
        term *= z * z / k;
        sum += term;
    }
    0.5 + sum * (-z * z / 2.0).exp() / (2.0 * PI).sqrt()
}

/// The point between `low` and `high` from which on `too_low` no longer holds.
fn bisect(mut low: f64, mut high: f64, too_low: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..200 {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if too_low(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low + (high - low) / 2.0
}

/// The probability of at most `c` successes in `n` independent trials of probability `p`.
pub fn binomial_at_most(c: u64, n: u64, p: f64) -> f64 {
    if c >= n {
        return 1.0;
    }
    beta_inc((n - c) as f64, c as f64 + 1.0, 1.0 - p)
}

/// How many marked ones come up when `drawn` of `population` are drawn, of which `marked` are marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hypergeometric {
    population: u64,
    marked: u64,
    drawn: u64,
}

impl Hypergeometric {
    /// `None` where more are marked or drawn than there are.
    pub fn new(population: u64, marked: u64, drawn: u64) -> Option<Self> {
        (marked <= population && drawn <= population).then_some(Hypergeometric {
            population,
            marked,
            drawn,
        })
    }

    /// The fewest that can come up.
    pub fn lowest(self) -> u64 {
        self.drawn.saturating_sub(self.population - self.marked)
    }

    /// The most that can come up.
    pub fn highest(self) -> u64 {
        self.drawn.min(self.marked)
    }

    /// The logarithm of the probability that exactly `k` come up.
    pub fn ln_exactly(self, k: u64) -> f64 {
        if k < self.lowest() || k > self.highest() {
            return f64::NEG_INFINITY;
        }
        ln_choose(self.marked, k) + ln_choose(self.population - self.marked, self.drawn - k)
            - ln_choose(self.population, self.drawn)
    }

    /// The probability that at most `k` come up.
    pub fn at_most(self, k: u64) -> f64 {
        if k >= self.highest() {
            1.0
        } else if k < self.lowest() {
            0.0
        } else if self.is_below_mode(k) {
            self.tail_down(k)
        } else {
            (1.0 - self.tail_up(k + 1)).max(0.0)
        }
    }

    /// The probability that at least `k` come up.
    pub fn at_least(self, k: u64) -> f64 {
        if k <= self.lowest() {
            1.0
        } else if k > self.highest() {
            0.0
        } else if self.is_below_mode(k) {
            (1.0 - self.tail_down(k - 1)).max(0.0)
        } else {
            self.tail_up(k)
        }
    }

    fn is_below_mode(self, k: u64) -> bool {
        let mode =
            (self.drawn as f64 + 1.0) * (self.marked as f64 + 1.0) / (self.population as f64 + 2.0);
        (k as f64) < mode
    }

    /// From `k` downwards, where every term is smaller than the one before.
    fn tail_down(self, k: u64) -> f64 {
        let rest = self.population - self.marked;
        self.tail((self.lowest()..k).rev(), k, |j| {
            // Term j out of term j + 1.
            let up = j + 1;
            up as f64 * (rest + up - self.drawn) as f64
                / ((self.marked - j) as f64 * (self.drawn - j) as f64)
        })
    }

    /// From `k` upwards, where every term is smaller than the one before.
    fn tail_up(self, k: u64) -> f64 {
        let rest = self.population - self.marked;
        self.tail(k + 1..=self.highest(), k, |j| {
            // Term j out of term j - 1.
            let below = j - 1;
            (self.marked - below) as f64 * (self.drawn - below) as f64
                / (j as f64 * (rest + j - self.drawn) as f64)
        })
    }

    fn tail(self, steps: impl Iterator<Item = u64>, from: u64, ratio: impl Fn(u64) -> f64) -> f64 {
        let (mut term, mut sum) = (1.0, 1.0);
        for j in steps {
            term *= ratio(j);
            sum += term;
            if term < sum * 1e-18 {
                break;
            }
        }
        (self.ln_exactly(from) + f64::ln(sum)).exp().min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() <= 1e-10 * b.abs().max(1.0), "{a} is not {b}");
    }

    #[test]
    fn gamma_and_choose() {
        close(ln_gamma(0.5), PI.sqrt().ln());
        close(ln_gamma(1.0), 0.0);
        close(ln_factorial(20), 2_432_902_008_176_640_000f64.ln());
        close(ln_choose(52, 5), 2_598_960f64.ln());
        assert_eq!(ln_choose(3, 4), f64::NEG_INFINITY);
    }

    #[test]
    fn beta_and_its_inverse() {
        // I_x(1, b) = 1 - (1 - x)^b, and I_x(a, 1) = x^a.
        for x in [0.001f64, 0.1, 0.5, 0.9, 0.999] {
            close(beta_inc(1.0, 7.0, x), 1.0 - (1.0 - x).powi(7));
            close(beta_inc(30.0, 1.0, x), x.powi(30));
            for (a, b) in [(1.0, 30.0), (6.0, 55.0), (400.0, 600.0), (0.5, 0.5)] {
                let p = beta_inc(a, b, x);
                if p > 1e-12 && p < 1.0 - 1e-12 {
                    assert!((beta_inv(p, a, b) - x).abs() < 1e-7, "{a} {b} {x}");
                }
            }
        }
    }

    #[test]
    fn the_normal_quantile() {
        close(normal_quantile(0.975), 1.959_963_984_540_054);
        close(normal_quantile(0.95), 1.644_853_626_951_472_2);
        close(normal_quantile(0.5), 0.0);
    }

    #[test]
    fn tails_are_sums_of_their_terms() {
        for (population, marked, drawn) in [(10, 4, 3), (60, 20, 40), (500, 99, 60), (7, 7, 3)] {
            let h = Hypergeometric::new(population, marked, drawn).expect("possible");
            let mut sum = 0.0;
            for k in 0..=drawn {
                close(h.at_least(k), 1.0 - sum);
                sum += h.ln_exactly(k).exp();
                close(h.at_most(k), sum);
            }
        }
        assert_eq!(Hypergeometric::new(5, 6, 1), None);
    }
}
