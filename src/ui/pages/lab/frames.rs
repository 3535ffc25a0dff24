//! The frames on their way: a list, and one of them in full with what can be done to it.

use yew::prelude::*;

use crate::app::pages::lab::LabMessage;
use crate::app::pages::lab::picture::class_of;
use crate::app::pages::lab::timeline::time_text;
use crate::lab::desk::{FrameDetail, FrameSight};
use crate::lab::{Action, Change, Field, Filter};
use crate::ui::components::{Bytes, empty};
use crate::ui::lab::{Drawn, Hands, Scene, number};
use crate::view::figures::{bytes, count_of};

/// Lines of the list.
const LINES: usize = 12;
/// Milliseconds of a delay at first.
pub(super) const LATER: &str = "1000";

/// The list and the frame in the hand.
pub(super) const PART: Drawn = Drawn {
    draw,
    same: |one, other| same(one, other),
};

fn same(one: &Scene, other: &Scene) -> bool {
    let (a, b) = (&one.bench, &other.bench);
    (&a.frames, a.more_frames, &a.looked, &one.page)
        == (&b.frames, b.more_frames, &b.looked, &other.page)
}

fn draw(scene: &Scene) -> Html {
    let (bench, hands, page) = (&scene.bench, &scene.hands, &scene.page);
    let held: Vec<&FrameSight> = bench
        .frames
        .iter()
        .filter(|frame| frame.due.is_none())
        .collect();
    let flying = bench.frames.iter().filter(|frame| frame.due.is_some());
    let shown: Vec<&FrameSight> = held.iter().copied().chain(flying).take(LINES).collect();
    let all = bench.frames.len() as u64 + u64::from(bench.more_frames);
    let rest = all.saturating_sub(shown.len() as u64);
    let release = hands.acting(Action::ReleaseAll {
        filter: Filter::default(),
    });
    let name = |number: u8| {
        bench
            .nodes
            .get(usize::from(number))
            .map_or("?", |node| node.name.as_str())
    };
    html! {
        <section class="panel lab-frames" aria-label="Messages on their way">
            <div class="panel-title">
                <h2>{ "Messages on their way" }</h2>
                <div class="toolbar">
                    <span class="text-hint" id="lab-frame-count">{ format!("{}, {} held", count_of(all, "frame", "frames"), held.len()) }</span>
                    <button type="button" id="lab-release-all" disabled={held.is_empty()} onclick={release}>{ "Let all go" }</button>
                </div>
            </div>
            <div class="lab-frame-columns">
                <div class="table-box lab-frame-list" tabindex="0" role="group" aria-label="List of messages, scrolls">
                    if shown.is_empty() {
                        { empty("Nothing is on its way at this moment. Step to the next message, or slow time down.") }
                    } else {
                        <table>
                            <thead><tr><th scope="col">{ "message" }</th><th scope="col">{ "from" }</th><th scope="col">{ "to" }</th><th scope="col">{ "arrives" }</th><th scope="col" class="wide-only">{ "size" }</th></tr></thead>
                            <tbody>
                                for frame in &shown {
                                    { line(frame, (name(frame.from), name(frame.to)), page.frame() == Some(frame.id), hands) }
                                }
                            </tbody>
                        </table>
                        if rest > 0 {
                            <p class="text-hint">{ format!("and {rest} more") }</p>
                        }
                    }
                </div>
                { in_hand(scene) }
            </div>
        </section>
    }
}

fn line(frame: &FrameSight, (from, to): (&str, &str), chosen: bool, hands: &Hands) -> Html {
    let (hands, id) = (hands.clone(), frame.id);
    let look = move |_: MouseEvent| hands.look((!chosen).then_some(id));
    let arrives = frame.due.map_or_else(|| "held".to_owned(), time_text);
    html! {
        <tr key={id} class={classes!(chosen.then_some("row-selected"))}>
            <th scope="row">
                <button type="button" class={classes!("button-plain", "lab-kind", class_of(&frame.kind))} aria-pressed={chosen.to_string()}
                    aria-label={format!("{} from {from} to {to}", frame.kind)} onclick={look}>{ &frame.kind }</button>
            </th>
            <td>{ from }</td>
            <td>{ to }</td>
            <td class={classes!(frame.due.is_none().then_some("lab-held"))}>{ arrives }</td>
            <td class="wide-only">{ bytes(u64::from(frame.size)) }</td>
        </tr>
    }
}

/// The frame in the hand.
fn in_hand(scene: &Scene) -> Html {
    let (bench, hands) = (&scene.bench, &scene.hands);
    let Some(chosen) = scene.page.frame() else {
        return html! {
            <div class="lab-hand"><p class="text-empty">{ "Choose a message: its fields and bytes stand here, and you can hold, drop, double, delay or change it." }</p></div>
        };
    };
    let Some(frame) = bench.looked.clone().filter(|frame| frame.id == chosen) else {
        let hands = hands.clone();
        let empty = move |_: MouseEvent| hands.look(None);
        return html! {
            <div class="lab-hand">
                <p class="text-empty">{ "This message is not on its way any more: it arrived, or was dropped. \"What happened\" says what its receiver made of it." }</p>
                <button type="button" onclick={empty}>{ "Close" }</button>
            </div>
        };
    };
    let act = |action: Action| hands.acting(action);
    let id = frame.id;
    let (hold, release) = (Action::Hold { frame: id }, Action::Release { frame: id });
    html! {
        <div class="lab-hand" id="lab-hand">
            <p><strong>{ &frame.kind }</strong>{ format!(" from {} to {}", frame.from, frame.to) }</p>
            <p class="text-hint">{ told(&frame) }</p>
            <div class="toolbar">
                if frame.held {
                    <button type="button" id="lab-release" class="button-primary" onclick={act(release)}>{ "Let go" }</button>
                } else {
                    <button type="button" id="lab-hold" onclick={act(hold)}>{ "Hold" }</button>
                }
                <button type="button" id="lab-drop" onclick={act(Action::Drop { frame: id })}>{ "Drop" }</button>
                <button type="button" onclick={act(Action::Double { frame: id })}>{ "Twice" }</button>
            </div>
            { delay(scene, &frame) }
            { fields(scene, &frame) }
            <Bytes hex={frame.bytes.clone()} />
        </div>
    }
}

/// A form that has a frame arrive later.
fn delay(scene: &Scene, frame: &FrameDetail) -> Html {
    let (id, by) = (frame.id, scene.page.text("frame-later", LATER));
    let onsubmit = scene.hands.submitting(move |hands| {
        if let Some(by) = hands.number("milliseconds", &by) {
            hands.act(Action::Delay { frame: id, by });
        }
    });
    html! {
        <form class="lab-byte toolbar" {onsubmit}>
            <label for="lab-frame-later">{ "Later by ms" }</label>{ number(scene, "frame-later", LATER) }
            <button type="submit" id="lab-delay" disabled={frame.held}>{ "Delay" }</button>
        </form>
    }
}

fn told(frame: &FrameDetail) -> String {
    match frame.due {
        Some(due) => format!(
            "Sent at {}, arrives at {}.",
            time_text(frame.sent),
            time_text(due)
        ),
        None => format!("Sent at {}, held in your hand.", time_text(frame.sent)),
    }
}

/// Changes a frame as it is typed; the sender signs it again where that is ticked.
fn edit(hands: &Hands, frame: u64, change: Change, sign: bool) {
    hands.send(LabMessage::Forget("frame-field-"));
    hands.act(Action::Edit {
        frame,
        change,
        sign,
    });
}

/// What a frame says, each field in a form of its own, and a form for a byte.
fn fields(scene: &Scene, frame: &FrameDetail) -> Html {
    let (page, hands, id) = (&scene.page, &scene.hands, frame.id);
    let signs = page.text("frame-sign", "") == "on";
    let toggle = {
        let hands = hands.clone();
        let next = if signs { "" } else { "on" };
        move |_: Event| hands.send(LabMessage::Type("frame-sign".to_owned(), next.to_owned()))
    };
    let (offset, value) = (
        page.text("frame-offset", "0"),
        page.text("frame-value", "0"),
    );
    let set_byte = hands.submitting(move |hands| {
        let offset = hands.number("byte", &offset);
        let value = hands.number("value from 0 to 255", &value);
        if let (Some(offset), Some(value)) = (offset, value) {
            edit(hands, id, Change::Byte { offset, value }, signs);
        }
    });
    html! {
        <>
            <label class="lab-check"><input type="checkbox" checked={signs} onchange={toggle} />{ "The sender signs what I change" }</label>
            <dl class="facts lab-fields">
                for (number, field) in frame.fields.iter().enumerate() {
                    { field_line(scene, number, field, (id, signs)) }
                }
            </dl>
            <form class="lab-byte toolbar" onsubmit={set_byte}>
                <label for="lab-frame-offset">{ "Byte" }</label>{ number(scene, "frame-offset", "0") }
                <label for="lab-frame-value">{ "is" }</label>{ number(scene, "frame-value", "0") }
                <button type="submit" id="lab-set-byte">{ "Set byte" }</button>
            </form>
        </>
    }
}

/// A field; one that can be changed is an input.
fn field_line(scene: &Scene, number: usize, field: &Field, (id, signs): (u64, bool)) -> Html {
    let key = format!("frame-field-{number}");
    let shown = scene.page.text(&key, &field.value);
    let changed = shown != field.value;
    let onsubmit = {
        let (name, value) = (field.name.clone(), shown.clone());
        scene.hands.submitting(move |hands| {
            let (name, value) = (name.clone(), value.clone());
            edit(hands, id, Change::Field { name, value }, signs);
        })
    };
    html! {
        <div key={key.clone()} class="fact">
            <dt>{ &field.name }</dt>
            <dd>
                if field.open {
                    <form class="lab-field" {onsubmit}>
                        <input aria-label={field.name.clone()} value={shown} oninput={scene.hands.typing(&key)} />
                        <button type="submit" disabled={!changed}>{ "Set" }</button>
                    </form>
                } else {
                    <span>{ &field.value }</span>
                }
            </dd>
        </div>
    }
}
