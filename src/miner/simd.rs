//! The SIMD kernel: SHA-256 of four nonces at a time, just as far as is needed to rule them out.
//!
//! What follows from the shape of the last chunk (FIPS 180-4, 6.2): word 0 is the end of the
//! header's data hash, words 1 and 2 are the nonce, low half first and each in reversed byte order,
//! word 3 is the padding's one bit, word 15 the length in bits, and all others are zero. Within one
//! job, and as long as the nonce's upper half stays, only word 1 moves. So:
//!
//! - rounds 0 and 1 are done once per job but for adding word 1, and rounds 2 to 4 have part of
//!   their sum ready;
//! - of the message schedule, words 16 to 31 keep only the terms that are not zero or constant;
//! - rounds 5 to 15 add a constant only, the length being added to the constant of round 15;
//! - only the first word of the hash is computed, and compared; a group of four with a word at or
//!   below the limit is left to the caller, who hashes it by the reference.
//!
//! What limits it, from the machine code that Chromium makes of it on x86-64 with AVX: about 3,050
//! vector operations for four hashes, on three ports that can do them, are some 255 cycles a hash;
//! WebAssembly has no vector rotation, so each of 532 rotations is three operations. The schedule
//! and the state do not fit 16 registers: 1,000 loads and stores go beside, on ports of their own.
//! Tried and not better: rotations nested to keep fewer vectors alive (a longer chain), constants
//! as immediates (three instructions each instead of a load; which is why they are read from
//! memory), and a majority from the last round's xor (the compiler folds it back). Rounds 32 to 63
//! as a loop of two laps are as fast as unrolled, and a quarter smaller.

use super::lanes::{Lanes, WIDTH};
use super::template::{LENGTH_BITS, PADDING, ROUND_CONSTANTS, Template};

/// The registers a to h of four hashes.
#[derive(Clone, Copy, Debug)]
struct State([Lanes; 8]);

/// A job with one upper half of the nonce, made ready.
#[derive(Clone, Debug)]
pub(super) struct Simd {
    /// The upper half of the nonces that this is ready for.
    upper: u32,
    /// Round constants; that of round 15 with the length.
    constants: [Lanes; 64],
    /// The state after rounds 0 and 1, but for word 1 in registers a and e.
    start: State,
    /// Register h, constant and word of rounds 2, 3 and 4, added up.
    sums: [Lanes; 3],
    /// The constant terms of words 16 to 19, 22 and 30.
    terms: [Lanes; 6],
    /// The first word of the midstate.
    first: Lanes,
}

impl Simd {
    /// Makes a job ready for the nonces from `start` on.
    pub(super) fn new(template: &Template, start: u64) -> Self {
        let (upper, _) = halves(start);
        let [word_0, word_2, word_3, length] =
            [template.word_0(), upper.swap_bytes(), PADDING, LENGTH_BITS].map(Lanes::splat);
        let k = |round: usize| Lanes::splat(ROUND_CONSTANTS[round]);
        let midstate = State(template.midstate().map(Lanes::splat));
        let start = midstate.round(midstate.0[7].add(k(0)).add(word_0));
        let start = start.round(start.0[7].add(k(1)));
        let [.., f, g, h] = start.0;
        let sums = [
            h.add(k(2)).add(word_2),
            g.add(k(3)).add(word_3),
            f.add(k(4)),
        ];
        let terms = [
            word_0,
            length.small_sigma_1().add(word_2.small_sigma_0()),
            word_3.small_sigma_0().add(word_2),
            word_3,
            length,
            length.small_sigma_0(),
        ];
        let mut constants = ROUND_CONSTANTS;
        constants[15] = constants[15].wrapping_add(LENGTH_BITS);
        Self {
            upper,
            constants: constants.map(Lanes::splat),
            start,
            sums,
            terms,
            first: midstate.0[0],
        }
    }

    /// How many of the `count` nonces from `start` on surely have a hash whose first word is above
    /// `limit`, looking no further than to the first group in which one may not.
    pub(super) fn rule_out(
        &mut self,
        template: &Template,
        start: u64,
        count: u64,
        limit: u32,
    ) -> u64 {
        let (upper, lower) = halves(start);
        if upper != self.upper {
            *self = Self::new(template, start);
        }
        // Up to where the upper half changes.
        let groups = count.min((1 << 32) - u64::from(lower)) / WIDTH;
        let limit = Lanes::splat(limit);
        let mut nonce = lower;
        for group in 0..groups {
            if self.first_words(nonce).any_at_most(limit) {
                return group * WIDTH;
            }
            nonce = nonce.wrapping_add(4);
        }
        groups * WIDTH
    }

    /// The first word of the hashes of four nonces, their lower halves from `nonce` on.
    #[expect(clippy::inline_always, reason = "it is the body of the loop")]
    #[inline(always)]
    fn first_words(&self, nonce: u32) -> Lanes {
        let word_1 = Lanes::count_from(nonce).swap_bytes();
        let k = &self.constants;
        let [a, b, c, d, e, f, g, h] = self.start.0;
        let mut s = State([a.add(word_1), b, c, d, e.add(word_1), f, g, h]);
        s = s.round(self.sums[0]);
        s = s.round(self.sums[1]);
        s = s.round(self.sums[2]);
        macro_rules! rounds {
            ($($word:expr),+) => { $( s = s.round(s.0[7].add($word)); )+ };
        }
        rounds!(
            k[5], k[6], k[7], k[8], k[9], k[10], k[11], k[12], k[13], k[14], k[15]
        );

        let [term_16, term_17, term_18, term_19, length, term_30] = self.terms;
        let mut w = [word_1; 16];
        // A word of the schedule, and the round that it goes into.
        macro_rules! words {
            ($($t:literal: $word:expr;)+) => { $( w[$t - 16] = $word; rounds!(w[$t - 16].add(k[$t])); )+ };
        }
        words! {
            16: word_1.small_sigma_0().add(term_16);
            17: word_1.add(term_17);
            18: w[0].small_sigma_1().add(term_18);
            19: w[1].small_sigma_1().add(term_19);
            20: w[2].small_sigma_1();
            21: w[3].small_sigma_1();
            22: w[4].small_sigma_1().add(length);
            23: w[5].small_sigma_1().add(w[0]);
            24: w[6].small_sigma_1().add(w[1]);
            25: w[7].small_sigma_1().add(w[2]);
            26: w[8].small_sigma_1().add(w[3]);
            27: w[9].small_sigma_1().add(w[4]);
            28: w[10].small_sigma_1().add(w[5]);
            29: w[11].small_sigma_1().add(w[6]);
            30: w[12].small_sigma_1().add(w[7]).add(term_30);
            31: w[13].small_sigma_1().add(w[8]).add(w[0].small_sigma_0().add(length));
        }
        macro_rules! full {
            ($k:ident: $($t:literal)+) => { $(
                w[$t] = w[$t]
                    .add(w[($t + 1) % 16].small_sigma_0())
                    .add(w[($t + 9) % 16].add(w[($t + 14) % 16].small_sigma_1()));
                rounds!(w[$t].add($k[$t]));
            )+ };
        }
        let (laps, _) = k[32..].as_chunks::<16>();
        for k in laps {
            full!(k: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
        }
        s.0[0].add(self.first)
    }
}

/// The upper and the lower half of a nonce.
#[expect(clippy::cast_possible_truncation, reason = "each half has 32 bits")]
const fn halves(nonce: u64) -> (u32, u32) {
    ((nonce >> 32) as u32, nonce as u32)
}

#[expect(
    clippy::inline_always,
    reason = "parts of one kernel, which must stay in registers"
)]
impl State {
    /// A round; `sum` is register h, the constant and the word added up.
    #[inline(always)]
    fn round(self, sum: Lanes) -> Self {
        let [a, b, c, d, e, f, g, _] = self.0;
        let one = sum.add(e.select(f, g)).add(e.big_sigma_1());
        let two = a.big_sigma_0().add(a.xor(b).select(c, b));
        Self([one.add(two), a, b, c, d.add(one), e, f, g])
    }
}

#[expect(
    clippy::inline_always,
    reason = "parts of one kernel, which must stay in registers"
)]
impl Lanes {
    #[inline(always)]
    fn big_sigma_0(self) -> Self {
        self.rotate_right(2)
            .xor(self.rotate_right(13))
            .xor(self.rotate_right(22))
    }

    #[inline(always)]
    fn big_sigma_1(self) -> Self {
        self.rotate_right(6)
            .xor(self.rotate_right(11))
            .xor(self.rotate_right(25))
    }

    #[inline(always)]
    fn small_sigma_0(self) -> Self {
        self.rotate_right(7)
            .xor(self.rotate_right(18))
            .xor(self.shift_right(3))
    }

    #[inline(always)]
    fn small_sigma_1(self) -> Self {
        self.rotate_right(17)
            .xor(self.rotate_right(19))
            .xor(self.shift_right(10))
    }
}
