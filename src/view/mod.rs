//! Read models for people: pure, tested natively, and the only thing the page draws.

pub mod check;
pub mod figures;
pub mod find;
mod model;
pub mod ring;
pub mod route;
pub mod tree;
pub mod words;

pub use model::{Model, NodeView, Problem, TabMode, Tip};
