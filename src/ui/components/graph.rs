//! The picture of the network: nodes on a ring, the links between them, and what is on its way. The
//! table of nodes says the same in words.

use std::rc::Rc;

use yew::prelude::*;

use super::graph_node::{GraphNode, Side};
use super::pulses::Pulses;
use crate::app::pages::network::{LinkRow, NodeMark, links};
use crate::app::pages::pulses::{LINK_GAP, Places};
use crate::app::pages::selection::SelectionMessage;
use crate::ui::context::{use_actions, use_picture, use_selection};
use crate::ui::hooks::{use_media, use_narrow};
use crate::view::ring::{Point, between, places};
use crate::view::{Model, NodeView};

/// More nodes than this are drawn closely: their names go to their sides, their heads only into the
/// table.
const ROOMY: usize = 8;

/// Sizes of the picture in its own units.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Frame {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) margin: (f64, f64),
    pub(crate) radius: f64,
    pub(crate) crowded: bool,
}

impl Frame {
    /// The sizes for so many nodes.
    pub(crate) fn of(narrow: bool, nodes: usize) -> Self {
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

    /// Where a node's name is drawn: below it, or at its outer side in a crowded picture.
    pub(crate) fn side(&self, place: Point) -> Side {
        let (dx, dy) = (place.x - self.width / 2.0, place.y - self.height / 2.0);
        match () {
            () if !self.crowded => Side::Below,
            () if dx.abs() > self.width * 0.12 && dx > 0.0 => Side::Right,
            () if dx.abs() > self.width * 0.12 => Side::Left,
            () if dy < 0.0 => Side::Above,
            () => Side::Below,
        }
    }

    /// Where the nodes of a model are drawn.
    fn places(&self, model: &Model) -> Rc<Places> {
        let points = places(model.nodes.len(), self.width, self.height, self.margin);
        let place = |(node, point): (&NodeView, Point)| {
            (node.status.id.clone(), node.status.name.clone(), point)
        };
        Rc::new(Places {
            nodes: model.nodes.iter().zip(points).map(place).collect(),
            width: self.width,
            height: self.height,
            radius: self.radius,
        })
    }
}

/// The picture of the network.
#[component]
pub(crate) fn Graph() -> Html {
    let (actions, picture, selection) = (use_actions(), use_picture(), use_selection());
    let moving = !use_media("(prefers-reduced-motion: reduce)");
    let frame = Frame::of(use_narrow(), picture.nodes.len());
    let toggle = use_callback((), {
        let actions = actions.clone();
        move |name, ()| actions.select(SelectionMessage::Toggle(name))
    });
    if picture.nodes.is_empty() {
        return html! {
            <p class="text-empty graph-starting" role="status">{ "The nodes are starting…" }</p>
        };
    }
    let places = frame.places(&picture);
    let links = links(&picture, &actions.app().cuts());
    let nodes = picture.nodes.iter().zip(&places.nodes);
    html! {
        <div class="graph-box">
            <svg class="graph" viewBox={format!("0 0 {} {}", frame.width, frame.height)} role="group"
                aria-label="Picture of the network: each node with its name, height and head. The table of nodes below says the same">
                { lines(&links, &places, frame.crowded) }
                <g>
                    for (node, (_, _, place)) in nodes {
                        <GraphNode key={node.status.id.clone()} mark={NodeMark::of(&picture, node)} place={*place}
                            radius={frame.radius} side={frame.side(*place)} crowded={frame.crowded}
                            selected={selection.is(&node.status.name)} toggle={&toggle} />
                    }
                </g>
            </svg>
            <Pulses {places} {moving} />
        </div>
    }
}

/// A line for each link.
fn lines(links: &[LinkRow], places: &Places, crowded: bool) -> Html {
    let line = |link: &LinkRow| {
        let ((.., from), (.., to)) = (places.nodes.get(link.from)?, places.nodes.get(link.to)?);
        let (start, end) = between(*from, *to, places.radius + LINK_GAP);
        let at = |value: f64| format!("{value:.1}");
        Some(html! {
            <line key={format!("{} {}", link.from, link.to)}
                class={classes!("graph-link", link.cut.then_some("graph-link-cut"))}
                x1={at(start.x)} y1={at(start.y)} x2={at(end.x)} y2={at(end.y)} />
        })
    };
    html! {
        <g class={classes!(crowded.then_some("graph-crowded"))}>
            { for links.iter().filter_map(line) }
        </g>
    }
}
