//! Read models for people: pure, tested natively, and the only thing the page draws.

mod model;

pub use model::{Model, NodeView, Problem, TabMode, Tip};
