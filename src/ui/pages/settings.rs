//! Settings: pace, difficulty, links, a network of another size, colours, storage, and a new start. Each row has a
//! name, a value, and what it does.

use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::StorageEstimate;
use yew::prelude::*;

use crate::app::pages::settings::{Number, Settings, SettingsMessage, digits_near, seconds, shape};
use crate::command::{Command, DIFFICULTY_DIGITS, DifficultyChoice, Quality, Shape, Target};
use crate::ipc::Pace;
use crate::ui::bridge::{Dispatcher, use_page};
use crate::ui::components::{Confirm, RunButton, on_change, on_input, on_submit};
use crate::ui::context::{Picture, use_actions, use_picture, use_theme};
use crate::ui::theme::Theme;
use crate::view::figures::{bytes, grouped, percent};
use crate::view::words;

/// The page of settings.
#[component]
pub(crate) fn SettingsPage() -> Html {
    let (actions, picture) = (use_actions(), use_picture());
    let settings = use_page(Settings::default);
    let send = settings.dispatcher();
    let kept = actions.app().settings();
    use_followed(&send, Number::Seconds, seconds(picture.limited));
    use_followed(&send, Number::Miners, kept.miners.to_string());
    let difficulty = picture
        .heaviest()
        .map(|status| status.difficulty)
        .filter(|it| *it > 0);
    let digits = difficulty.map_or(kept.difficulty, digits_near);
    use_followed(&send, Number::Digits, digits.to_string());
    let settings = &**settings;
    html! {
        <div class="settings-page">
            <h1 class="visually-hidden">{ "Settings" }</h1>
            { pace(settings, &send, &picture) }
            { difficulty_section(settings, &send, &picture) }
            { links(settings, &send) }
            { networks(settings, &send, &picture) }
            <Colours />
            <Storage />
            { about() }
        </div>
    }
}

/// Shows what holds whenever that changes.
#[hook]
fn use_followed(send: &Dispatcher<Settings>, number: Number, now: String) {
    let send = send.clone();
    use_effect_with(now, move |now| {
        send.dispatch(SettingsMessage::Follow(number, now.clone()));
    });
}

#[derive(Properties, PartialEq)]
struct SettingProps {
    name: &'static str,
    /// The control that the name labels.
    #[prop_or_default]
    labels: Option<&'static str>,
    /// What it does.
    about: AttrValue,
    /// The control.
    children: Html,
}

/// A row: name, value, and what it does.
#[component]
fn Setting(props: &SettingProps) -> Html {
    html! {
        <div class="setting">
            if let Some(id) = props.labels {
                <label class="setting-name" for={id}>{ props.name }</label>
            } else {
                <span class="setting-name">{ props.name }</span>
            }
            <div class="setting-value">{ props.children.clone() }</div>
            <p class="setting-about">{ &props.about }</p>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct SectionProps {
    title: &'static str,
    /// What holds for all rows.
    #[prop_or_default]
    about: AttrValue,
    /// The rows.
    children: Html,
}

/// Rows that belong together.
#[component]
fn Section(props: &SectionProps) -> Html {
    html! {
        <section class="panel" aria-label={props.title}>
            <h2>{ props.title }</h2>
            if !props.about.is_empty() {
                <p>{ &props.about }</p>
            }
            { props.children.clone() }
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct NumberInputProps {
    id: &'static str,
    number: Number,
    /// What is typed.
    text: String,
    /// Whether that is a number within its bounds.
    valid: bool,
    send: Dispatcher<Settings>,
}

/// A number with its bounds; a wrong one is said to be wrong.
#[component]
fn NumberInput(props: &NumberInputProps) -> Html {
    let (send, number, bounds) = (props.send.clone(), props.number, props.number.bounds());
    let oninput = on_input(move |text| send.dispatch(SettingsMessage::Type(number, text)));
    let (least, most) = (grouped(*bounds.start()), grouped(*bounds.end()));
    html! {
        <>
            <input id={props.id} type="text" inputmode="numeric" class="input-short" autocomplete="off"
                value={props.text.clone()} {oninput} aria-invalid={(!props.valid).then_some("true")} />
            <span class={classes!("setting-bounds", if props.valid { "text-hint" } else { "text-refusal" })}>{ format!("{least} to {most}") }</span>
        </>
    }
}

/// The input of a number.
fn number(
    settings: &Settings,
    send: &Dispatcher<Settings>,
    id: &'static str,
    number: Number,
) -> Html {
    let valid = settings.value(number).is_some();
    let text = settings.text(number).to_owned();
    html! { <NumberInput {id} {number} {text} {valid} {send} /> }
}

#[derive(Properties, PartialEq)]
struct CommandFormProps {
    /// What the button does; nothing while a number is wrong.
    command: Option<Command>,
    button: &'static str,
    children: Html,
}

/// Inputs with the button that puts them into force; Enter does it as well.
#[component]
fn CommandForm(props: &CommandFormProps) -> Html {
    let (actions, command) = (use_actions(), props.command.clone());
    let onsubmit = on_submit(move || {
        if let Some(command) = command.clone() {
            actions.run(command);
        }
    });
    html! {
        <form class="toolbar" {onsubmit}>
            { props.children.clone() }
            <button type="submit" disabled={props.command.is_none()}>{ props.button }</button>
        </form>
    }
}

fn pace(settings: &Settings, send: &Dispatcher<Settings>, picture: &Picture) -> Html {
    let speed = |label: &'static str, pace: Pace| {
        let pressed = picture.pace == pace;
        html! { <RunButton key={label} command={Command::Pace(pace)} {pressed}>{ label }</RunButton> }
    };
    html! {
        <Section title="Pace" about={format!("{}.", words::pace(picture))}>
            <Setting name="Seconds between work blocks" labels="set-seconds"
                about="Each miner limits its own hash rate so that work blocks come at a pleasant pace and the machine stays cool. It is a choice of the miners, not a rule of the network.">
                <CommandForm command={settings.pace()} button="Set the pace">{ number(settings, send, "set-seconds", Number::Seconds) }</CommandForm>
            </Setting>
            <Setting name="Without that limit"
                about="Full speed leaves one core of the machine to the page; with all cores it may stutter. With an automatic difficulty the time between work blocks stays.">
                <div class="toolbar" role="group" aria-label="Without that limit">
                    { speed("Full speed", Pace::Full) }{ speed("All cores", Pace::Max) }{ speed("Pause", Pace::Paused) }
                </div>
            </Setting>
            <Setting name="Miner workers of each node" labels="set-miners"
                about="They share the nonces of a search and run side by side, as far as the machine has cores.">
                <CommandForm command={settings.miners()} button="Set the miners">{ number(settings, send, "set-miners", Number::Miners) }</CommandForm>
            </Setting>
        </Section>
    }
}

fn difficulty_section(settings: &Settings, send: &Dispatcher<Settings>, picture: &Picture) -> Html {
    let now = picture.heaviest();
    let tries = now.map_or_else(
        || "Not known yet.".to_owned(),
        |now| {
            format!(
                "Tries that find a work block on average: {}.",
                words::difficulty(now)
            )
        },
    );
    let automatic = now.is_some_and(|status| status.automatic.is_some());
    let onchange = {
        let send = send.clone();
        on_change(move |digits| send.dispatch(SettingsMessage::Type(Number::Digits, digits)))
    };
    html! {
        <Section title="Difficulty" about={tries}>
            <Setting name="Leading zero digits" labels="set-digits"
                about="A change is a transaction signed by the network's operator. It is in force at the next height that is a multiple of 8, at least two blocks later, on every node at once.">
                <CommandForm command={settings.difficulty()} button="Send the change">
                    <select id="set-digits" {onchange}>
                        for digits in DIFFICULTY_DIGITS {
                            <option key={digits} value={digits.to_string()} selected={settings.text(Number::Digits) == digits.to_string()}>
                                { format!("{digits}: {} tries", grouped(16_u64.saturating_pow(digits.into()))) }
                            </option>
                        }
                    </select>
                </CommandForm>
            </Setting>
            <Setting name="Automatic difficulty"
                about="The network itself keeps the time between work blocks, at any hash rate. A number of digits ends it.">
                <RunButton command={Command::Difficulty(DifficultyChoice::Automatic)} pressed={automatic}>{ "Automatic" }</RunButton>
            </Setting>
        </Section>
    }
}

/// A row for each quality of the links: id, name, and what it does.
const LINKS: [(Quality, &str, &str, &str); 6] = [
    (
        Quality::Latency,
        "set-latency",
        "Latency in ms",
        "How long each frame is on its way.",
    ),
    (
        Quality::Jitter,
        "set-jitter",
        "Jitter in ms",
        "By how much that varies at most: frames may overtake each other.",
    ),
    (
        Quality::Loss,
        "set-loss",
        "Lost of 100",
        "Frames that never arrive.",
    ),
    (
        Quality::Copies,
        "set-copies",
        "Doubled of 100",
        "Frames that arrive twice.",
    ),
    (
        Quality::Reorder,
        "set-reorder",
        "Late of 100",
        "Frames that later ones overtake.",
    ),
    (
        Quality::Bandwidth,
        "set-bandwidth",
        "Bandwidth in kB/s",
        "What a link carries in a second; 0 is without a limit.",
    ),
];

fn links(settings: &Settings, send: &Dispatcher<Settings>) -> Html {
    html! {
        <Section title="Links" about="Simulated: frames physically reach every tab of this origin at once, and the receiving nodes delay and drop them.">
            for (quality, id, name, about) in LINKS {
                <Setting key={id} {name} labels={id} {about}>
                    <CommandForm command={settings.link(quality)} button="Set">{ number(settings, send, id, Number::Link(quality)) }</CommandForm>
                </Setting>
            }
            <Setting name="Shape of the network" about="Cuts links until this shape is left: each with each, a ring, a star around one node, or at random with three links for each node.">
                <div class="toolbar" role="group" aria-label="Shape of the network">
                    for other in Shape::ALL {
                        <RunButton key={other.word()} command={shape(other)}>{ other.word() }</RunButton>
                    }
                </div>
            </Setting>
        </Section>
    }
}

fn networks(settings: &Settings, send: &Dispatcher<Settings>, picture: &Picture) -> Html {
    let path = gloo::utils::window().location().pathname();
    let link = settings.network().map(|link| link.query());
    let href = link.map(|query| path.unwrap_or_default() + &query);
    html! {
        <Section title="Networks" about={format!("This one is called {}. Each size is a network of its own and keeps its own ledger.", picture.network)}>
            <Setting name="Proof-of-work nodes" labels="set-pow" about="They search for nonces.">
                { number(settings, send, "set-pow", Number::Pow) }
            </Setting>
            <Setting name="Proof-of-authority nodes" labels="set-poa" about="They seal blocks in turn.">
                { number(settings, send, "set-poa", Number::Poa) }
            </Setting>
            <Setting name="Difficulty in zero digits" labels="set-first-digits" about="With which the network begins: each digit makes a work block 16 times as hard to find.">
                { number(settings, send, "set-first-digits", Number::FirstDigits) }
            </Setting>
            <Setting name="Another network" about="Opens a network of these numbers in this tab. This one rests until its link is opened again.">
                if let Some(href) = href {
                    <a class="button button-primary" {href}>{ "Open this network" }</a>
                } else {
                    <span class="text-refusal">{ "A network has at least one node, and all numbers within their bounds." }</span>
                }
            </Setting>
            <Setting name="This network" about="Its size, difficulty and pace as a link, for another tab or another person.">
                <CopyLink />
            </Setting>
        </Section>
    }
}

/// Copies the link to the network on the screen as it is at that moment.
#[component]
fn CopyLink() -> Html {
    let actions = use_actions();
    let onclick = move |_: MouseEvent| actions.copy(actions.app().link(), "Link");
    html! { <button type="button" {onclick}>{ "Copy link to the network on the screen" }</button> }
}

#[component]
fn Colours() -> Html {
    let (actions, chosen) = (use_actions(), use_theme());
    let choose = |theme: Theme| {
        let actions = actions.clone();
        move |_: MouseEvent| actions.choose_theme(theme)
    };
    let name = |theme| match theme {
        Theme::System => "As the system",
        Theme::Light => "Light",
        Theme::Dark => "Dark",
    };
    html! {
        <Section title="Colours">
            <Setting name="Light or dark" about="The choice is kept in this browser.">
                <div class="toolbar" role="group" aria-label="Colours">
                    for theme in Theme::ALL {
                        <button key={theme.word()} type="button" aria-pressed={(theme == chosen).to_string()} onclick={choose(theme)}>{ name(theme) }</button>
                    }
                </div>
            </Setting>
        </Section>
    }
}

/// What is stored where, and a new start.
#[component]
fn Storage() -> Html {
    let (actions, picture) = (use_actions(), use_picture());
    let used = use_used(picture.tips.first().map_or(0, |tip| tip.height));
    let in_memory = picture
        .nodes
        .iter()
        .filter(|node| node.own && node.status.degraded.is_some());
    let record = if actions.app().settings().persistent {
        "kept in this browser"
    } else {
        "in this page only"
    };
    html! {
        <Section title="Storage">
            <Setting name="Used by this page" about="As the browser estimates it, over all networks.">
                { used.unwrap_or_else(|| "the browser does not say".to_owned()) }
            </Setting>
            <Setting name="Network's record" about="The nodes, the persons and what is set here. In this page only, it is gone when the page closes.">{ record }</Setting>
            <Setting name="Ledgers in memory only" about="Nodes whose ledger the browser does not store: it is gone when they end.">{ in_memory.count() }</Setting>
            <Setting name="A new start" about="Empties the ledgers of all nodes of this tab and begins a new chain.">
                <Confirm label="Wipe the network" question="Empty all ledgers and begin a new chain?" command={Command::Wipe(Target::All)} />
            </Setting>
        </Section>
    }
}

/// What the browser estimates that this page stores; measured on each tenth block, often enough to see it grow.
#[hook]
fn use_used(height: u64) -> Option<String> {
    let used = use_state_eq(|| None);
    let setter = used.setter();
    use_effect_with(height / 10, move |_| {
        spawn_local(async move { setter.set(estimate().await) });
    });
    (*used).clone()
}

async fn estimate() -> Option<String> {
    let storage = gloo::utils::window().navigator().storage();
    // Without a secure origin there is no storage manager at all.
    if wasm_bindgen::JsValue::from(storage.clone()).is_undefined() {
        return None;
    }
    let estimate: StorageEstimate = JsFuture::from(storage.estimate().ok()?).await.ok()?.into();
    Some(storage_text(estimate.get_usage()?, estimate.get_quota()?))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sizes are whole and not negative"
)]
fn storage_text(used: f64, quota: f64) -> String {
    let (text, share) = (bytes(used as u64), percent(used / quota));
    if quota > 0.0 {
        format!("{text} of {} allowed ({share})", bytes(quota as u64))
    } else {
        text
    }
}

fn about() -> Html {
    html! {
        <section class="panel" aria-label="About">
            <h2>{ "About" }</h2>
            <p>{ format!("Aurex Playground {}. A real, small blockchain network that runs wholly in a browser tab.", env!("CARGO_PKG_VERSION")) }</p>
            <p>
                { "Every node is a web worker with its own keys, mempool, chain and database. Blocks are mined by real SHA-256 or signed by real Ed25519 keys, sent as bytes over a broadcast channel, and checked by every node. " }
                { "No request leaves this origin. The coins are worth nothing." }
            </p>
            <p class="text-hint">{ "The same words as in the console work for scripts: " }<code>{ "await aurex.status()" }</code>{ "." }</p>
        </section>
    }
}
