//! One node in the picture of the network: a button that selects it.

use yew::prelude::*;

use super::marks::{kind_class, outline};
use crate::app::pages::network::NodeMark;
use crate::view::ring::Point;

/// Where a node's name is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Below,
    Above,
    Left,
    Right,
}

impl Side {
    /// The class that aligns the name.
    const fn class(self) -> Option<&'static str> {
        match self {
            Self::Left => Some("graph-name-left"),
            Self::Right => Some("graph-name-right"),
            Self::Below | Self::Above => None,
        }
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct GraphNodeProps {
    pub(crate) mark: NodeMark,
    pub(crate) place: Point,
    pub(crate) radius: f64,
    pub(crate) side: Side,
    pub(crate) crowded: bool,
    pub(crate) selected: bool,
    /// Takes the node's name when it is clicked.
    pub(crate) toggle: Callback<String>,
}

/// The node. What is written in it comes in the order in which its label has it.
#[component]
pub(crate) fn GraphNode(props: &GraphNodeProps) -> Html {
    let (mark, r) = (&props.mark, props.radius);
    let toggle = {
        let name = mark.name.clone();
        props.toggle.reform(move |()| name.clone())
    };
    let onclick = toggle.reform(|_: MouseEvent| ());
    let onkeydown = move |event: KeyboardEvent| {
        if matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
            toggle.emit(());
        }
    };
    let class = classes!(
        "graph-node",
        kind_class(mark.kind),
        props.side.class(),
        props.selected.then_some("graph-node-selected"),
        (!mark.own).then_some("graph-node-foreign"),
        (!mark.up).then_some("graph-node-down"),
    );
    let transform = format!("translate({:.1} {:.1})", props.place.x, props.place.y);
    html! {
        <g {class} {transform} tabindex="0" role="button" aria-pressed={props.selected.to_string()}
            aria-label={mark.label()} {onclick} {onkeydown}>
            { outline(mark.kind, r, "graph-shape") }
            { name(props) }{ " " }
            if let Some(letter) = mark.tip {
                <g class={format!("graph-tip graph-tip-{}", letter.to_ascii_lowercase())}
                    transform={format!("translate({:.0} {:.0})", r * 0.8, -r * 0.8)}>
                    <circle r="9" /><text y="4">{ letter }</text>
                </g>
            }
        </g>
    }
}

/// The node's name, its height, and its head or state where there is room or need.
fn name(props: &GraphNodeProps) -> Html {
    let (mark, r) = (&props.mark, props.radius);
    let (x, y, below) = match props.side {
        Side::Below => (0.0, r + 16.0, !props.crowded || !mark.up),
        Side::Above => (0.0, -r - 8.0, false),
        Side::Left => (-r - 9.0, 4.0, !mark.up),
        Side::Right => (r + 9.0, 4.0, !mark.up),
    };
    // The spaces are not drawn; with them the visible text reads as the label does.
    html! {
        <>
            <text class="graph-name" x={format!("{x:.0}")} y={format!("{y:.0}")}>{ &mark.name }</text>{ " " }
            <text class="graph-height" y="5">{ &mark.height }</text>{ " " }
            if below {
                <text class="graph-below" x={format!("{x:.0}")} y={format!("{:.0}", y + 14.0)}>{ &mark.below }</text>
            }
        </>
    }
}
