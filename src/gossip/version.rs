//! Which frames this program speaks.

/// The version of the layout and of the messages.
pub const PROTOCOL: u8 = 2;
