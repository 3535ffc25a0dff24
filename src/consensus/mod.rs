//! The rules that make a block or a transaction valid.

mod params;

pub use params::{Allocation, EPOCH, MAX_ALLOCATIONS, MAX_AUTHORITIES, MAX_PARAMS_BYTES, MIN_NOTICE, Params, Tunable};
