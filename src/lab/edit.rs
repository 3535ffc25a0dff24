//! Changes the bytes of a frame: one byte, or a decoded field. The receiver judges the result like
//! any frame.

use crate::gossip::{Envelope, signed_again, with_message};
use crate::primitives::{BlockHash, Keypair};

use super::action::Change;
use super::error::EditError;
use super::fields::visit;

/// The frame after a change; signed again by `key`, if one is given.
pub(super) fn change(
    frame: &[u8],
    change: &Change,
    chain_id: &BlockHash,
    key: Option<&Keypair>,
) -> Result<Vec<u8>, EditError> {
    let changed = match change {
        Change::Byte { offset, value } => set_byte(frame, *offset, *value)?,
        Change::Field { name, value } => set_field(frame, name, value, chain_id)?,
    };
    match key {
        Some(key) => signed_again(&changed, key).ok_or(EditError::Unreadable),
        None => Ok(changed),
    }
}

fn set_byte(frame: &[u8], found: usize, value: u8) -> Result<Vec<u8>, EditError> {
    let (mut bytes, length) = (frame.to_vec(), frame.len());
    let byte = bytes.get_mut(found);
    *byte.ok_or(EditError::Offset { length, found })? = value;
    Ok(bytes)
}

fn set_field(
    frame: &[u8],
    found: &str,
    value: &str,
    chain_id: &BlockHash,
) -> Result<Vec<u8>, EditError> {
    let envelope = Envelope::parse(frame, chain_id).map_err(|_| EditError::Unreadable)?;
    let mut message = envelope.message().map_err(|_| EditError::Unreadable)?;
    let (mut known, mut outcome) = (Vec::new(), None);
    visit(&mut message, &mut |name, slot| {
        if slot.is_open() {
            known.push(name.to_owned());
        }
        // Of several of one name the first.
        if name == found && outcome.is_none() {
            outcome = Some(slot.set(name, value));
        }
    });
    let found = found.to_owned();
    outcome.unwrap_or(Err(EditError::Field { known, found }))?;
    with_message(frame, &message).ok_or(EditError::Unreadable)
}
