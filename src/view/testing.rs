//! Small values for the tests of the views.

use crate::ipc::{
    BlockSummary, Event, Level, MinerStatus, NodeKind, NodeState, NodeStatus, PeerStatus, Report,
    Topic,
};
use crate::records::{BlockKind, BlockRecord, LedgerStart, MinerRecord, MinerState};

use super::{Model, TabMode, Update};

pub(crate) fn kind(name: &str) -> NodeKind {
    if name.starts_with("poa") {
        NodeKind::Poa
    } else {
        NodeKind::Pow
    }
}

pub(crate) fn status(name: &str, head: &str, height: u64) -> NodeStatus {
    NodeStatus {
        id: format!("id-{name}"),
        name: name.into(),
        kind: kind(name),
        state: NodeState::Running,
        height,
        head: head.into(),
        state_root: format!("root-{head}"),
        weight: height * 256,
        peers: 4,
        pending: 1,
        hash_rate: 51.0,
        hash_budget: Some(51.2),
        next_slot_at: None,
        durable_height: height,
        written_bytes: 100 * height,
        degraded: None,
        difficulty: 256,
        automatic: None,
        authorities: 2,
        is_authority: name.starts_with("poa"),
        blocks_made: 3,
        frames_in: 10,
        frames_out: 20,
        frames_refused: 0,
        host: "tab".into(),
        ledger_start: LedgerStart::New,
        finality: crate::ipc::FinalityStatus::default(),
    }
}

pub(crate) fn miner(state: MinerState) -> MinerStatus {
    MinerStatus {
        worker: "pow-1:1".into(),
        record: MinerRecord {
            height: 2,
            nonce_start: 0,
            nonce_end: 1_000,
            hashes: 100,
            hash_rate: 17.0,
            best_hash: "00ab".repeat(16),
            blocks_found: 1,
            state,
        },
        difficulty: 256,
        uncapped: 1e6,
        budget: Some(17.0),
        share: None,
        tries: Vec::new(),
        nonce: 100,
        elapsed_ms: 6_000,
    }
}

pub(crate) fn report(status: NodeStatus) -> Report {
    Report {
        status,
        miners: Vec::new(),
        peers: Vec::new(),
        events: Vec::new(),
        events_dropped: 0,
    }
}

pub(crate) fn peer(name: &str, head: &str, height: u64, alive: bool) -> PeerStatus {
    PeerStatus {
        id: format!("id-{name}"),
        name: name.into(),
        kind: kind(name),
        host: "other".into(),
        head: head.into(),
        height,
        weight: height * 256,
        last_seen: 1_000,
        alive,
        score: 0,
        round_trip_ms: Some(3),
    }
}

pub(crate) fn block(hash: &str, parent: &str, height: u64) -> BlockSummary {
    BlockSummary {
        record: BlockRecord {
            hash: hash.into(),
            height,
            previous_hash: parent.into(),
            kind: BlockKind::Work,
            miner_id: "id-pow-1".into(),
            timestamp: 1_000 * height,
            nonce: 7,
            slot: 0,
            difficulty: 256,
            transactions_count: 2,
            on_best_chain: false,
        },
        miner: "pow-1".into(),
        weight: 256 * height,
        state_root: format!("root-{hash}"),
    }
}

pub(crate) fn event(node: &str, at: u64, level: Level) -> Event {
    let text = "something happened".to_owned();
    Event::plain(node.into(), at, level, Topic::Network, text)
}

/// Takes a node of this tab that starts into a picture.
pub(crate) fn start(model: &mut Model, name: &str) {
    model.apply(Update::Node {
        id: format!("id-{name}"),
        name: name.to_owned(),
        kind: kind(name),
        host: "tab".to_owned(),
        state: NodeState::Starting,
    });
}

/// A picture of nodes of this tab: their names, heads and heights.
pub(crate) fn model(nodes: &[(&str, &str, u64)]) -> Model {
    let mut model = Model::new("test");
    model.mode = TabMode::Host;
    for (name, head, height) in nodes {
        start(&mut model, name);
        model.apply(Update::Report(report(status(name, head, *height))));
    }
    model
}
