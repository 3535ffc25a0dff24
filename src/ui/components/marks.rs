//! Signs for kinds and states. Shape and colour show a kind, colour and word a state.

use yew::prelude::*;

use crate::ipc::{NodeKind, NodeState};
use crate::records::BlockKind;
use crate::view::words;

/// Corners of the hexagon of a miner, for a radius of 1.
const HEXAGON: [(f64, f64); 6] = [
    (0.0, -1.0),
    (0.87, -0.5),
    (0.87, 0.5),
    (0.0, 1.0),
    (-0.87, 0.5),
    (-0.87, -0.5),
];

/// The outline of a kind of node around the origin, for a given radius.
pub(super) fn outline(kind: NodeKind, r: f64, class: &'static str) -> Html {
    match kind {
        NodeKind::Pow => {
            let points = HEXAGON.map(|(x, y)| format!("{:.1},{:.1}", x * r, y * r));
            html! { <polygon {class} points={points.join(" ")} /> }
        }
        NodeKind::Poa => {
            let (side, corner) = (format!("{:.1}", r * 1.66), format!("{:.1}", r * -0.83));
            html! {
                <rect {class} x={corner.clone()} y={corner} width={side.clone()} height={side} rx={format!("{:.1}", r * 0.3)} />
            }
        }
        NodeKind::Viewer => html! { <circle {class} r={format!("{:.1}", r * 0.9)} /> },
    }
}

/// The class that colours a kind of node.
pub(super) const fn kind_class(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Pow => "kind-work",
        NodeKind::Poa => "kind-authority",
        NodeKind::Viewer => "kind-viewer",
    }
}

/// The class that colours a kind of block: that of the nodes that make it.
pub(super) fn block_class(kind: BlockKind) -> &'static str {
    kind_class(block_maker(kind))
}

const fn block_maker(kind: BlockKind) -> NodeKind {
    match kind {
        BlockKind::Authority => NodeKind::Poa,
        BlockKind::Work => NodeKind::Pow,
    }
}

fn sign(kind: NodeKind, label: &'static str) -> Html {
    html! {
        <svg class={classes!("mark", kind_class(kind))} viewBox="-8 -8 16 16" width="16" height="16" role="img"
            aria-label={label}>
            { outline(kind, 7.0, "mark-shape") }
        </svg>
    }
}

/// The sign of a kind of node: hexagon for work, square for authority, circle for a viewer.
pub(crate) fn kind_mark(kind: NodeKind) -> Html {
    sign(kind, words::kind(kind))
}

/// The sign of a kind of block: that of the nodes that make it.
pub(crate) fn block_mark(kind: BlockKind) -> Html {
    let kind = block_maker(kind);
    let label = if kind == NodeKind::Poa {
        "authority block"
    } else {
        "work block"
    };
    sign(kind, label)
}

/// How something is: it colours badges.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Busy,
    Bad,
    Still,
    Calm,
}

impl Tone {
    /// The tone of a node's state.
    pub(crate) const fn of(state: NodeState) -> Self {
        match state {
            NodeState::Starting | NodeState::Syncing => Self::Busy,
            NodeState::Running => Self::Good,
            NodeState::Remote => Self::Calm,
            NodeState::Stopped => Self::Still,
            NodeState::Killed | NodeState::Failed => Self::Bad,
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Good => "tone-good",
            Self::Busy => "tone-busy",
            Self::Bad => "tone-bad",
            Self::Still => "tone-still",
            Self::Calm => "tone-calm",
        }
    }
}

/// A few words with a dot.
pub(crate) fn badge(tone: Tone, text: &str) -> Html {
    titled_badge(tone, text, None)
}

/// A few words with a dot, and more about them.
pub(crate) fn titled_badge(tone: Tone, text: &str, title: Option<AttrValue>) -> Html {
    html! { <span class={classes!("badge", tone.class())} {title}>{ text }</span> }
}
