//! A node: a state machine without input or output. Time and randomness come in, and what is to be done comes
//! out. The same inputs give the same outputs, in a browser's worker and in a test.
//!
//! [`Node`] owns its parts and routes values between them; no part knows another. Each part is a struct in its
//! own file, with its own fields, bounds and tests: `identity`, `roster`, `exchange`, `compact`, `deferred`,
//! `mining`, `authority`, `books`, `timers`. What happens with them lies in floors, each of which calls only
//! those below it:
//!
//! 1. `machine` (the struct), `sending`, `dating`, and the rows and sentences of the report;
//! 2. `transactions`, `fetching`, `making`: what concerns one flow alone;
//! 3. `importing`: a block and everything that follows from a new head; `peering`;
//! 4. `relaying`, `pursuing`, `finding`, `sealing`: the four ways a block comes;
//! 5. `frames`, `handle`, `start`: what comes from outside.

mod authority;
mod books;
mod compact;
#[cfg(test)]
mod crowd_tests;
mod dating;
mod deferred;
mod exchange;
mod fetching;
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
mod machine;
mod making;
#[cfg(test)]
mod making_tests;
mod miner;
mod miners;
mod mining;
mod order;
mod peering;
mod pursuing;
mod relaying;
mod report;
mod reporter;
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
#[cfg(test)]
mod weight_tests;
mod writer;

pub use gate::Gate;
pub use inputs::{Inputs, MAX_WAITING, MAX_WAITING_BYTES};
pub use io::{Answer, BatchId, Input, Outbox, Output, Setup, StartError};
pub use machine::Node;
pub use order::Order;
pub use report::Notice;
pub use reporter::Reporter;
