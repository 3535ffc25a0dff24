//! One record for each thing that is stored, sent to the page, shown and handed to scripts, with an enum
//! for everything that is one of a few.
//!
//! Invariants: field names are those of the scripting API and of the stored rows; times are milliseconds
//! since 1970; hashes and addresses are lower-case hexadecimal.

mod event;
mod settings;
mod state;

pub use event::{Level, Topic};
pub use settings::{MAX_MINERS, Pace};
pub use state::NodeState;
