//! The rules that make a block or a transaction valid, as far as they need no state: parameters,
//! proof of work, slots of the authorities, and the checks of a block by itself. The rules are
//! numbered in `docs/BLOCKCHAIN_SYSTEM.md`, and each refusal names its number.

mod check;
mod error;
pub mod finality;
mod named;
mod params;
pub mod slots;
pub mod work;

pub use check::{
    CheckedBlock, CheckedTransaction, SIGNATURE_CACHE, SignatureCache, check_data, check_header,
};
pub use error::{BlockError, ParamsError, TxError};
pub use named::{LongPart, Parameter};
pub use params::{
    Allocation, EPOCH, MAX_ALLOCATIONS, MAX_AUTHORITIES, MAX_DECIMALS, MAX_PARAMS_BYTES,
    MIN_NOTICE, Params, RULE_SET, Tunable,
};
