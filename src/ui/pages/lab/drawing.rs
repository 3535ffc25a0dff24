//! The drawing of the laboratory's network: nodes, links, and the frames on them. A line that is
//! drawn across it parts the network.

use web_sys::Element;
use yew::prelude::*;

use crate::app::pages::lab::picture::{dots, inside, side};
use crate::app::pages::lab::{LabMessage, picture};
use crate::app::pages::network::LinkRow;
use crate::lab::Action;
use crate::ui::components::{NetworkDrawing, NodeDrawing, scroll_to};
use crate::ui::lab::{Hands, Scene};
use crate::view::ring::{Point, between, places};

#[derive(Properties, PartialEq)]
pub(super) struct DrawingProps {
    pub(super) scene: Scene,
}

/// The drawing: a line that a person draws across it parts the network.
#[component]
pub(super) fn Drawing(props: &DrawingProps) -> Html {
    let Scene {
        bench,
        page,
        hands,
        narrow,
    } = &props.scene;
    let box_ref = use_node_ref();
    let line = use_state_eq(|| None::<(Point, Point)>);
    let drawing = NetworkDrawing::of(*narrow, bench.nodes.len());
    let points = places(
        bench.nodes.len(),
        drawing.width,
        drawing.height,
        drawing.margin,
    );
    let at = {
        let box_ref = box_ref.clone();
        move |event: &PointerEvent| {
            let area = box_ref.cast::<Element>()?.get_bounding_client_rect();
            let place = (
                f64::from(event.client_x()) - area.left(),
                f64::from(event.client_y()) - area.top(),
            );
            Some(inside(
                place,
                (area.width(), area.height()),
                (drawing.width, drawing.height),
            ))
        }
    };
    let down = {
        let (at, setter) = (at.clone(), line.setter());
        move |event: PointerEvent| {
            let target = event.target_unchecked_into::<Element>();
            let on_node = matches!(target.closest(".graph-node, .lab-frame"), Ok(Some(_)));
            if let Some(at) = at(&event).filter(|_| !on_node) {
                setter.set(Some((at, at)));
            }
        }
    };
    let moved = {
        let (at, setter, begun) = (at, line.setter(), line.map(|(from, _)| from));
        move |event: PointerEvent| {
            if let (Some(from), Some(to)) = (begun, at(&event)) {
                setter.set(Some((from, to)));
            }
        }
    };
    let up = {
        let (hands, bench, points) = (hands.clone(), bench.clone(), points.clone());
        let (setter, drawn) = (line.setter(), *line);
        move |_: PointerEvent| {
            setter.set(None);
            let parted = drawn.and_then(|(from, to)| side(&bench, &points, from, to));
            if let Some(side) = parted {
                hands.act(Action::Partition { side });
            }
        }
    };
    let leave = {
        let setter = line.setter();
        move |_: PointerEvent| setter.set(None)
    };
    let toggle = use_callback((), {
        let hands = hands.clone();
        move |name: String, ()| {
            hands.send(LabMessage::Toggle(name));
            // On a phone they may lie under the bar of time.
            scroll_to(&[".lab-picture .toolbar"]);
        }
    });
    let tips = bench.tips();
    let gap = drawing.radius + 6.0;
    let held = page.frame();
    html! {
        <svg ref={box_ref} class="graph lab-graph" viewBox={format!("0 0 {} {}", drawing.width, drawing.height)} role="group"
            aria-label="Nodes of the laboratory; the panel of the selected node says the same in words"
            onpointerdown={down} onpointermove={moved} onpointerup={up} onpointerleave={leave}>
            <rect class="lab-ground" width={drawing.width.to_string()} height={drawing.height.to_string()} />
            <g>
                for link in picture::links(bench) {
                    { drawn_link(&points, gap, &link) }
                }
            </g>
            <g>
                for (node, place) in bench.nodes.iter().zip(&points) {
                    <NodeDrawing key={node.name.clone()} mark={picture::mark(node, &tips)} place={*place} radius={drawing.radius}
                        side={drawing.side(*place)} crowded={drawing.crowded} selected={page.selected().contains(&node.name)} toggle={&toggle} />
                }
            </g>
            <g aria-hidden="true">
                for dot in dots(bench, &points, gap) {
                    { frame(&dot, held == Some(dot.id), hands) }
                }
            </g>
            if let Some((from, to)) = *line {
                <line class="lab-line" x1={from.x.to_string()} y1={from.y.to_string()} x2={to.x.to_string()} y2={to.y.to_string()} />
            }
        </svg>
    }
}

fn drawn_link(points: &[Point], gap: f64, link: &LinkRow) -> Html {
    let (Some(from), Some(to)) = (points.get(link.from), points.get(link.to)) else {
        return html! {};
    };
    let (start, end) = between(*from, *to, gap);
    html! {
        <line key={format!("{} {}", link.from, link.to)} class={classes!("graph-link", link.cut.then_some("graph-link-cut"))}
            x1={start.x.to_string()} y1={start.y.to_string()} x2={end.x.to_string()} y2={end.y.to_string()} />
    }
}

fn frame(dot: &picture::FrameDot, chosen: bool, hands: &Hands) -> Html {
    let (id, hands) = (dot.id, hands.clone());
    let onclick = move |_: MouseEvent| hands.look(Some(id));
    let class = classes!(
        "lab-frame",
        dot.class,
        dot.held.then_some("lab-frame-held"),
        chosen.then_some("lab-frame-chosen")
    );
    html! {
        <g key={id} {class} transform={format!("translate({:.1} {:.1})", dot.at.x, dot.at.y)} {onclick}>
            <title>{ &dot.title }</title>
            <circle class="lab-frame-reach" r="12" />
            <circle r="6" />
        </g>
    }
}
