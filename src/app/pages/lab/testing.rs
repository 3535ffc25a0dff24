//! A bench for tests: three nodes, one frame on its way, and a link that is cut in one direction.

use std::rc::Rc;

use crate::app::lab::Bench;
use crate::ipc::NodeKind;
use crate::lab::DiskState;
use crate::lab::desk::{Clock, FrameSight, Life, LinkSight, NodeSight};

fn node(name: &str, kind: NodeKind, head: &str) -> NodeSight {
    NodeSight {
        name: name.to_owned(),
        kind,
        life: Life::Runs,
        height: 3,
        head: head.to_owned(),
        decided: 0,
        waiting: 0,
        made: 0,
        rate: None,
        clock: 0,
        disk: DiskState::Well,
        intends: Vec::new(),
    }
}

fn link(from: u8, to: u8) -> LinkSight {
    LinkSight {
        from,
        to,
        cut: (from, to) == (2, 0),
        latency: 40,
        jitter: 0,
        loss: 0,
        bandwidth: 0,
    }
}

pub(super) fn bench() -> Bench {
    let nodes = vec![
        node("pow-1", NodeKind::Pow, "aa"),
        node("pow-2", NodeKind::Pow, "bb"),
        node("shop", NodeKind::Viewer, "aa"),
    ];
    let pairs = (0..3_u8).flat_map(|from| (0..3_u8).map(move |to| (from, to)));
    let links = pairs.filter(|(from, to)| from != to);
    let frame = FrameSight {
        id: 9,
        from: 0,
        to: 1,
        kind: "BLOCK_FOUND".to_owned(),
        sent: 1_000,
        due: Some(1_040),
        size: 300,
    };
    Bench {
        clock: Some(Clock {
            time: 1_010,
            playing: false,
            seeking: false,
            speed: 100,
            end: 1_010,
            stop: None,
        }),
        branch: "main".to_owned(),
        nodes: Rc::new(nodes),
        links: Rc::new(links.map(|(from, to)| link(from, to)).collect()),
        frames: Rc::new(vec![frame]),
        ..Bench::default()
    }
}
