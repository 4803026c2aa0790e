fn main() {
    use spotcheck::ios::crypt::*;
    use std::time::Instant;
    let n = 2_000_000;
    for _ in 0..3 {
        let t = Instant::now();
        let a = rounds_by_crate(b"pw", b"saltsaltsaltsaltsalt", n);
        let c = t.elapsed().as_secs_f64();
        let t = Instant::now();
        let b = own_pbkdf2_sha256(b"pw", b"saltsaltsaltsaltsalt", n, &mut |_| {
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
        let o = t.elapsed().as_secs_f64();
        assert_eq!(a, *b);
        println!("crate {:.3} own {:.3} ratio {:.3}", c * 5.0, o * 5.0, o / c);
    }
}
