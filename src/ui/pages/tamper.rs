//! The form that changes a stored block of a stopped node, and what its start found.

use yew::prelude::*;

use crate::app::pages::tamper::{Kind, TamperMessage, Tampering, said};
use crate::command::{Command, Target};
use crate::ui::bridge::use_page;
use crate::ui::components::{RunButton, on_change, on_input, on_submit};
use crate::ui::context::{use_actions, use_picture};
use crate::view::figures::bytes;

#[derive(Properties, PartialEq)]
pub(super) struct DiskProps {
    pub(super) node: String,
    /// Whether it runs: only the disk of one that does not can be changed.
    pub(super) running: bool,
    /// Whether the browser stores its ledger.
    pub(super) stored: bool,
    /// Bytes of the rows that it wrote.
    pub(super) written: u64,
}

/// What is on a node's disk, how it can be changed, and what its last start found.
#[component]
pub(super) fn Disk(props: &DiskProps) -> Html {
    let (actions, picture) = (use_actions(), use_picture());
    let form = use_page(Tampering::default);
    let lines = said(&picture, &props.node);
    let (node, kind) = (&props.node, form.kind());
    let send = |message: fn(String) -> TamperMessage| {
        let send = form.dispatcher();
        move |text| send.dispatch(message(text))
    };
    let command = form.command(node);
    let refused = command.as_ref().err().copied();
    let change = on_submit(move || {
        if let Ok(command) = command.clone() {
            actions.run(command);
        }
    });
    html! {
        <section class="ledger-disk">
            <h2>{ format!("The disk of {node}") }</h2>
            if props.running {
                <p class="text-hint">
                    { format!("{node} has written {} of rows since it started; a row that is written again counts again. ", bytes(props.written)) }
                    if props.stored {
                        { "Stop it to change a block on its disk, as an attacker would, and see what its next start finds." }
                    }
                </p>
                if props.stored {
                    <RunButton command={Command::Stop(Target::Node(node.clone()))}>{ format!("Stop {node}") }</RunButton>
                }
            } else if props.stored {
                <form class="toolbar" onsubmit={change}>
                    <label class="field-choice"><span>{ "Block at height " }</span>
                        <input id="tamper-height" inputmode="numeric" value={form.height().to_owned()} oninput={on_input(send(TamperMessage::Height))} />
                    </label>
                    <label class="field-choice"><span>{ "Change " }</span>
                        <select id="tamper-kind" onchange={on_change(send(TamperMessage::Kind))}>
                            for other in Kind::ALL {
                                <option key={other.name()} value={other.name()} selected={other == kind}>{ other.name() }</option>
                            }
                        </select>
                    </label>
                    if kind == Kind::Byte {
                        <label class="field-choice"><span>{ "Byte " }</span>
                            <input id="tamper-byte" inputmode="numeric" value={form.byte().to_owned()} oninput={on_input(send(TamperMessage::Byte))} />
                        </label>
                    }
                    <button type="submit" id="tamper-change" disabled={refused.is_some()}>{ "Change it on the disk" }</button>
                    <RunButton command={Command::Start(Target::Node(node.clone()))}>{ format!("Start {node}") }</RunButton>
                </form>
                if let Some(refused) = refused {
                    <p class="text-hint" role="alert">{ refused }</p>
                }
            } else {
                <p class="text-hint">{ format!("{node} keeps its ledger in memory: there is no disk to change.") }</p>
            }
            if !lines.is_empty() {
                <ul class="ledger-said">
                    for line in lines { <li>{ line }</li> }
                </ul>
            }
        </section>
    }
}
