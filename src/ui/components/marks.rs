//! Signs for kinds and states. A kind is told by shape and colour, a state by colour and word.

use yew::prelude::*;

use crate::ipc::{NodeKind, NodeState};
use crate::records::BlockKind;
use crate::ui::markup::html;
use crate::view::words;

/// The outline of a kind of node around the origin, for a given radius.
pub(super) fn outline(kind: NodeKind, r: f64, class: &'static str) -> Html {
    let points = |list: &[(f64, f64)]| {
        list.iter()
            .map(|(x, y)| format!("{:.1},{:.1}", x * r, y * r))
            .collect::<Vec<_>>()
            .join(" ")
    };
    match kind {
        NodeKind::Pow => {
            let hexagon = [
                (0.0, -1.0),
                (0.87, -0.5),
                (0.87, 0.5),
                (0.0, 1.0),
                (-0.87, 0.5),
                (-0.87, -0.5),
            ];
            html! { <polygon {class} points={points(&hexagon)} /> }
        }
        NodeKind::Poa => {
            let side = format!("{:.1}", r * 1.66);
            let corner = format!("{:.1}", r * -0.83);
            html! { <rect {class} x={corner.clone()} y={corner} width={side.clone()} height={side} rx={format!("{:.1}", r * 0.3)} /> }
        }
        NodeKind::Viewer => html! { <circle {class} r={format!("{:.1}", r * 0.9)} /> },
    }
}

/// The class that colours a kind of node.
pub(super) const fn kind_class(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Pow => "work",
        NodeKind::Poa => "authority",
        NodeKind::Viewer => "viewer",
    }
}

/// The sign of a kind of node: hexagon for work, square for authority, circle for a viewer.
pub(crate) fn node_mark(kind: NodeKind) -> Html {
    mark(kind, words::kind(kind))
}

/// The sign of a kind of block, `work` or `authority`: that of the nodes that make it.
pub(crate) fn block_mark(kind: BlockKind) -> Html {
    match kind {
        BlockKind::Authority => mark(NodeKind::Poa, "authority block"),
        BlockKind::Work => mark(NodeKind::Pow, "work block"),
    }
}

fn mark(kind: NodeKind, label: &'static str) -> Html {
    html! {
        <svg class={classes!("mark", kind_class(kind))} viewBox="-8 -8 16 16" width="16" height="16" role="img"
            aria-label={label}>
            { outline(kind, 7.0, "shape") }
        </svg>
    }
}

/// A state of a node: a dot and a word.
pub(crate) fn state_badge(state: NodeState) -> Html {
    html! { <span class={classes!("badge", state_class(state))}>{ words::state(state) }</span> }
}

/// The class that colours a state.
pub(super) const fn state_class(state: NodeState) -> &'static str {
    match state {
        NodeState::Starting | NodeState::Syncing => "busy",
        NodeState::Running => "good",
        NodeState::Remote => "calm",
        NodeState::Stopped => "still",
        NodeState::Killed | NodeState::Failed => "bad",
    }
}
