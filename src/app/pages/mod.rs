//! The state of each page: a model, its messages, and one update. Tested natively.
