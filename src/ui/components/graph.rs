//! The picture of the network: nodes on a ring, the links between them, and what is on its way.
//! The table of nodes says the same in words.

use yew::prelude::*;

use super::marks::{kind_class, outline, state_class};
use super::pulses::{Places, use_pulses};
use crate::ui::actions::Actions;
use crate::ui::hooks::{use_media, use_narrow, use_store};
use crate::ui::markup::html;
use crate::view::figures::{grouped, short};
use crate::view::ring::{Point, between, places};
use crate::view::words;
use crate::view::{Model, NodeView};

/// More nodes than this stand closely: their names go beside them, their heads are left to the table.
const ROOMY: usize = 8;

/// Sizes of the picture in its own units.
struct Frame {
    width: f64,
    height: f64,
    margin: (f64, f64),
    radius: f64,
    crowded: bool,
}

impl Frame {
    fn of(narrow: bool, nodes: usize) -> Self {
        let crowded = nodes > ROOMY;
        let (width, height) = if narrow {
            (390.0, 400.0)
        } else {
            (800.0, if crowded { 480.0 } else { 430.0 })
        };
        let (margin, radius) = match (crowded, narrow) {
            (true, true) => ((72.0, 40.0), 16.0),
            (true, false) => ((96.0, 48.0), 19.0),
            (false, true) => ((58.0, 56.0), 24.0),
            (false, false) => ((66.0, 60.0), 27.0),
        };
        Self {
            width,
            height,
            margin,
            radius,
            crowded,
        }
    }

    /// Where a node's name stands: below it, or at its outer side in a crowded picture.
    fn side(&self, place: Point) -> Side {
        let (dx, dy) = (place.x - self.width / 2.0, place.y - self.height / 2.0);
        match () {
            () if !self.crowded => Side::Below,
            () if dx.abs() > self.width * 0.12 => {
                if dx > 0.0 {
                    Side::Right
                } else {
                    Side::Left
                }
            }
            () if dy < 0.0 => Side::Above,
            () => Side::Below,
        }
    }
}

/// Where a node's name stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Below,
    Above,
    Left,
    Right,
}

/// The picture of the network.
#[hook]
pub(crate) fn use_graph(actions: Actions) -> Html {
    let store = use_store();
    let model = &store.model;
    let still = use_media("(prefers-reduced-motion: reduce)");
    let frame = Frame::of(use_narrow(), model.nodes.len());
    let points = places(model.nodes.len(), frame.width, frame.height, frame.margin);
    let named = |(node, place): (&NodeView, &Point)| {
        (node.status.id.clone(), node.status.name.clone(), *place)
    };
    let pulses = Places {
        nodes: model.nodes.iter().zip(&points).map(named).collect(),
        width: frame.width,
        height: frame.height,
        radius: frame.radius,
    };
    let layer = use_pulses(actions.host(), !still, pulses);
    let cuts = actions.host().cuts();
    if model.nodes.is_empty() {
        return html! { <p class="empty stage-empty" role="status">{ "The nodes are starting…" }</p> };
    }
    html! {
        <div class="graph-box">
        <svg key="graph" class="graph" viewBox={format!("0 0 {:.0} {:.0}", frame.width, frame.height)} role="group"
            aria-label="Picture of the network; the table of nodes below says the same">
            <g key="links" class={classes!(frame.crowded.then_some("crowded"))}>{ links(model, &points, &cuts, frame.radius) }</g>
            <g key="nodes">
                { for model.nodes.iter().zip(&points).map(|(node, place)| {
                    let spot = Spot { place: *place, radius: frame.radius, side: frame.side(*place), crowded: frame.crowded };
                    let selected = store.selected.as_ref() == Some(&node.status.name);
                    one(&actions, node, &spot, tip_letter(model, node), selected)
                }) }
            </g>
        </svg>
        <div key="pulses" ref={layer} class="pulses" aria-hidden="true"></div>
        </div>
    }
}

/// Which of several tips a node has, as a letter; none while there is only one.
fn tip_letter(model: &Model, node: &NodeView) -> Option<char> {
    if model.tips.len() < 2 || !node.is_up() {
        return None;
    }
    let at = model
        .tips
        .iter()
        .position(|tip| tip.hash == node.status.head)?;
    ('A'..='Z').nth(at)
}

/// A line for each pair of running nodes that hear each other, or whose link is cut.
fn links(model: &Model, points: &[Point], cuts: &[(String, String)], radius: f64) -> Html {
    let mut lines = Vec::new();
    for (i, (a, from)) in model.nodes.iter().zip(points).enumerate() {
        for (b, to) in model.nodes.iter().zip(points).skip(i + 1) {
            let (a_name, b_name) = (&a.status.name, &b.status.name);
            let is_cut = |x: &String, y: &String| cuts.iter().any(|(a, b)| a == x && b == y);
            let cut = is_cut(a_name, b_name) || is_cut(b_name, a_name);
            let hears = |x: &NodeView, y: &NodeView| {
                x.peers
                    .iter()
                    .any(|peer| peer.alive && peer.id == y.status.id)
            };
            if !a.is_up() || !b.is_up() || !(cut || hears(a, b) || hears(b, a)) {
                continue;
            }
            let (start, end) = between(*from, *to, radius + 4.0);
            lines.push(html! {
                <line key={format!("{a_name} {b_name}")} class={classes!("link", cut.then_some("cut"))}
                    x1={format!("{:.1}", start.x)} y1={format!("{:.1}", start.y)} x2={format!("{:.1}", end.x)} y2={format!("{:.1}", end.y)} />
            });
        }
    }
    html! { { for lines } }
}

/// Where and how large a node is drawn.
struct Spot {
    place: Point,
    radius: f64,
    side: Side,
    crowded: bool,
}

fn one(actions: &Actions, node: &NodeView, spot: &Spot, tip: Option<char>, selected: bool) -> Html {
    let (actions, status, r) = (actions.clone(), &node.status, spot.radius);
    let name = status.name.clone();
    let onclick = {
        let (actions, name) = (actions.clone(), name.clone());
        Callback::from(move |_: MouseEvent| actions.toggle(name.clone()))
    };
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        if matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
            actions.toggle(name.clone());
        }
    });
    let label = format!(
        "{}, {}, {}, height {}",
        status.name,
        words::kind(status.kind),
        words::state(status.state),
        grouped(status.height)
    );
    let class = classes!(
        "node",
        kind_class(status.kind),
        state_class(status.state),
        selected.then_some("selected"),
        (!node.own).then_some("foreign"),
        node.is_up().then_some("up"),
        match spot.side {
            Side::Left => Some("end"),
            Side::Right => Some("start"),
            Side::Below | Side::Above => None,
        },
    );
    let line = |at: f64| format!("{at:.0}");
    html! {
        <g key={status.id.clone()} {class} transform={format!("translate({:.1} {:.1})", spot.place.x, spot.place.y)} tabindex="0" role="button"
            aria-pressed={selected.to_string()} aria-label={label} {onclick} {onkeydown}>
            <g key="shape">{ outline(status.kind, r, "shape") }</g>
            <text key="height" class="height" y="5">{ grouped(status.height) }</text>
            { names(node, spot) }
            if let Some(letter) = tip {
                <g key="tip" class={format!("tip tip-{}", letter.to_ascii_lowercase())} transform={format!("translate({} {})", line(r * 0.8), line(-r * 0.8))}>
                    <circle r="9" /><text y="4">{ letter.to_string() }</text>
                </g>
            }
        </g>
    }
}

/// The node's name, and its head or state where there is room or need.
fn names(node: &NodeView, spot: &Spot) -> Html {
    let (status, r) = (&node.status, spot.radius);
    let up = node.is_up();
    let sub = if up {
        short(&status.head)
    } else {
        words::state(status.state).to_owned()
    };
    let (x, y, gap) = match spot.side {
        Side::Below => (0.0, r + 16.0, (!spot.crowded || !up).then_some(14.0)),
        Side::Above => (0.0, -r - 8.0, None),
        Side::Left => (-r - 9.0, 4.0, (!up).then_some(14.0)),
        Side::Right => (r + 9.0, 4.0, (!up).then_some(14.0)),
    };
    html! {
        <>
            <text key="name" class="label side" x={format!("{x:.0}")} y={format!("{y:.0}")}>{ status.name.clone() }</text>
            if let Some(gap) = gap {
                <text key="state" class="sub side" x={format!("{x:.0}")} y={format!("{:.0}", y + gap)}>{ sub }</text>
            }
        </>
    }
}
