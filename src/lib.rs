//! Aurex Playground: a real, small blockchain network that runs wholly in a browser tab.
//!
//! # The lesson
//!
//! A **ledger** says who has what. If one party keeps it, all must trust that party. A
//! **blockchain** is a ledger that many parties keep together, so that each can check everything
//! and none has to be trusted.
//!
//! Each party runs a [node]. A person writes a [transaction](primitives::Transaction), such as "100
//! coins from alice to bob", and signs it with a [key](primitives::Keypair): nobody else could have
//! written it. Until it counts it waits in the [mempool] of each node.
//!
//! Transactions count in batches. A [block](primitives::Block) is a list of them under a
//! [header](primitives::Header) of 204 bytes, and the SHA-256 of the header is the block's
//! [id](primitives::BlockHash). The header names its parent by id, the transactions by a [Merkle
//! root](primitives::merkle_root), and everything that people own afterwards, the [state], by the
//! [root of a tree](state::Tree). So the id of one block fixes the whole history below it: change
//! one byte anywhere, and every id above is another. That is the [chain].
//!
//! Who may add a block? Not everybody at once, or there would be as many histories as nodes. Here
//! are two answers, side by side. In **proof of work** anybody may whose header has an id of at
//! most a [target](consensus::work): a [miner] tries one nonce after another until one fits, which
//! costs honest tries and takes one hash to check. In **proof of authority** time is cut into
//! [slots](consensus::slots), and the one whose turn it is adds its signature, the
//! [seal](primitives::Seal).
//!
//! Two nodes may still add a block at the same time. Both blocks are valid, and the chain has two
//! [tips](view::Tip) until one branch is heavier: all nodes follow the branch with the most
//! [weight](primitives::Weight), and those on the other one take their blocks back and apply the
//! heavier ones, a [reorganisation](chain::HeadChange). So a block is the safer, the more blocks
//! stand on it.
//!
//! Nobody tells the nodes what is new: they tell each other, by [gossip]. And nobody is believed.
//! Every node checks every block by the same numbered rules and says by which one it
//! [refuses](consensus::BlockError::rule) it: form, work or seal, place, time, each transaction,
//! and the state root. What it accepts it writes to its own [ledger], in one step or not at all,
//! and reads it again when it starts.
//!
//! # Where to go from here
//!
//! [`node::Node::handle`] is the heart: one input goes in, outputs come out, and nothing else
//! happens. Everything up to there is pure and runs natively; `browser` and `ui`, which are built
//! for WebAssembly only, put it into workers and onto a page. [`command`] holds the words of the
//! console, [`ipc`] the messages between page and workers, [`view`] what people see, as data. The
//! rules with their numbers stand in `docs/BLOCKCHAIN_SYSTEM.md`, the frames in
//! `docs/GOSSIP_PROTOCOL.md`.

/// Whether a deliberate bug is switched on; without the feature `mutants` it is not, and costs
/// nothing.
#[cfg(feature = "mutants")]
macro_rules! mutant {
    ($name:ident) => {
        $crate::mutants::is_active($crate::mutants::Mutant::$name)
    };
}
#[cfg(not(feature = "mutants"))]
macro_rules! mutant {
    ($name:ident) => {
        false
    };
}

pub mod app;
pub mod bitcoin;
pub mod chain;
pub mod command;
pub mod consensus;
pub mod gossip;
pub mod ipc;
pub mod lab;
pub mod ledger;
pub mod links;
pub mod mempool;
pub mod miner;
#[cfg(feature = "mutants")]
pub mod mutants;
pub mod node;
pub mod primitives;
pub mod records;
pub mod refusal;
pub mod sim;
pub mod state;
pub mod view;

#[cfg(test)]
mod testkit;

#[cfg(target_arch = "wasm32")]
pub mod browser;
#[cfg(target_arch = "wasm32")]
pub mod ui;
