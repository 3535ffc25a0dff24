//! Which frames of a session were heard: each counts once. A peer speaks on two channels, its own
//! inbox's and that of all, and no browser keeps the order between channels; so a frame may come
//! after later ones.
//!
//! Bound: the last [`WIDTH`] sequence numbers; what is older counts as heard.

/// Sequence numbers that are remembered one by one.
const WIDTH: u64 = 64;

/// The sequence numbers that were heard.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    last: u64,
    /// Bit n: whether `last - n` was heard.
    heard: u64,
}

impl Default for Window {
    /// Of a session that begins: frames are numbered from 1.
    fn default() -> Self {
        Self { last: 0, heard: 1 }
    }
}

impl Window {
    /// The highest number that was heard.
    pub(super) const fn last(&self) -> u64 {
        self.last
    }

    /// Whether a number may be one that was not heard.
    pub(super) const fn is_new(&self, sequence: u64) -> bool {
        if sequence > self.last {
            return true;
        }
        let back = self.last - sequence;
        back < WIDTH && self.heard >> back & 1 == 0
    }

    /// Notes that a number was heard.
    pub(super) const fn hear(&mut self, sequence: u64) {
        if sequence <= self.last {
            let back = self.last - sequence;
            if back < WIDTH {
                self.heard |= 1 << back;
            }
            return;
        }
        let ahead = sequence - self.last;
        let kept = if ahead < WIDTH {
            self.heard << ahead
        } else {
            0
        };
        (self.last, self.heard) = (sequence, kept | 1);
    }
}
