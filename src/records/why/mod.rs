//! Why something is as it is: the reasons of a node and those that only the page sees, as values
//! (`reason.rs`), and each as a sentence with its rule and what was expected and found
//! (`words.rs`), which alone is sent, shown and given to scripts.
//!
//! Invariant: no sentence about a reason is made elsewhere. Bound: an answer has [`MAX_REASONS`]
//! reasons at the most.

mod answer;
mod reason;
mod words;

pub use answer::{Explained, MAX_REASONS, See, Standing, Subject, WhyInfo};
pub use reason::Reason;
pub use words::DEPTH_ALONE;

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
