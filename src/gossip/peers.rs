//! What a node knows about each peer: its record, its head, when it was heard, how it behaved.
//!
//! Bounds: [`MAX_PEERS`] peers: of those that are not heard any more the longest unheard goes
//! first, while all are heard the latest acquaintance: of those that never gave a block of the best
//! chain, and of these one that owes no answer, so a flood of newcomers drives out only itself;
//! what a peer sends unasked is held to [`FRAMES`], [`BYTES`] and [`TRANSACTIONS`] or
//! [`TRANSACTIONS_OF_USEFUL`] a second, its answers to [`ANSWERS`], those of all to [`ALL_ANSWERS`]
//! and [`LEAST_ANSWERS`] for each, records that are passed on to [`RECORDS`], what others send in
//! its name to [`FORGED`], and all who have proven nothing to [`UNPROVEN_FRAMES`]. Below the score
//! [`IGNORE_AT`] it is not heard for [`IGNORE_FOR`]. Only signed frames change a score, so nobody
//! can spoil another's.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::primitives::{Instant, Millis, NodeId};

use super::bucket::Bucket;
use super::error::FrameError;
use super::fault::Fault;
use super::frame::Envelope;
use super::message::{HeadInfo, NodeRecord};
use super::window::Window;

/// Most peers remembered.
pub const MAX_PEERS: usize = 128;
/// A peer heard within this time counts as alive: five missed pings.
pub const ALIVE: Millis = Millis(10_000);
/// A peer that has not answered a ping for so long since it was first heard in its session does not
/// count as alive: its frames may be old ones, which somebody plays again.
const PROVE_WITHIN: Millis = Millis(30_000);
/// A peer that does not answer a ping is asked again after this time; meanwhile all others of a
/// full table have their turn.
const ASK_AGAIN: Millis = Millis(20_000);
/// A peer that was asked for something within this time makes room for nobody.
const ASKED: Millis = Millis(5_000);
/// Frames of one peer per second.
const FRAMES: u64 = 200;
/// Bytes of one peer per second.
const BYTES: u64 = 512 * 1024;
/// New transactions of one peer per second. Each costs a signature to verify, and one that is valid
/// has a fee to pay.
const TRANSACTIONS: u64 = 50;
/// New transactions of a peer per second that has given a block of the best chain: what its users
/// send must come to all who mine as fast as blocks can hold it.
const TRANSACTIONS_OF_USEFUL: u64 = 400;
/// Frames per second of all who have proven nothing in this run: each costs a signature to verify,
/// and names are free.
const UNPROVEN_FRAMES: u64 = 400;
/// Frames per second in a peer's name that cost a signature and are not its own, as anyone can
/// write any name into a frame. Above this no frame in its name is looked at for a moment, also
/// none that is waited for.
const FORGED: u64 = 500;
/// Bytes of answers to one peer per second.
const ANSWERS: u64 = 2 * 1024 * 1024;
/// Bytes of answers to all peers per second: an answer may be a thousand times as long as its
/// question.
const ALL_ANSWERS: u64 = 8 * 1024 * 1024;
/// Bytes that each peer has a second in any case, also above that of all: a few who ask for much
/// leave something to the others, who are at most [`MAX_PEERS`].
const LEAST_ANSWERS: u64 = 128 * 1024;
/// Records per second that others pass on: each costs a signature to verify and a greeting to sign.
const RECORDS: u64 = 128;
/// The score at which a peer is ignored.
const IGNORE_AT: i32 = -100;
/// How long an ignored peer is not listened to.
const IGNORE_FOR: Millis = Millis(600_000);
/// Silence alone lowers a score no further than this: it may be the link's fault, and is no reason
/// to ignore a peer.
const SILENCE_FLOOR: i32 = IGNORE_AT / 2;
/// An answer that comes within this time after a request to its sender is late, not unasked for.
const LATE_WITHIN: Millis = Millis(60_000);
/// Questions to a peer that may be answered later still: it may have stood still meanwhile.
const MOST_OWED: u32 = 64;
/// Least time between two lists of records from one peer.
const LIST_EVERY: Millis = Millis(1_000);
/// A score moves halfway back to zero in this time.
const SCORE_HALF_LIFE: Millis = Millis(60_000);
/// The best score.
const BEST_SCORE: i32 = 20;

/// A ping that one peer is to answer.
#[derive(Clone, Copy, Debug)]
struct Challenge {
    token: u64,
    at: Instant,
}

/// One peer.
#[derive(Clone, Debug)]
pub struct Peer {
    /// What it says about itself; `None` until it is heard.
    pub record: Option<NodeRecord>,
    /// The head it last told.
    pub head: Option<HeadInfo>,
    /// When it was last heard, spans left out in which this node stood still; 0 for a peer known
    /// from others only.
    pub last_seen: Instant,
    /// It said goodbye and was not heard since.
    pub left: bool,
    /// It was told that its clock is another than this machine's.
    pub clock_off: bool,
    /// Last measured round trip.
    pub round_trip: Option<Millis>,
    /// The ping that it was asked to answer last.
    challenge: Option<Challenge>,
    /// Since when it has been heard without having proven that it is there.
    doubted_since: Option<Instant>,
    session: u64,
    window: Window,
    met: Instant,
    asked: Instant,
    /// Questions that it has not answered, at most [`MOST_OWED`].
    owed: u32,
    listed: Instant,
    score: i32,
    scored_at: Instant,
    ignored_until: Instant,
    /// It has given a block that extended the best chain.
    useful: bool,
    /// It has answered a ping in this session of its, so its frames are no old ones.
    proven: bool,
    frames: Bucket,
    bytes: Bucket,
    forged: Bucket,
    transactions: Bucket,
    answers: Bucket,
    least_answers: Bucket,
}

impl Peer {
    fn new(now: Instant) -> Self {
        Self {
            record: None,
            head: None,
            last_seen: Instant(0),
            left: false,
            clock_off: false,
            round_trip: None,
            challenge: None,
            doubted_since: None,
            session: 0,
            window: Window::default(),
            met: now,
            asked: Instant(0),
            owed: 0,
            listed: Instant(0),
            score: 0,
            scored_at: now,
            ignored_until: Instant(0),
            useful: false,
            proven: false,
            frames: Bucket::default(),
            bytes: Bucket::default(),
            forged: Bucket::default(),
            transactions: Bucket::default(),
            answers: Bucket::default(),
            least_answers: Bucket::default(),
        }
    }

    /// Whether it was heard lately and has not left, and what was heard is no recording.
    #[must_use]
    pub fn alive(&self, now: Instant) -> bool {
        let in_doubt = |since: Instant| now.since(since) > PROVE_WITHIN;
        self.is_heard(now) && !self.doubted_since.is_some_and(in_doubt)
    }

    /// Whether frames in its name, of whatever age, came lately.
    fn is_heard(&self, now: Instant) -> bool {
        !self.left && self.last_seen.0 > 0 && now.since(self.last_seen) <= ALIVE
    }

    /// Whether it is heard, has yet to prove that it is there, and was not asked to lately.
    #[must_use]
    pub fn is_doubted(&self, now: Instant) -> bool {
        let is_due = |challenge: Challenge| now.since(challenge.at) >= ASK_AGAIN;
        self.doubted_since.is_some() && self.is_heard(now) && self.challenge.is_none_or(is_due)
    }

    /// Asks it to answer a ping with this token.
    pub fn challenge(&mut self, token: u64, now: Instant) {
        self.challenge = Some(Challenge { token, at: now });
    }

    /// Takes its answer to a ping: the one that was awaited gives the round trip, and proves that
    /// the peer is there.
    pub fn answered(&mut self, token: u64, now: Instant) {
        if let Some(challenge) = self.challenge.take_if(|challenge| challenge.token == token) {
            self.round_trip = Some(now.since(challenge.at));
            (self.proven, self.doubted_since) = (true, None);
        }
    }

    /// The score now: -100 and below is ignored.
    #[must_use]
    pub fn score(&self, now: Instant) -> i32 {
        let halvings = u32::try_from(now.since(self.scored_at).0 / SCORE_HALF_LIFE.0)
            .unwrap_or(31)
            .min(31);
        self.score / (1 << halvings)
    }

    fn add(&mut self, points: i32, now: Instant) {
        self.score = self
            .score(now)
            .saturating_add(points)
            .clamp(2 * IGNORE_AT, BEST_SCORE);
        // What is left of a half-life still counts: a score that changes often must fade as well.
        self.scored_at = Instant(
            now.0
                .saturating_sub(now.since(self.scored_at).0 % SCORE_HALF_LIFE.0),
        );
        if self.score <= IGNORE_AT {
            self.ignored_until = now.plus(IGNORE_FOR);
            self.score = 0;
        }
    }

    /// Whether it is not listened to because of what it did.
    #[must_use]
    pub fn ignored(&self, now: Instant) -> bool {
        now < self.ignored_until
    }

    /// Since when it is known without a break.
    #[must_use]
    pub const fn known_since(&self) -> Instant {
        self.met
    }

    /// Whether it has ever given a block that extended the best chain: names are free, and this is
    /// not.
    #[must_use]
    pub const fn is_useful(&self) -> bool {
        self.useful
    }

    /// Whether it has answered a ping in this session of its: its frames are no old ones.
    #[must_use]
    pub const fn is_proven(&self) -> bool {
        self.proven
    }

    /// Whether it was asked for something lately: whoever takes many names must not cut it short.
    fn is_asked(&self, now: Instant) -> bool {
        self.owed > 0 && now.since(self.asked) <= ASKED
    }

    /// Whether one more frame is within the peer's rate.
    fn within_rate(&self, now: Instant) -> bool {
        self.frames.left(FRAMES, now) > 0 && self.bytes.left(BYTES, now) > 0
    }
}

/// All peers of one node.
#[derive(Clone, Debug, Default)]
pub struct Peers {
    peers: BTreeMap<NodeId, Peer>,
    /// Peers that had to make room since [`Self::take_forgotten`].
    forgotten: BTreeSet<NodeId>,
    unproven: Bucket,
    answers: Bucket,
    records: Bucket,
}

impl Peers {
    /// Whether a frame from `from` is worth its signature check: not ignored, and `awaited` or
    /// within its rate. The sender is not proven yet, so nothing is counted against it.
    #[must_use]
    pub fn admits(&self, from: &NodeId, awaited: bool, now: Instant) -> bool {
        let peer = self.peers.get(from);
        let welcome = |peer: &Peer| {
            let in_time = awaited || peer.within_rate(now);
            !peer.ignored(now) && in_time && peer.forged.left(FORGED, now) > 0
        };
        let in_time = awaited
            || peer.is_some_and(|peer| peer.proven)
            || self.unproven.left(UNPROVEN_FRAMES, now) > 0;
        in_time && peer.is_none_or(welcome)
    }

    /// Counts a frame that is about to cost a signature, if its sender has proven nothing.
    pub fn count_unproven(&mut self, from: &NodeId, awaited: bool, now: Instant) {
        if mutant!(UnprovenWithoutEnd) {
            return;
        }
        if !awaited && !self.peers.get(from).is_some_and(|peer| peer.proven) {
            self.unproven.take(1, UNPROVEN_FRAMES, now);
        }
    }

    /// Counts a frame in the name of `from` whose signature was checked and is not its.
    pub fn count_forged(&mut self, from: &NodeId, now: Instant) {
        if let Some(peer) = self.peers.get_mut(from)
            && !mutant!(ForgedWithoutEnd)
        {
            peer.forged.take(1, FORGED, now);
        }
    }

    /// Refuses a frame that was heard before, which costs no signature.
    ///
    /// # Errors
    /// [`FrameError::Replay`].
    pub fn check_new(&self, envelope: &Envelope<'_>, now: Instant) -> Result<(), FrameError> {
        let Some(peer) = self.peers.get(&envelope.from) else {
            return Ok(());
        };
        // A new session starts a new count. Its number begins with the time it began, so an old
        // session's frames are refused; but a node whose clock was set back while it was away is
        // heard again.
        let old_session = envelope.session < peer.session && peer.alive(now);
        let is_same = envelope.session == peer.session;
        let is_late = mutant!(EachAfterTheLast) && envelope.sequence <= peer.window.last();
        let is_new = peer.window.is_new(envelope.sequence) && !is_late;
        if old_session || (is_same && !is_new) {
            return Err(FrameError::Replay {
                last: peer.window.last(),
                found: envelope.sequence,
            });
        }
        Ok(())
    }

    /// Whether a peer's question is answered now: not if what it was sent lately is above its rate,
    /// or what all were sent is above that of all and it has had its least.
    #[must_use]
    pub fn may_answer(&self, to: &NodeId, now: Instant) -> bool {
        if mutant!(AnswersWithoutEnd) {
            return true;
        }
        let of_all = self.answers.left(ALL_ANSWERS, now) > 0;
        self.peers.get(to).map_or(of_all, |peer| {
            let least = peer.least_answers.left(LEAST_ANSWERS, now) > 0;
            peer.answers.left(ANSWERS, now) > 0 && (of_all || least)
        })
    }

    /// Counts the bytes of an answer.
    pub fn count_answer(&mut self, to: &NodeId, bytes: usize, now: Instant) {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.answers.take(bytes, ALL_ANSWERS, now);
        if let Some(peer) = self.peers.get_mut(to) {
            peer.answers.take(bytes, ANSWERS, now);
            peer.least_answers.take(bytes, LEAST_ANSWERS, now);
        }
    }

    /// Notes a frame whose signature holds and that is new. An `awaited` answer does not count
    /// against the peer's rate: how much of that comes is up to this node.
    pub fn heard(&mut self, envelope: &Envelope<'_>, awaited: bool, now: Instant) {
        self.make_room(&envelope.from, now);
        let peer = self
            .peers
            .entry(envelope.from)
            .or_insert_with(|| Peer::new(now));
        if awaited {
            peer.owed = peer.owed.saturating_sub(1);
        } else {
            peer.frames.take(1, FRAMES, now);
            peer.bytes.take(
                u64::try_from(envelope.len()).unwrap_or(u64::MAX),
                BYTES,
                now,
            );
        }
        if envelope.session != peer.session {
            (peer.session, peer.window) = (envelope.session, Window::default());
            // An old session may be played again, once its peer is silent.
            peer.proven = false;
            peer.doubted_since.get_or_insert(now);
        }
        peer.window.hear(envelope.sequence);
        peer.last_seen = now;
        peer.left = false;
    }

    /// Nobody was listened to for a span, before which it was `then`: what a peer said meanwhile
    /// waits to be heard, so that is no silence of those who were alive. Else the first frames that
    /// wait would drive them out.
    pub fn stood_still(&mut self, span: Millis, then: Instant) {
        for peer in self.peers.values_mut().filter(|peer| peer.alive(then)) {
            peer.last_seen = peer.last_seen.plus(span);
            peer.doubted_since = peer.doubted_since.map(|since| since.plus(span));
        }
    }

    /// Takes up to `wanted` transactions from a peer's rate; how many it has left for that.
    pub fn take_transactions(&mut self, node: &NodeId, wanted: usize, now: Instant) -> usize {
        let Some(peer) = self.peers.get_mut(node) else {
            return 0;
        };
        let rate = if peer.useful {
            TRANSACTIONS_OF_USEFUL
        } else {
            TRANSACTIONS
        };
        let left = usize::try_from(peer.transactions.left(rate, now)).unwrap_or(usize::MAX);
        let taken = wanted.min(left);
        let count = u64::try_from(taken).unwrap_or(u64::MAX);
        peer.transactions.take(count, rate, now);
        taken
    }

    /// Takes a record that others passed on; whether it is news.
    pub fn learn(&mut self, record: NodeRecord, now: Instant) -> bool {
        self.make_room(&record.id, now);
        let peer = self
            .peers
            .entry(record.id)
            .or_insert_with(|| Peer::new(now));
        let newer = peer
            .record
            .as_ref()
            .is_none_or(|known| record.time > known.time);
        if newer {
            peer.record = Some(record);
        }
        newer
    }

    fn make_room(&mut self, newcomer: &NodeId, now: Instant) {
        if self.peers.len() < MAX_PEERS || self.peers.contains_key(newcomer) {
            return;
        }
        let standing = |(_, peer): &(&NodeId, &Peer)| {
            // Who has given a block may be slow to prove itself; names that gave nothing are free.
            let alive = peer.alive(now) || (peer.useful && peer.is_heard(now));
            if mutant!(NewcomersFirst) {
                return (alive, false, false, peer.met.0);
            }
            (
                alive,
                peer.useful,
                peer.is_asked(now),
                if alive {
                    u64::MAX - peer.met.0
                } else {
                    peer.last_seen.0
                },
            )
        };
        if let Some(gone) = self.peers.iter().min_by_key(standing).map(|(id, _)| *id) {
            self.peers.remove(&gone);
            self.forgotten.insert(gone);
        }
        self.forgotten.remove(newcomer);
    }

    /// Takes the ids of the peers that had to make room: nothing else should remember them.
    pub fn take_forgotten(&mut self) -> BTreeSet<NodeId> {
        std::mem::take(&mut self.forgotten)
    }

    /// Whether a list of records from this peer is looked at: not more often than an honest one is
    /// asked for it, as each record costs a signature to verify.
    pub fn take_list(&mut self, node: &NodeId, now: Instant) -> bool {
        let Some(peer) = self.peers.get_mut(node) else {
            return false;
        };
        let due = peer.listed.0 == 0 || now.since(peer.listed) >= LIST_EVERY;
        if due {
            peer.listed = now;
        }
        due
    }

    /// Takes one record that others pass on from the rate of all; whether there was one left.
    pub fn take_record(&mut self, now: Instant) -> bool {
        let left = self.records.left(RECORDS, now) > 0 || mutant!(RecordsWithoutEnd);
        if left {
            self.records.take(1, RECORDS, now);
        }
        left
    }

    /// Notes that a peer is asked for something.
    pub fn ask(&mut self, node: &NodeId, now: Instant) {
        if let Some(peer) = self.peers.get_mut(node) {
            peer.asked = now;
            peer.owed = peer.owed.saturating_add(1).min(MOST_OWED);
        }
    }

    /// Holds a fault against a peer. An answer that is only late is none, silence has its floor,
    /// and an answer that nobody asked for may be an old one that somebody else plays again, as
    /// long as its sender has proven nothing.
    pub fn blame(&mut self, node: &NodeId, fault: Fault, now: Instant) {
        let Some(peer) = self.peers.get_mut(node) else {
            return;
        };
        let excused = match fault {
            Fault::Unsolicited => {
                let late = peer.asked.0 > 0 && now.since(peer.asked) <= LATE_WITHIN;
                let owed = peer.owed > 0;
                peer.owed = peer.owed.saturating_sub(1);
                late || owed || !peer.proven
            }
            Fault::TimeOut => peer.score(now) <= SILENCE_FLOOR && !mutant!(BanForSilence),
            Fault::Malformed | Fault::Oversize | Fault::Invalid => false,
        };
        if !excused {
            peer.add(fault.score(), now);
        }
    }

    /// Credits a peer for a useful block.
    pub fn credit(&mut self, node: &NodeId, now: Instant) {
        if let Some(peer) = self.peers.get_mut(node) {
            peer.useful = true;
            peer.add(1, now);
        }
    }

    /// A peer.
    #[must_use]
    pub fn get(&self, node: &NodeId) -> Option<&Peer> {
        self.peers.get(node)
    }

    /// A peer, to note something about it.
    pub fn get_mut(&mut self, node: &NodeId) -> Option<&mut Peer> {
        self.peers.get_mut(node)
    }

    /// All peers by id.
    pub fn iter(&self) -> impl Iterator<Item = (&NodeId, &Peer)> {
        self.peers.iter()
    }

    /// Peers heard lately.
    pub fn alive(&self, now: Instant) -> impl Iterator<Item = (&NodeId, &Peer)> {
        self.peers.iter().filter(move |(_, peer)| peer.alive(now))
    }
}
