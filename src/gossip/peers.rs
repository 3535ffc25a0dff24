//! What a node knows about each peer: its record, its head, when it was heard, how it behaved.
//!
//! Bounds: [`MAX_PEERS`] peers: of those that are not heard any more the longest unheard goes first, while all are heard
//! the latest acquaintance: a flood of newcomers drives out only itself; what a peer sends unasked is held to
//! [`FRAMES`], [`BYTES`] and [`TRANSACTIONS`] a second, its answers to [`ANSWERS`], those of all to [`ALL_ANSWERS`], and
//! all who have proven nothing to [`UNPROVEN_FRAMES`]. Below the score [`IGNORE_AT`] it is not heard for [`IGNORE_FOR`].
//! Only signed frames change a score, so nobody can spoil another's.

use std::collections::{BTreeMap, BTreeSet};

use crate::primitives::{Millis, NodeId, Timestamp};

use super::bucket::Bucket;
use super::error::FrameError;
use super::fault::Fault;
use super::frame::Envelope;
use super::message::{HeadInfo, NodeRecord};

/// Most peers remembered.
pub const MAX_PEERS: usize = 128;
/// A peer heard within this time counts as alive: five missed pings.
pub const ALIVE: Millis = Millis(10_000);
/// Frames of one peer per second.
const FRAMES: u64 = 200;
/// Bytes of one peer per second.
const BYTES: u64 = 512 * 1024;
/// New transactions of one peer per second.
const TRANSACTIONS: u64 = 50;
/// Frames per second of all who have proven nothing in this run: each costs a signature to verify, and names are free.
const UNPROVEN_FRAMES: u64 = 400;
/// Bytes of answers to one peer per second.
const ANSWERS: u64 = 2 * 1024 * 1024;
/// Bytes of answers to all peers per second: an answer may be a thousand times as long as its question.
const ALL_ANSWERS: u64 = 8 * 1024 * 1024;
/// The score at which a peer is ignored.
const IGNORE_AT: i32 = -100;
/// How long an ignored peer is not listened to.
const IGNORE_FOR: Millis = Millis(600_000);
/// Silence alone lowers a score no further than this: it may be the link's fault, and is no reason to ignore a peer.
const SILENCE_FLOOR: i32 = IGNORE_AT / 2;
/// An answer that comes within this time after a request to its sender is late, not unasked for.
const LATE_WITHIN: Millis = Millis(60_000);
/// Least time between two lists of records from one peer.
const LIST_EVERY: Millis = Millis(1_000);
/// A score moves halfway back to zero in this time.
const SCORE_HALF_LIFE: Millis = Millis(60_000);
/// The best score.
const BEST_SCORE: i32 = 20;

/// One peer.
#[derive(Clone, Debug)]
pub struct Peer {
    /// What it says about itself; `None` until it is heard.
    pub record: Option<NodeRecord>,
    /// The head it last told.
    pub head: Option<HeadInfo>,
    /// When it was last heard; 0 for a peer known from others only.
    pub last_seen: Timestamp,
    /// It said goodbye and was not heard since.
    pub left: bool,
    /// Last measured round trip.
    pub round_trip: Option<Millis>,
    session: u64,
    sequence: u64,
    met: Timestamp,
    asked: Timestamp,
    listed: Timestamp,
    score: i32,
    scored_at: Timestamp,
    ignored_until: Timestamp,
    /// It has given a block that extended the best chain.
    useful: bool,
    /// It has answered a question of this run, so its frames are no old ones.
    proven: bool,
    frames: Bucket,
    bytes: Bucket,
    transactions: Bucket,
    answers: Bucket,
}

impl Peer {
    fn new(now: Timestamp) -> Self {
        Self {
            record: None,
            head: None,
            last_seen: Timestamp(0),
            left: false,
            round_trip: None,
            session: 0,
            sequence: 0,
            met: now,
            asked: Timestamp(0),
            listed: Timestamp(0),
            score: 0,
            scored_at: now,
            ignored_until: Timestamp(0),
            useful: false,
            proven: false,
            frames: Bucket::default(),
            bytes: Bucket::default(),
            transactions: Bucket::default(),
            answers: Bucket::default(),
        }
    }

    /// Whether it was heard lately and has not left.
    #[must_use]
    pub fn alive(&self, now: Timestamp) -> bool {
        !self.left && self.last_seen.0 > 0 && now.since(self.last_seen) <= ALIVE
    }

    /// The score now: -100 and below is ignored.
    #[must_use]
    pub fn score(&self, now: Timestamp) -> i32 {
        let halvings = u32::try_from(now.since(self.scored_at).0 / SCORE_HALF_LIFE.0)
            .unwrap_or(31)
            .min(31);
        self.score / (1 << halvings)
    }

    fn add(&mut self, points: i32, now: Timestamp) {
        self.score = self
            .score(now)
            .saturating_add(points)
            .clamp(2 * IGNORE_AT, BEST_SCORE);
        // What is left of a half-life still counts: a score that changes often must fade as well.
        self.scored_at = Timestamp(
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
    pub fn ignored(&self, now: Timestamp) -> bool {
        now < self.ignored_until
    }

    /// Since when it is known without a break.
    #[must_use]
    pub const fn known_since(&self) -> Timestamp {
        self.met
    }

    /// Whether it has ever given a block that extended the best chain: names are free, and this is not.
    #[must_use]
    pub const fn is_useful(&self) -> bool {
        self.useful
    }

    /// Whether one more frame is within the peer's rate.
    fn within_rate(&self, now: Timestamp) -> bool {
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
}

impl Peers {
    /// Whether a frame from `from` is worth its signature check: not ignored, and `awaited` or within its
    /// rate. The sender is not proven yet, so nothing is counted against it.
    #[must_use]
    pub fn admits(&self, from: &NodeId, awaited: bool, now: Timestamp) -> bool {
        let peer = self.peers.get(from);
        let welcome = |peer: &Peer| !peer.ignored(now) && (awaited || peer.within_rate(now));
        let in_time = awaited
            || peer.is_some_and(|peer| peer.proven)
            || self.unproven.left(UNPROVEN_FRAMES, now) > 0;
        in_time && peer.is_none_or(welcome)
    }

    /// Counts a frame that is about to cost a signature, if its sender has proven nothing.
    pub fn count_unproven(&mut self, from: &NodeId, awaited: bool, now: Timestamp) {
        if !awaited && !self.peers.get(from).is_some_and(|peer| peer.proven) {
            self.unproven.take(1, UNPROVEN_FRAMES, now);
        }
    }

    /// Whether a peer's question is answered now: not if what it was sent lately is above its rate, or what all were
    /// sent is above that of all.
    #[must_use]
    pub fn may_answer(&self, to: &NodeId, now: Timestamp) -> bool {
        let left = |peer: &Peer| peer.answers.left(ANSWERS, now) > 0;
        self.answers.left(ALL_ANSWERS, now) > 0 && self.peers.get(to).is_none_or(left)
    }

    /// Counts the bytes of an answer.
    pub fn count_answer(&mut self, to: &NodeId, bytes: usize, now: Timestamp) {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.answers.take(bytes, ALL_ANSWERS, now);
        if let Some(peer) = self.peers.get_mut(to) {
            peer.answers.take(bytes, ANSWERS, now);
        }
    }

    /// Notes a frame whose signature holds; refuses one that was sent before. An `awaited` answer does not
    /// count against the peer's rate: how much of that comes is up to this node.
    ///
    /// # Errors
    /// [`FrameError::Replay`].
    pub fn heard(
        &mut self,
        envelope: &Envelope<'_>,
        awaited: bool,
        now: Timestamp,
    ) -> Result<(), FrameError> {
        self.make_room(&envelope.from, now);
        let peer = self
            .peers
            .entry(envelope.from)
            .or_insert_with(|| Peer::new(now));
        // A new session starts a new count. Its number begins with the time it began, so an old session's
        // frames are refused; but a node whose clock was set back while it was away is heard again.
        let old_session = envelope.session < peer.session && peer.alive(now);
        if old_session || (envelope.session == peer.session && envelope.sequence <= peer.sequence) {
            return Err(FrameError::Replay {
                last: peer.sequence,
                found: envelope.sequence,
            });
        }
        if !awaited {
            peer.frames.take(1, FRAMES, now);
            peer.bytes.take(
                u64::try_from(envelope.len()).unwrap_or(u64::MAX),
                BYTES,
                now,
            );
        }
        peer.session = envelope.session;
        peer.sequence = envelope.sequence;
        peer.last_seen = now;
        peer.left = false;
        Ok(())
    }

    /// Takes up to `wanted` transactions from a peer's rate; how many it has left for that.
    pub fn take_transactions(&mut self, node: &NodeId, wanted: usize, now: Timestamp) -> usize {
        let Some(peer) = self.peers.get_mut(node) else {
            return 0;
        };
        let left = usize::try_from(peer.transactions.left(TRANSACTIONS, now)).unwrap_or(usize::MAX);
        let taken = wanted.min(left);
        peer.transactions
            .take(u64::try_from(taken).unwrap_or(u64::MAX), TRANSACTIONS, now);
        taken
    }

    /// Takes a record that others passed on; whether it is news.
    pub fn learn(&mut self, record: NodeRecord, now: Timestamp) -> bool {
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

    fn make_room(&mut self, newcomer: &NodeId, now: Timestamp) {
        if self.peers.len() < MAX_PEERS || self.peers.contains_key(newcomer) {
            return;
        }
        let standing = |(_, peer): &(&NodeId, &Peer)| {
            let alive = peer.alive(now);
            (
                alive,
                peer.score(now) > 0,
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

    /// Whether a list of records from this peer is looked at: not more often than an honest one is asked for it, as
    /// each record costs a signature to verify.
    pub fn take_list(&mut self, node: &NodeId, now: Timestamp) -> bool {
        let Some(peer) = self.peers.get_mut(node) else {
            return false;
        };
        let due = peer.listed.0 == 0 || now.since(peer.listed) >= LIST_EVERY;
        if due {
            peer.listed = now;
        }
        due
    }

    /// Notes that a peer is asked for something.
    pub fn ask(&mut self, node: &NodeId, now: Timestamp) {
        if let Some(peer) = self.peers.get_mut(node) {
            peer.asked = now;
        }
    }

    /// Records that a peer has answered a question of this run.
    pub fn prove(&mut self, node: &NodeId) {
        if let Some(peer) = self.peers.get_mut(node) {
            peer.proven = true;
        }
    }

    /// Holds a fault against a peer. An answer that is only late is none, silence has its floor, and an answer that
    /// nobody asked for may be an old one that somebody else plays again, as long as its sender has proven nothing.
    pub fn blame(&mut self, node: &NodeId, fault: Fault, now: Timestamp) {
        let Some(peer) = self.peers.get_mut(node) else {
            return;
        };
        let excused = match fault {
            Fault::Unsolicited => {
                let late = peer.asked.0 > 0 && now.since(peer.asked) <= LATE_WITHIN;
                late || !peer.proven
            }
            Fault::TimeOut => peer.score(now) <= SILENCE_FLOOR && !mutant!(BanForSilence),
            Fault::Malformed | Fault::Oversize | Fault::Invalid => false,
        };
        if !excused {
            peer.add(fault.score(), now);
        }
    }

    /// Credits a peer for a useful block.
    pub fn credit(&mut self, node: &NodeId, now: Timestamp) {
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
    pub fn alive(&self, now: Timestamp) -> impl Iterator<Item = (&NodeId, &Peer)> {
        self.peers.iter().filter(move |(_, peer)| peer.alive(now))
    }
}

#[cfg(test)]
mod tests {
    use super::super::bucket::BURST_SECONDS;
    use super::super::frame::seal_frame;
    use super::super::message::Message;
    use super::*;
    use crate::primitives::{BlockHash, Keypair, NodeKind};

    const CHAIN: BlockHash = BlockHash([1; 32]);
    const NOW: Timestamp = Timestamp(1_000_000);

    fn hear(peers: &mut Peers, session: u64, sequence: u64) -> Result<NodeId, FrameError> {
        hear_at(peers, (session, sequence), NOW)
    }

    fn hear_at(peers: &mut Peers, run: (u64, u64), now: Timestamp) -> Result<NodeId, FrameError> {
        let bytes = seal_frame(
            &Keypair::from_secret(&[1; 32]),
            &CHAIN,
            run,
            None,
            &Message::Bye,
        );
        let envelope = Envelope::parse(&bytes, &CHAIN).unwrap();
        peers.heard(&envelope, false, now).map(|()| envelope.from)
    }

    #[test]
    fn a_frame_counts_once_and_an_old_session_never() {
        let mut peers = Peers::default();
        assert!(hear(&mut peers, 5, 1).is_ok());
        assert_eq!(
            hear(&mut peers, 5, 1),
            Err(FrameError::Replay { last: 1, found: 1 })
        );
        assert!(hear(&mut peers, 5, 3).is_ok());
        assert!(hear(&mut peers, 5, 2).is_err());
        assert!(hear(&mut peers, 6, 1).is_ok());
        assert!(hear(&mut peers, 5, 9).is_err());
    }

    #[test]
    fn a_node_whose_clock_was_set_back_is_heard_again_after_its_silence() {
        let mut peers = Peers::default();
        hear(&mut peers, 6, 1).unwrap();
        assert!(hear_at(&mut peers, (5, 1), NOW.plus(ALIVE)).is_err());
        assert!(hear_at(&mut peers, (5, 1), NOW.plus(ALIVE).plus(Millis(1))).is_ok());
    }

    #[test]
    fn an_invalid_block_silences_a_peer_for_ten_minutes() {
        let mut peers = Peers::default();
        let node = hear(&mut peers, 5, 1).unwrap();
        assert!(peers.admits(&node, false, NOW));
        peers.blame(&node, Fault::Invalid, NOW);
        assert!(!peers.admits(&node, false, NOW.plus(Millis(599_999))));
        assert!(peers.admits(&node, false, NOW.plus(IGNORE_FOR)));
    }

    #[test]
    fn scores_fade_and_small_faults_add_up() {
        let mut peers = Peers::default();
        let node = hear(&mut peers, 5, 1).unwrap();
        peers.blame(&node, Fault::Malformed, NOW);
        assert_eq!(peers.get(&node).unwrap().score(NOW), -20);
        assert_eq!(
            peers.get(&node).unwrap().score(NOW.plus(Millis(60_000))),
            -10
        );
        for _ in 0..4 {
            peers.blame(&node, Fault::Malformed, NOW);
        }
        assert!(!peers.admits(&node, true, NOW));
    }

    #[test]
    fn a_flood_is_cut_off_and_resumes_at_the_peers_rate() {
        let mut peers = Peers::default();
        let node = hear(&mut peers, 5, 1).unwrap();
        for sequence in 2..=FRAMES * BURST_SECONDS {
            assert!(peers.admits(&node, false, NOW));
            hear(&mut peers, 5, sequence).unwrap();
        }
        assert!(!peers.admits(&node, false, NOW));
        assert!(
            peers.admits(&node, true, NOW),
            "what this node asked for is let in"
        );
        let a_frame_later = NOW.plus(Millis(1_000 / FRAMES));
        assert!(peers.admits(&node, false, a_frame_later));
        hear_at(&mut peers, (5, 10_000), a_frame_later).unwrap();
        assert!(!peers.admits(&node, false, a_frame_later));
    }

    #[test]
    fn a_peer_has_fifty_transactions_a_second() {
        let mut peers = Peers::default();
        let node = hear(&mut peers, 5, 1).unwrap();
        assert_eq!(peers.take_transactions(&node, 150, NOW), 150);
        assert_eq!(peers.take_transactions(&node, 150, NOW), 50);
        assert_eq!(
            peers.take_transactions(&node, 150, NOW.plus(Millis(1_000))),
            50
        );
        assert_eq!(
            peers.take_transactions(&node, 500, NOW.plus(Millis(60_000))),
            200
        );
    }

    #[test]
    fn silence_and_late_answers_never_make_a_peer_ignored() {
        let mut peers = Peers::default();
        let node = hear(&mut peers, 5, 1).unwrap();
        for second in 0..600 {
            peers.blame(&node, Fault::TimeOut, NOW.plus(Millis(second * 100)));
        }
        let later = NOW.plus(Millis(60_000));
        peers.ask(&node, later);
        for _ in 0..100 {
            peers.blame(&node, Fault::Unsolicited, later.plus(LATE_WITHIN));
        }
        assert!(!peers.get(&node).unwrap().ignored(later) && peers.admits(&node, false, later));
        peers.prove(&node);
        for _ in 0..20 {
            peers.blame(
                &node,
                Fault::Unsolicited,
                later.plus(LATE_WITHIN).plus(Millis(1)),
            );
        }
        assert!(
            !peers.admits(&node, false, later.plus(LATE_WITHIN)),
            "nobody asked"
        );
    }

    #[test]
    fn answers_that_may_be_old_ones_cost_nothing_before_their_sender_has_proven_itself() {
        let mut peers = Peers::default();
        let node = hear(&mut peers, 5, 1).unwrap();
        (0..100).for_each(|_| peers.blame(&node, Fault::Unsolicited, NOW));
        assert!(peers.admits(&node, false, NOW));
        peers.prove(&node);
        (0..20).for_each(|_| peers.blame(&node, Fault::Unsolicited, NOW));
        assert!(!peers.admits(&node, false, NOW), "nobody asked");
    }

    #[test]
    fn a_score_that_changes_often_fades_as_well() {
        let mut peers = Peers::default();
        let node = hear(&mut peers, 5, 1).unwrap();
        for _ in 0..4 {
            peers.blame(&node, Fault::Malformed, NOW);
        }
        peers.credit(&node, NOW.plus(Millis(59_000)));
        assert_eq!(
            peers.get(&node).unwrap().score(NOW.plus(Millis(59_000))),
            -79
        );
        assert_eq!(
            peers.get(&node).unwrap().score(NOW.plus(Millis(60_000))),
            -39
        );
    }

    #[test]
    fn the_newest_record_wins_and_peers_are_bounded() {
        let mut peers = Peers::default();
        let record = |n: u8, time: u64| {
            NodeRecord::sign(
                &Keypair::from_secret(&[n; 32]),
                "n",
                NodeKind::Pow,
                "t",
                Timestamp(time),
            )
        };
        assert!(peers.learn(record(1, 2), NOW));
        assert!(!peers.learn(record(1, 1), NOW));
        for n in 0..=200 {
            peers.learn(record(n, 1), NOW);
        }
        assert_eq!(peers.iter().count(), MAX_PEERS);
    }

    #[test]
    fn a_flood_of_newcomers_drives_out_nobody_who_was_there_before() {
        let mut peers = Peers::default();
        let honest = hear(&mut peers, 5, 1).unwrap();
        for number in 2..u8::MAX {
            let newcomer = Keypair::from_secret(&[number; 32]);
            let bytes = seal_frame(&newcomer, &CHAIN, (1, 1), None, &Message::Bye);
            let later = NOW.plus(Millis(u64::from(number) * 10));
            peers
                .heard(&Envelope::parse(&bytes, &CHAIN).unwrap(), false, later)
                .unwrap();
        }
        assert!(peers.get(&honest).is_some() && peers.iter().count() == MAX_PEERS);
        // Who has fallen silent goes first.
        let newcomer = Keypair::from_secret(&[255; 32]);
        let bytes = seal_frame(&newcomer, &CHAIN, (1, 1), None, &Message::Bye);
        peers
            .heard(
                &Envelope::parse(&bytes, &CHAIN).unwrap(),
                false,
                NOW.plus(ALIVE).plus(Millis(1)),
            )
            .unwrap();
        assert!(peers.get(&honest).is_none());
    }

    #[test]
    fn one_list_of_records_a_second_is_looked_at() {
        let mut peers = Peers::default();
        let node = hear(&mut peers, 5, 1).unwrap();
        assert!(peers.take_list(&node, NOW) && !peers.take_list(&node, NOW.plus(Millis(999))));
        assert!(peers.take_list(&node, NOW.plus(LIST_EVERY)));
    }
}
