//! The network: what can be done, what is happening, why, and what happened last.

use yew::prelude::*;

use crate::app::pages::network::{all_ended, is_too_easy, paces, rates};
use crate::command::{Command, DifficultyChoice, Target};
use crate::ipc::NodeKind;
use crate::ui::actions::Actions;
use crate::ui::components::{
    Graph, Inspector, LogLines, NodesTable, RunButton, Staggered, Strip, Votes, empty, kind_mark,
    on_change, page_link,
};
use crate::ui::context::{use_actions, use_picture};
use crate::view::digest::digest;
use crate::view::route::Route;
use crate::view::traffic::{Traffic, sentence};

/// Lines shown here; the console has the whole log.
const LINES: usize = 10;

/// The page of the network: the picture first, then one section after the other.
#[component]
pub(crate) fn NetworkPage() -> Html {
    // In a scenario other things can be done, on the bench.
    let is_live = !use_actions().app().is_laboratory();
    html! {
        <div class="network-page">
            <h1 class="visually-hidden">{ "Network" }</h1>
            <section class="panel network-picture" aria-label="Picture of the network">
                if is_live {
                    <p class="network-lead">{ "A real small blockchain network, in this tab alone: miners search for blocks, authorities seal them, and all keep one chain." }</p>
                    <Toolbar />
                }
                <Graph />
                { legend() }
            </section>
            <Staggered steps={1}><Inspector /></Staggered>
            <Staggered steps={2}>{ latest_blocks() }</Staggered>
            <Staggered steps={3}>{ all_nodes() }</Staggered>
            <Staggered steps={4}>{ finality() }</Staggered>
            <Staggered steps={5}><Happenings /></Staggered>
        </div>
    }
}

fn latest_blocks() -> Html {
    html! {
        <section class="panel panel-full" aria-label="Latest blocks">
            <div class="panel-title">
                <h2>{ "Latest blocks" }</h2>
                <span class="panel-links">
                    { page_link(&Route::Charts, "text-more", "Charts") }
                    { page_link(&Route::Chain, "text-more", "Block tree") }
                </span>
            </div>
            <Strip />
        </section>
    }
}

fn all_nodes() -> Html {
    html! {
        <section class="panel panel-full" aria-label="All nodes">
            <h2>{ "All nodes" }</h2>
            <NodesTable />
        </section>
    }
}

/// What is decided, and by whom.
fn finality() -> Html {
    html! {
        <section class="panel panel-full" aria-label="Finality">
            <h2>{ "Finality" }</h2>
            <Votes />
        </section>
    }
}

/// What happened last, each thing once.
#[component]
fn Happenings() -> Html {
    let lines = digest(&use_picture().log, LINES);
    html! {
        <section class="panel panel-full" aria-label="What happens">
            <div class="panel-title">
                <h2>{ "What happens" }</h2>
                { page_link(&Route::Console, "text-more", "Full log") }
            </div>
            if lines.is_empty() {
                { empty("Nothing has happened yet.") }
            } else {
                <LogLines {lines} />
            }
        </section>
    }
}

/// What can be done to the network.
#[component]
fn Toolbar() -> Html {
    let (actions, picture) = (use_actions(), use_picture());
    html! {
        <div class="toolbar">
            { add(NodeKind::Pow, " Add PoW") }
            { add(NodeKind::Poa, " Add PoA") }
            for (word, pace) in paces(&picture) {
                <RunButton key={word} command={Command::Pace(pace)} title="Lifts or sets the limit of each miner's hash rate">
                    { word }
                </RunButton>
            }
            if is_too_easy(&picture) {
                <RunButton key="automatic" class="button-primary" command={Command::Difficulty(DifficultyChoice::Automatic)}
                    title="Work blocks come far too quickly at this hash rate: this keeps the time between them">
                    { "Automatic difficulty" }
                </RunButton>
            }
            if all_ended(&picture) {
                <RunButton key="all" class="button-primary" command={Command::Start(Target::All)}>{ "Start all nodes" }</RunButton>
            }
            { rate_of_traffic(&actions, &picture.traffic) }
        </div>
    }
}

/// The switch of the traffic, and what it does.
fn rate_of_traffic(actions: &Actions, traffic: &Traffic) -> Html {
    let actions = actions.clone();
    let choose = on_change(move |word| {
        if let Ok(per_minute) = word.parse() {
            actions.run(Command::Traffic(per_minute));
        }
    });
    let now = traffic.per_minute;
    html! {
        <>
            <label class="field-choice" title="Payments and messages between the users, sent by the page itself, so that blocks are not empty">
                { "Traffic" }
                <select id="traffic" onchange={choose}>
                    for (rate, word) in rates(now) {
                        <option key={rate} value={rate.to_string()} selected={rate == now}>{ word }</option>
                    }
                </select>
            </label>
            if now > 0 {
                <p class="toolbar-note" id="traffic-note">{ sentence(traffic) }</p>
            }
        </>
    }
}

fn add(kind: NodeKind, text: &'static str) -> Html {
    html! {
        <RunButton command={Command::Add(kind)}>
            { kind_mark(kind) }{ text }<span class="wide-only">{ " node" }</span>
        </RunButton>
    }
}

/// What the signs of the picture mean.
fn legend() -> Html {
    html! {
        <p class="legend">
            <span>{ kind_mark(NodeKind::Pow) }{ " proof of work" }</span>
            <span>{ kind_mark(NodeKind::Poa) }{ " proof of authority" }</span>
            <span>{ kind_mark(NodeKind::Viewer) }{ " viewer" }</span>
            <span><i class="legend-line"></i>{ " link" }</span>
            <span><i class="legend-line legend-line-cut"></i>{ " cut link" }</span>
            <span>{ "In a node: its height. Below: its head." }</span>
        </p>
    }
}
