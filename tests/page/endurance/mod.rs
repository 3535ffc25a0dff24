//! Nothing that was acknowledged is lost: not when workers or the whole browser are killed again
//! and again, and not when the disk is full.
//!
//! The suite kills a few times. `AUREX_KILLS=50` with the name of one of these tests behind `cargo
//! test` kills that often; the moments come from one seed. `disk` needs a small file system and
//! says so where it gets none.

mod acknowledged;
mod disk;
mod kills;
