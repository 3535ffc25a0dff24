//! The frames on their way: a list, and one of them in full with what can be done to it.

use yew::prelude::*;

use crate::app::pages::lab::picture::class_of;
use crate::app::pages::lab::timeline::time_text;
use crate::lab::desk::{FrameDetail, FrameSight};
use crate::lab::{Action, Change, Field, Filter};
use crate::ui::components::{Bytes, Empty, on_input, on_submit};
use crate::ui::lab::{Hands, use_bench, use_hands, use_lab_page};
use crate::view::figures::{bytes, count_of};

/// Lines of the list.
const LINES: usize = 12;
/// How much later a frame comes, in milliseconds.
const LATER: u64 = 1_000;

/// The list and the frame in the hand.
#[component]
pub(super) fn Frames() -> Html {
    let (bench, hands, page) = (use_bench(), use_hands(), use_lab_page());
    let held: Vec<&FrameSight> = bench.frames.iter().filter(|frame| frame.due.is_none()).collect();
    let flying = bench.frames.iter().filter(|frame| frame.due.is_some());
    let shown: Vec<&FrameSight> = held.iter().copied().chain(flying).take(LINES).collect();
    let all = bench.frames.len() as u64 + u64::from(bench.more_frames);
    let rest = all.saturating_sub(shown.len() as u64);
    let release = {
        let hands = hands.clone();
        move |_: MouseEvent| hands.act_and_say(Action::ReleaseAll { filter: Filter::default() })
    };
    let name = |place: u8| bench.nodes.get(usize::from(place)).map_or("?", |node| node.name.as_str());
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
                        <Empty text="Nothing is on its way at this moment. Step to the next message, or slow time down." />
                    } else {
                        <table>
                            <thead><tr><th scope="col">{ "message" }</th><th scope="col">{ "from" }</th><th scope="col">{ "to" }</th><th scope="col">{ "arrives" }</th><th scope="col" class="wide-only">{ "size" }</th></tr></thead>
                            <tbody>
                                for frame in &shown {
                                    { line(frame, (name(frame.from), name(frame.to)), page.frame() == Some(frame.id), &hands) }
                                }
                            </tbody>
                        </table>
                        if rest > 0 {
                            <p class="text-hint">{ format!("and {rest} more") }</p>
                        }
                    }
                </div>
                <InHand chosen={page.frame()} />
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

#[derive(Properties, PartialEq)]
struct InHandProps {
    chosen: Option<u64>,
}

/// The frame in the hand.
#[component]
fn InHand(props: &InHandProps) -> Html {
    let (bench, hands) = (use_bench(), use_hands());
    let Some(chosen) = props.chosen else {
        return html! {
            <div class="lab-hand"><p class="text-empty">{ "Choose a message: its fields and bytes stand here, and you can hold, drop, double, delay or change it." }</p></div>
        };
    };
    let Some(frame) = bench.looked.clone().filter(|frame| frame.id == chosen) else {
        let empty = move |_: MouseEvent| hands.look(None);
        return html! {
            <div class="lab-hand">
                <p class="text-empty">{ "This message is not on its way any more: it arrived, or was dropped. \"What happened\" says what its receiver made of it." }</p>
                <button type="button" onclick={empty}>{ "Put it away" }</button>
            </div>
        };
    };
    let act = |action: Action| {
        let hands = hands.clone();
        move |_: MouseEvent| hands.act_and_say(action.clone())
    };
    let id = frame.id;
    let (by, hold, release) = (LATER, Action::Hold { frame: id }, Action::Release { frame: id });
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
                <button type="button" disabled={frame.held} onclick={act(Action::Delay { frame: id, by })}>{ "1 s later" }</button>
            </div>
            <Fields {id} fields={frame.fields.clone()} size={frame.bytes.len() / 2} />
            <Bytes hex={frame.bytes.clone()} />
        </div>
    }
}

fn told(frame: &FrameDetail) -> String {
    match frame.due {
        Some(due) => format!("Sent at {}, arrives at {}.", time_text(frame.sent), time_text(due)),
        None => format!("Sent at {}, held in your hand.", time_text(frame.sent)),
    }
}

#[derive(Properties, PartialEq)]
struct FieldsProps {
    id: u64,
    fields: Vec<Field>,
    size: usize,
}

/// What a frame says, each field in a form of its own, and a form for a byte.
#[component]
fn Fields(props: &FieldsProps) -> Html {
    let hands = use_hands();
    let sign = use_state_eq(|| false);
    let byte = use_state(|| (String::from("0"), String::from("0")));
    let toggle = {
        let (setter, now) = (sign.setter(), *sign);
        move |_: Event| setter.set(!now)
    };
    let edit = {
        let (hands, frame, sign) = (hands, props.id, *sign);
        Callback::from(move |change: Change| hands.act_and_say(Action::Edit { frame, change, sign }))
    };
    let change_byte = {
        let (edit, byte) = (edit.clone(), (*byte).clone());
        on_submit(move || {
            let (offset, value) = (byte.0.parse(), byte.1.parse());
            if let (Ok(offset), Ok(value)) = (offset, value) {
                edit.emit(Change::Byte { offset, value });
            }
        })
    };
    let set = |first: bool| {
        let (setter, now) = (byte.setter(), (*byte).clone());
        on_input(move |text| setter.set(if first { (text, now.1.clone()) } else { (now.0.clone(), text) }))
    };
    let last = props.size.saturating_sub(1);
    html! {
        <>
            <dl class="facts lab-fields">
                for (number, field) in props.fields.iter().enumerate() {
                    <FieldLine key={format!("{number} {}", field.name)} field={field.clone()} edit={edit.clone()} />
                }
            </dl>
            <form class="lab-byte toolbar" onsubmit={change_byte}>
                <label>{ "Byte " }<input class="input-short" type="number" min="0" max={last.to_string()} value={byte.0.clone()} oninput={set(true)} /></label>
                <label>{ "is " }<input class="input-short" type="number" min="0" max="255" value={byte.1.clone()} oninput={set(false)} /></label>
                <button type="submit" id="lab-set-byte">{ "Set byte" }</button>
            </form>
            <label class="lab-check"><input type="checkbox" checked={*sign} onchange={toggle} />{ " The sender signs what I changed" }</label>
        </>
    }
}

#[derive(Properties, PartialEq)]
struct FieldLineProps {
    field: Field,
    edit: Callback<Change>,
}

/// A field; one that can be changed is an input.
#[component]
fn FieldLine(props: &FieldLineProps) -> Html {
    let field = &props.field;
    let typed = use_state(|| None::<String>);
    let shown = (*typed).clone().unwrap_or_else(|| field.value.clone());
    let changed = shown != field.value;
    let oninput = {
        let setter = typed.setter();
        on_input(move |text| setter.set(Some(text)))
    };
    let onsubmit = {
        let (edit, name, value, setter) = (props.edit.clone(), field.name.clone(), shown.clone(), typed.setter());
        on_submit(move || {
            setter.set(None);
            let (name, value) = (name.clone(), value.clone());
            edit.emit(Change::Field { name, value });
        })
    };
    html! {
        <div class="fact">
            <dt>{ &field.name }</dt>
            <dd>
                if field.open {
                    <form class="lab-field" {onsubmit}>
                        <input aria-label={field.name.clone()} value={shown} {oninput} />
                        <button type="submit" disabled={!changed}>{ "Set" }</button>
                    </form>
                } else {
                    <span>{ &field.value }</span>
                }
            </dd>
        </div>
    }
}
