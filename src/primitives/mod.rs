//! The nouns of a blockchain: hashes, units, keys, transactions, blocks and the Merkle tree over
//! them.
//!
//! Nothing here knows about a network, a clock or a database. Everything that is hashed, sent or
//! stored is encoded by borsh with a fixed layout, so that one value has exactly one encoding.

mod block;
mod calendar;
mod characters;
mod clock;
mod codes;
mod encoding;
mod exp2;
mod familiar;
mod figures;
mod hash;
mod keys;
mod memo;
mod merkle;
mod number;
mod random;
mod role;
mod simulated;
mod transaction;
mod u256;
mod units;

pub use block::{
    Block, Body, HEADER_LEN, Header, Kind, MAX_BLOCK_BYTES, MAX_BODY_BYTES, MAX_DATA_BYTES,
    MAX_TRANSACTIONS, NONCE_OFFSET, Seal, VERSION,
};
pub use calendar::Date;
pub use characters::{Character, folded, hidden, is_currency, visible};
pub use clock::{ClockReading, Instant};
pub use codes::Code;
pub(crate) use codes::codes;
pub use encoding::{DecodeError, Encoded, decode_exact};
pub use exp2::exp2;
pub use figures::{compact, count_of, grouped, short, span};
pub use hash::{AssetId, BlockHash, Digest, ParseHexError, TxId, from_hex, sha256, to_hex};
pub use keys::{Address, Keypair, NodeId, Signature};
pub(crate) use memo::remember_verdicts;
pub use merkle::{ConsistencyProof, InclusionProof, leaf_hash, merkle_proof, merkle_root};
pub use number::{Nearest, NumberError, is_number_like, read_number, resembles_number};
pub use random::SplitMix64;
pub use role::NodeKind;
pub(crate) use simulated::Simulated;
pub use transaction::{
    AssetSymbol, MAX_ASSET_NAME_BYTES, MAX_MEMO_BYTES, MAX_MESSAGE_BYTES, MAX_TRANSACTION_BYTES,
    Name, ParamsChange, ParamsOrder, Payload, Retarget, Transaction, TxBody, WordError, WordRule,
};
pub use u256::U256;
pub use units::{Amount, Difficulty, Height, MAX_EXACT, Millis, Slot, Timestamp, Weight};
