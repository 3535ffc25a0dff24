//! The picture of the laboratory's network, with the frames on their links, and what can be done to the nodes that are
//! selected. A line that is drawn across it parts the network.

use web_sys::Element;
use yew::prelude::*;

use crate::app::pages::lab::picture::{dots, inside, side};
use crate::app::pages::lab::{LabMessage, picture};
use crate::lab::Action;
use crate::ui::components::{NetworkDrawing, NodeDrawing};
use crate::ui::hooks::use_narrow;
use crate::ui::lab::{use_bench, use_hands, use_lab_page};
use crate::view::ring::{Point, places};

/// The picture with its buttons.
#[component]
pub(super) fn Picture() -> Html {
    let (bench, hands, page) = (use_bench(), use_hands(), use_lab_page());
    let chosen = page.selected().to_vec();
    let act = |action: Action| {
        let hands = hands.clone();
        move |_: MouseEvent| hands.act_and_say(action.clone())
    };
    let can_part = page.can_part(&bench);
    let is_cut = bench.links.iter().any(|link| link.cut);
    let about = match chosen.as_slice() {
        [] => "Click nodes to select them. A line drawn across the picture parts the network.".to_owned(),
        [one] => format!("{one} is selected."),
        many => format!("{} are selected.", many.join(", ")),
    };
    let clear = {
        let hands = hands.clone();
        move |_: MouseEvent| hands.send(LabMessage::Clear)
    };
    html! {
        <section class="panel lab-picture" aria-label="Picture of the laboratory's network">
            <div class="panel-title">
                <h2>{ "Network" }</h2>
                <div class="toolbar">
                    <button type="button" id="lab-part" disabled={!can_part} onclick={act(Action::Partition { side: chosen.clone() })}>{ "Part from the rest" }</button>
                    <button type="button" disabled={!can_part} title="Nobody hears them any more; they still hear" onclick={act(Action::Mute { side: chosen.clone() })}>{ "Mute" }</button>
                    <button type="button" id="lab-heal" class={classes!(is_cut.then_some("button-primary"))} disabled={!is_cut} onclick={act(Action::Heal)}>{ "Heal all links" }</button>
                    <button type="button" disabled={chosen.is_empty()} onclick={clear}>{ "Select nobody" }</button>
                </div>
            </div>
            <p class="text-hint" role="status">{ about }</p>
            <Drawing />
            <p class="lab-legend">
                <span class="lab-key lab-key-frame-block">{ "block" }</span>
                <span class="lab-key lab-key-frame-transaction">{ "transaction" }</span>
                <span class="lab-key lab-key-frame-vote">{ "vote" }</span>
                <span class="lab-key lab-key-frame-other">{ "anything else" }</span>
                <span class="lab-key lab-key-frame-held">{ "held" }</span>
            </p>
        </section>
    }
}

#[component]
fn Drawing() -> Html {
    let (bench, hands, page) = (use_bench(), use_hands(), use_lab_page());
    let narrow = use_narrow();
    let box_ref = use_node_ref();
    let line = use_state_eq(|| None::<(Point, Point)>);
    let drawing = NetworkDrawing::of(narrow, bench.nodes.len());
    let points = places(bench.nodes.len(), drawing.width, drawing.height, drawing.margin);
    let at = {
        let box_ref = box_ref.clone();
        move |event: &PointerEvent| {
            let area = box_ref.cast::<Element>()?.get_bounding_client_rect();
            let place = (
                f64::from(event.client_x()) - area.left(),
                f64::from(event.client_y()) - area.top(),
            );
            Some(inside(place, (area.width(), area.height()), (drawing.width, drawing.height)))
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
                hands.act_and_say(Action::Partition { side });
            }
        }
    };
    let leave = {
        let setter = line.setter();
        move |_: PointerEvent| setter.set(None)
    };
    let toggle = use_callback((), {
        let hands = hands.clone();
        move |name: String, ()| hands.send(LabMessage::Toggle(name))
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
                for link in picture::links(&bench) {
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
                for dot in dots(&bench, &points, gap) {
                    { frame(&dot, held == Some(dot.id), &hands) }
                }
            </g>
            if let Some((from, to)) = *line {
                <line class="lab-line" x1={from.x.to_string()} y1={from.y.to_string()} x2={to.x.to_string()} y2={to.y.to_string()} />
            }
        </svg>
    }
}

fn drawn_link(points: &[Point], gap: f64, link: &crate::app::pages::network::LinkRow) -> Html {
    let (Some(from), Some(to)) = (points.get(link.from), points.get(link.to)) else {
        return html! {};
    };
    let (start, end) = crate::view::ring::between(*from, *to, gap);
    html! {
        <line key={format!("{} {}", link.from, link.to)} class={classes!("graph-link", link.cut.then_some("graph-link-cut"))}
            x1={start.x.to_string()} y1={start.y.to_string()} x2={end.x.to_string()} y2={end.y.to_string()} />
    }
}

fn frame(dot: &picture::FrameDot, chosen: bool, hands: &crate::ui::lab::Hands) -> Html {
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
