//! 256-bit unsigned integers, only as far as proof of work needs them: compare a hash with a target,
//! and divide the largest value by a difficulty.

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
            *limb = chunk.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
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
}
