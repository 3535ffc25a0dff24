//! Those who lie. A hostile one is no node: it knows what an honest node knows, hears what is sent
//! to all, mines with easy work, and sends what it likes under keys of its own. When it is ignored
//! under one it takes another.

mod acts;
mod blocks;
mod boast;
mod bursts;
mod crowd;
mod flips;
mod frames;
mod liar;
mod pretence;
mod private;
mod votes;

pub(super) use liar::Hostile;
