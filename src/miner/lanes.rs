//! Four 32-bit words side by side, as the SIMD kernel computes with them: a 128-bit vector in
//! WebAssembly, and an array elsewhere, so that the kernel's own tests run on any machine.

/// Words side by side.
pub(super) const WIDTH: u64 = 4;

#[cfg(target_arch = "wasm32")]
mod vector {
    use core::arch::wasm32::{
        i8x16_shuffle, i32x4_add, u32x4, u32x4_le, u32x4_shl, u32x4_shr, u32x4_splat, v128,
        v128_any_true, v128_bitselect, v128_or, v128_xor,
    };

    /// Four words.
    #[derive(Clone, Copy, Debug)]
    pub(in crate::miner) struct Lanes(v128);

    #[expect(
        clippy::inline_always,
        reason = "each is one instruction of a kernel that is built for size otherwise"
    )]
    impl Lanes {
        #[inline(always)]
        pub(in crate::miner) fn splat(word: u32) -> Self {
            Self(u32x4_splat(word))
        }

        /// `first`, and the three words after it.
        #[inline(always)]
        pub(in crate::miner) fn count_from(first: u32) -> Self {
            Self(i32x4_add(u32x4_splat(first), u32x4(0, 1, 2, 3)))
        }

        #[inline(always)]
        pub(in crate::miner) fn add(self, other: Self) -> Self {
            Self(i32x4_add(self.0, other.0))
        }

        #[inline(always)]
        pub(in crate::miner) fn xor(self, other: Self) -> Self {
            Self(v128_xor(self.0, other.0))
        }

        /// The bits of `ones` where this has ones, of `zeros` where it has zeros.
        #[inline(always)]
        pub(in crate::miner) fn select(self, ones: Self, zeros: Self) -> Self {
            Self(v128_bitselect(ones.0, zeros.0, self.0))
        }

        #[inline(always)]
        pub(in crate::miner) fn shift_right(self, bits: u32) -> Self {
            Self(u32x4_shr(self.0, bits))
        }

        #[inline(always)]
        pub(in crate::miner) fn rotate_right(self, bits: u32) -> Self {
            Self(v128_or(
                u32x4_shr(self.0, bits),
                u32x4_shl(self.0, 32 - bits),
            ))
        }

        #[inline(always)]
        pub(in crate::miner) fn swap_bytes(self) -> Self {
            Self(i8x16_shuffle::<
                3,
                2,
                1,
                0,
                7,
                6,
                5,
                4,
                11,
                10,
                9,
                8,
                15,
                14,
                13,
                12,
            >(self.0, self.0))
        }

        /// Whether any word is at most `bound`'s beside it.
        #[inline(always)]
        pub(in crate::miner) fn any_at_most(self, bound: Self) -> bool {
            v128_any_true(u32x4_le(self.0, bound.0))
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod vector {
    use std::array::from_fn;

    /// Four words.
    #[derive(Clone, Copy, Debug)]
    pub(in crate::miner) struct Lanes([u32; 4]);

    impl Lanes {
        pub(in crate::miner) fn splat(word: u32) -> Self {
            Self([word; 4])
        }

        /// `first`, and the three words after it.
        pub(in crate::miner) fn count_from(first: u32) -> Self {
            Self([0, 1, 2, 3].map(|lane| first.wrapping_add(lane)))
        }

        pub(in crate::miner) fn add(self, other: Self) -> Self {
            Self(from_fn(|lane| self.0[lane].wrapping_add(other.0[lane])))
        }

        pub(in crate::miner) fn xor(self, other: Self) -> Self {
            Self(from_fn(|lane| self.0[lane] ^ other.0[lane]))
        }

        /// The bits of `ones` where this has ones, of `zeros` where it has zeros.
        pub(in crate::miner) fn select(self, ones: Self, zeros: Self) -> Self {
            Self(from_fn(|lane| {
                (self.0[lane] & ones.0[lane]) | (!self.0[lane] & zeros.0[lane])
            }))
        }

        pub(in crate::miner) fn shift_right(self, bits: u32) -> Self {
            Self(self.0.map(|word| word >> bits))
        }

        pub(in crate::miner) fn rotate_right(self, bits: u32) -> Self {
            Self(self.0.map(|word| word.rotate_right(bits)))
        }

        pub(in crate::miner) fn swap_bytes(self) -> Self {
            Self(self.0.map(u32::swap_bytes))
        }

        /// Whether any word is at most `bound`'s beside it.
        pub(in crate::miner) fn any_at_most(self, bound: Self) -> bool {
            self.0
                .iter()
                .zip(bound.0)
                .any(|(word, bound)| *word <= bound)
        }
    }
}

pub(super) use vector::Lanes;
