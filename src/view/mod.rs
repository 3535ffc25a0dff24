//! Read models for people: pure, tested natively, and the only thing the page draws.

pub mod chart;
pub mod charts;
pub mod check;
pub mod digest;
pub mod direction;
pub mod figures;
pub mod finality;
pub mod find;
pub mod health;
pub mod measured;
mod model;
pub mod reorganised;
pub mod ring;
pub mod route;
pub mod rows;
mod table;
#[cfg(test)]
pub(crate) mod testing;
pub mod text;
pub mod traffic;
pub mod tree;
mod update;
pub mod why;
pub mod words;

pub use model::{MAX_BLOCKS, MAX_LOG, Model, NodeView, Offer, Problem, TabMode, Tip};
pub use update::Update;
