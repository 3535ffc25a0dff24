//! What of a candidate's hash does not depend on its nonce, done once per job, and the reference
//! hash of a nonce.
//!
//! The first 192 of a header's 204 bytes stand before the nonce, so their three compressions are
//! done once (the midstate) and each try costs one compression of the last chunk: 4 bytes of the
//! data hash, 8 of the nonce, and the padding.

use sha2::block_api::compress256;

use crate::primitives::{DecodeError, HEADER_LEN, Header};

/// Initial value of SHA-256 (FIPS 180-4, 5.3.3).
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// Round constants of SHA-256 (FIPS 180-4, 4.2.2).
pub(super) const ROUND_CONSTANTS: [u32; 64] = [
    0x428a_2f98,
    0x7137_4491,
    0xb5c0_fbcf,
    0xe9b5_dba5,
    0x3956_c25b,
    0x59f1_11f1,
    0x923f_82a4,
    0xab1c_5ed5,
    0xd807_aa98,
    0x1283_5b01,
    0x2431_85be,
    0x550c_7dc3,
    0x72be_5d74,
    0x80de_b1fe,
    0x9bdc_06a7,
    0xc19b_f174,
    0xe49b_69c1,
    0xefbe_4786,
    0x0fc1_9dc6,
    0x240c_a1cc,
    0x2de9_2c6f,
    0x4a74_84aa,
    0x5cb0_a9dc,
    0x76f9_88da,
    0x983e_5152,
    0xa831_c66d,
    0xb003_27c8,
    0xbf59_7fc7,
    0xc6e0_0bf3,
    0xd5a7_9147,
    0x06ca_6351,
    0x1429_2967,
    0x27b7_0a85,
    0x2e1b_2138,
    0x4d2c_6dfc,
    0x5338_0d13,
    0x650a_7354,
    0x766a_0abb,
    0x81c2_c92e,
    0x9272_2c85,
    0xa2bf_e8a1,
    0xa81a_664b,
    0xc24b_8b70,
    0xc76c_51a3,
    0xd192_e819,
    0xd699_0624,
    0xf40e_3585,
    0x106a_a070,
    0x19a4_c116,
    0x1e37_6c08,
    0x2748_774c,
    0x34b0_bcb5,
    0x391c_0cb3,
    0x4ed8_aa4a,
    0x5b9c_ca4f,
    0x682e_6ff3,
    0x748f_82ee,
    0x78a5_636f,
    0x84c8_7814,
    0x8cc7_0208,
    0x90be_fffa,
    0xa450_6ceb,
    0xbef9_a3f7,
    0xc671_78f2,
];

/// Length of a header in bits, the last word of the padding.
pub(super) const LENGTH_BITS: u32 = HEADER_LEN as u32 * 8;
/// The first word of the padding: a one bit.
pub(super) const PADDING: u32 = 0x8000_0000;
/// Bytes of the header that are compressed once per job.
const FIXED: usize = 192;

/// A candidate's header, ready for nonces.
#[derive(Clone, Debug)]
pub(super) struct Template {
    midstate: [u32; 8],
    last: [u8; 64],
}

impl Template {
    /// Prepares the encoded header of a candidate.
    ///
    /// # Errors
    /// The header cannot be read.
    pub(super) fn new(header: &[u8]) -> Result<Self, DecodeError> {
        let header = Header::from_bytes(header)?.to_bytes();
        let mut midstate = INITIAL;
        let (chunks, rest) = header.as_chunks::<64>();
        compress256(&mut midstate, chunks);
        let mut last = [0; 64];
        last[..HEADER_LEN - FIXED].copy_from_slice(rest);
        last[HEADER_LEN - FIXED..][..4].copy_from_slice(&PADDING.to_be_bytes());
        last[60..].copy_from_slice(&LENGTH_BITS.to_be_bytes());
        Ok(Self { midstate, last })
    }

    /// The hash of the header with this nonce, as eight words: by the plain compression of a
    /// library.
    pub(super) fn hash(&mut self, nonce: u64) -> [u32; 8] {
        self.last[4..12].copy_from_slice(&nonce.to_le_bytes());
        let mut hash = self.midstate;
        compress256(&mut hash, std::slice::from_ref(&self.last));
        hash
    }

    /// The state after the chunks before the nonce.
    pub(super) const fn midstate(&self) -> [u32; 8] {
        self.midstate
    }

    /// The first word of the last chunk.
    pub(super) const fn word_0(&self) -> u32 {
        u32::from_be_bytes([self.last[0], self.last[1], self.last[2], self.last[3]])
    }
}
