//! What waits for a node that cannot take it at the moment, in the order it came.
//!
//! Bounds: [`MAX_WAITING`] inputs and [`MAX_WAITING_BYTES`] of frames. Above that frames are lost,
//! as frames may be: those with transactions first, as they are offered again. What is no frame is
//! never lost.

use std::collections::VecDeque;

use crate::gossip::carries_transactions;

use super::Input;

/// Most inputs that wait when a frame comes.
pub const MAX_WAITING: usize = 2_048;
/// Most bytes of frames that wait.
pub const MAX_WAITING_BYTES: usize = 2 * 1024 * 1024;

/// Inputs that wait for their node.
#[derive(Debug, Default)]
pub struct Inputs {
    waiting: VecDeque<Input>,
    bytes: usize,
}

impl Inputs {
    /// Adds an input, if there is room for it or room can be made.
    pub fn push(&mut self, input: Input) {
        if let Input::Frame(frame) = &input {
            if !self.make_room(frame) {
                return;
            }
            self.bytes = self.bytes.saturating_add(frame.len());
        }
        self.waiting.push_back(input);
    }

    fn make_room(&mut self, newcomer: &[u8]) -> bool {
        while self.waiting.len() >= MAX_WAITING
            || self.bytes.saturating_add(newcomer.len()) > MAX_WAITING_BYTES
        {
            let less_urgent =
                |input: &Input| matches!(input, Input::Frame(frame) if carries_transactions(frame));
            let Some(at) = self
                .waiting
                .iter()
                .position(less_urgent)
                .filter(|_| !carries_transactions(newcomer))
            else {
                return false;
            };
            if let Some(Input::Frame(lost)) = self.waiting.remove(at) {
                self.bytes = self.bytes.saturating_sub(lost.len());
            }
        }
        true
    }

    /// Takes the input that came first.
    pub fn pop(&mut self) -> Option<Input> {
        let input = self.waiting.pop_front()?;
        if let Input::Frame(frame) = &input {
            self.bytes = self.bytes.saturating_sub(frame.len());
        }
        Some(input)
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gossip::{Message, seal_frame};
    use crate::primitives::{BlockHash, TxId};
    use crate::testkit::key;

    fn frame(message: &Message) -> Input {
        Input::Frame(seal_frame(
            &key("pow-1"),
            &BlockHash([1; 32]),
            (1, 1),
            None,
            message,
        ))
    }

    #[test]
    fn what_is_too_much_is_lost_transactions_first_and_nothing_but_frames() {
        let mut inputs = Inputs::default();
        let (bulky, urgent) = (
            frame(&Message::Inv(vec![TxId([0; 32]); 512])),
            frame(&Message::Bye),
        );
        inputs.push(urgent.clone());
        for _ in 0..200 {
            inputs.push(bulky.clone());
        }
        inputs.push(Input::Wake);
        assert!(inputs.bytes <= MAX_WAITING_BYTES && inputs.bytes > MAX_WAITING_BYTES * 9 / 10);
        for _ in 0..200 {
            inputs.push(urgent.clone());
        }
        let all_urgent = inputs
            .waiting
            .iter()
            .filter(|input| **input == urgent)
            .count();
        assert_eq!(all_urgent, 201, "only bulky ones had to go");
        assert!(inputs.bytes <= MAX_WAITING_BYTES && inputs.waiting.contains(&Input::Wake));
        assert_eq!(inputs.pop(), Some(urgent.clone()));
        while inputs.pop().is_some() {}
        assert_eq!(inputs.bytes, 0);
        for _ in 0..=MAX_WAITING {
            inputs.push(urgent.clone());
        }
        inputs.push(Input::Stop);
        assert_eq!(inputs.waiting.len(), MAX_WAITING + 1);
        assert_eq!(inputs.waiting.back(), Some(&Input::Stop));
    }
}
