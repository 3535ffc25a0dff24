//! 256-bit unsigned integers, only as far as proof of work needs them: compare a hash with a
//! target, turn a difficulty into a target and back, and scale a target.

/// Four 64-bit limbs, most significant first, so that the derived order is the numeric one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct U256([u64; 4]);

impl U256 {
    /// 2^256 - 1.
    pub const MAX: Self = Self([u64::MAX; 4]);

    /// Reads 32 bytes, most significant first, as a block id is read for its proof of work.
    #[must_use]
    pub fn from_be_bytes(bytes: &[u8; 32]) -> Self {
        let mut limbs = [0; 4];
        for (limb, chunk) in limbs.iter_mut().zip(bytes.chunks_exact(8)) {
            *limb = chunk
                .iter()
                .fold(0, |value, byte| value << 8 | u64::from(*byte));
        }
        Self(limbs)
    }

    /// Writes 32 bytes, most significant first.
    #[must_use]
    pub fn to_be_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (limb, chunk) in self.0.iter().zip(bytes.chunks_exact_mut(8)) {
            chunk.copy_from_slice(&limb.to_be_bytes());
        }
        bytes
    }

    /// The quotient by `divisor`, rounded down; the dividend itself for a divisor of 0 or 1.
    #[must_use]
    pub fn div_u64(self, divisor: u64) -> Self {
        let divisor = u128::from(divisor.max(1));
        let mut remainder: u128 = 0;
        let mut quotient = [0; 4];
        for (digit, limb) in quotient.iter_mut().zip(self.0) {
            let dividend = remainder << 64 | u128::from(limb);
            // The remainder is below the divisor, so the digit fits 64 bits.
            *digit = u64::try_from(dividend / divisor).unwrap_or(u64::MAX);
            remainder = dividend % divisor;
        }
        Self(quotient)
    }
}

impl U256 {
    /// Zero.
    pub const ZERO: Self = Self([0; 4]);

    /// The number as the lowest of 256 bits.
    #[must_use]
    pub const fn from_u64(value: u64) -> Self {
        Self([0, 0, 0, value])
    }

    /// The number, if 128 bits hold it.
    #[must_use]
    pub fn to_u128(self) -> Option<u128> {
        let [first, second, third, fourth] = self.0;
        (first == 0 && second == 0).then(|| u128::from(third) << 64 | u128::from(fourth))
    }

    /// How many bits the number has; 0 for zero.
    #[must_use]
    pub fn bits(self) -> u32 {
        let first = self.0.iter().position(|limb| *limb != 0);
        first.map_or(0, |at| {
            u32::try_from(4 - at).unwrap_or(4) * 64 - self.0[at].leading_zeros()
        })
    }

    /// The number times `2^bits`, or `None` if 256 bits do not hold it.
    #[must_use]
    pub fn checked_mul_pow2(self, bits: u32) -> Option<Self> {
        if self == Self::ZERO {
            return Some(self);
        }
        (self.bits().checked_add(bits)? <= 256).then(|| {
            let (limbs, bits) = (usize::try_from(bits / 64).unwrap_or(4), bits % 64);
            let at = |place: usize| self.0.get(place).copied().unwrap_or(0);
            let below = |limb: u64| limb.checked_shr(64 - bits).unwrap_or(0);
            Self(std::array::from_fn(|place| {
                at(place + limbs) << bits | below(at(place + limbs + 1))
            }))
        })
    }

    /// The number divided by `2^bits`, rounded down.
    #[must_use]
    pub fn div_pow2(self, bits: u32) -> Self {
        let (limbs, bits) = (usize::try_from(bits / 64).unwrap_or(4), bits % 64);
        let at = |place: Option<usize>| {
            place
                .and_then(|place| self.0.get(place))
                .copied()
                .unwrap_or(0)
        };
        let above = |limb: u64| limb.checked_shl(64 - bits).unwrap_or(0);
        Self(std::array::from_fn(|place| {
            at(place.checked_sub(limbs)) >> bits
                | above(at(place.checked_sub(limbs.saturating_add(1))))
        }))
    }

    /// The product, or `None` if 256 bits do not hold it.
    #[must_use]
    pub fn checked_mul_u64(self, factor: u64) -> Option<Self> {
        let mut carry: u128 = 0;
        let mut product = [0; 4];
        for (digit, limb) in product.iter_mut().zip(self.0).rev() {
            let sum = u128::from(limb) * u128::from(factor) + carry;
            *digit = u64::try_from(sum & u128::from(u64::MAX)).unwrap_or(u64::MAX);
            carry = sum >> 64;
        }
        (carry == 0).then_some(Self(product))
    }

    /// The difference modulo 2^256.
    #[must_use]
    pub fn wrapping_sub(self, other: Self) -> Self {
        let mut borrow = false;
        let mut difference = [0; 4];
        for (place, digit) in difference.iter_mut().enumerate().rev() {
            let (value, first) = self.0[place].overflowing_sub(other.0[place]);
            let (value, second) = value.overflowing_sub(u64::from(borrow));
            (*digit, borrow) = (value, first || second);
        }
        Self(difference)
    }

    /// The quotient by `divisor`, rounded down; the dividend itself for a divisor of 0.
    #[must_use]
    pub fn div_u256(self, divisor: Self) -> Self {
        let (mut quotient, mut rest) = (Self::ZERO, self);
        let Some(highest) = self.bits().checked_sub(divisor.bits()) else {
            return Self::ZERO;
        };
        if divisor == Self::ZERO {
            return self;
        }
        for bit in (0..=highest).rev() {
            if let Some(part) = divisor.checked_mul_pow2(bit).filter(|part| *part <= rest) {
                rest = rest.wrapping_sub(part);
                quotient.0[3 - usize::try_from(bit / 64).unwrap_or(0)] |= 1 << (bit % 64);
            }
        }
        quotient
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_round_trip_and_order_is_numeric() {
        let mut bytes = [0; 32];
        bytes[31] = 7;
        let seven = U256::from_be_bytes(&bytes);
        assert_eq!(seven.to_be_bytes(), bytes);
        bytes[0] = 1;
        assert!(U256::from_be_bytes(&bytes) > seven);
    }

    #[test]
    fn division_of_the_largest_value_by_powers_of_two_shifts() {
        for bits in 0..64 {
            let quotient = U256::MAX.div_u64(1 << bits).to_be_bytes();
            let zeros = quotient.iter().take_while(|byte| **byte == 0).count();
            assert_eq!(zeros, bits / 8);
            assert_eq!(quotient[31], 255);
        }
        assert_eq!(U256::MAX.div_u64(3).to_be_bytes(), [0x55; 32]);
    }

    #[test]
    fn shifts_and_products_lose_no_bit_or_say_so() {
        let odd = U256([0, 0, 0xdead_beef, 0x0123_4567_89ab_cdef]);
        for bits in 0..160 {
            assert_eq!(
                odd.checked_mul_pow2(bits)
                    .map(|shifted| shifted.div_pow2(bits)),
                Some(odd),
                "{bits}"
            );
        }
        assert_eq!((odd.bits(), odd.checked_mul_pow2(161)), (96, None));
        assert_eq!(U256::MAX.div_pow2(256), U256::ZERO);
        assert_eq!(U256::ZERO.checked_mul_pow2(1_000), Some(U256::ZERO));
        assert_eq!(odd.checked_mul_u64(1 << 40), odd.checked_mul_pow2(40));
        assert_eq!(U256::MAX.checked_mul_u64(2), None);
        assert_eq!(
            (odd.to_u128(), U256::MAX.to_u128()),
            (Some(0xdead_beef << 64 | 0x0123_4567_89ab_cdef), None)
        );
    }

    #[test]
    fn both_divisions_agree_and_undo_the_product() {
        let value = U256([3, 1, 4, 1]);
        for divisor in [1, 2, 3, 0xffff_ffff, u64::MAX] {
            assert_eq!(
                value.div_u256(U256::from_u64(divisor)),
                value.div_u64(divisor)
            );
            assert_eq!(
                value
                    .checked_mul_u64(divisor)
                    .map_or(value, |product| product.div_u64(divisor)),
                value
            );
        }
        assert_eq!(
            (value.div_u256(value), value.div_u256(U256::MAX)),
            (U256::from_u64(1), U256::ZERO)
        );
        assert_eq!(U256::ZERO.wrapping_sub(U256::from_u64(1)), U256::MAX);
        assert_eq!(value.div_u256(U256::ZERO), value);
    }
}
