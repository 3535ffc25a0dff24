//! A node: a state machine without input or output. Time and randomness come in, and what is to be
//! done comes out. The same inputs give the same outputs, in a browser's worker and in a test.
//!
//! [`Node`] owns its parts and routes values between them; no part knows another. Each part is a
//! struct in its own file, with its own fields, bounds and tests: `identity`, `roster`, `exchange`,
//! `compact`, `deferred`, `lanes`, `clock`, `mining`, `authority`, `finality`, `books`, `timers`.
//! What happens with them lies in floors, each of which calls only those below it:
//!
//! 1. `machine` (the struct), `sending`, `dating`, and the rows and sentences of the report;
//! 2. `transactions`, `fetching`, `making`, `accusing`: what concerns one flow alone;
//! 3. `importing`: a block and everything that follows from a new head; `peering`;
//! 4. `relaying`, `pursuing`, `finding`, `sealing`: the four ways a block comes; `certifying`,
//!    `voting`: the votes of others and its own;
//! 5. `frames`, `handle`, `opening`, `start`: what comes from outside.

mod accusing;
mod authority;
mod books;
#[cfg(test)]
mod branches_tests;
mod certifying;
mod clock;
#[cfg(test)]
mod clock_tests;
mod compact;
#[cfg(test)]
mod crowd_tests;
mod dating;
mod deferred;
mod electorate;
#[cfg(test)]
#[cfg(unix)]
mod endurance_tests;
mod exchange;
mod fetching;
mod finality;
#[cfg(test)]
mod finality_tests;
mod finding;
mod frames;
mod gate;
#[cfg(test)]
mod gossip_tests;
mod handle;
#[cfg(test)]
mod hostile_tests;
mod identity;
mod importing;
mod inputs;
mod io;
mod lanes;
#[cfg(test)]
mod lanes_tests;
#[cfg(test)]
mod load_tests;
mod machine;
mod making;
#[cfg(test)]
mod making_tests;
mod miner;
mod miners;
mod mining;
mod opening;
mod order;
mod peering;
mod pursuing;
mod relaying;
#[cfg(test)]
mod relaying_tests;
mod report;
mod reporter;
mod rest;
#[cfg(test)]
mod restart_tests;
mod roster;
mod sealing;
mod sending;
mod source;
mod start;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod timers;
mod transactions;
mod transfer;
mod voting;
#[cfg(test)]
mod weight_tests;
mod writer;

pub use gate::Gate;
pub use inputs::{Inputs, MAX_WAITING, MAX_WAITING_BYTES};
pub use io::{Answer, BatchId, Input, Outbox, Output, Setup, StartError};
pub use machine::Node;
pub use opening::Opening;
pub use order::Order;
pub use report::{ClockNotice, FinalityNotice, Notice};
pub use reporter::Reporter;
