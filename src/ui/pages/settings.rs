//! Settings: a link to a network of any size, difficulty, pace, colours, storage, and a new start.

use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{HtmlInputElement, HtmlSelectElement, StorageEstimate, SubmitEvent};
use yew::prelude::*;

use crate::app::{LinkParameters, MAX_POA, MAX_POW};
use crate::command::{
    self, Command, DIFFICULTY_DIGITS, DifficultyChoice, LinkChange, PACE_SECONDS, Quality, Shape,
    Target,
};
use crate::ipc::{MAX_MINERS, Pace};
use crate::ui::actions::Actions;
use crate::ui::components::{Asking, fact, facts};
use crate::ui::hooks::{use_effect_on, use_growing, use_number, use_store, use_text};
use crate::ui::kept::Kept;
use crate::ui::markup::html;
use crate::ui::part::{View, part};
use crate::ui::theme::Theme;
use crate::view::Model;
use crate::view::figures::{bytes, percent};
use crate::view::words;

/// The page of settings.
#[hook]
pub(crate) fn use_settings(actions: Actions) -> Html {
    let store = use_store();
    let pace = use_pace(&actions, &store.model);
    let difficulty = use_difficulty(&actions, &store.model);
    let links = use_links(&actions);
    let link = use_link(&actions, &store.model);
    let storage = use_storage(&actions, &store.model);
    let drawn = use_growing(2, 1);
    html! {
        <div class="settings-page">
            <h1 key="title" class="hidden">{ "Settings" }</h1>
            { pace }
            { difficulty }
            { links }
            if drawn > 1 {
                { link }
                { colours(&actions, store.theme) }
                { storage }
                { about() }
            }
        </div>
    }
}

/// A number from an input's text, if it is in the range.
fn number_in(text: &str, range: &std::ops::RangeInclusive<u64>) -> Option<u64> {
    command::number_in(text.trim(), range)
}

/// A text to type over, which becomes what holds whenever that changes.
#[hook]
fn use_followed(now: String) -> Kept<String> {
    let text = use_text(now.clone());
    let (setter, key) = (text.keeper(), now.clone());
    let follow = move || {
        setter.set(now);
        None
    };
    use_effect_on(key, Box::new(follow));
    text
}

/// A labelled whole number with its bounds, least and most; a wrong one is said to be wrong.
fn number(label: &'static str, (least, most): (u64, u64), text: &Kept<String>) -> Html {
    let wrong = number_in(text, &(least..=most)).is_none();
    let setter = text.keeper();
    let oninput = Callback::from(move |event: InputEvent| {
        setter.set(event.target_unchecked_into::<HtmlInputElement>().value())
    });
    html! {
        <label key={label} class="number-field">
            <span>{ label }</span>
            <input type="text" inputmode="numeric" class="short" value={(**text).clone()} {oninput}
                aria-invalid={wrong.then_some("true")} />
            <span class={if wrong { "refusal" } else { "hint" }}>{ format!("{least} to {most}") }</span>
        </label>
    }
}

#[hook]
fn use_pace(actions: &Actions, model: &Model) -> Html {
    let text = use_followed(match model.limited {
        Pace::Interval { ms } => (ms / 1_000).to_string(),
        Pace::Full | Pace::Max | Pace::Paused => String::new(),
    });
    let seconds = number_in(&text, &PACE_SECONDS);
    let onsubmit = {
        let actions = actions.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if let Some(seconds) = seconds {
                actions.run(Command::Pace(Pace::Interval {
                    ms: seconds * 1_000,
                }));
            }
        })
    };
    let miners = use_miners(actions);
    html! {
        <section key="pace" class="panel" aria-label="Pace">
            <h2>{ "Pace" }</h2>
            <p>{ format!("{}.", words::pace(model)) }</p>
            <p class="hint">{ "Each miner limits its own hash rate so that work blocks come at a pleasant pace and the machine stays cool. It is a choice of the miners, not a rule of the network." }</p>
            <form class="toolbar" {onsubmit}>
                { number("Seconds between work blocks", (*PACE_SECONDS.start(), *PACE_SECONDS.end()), &text) }
                <button type="submit" disabled={seconds.is_none()}>{ "Set the pace" }</button>
            </form>
            <div class="toolbar">
                { for [("Full speed", Pace::Full), ("All cores", Pace::Max), ("Pause", Pace::Paused)].map(|(label, pace)| html! {
                    <button key={label} type="button" onclick={actions.on_click(Command::Pace(pace))} disabled={model.pace == pace}>{ label }</button>
                }) }
            </div>
            <p class="hint">{ "Full speed leaves one core of the machine to the page; with all cores it may stutter. With an automatic difficulty the time between work blocks stays." }</p>
            { miners }
        </section>
    }
}

/// How many miner workers each node has.
#[hook]
fn use_miners(actions: &Actions) -> Html {
    let text = use_followed(actions.host().settings().miners.to_string());
    let count =
        number_in(&text, &(1..=MAX_MINERS.into())).and_then(|count| u32::try_from(count).ok());
    let onsubmit = {
        let actions = actions.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if let Some(count) = count {
                actions.run(Command::Miners(count));
            }
        })
    };
    html! {
        <form key="miners" class="toolbar" {onsubmit}>
            { number("Miner workers of each node", (1, MAX_MINERS.into()), &text) }
            <button type="submit" disabled={count.is_none()}>{ "Set the miners" }</button>
        </form>
    }
}

#[hook]
fn use_difficulty(actions: &Actions, model: &Model) -> Html {
    let now = model.heaviest();
    let is_automatic = now.is_some_and(|status| status.automatic.is_some());
    let digits = use_number(
        now.and_then(|status| status.difficulty.checked_ilog2())
            .map(|bits| u64::from(bits / 4))
            .or(Some(2)),
    );
    let onchange = {
        let setter = digits.keeper();
        Callback::from(move |event: Event| {
            if let Ok(value) = event
                .target_unchecked_into::<HtmlSelectElement>()
                .value()
                .parse()
            {
                setter.set(Some(value));
            }
        })
    };
    let chosen = digits
        .and_then(|digits| u8::try_from(digits).ok())
        .unwrap_or(*DIFFICULTY_DIGITS.start());
    html! {
        <section key="difficulty" class="panel" aria-label="Difficulty">
            <h2>{ "Difficulty" }</h2>
            <p>{ now.map_or_else(|| "Not known yet.".to_owned(), |now| format!("Tries that find a work block on average: {}.", words::difficulty(now))) }</p>
            <p class="hint">{ "A change is a transaction signed by the network's operator. It is in force at the next height that is a multiple of 8, at least two blocks later, on every node at once." }</p>
            <div class="toolbar">
                <label class="choice">
                    <span>{ "Leading zero digits " }</span>
                    <select {onchange}>
                        { for DIFFICULTY_DIGITS.map(|value| html! {
                            <option key={value} value={value.to_string()} selected={value == chosen}>
                                { format!("{value}: {} tries", crate::view::figures::grouped(16_u64.saturating_pow(value.into()))) }
                            </option>
                        }) }
                    </select>
                </label>
                <button type="button" onclick={actions.on_click(Command::Difficulty(DifficultyChoice::Digits(chosen)))}>{ "Send the change" }</button>
                <button type="button" title="The network itself keeps the time between work blocks, at any hash rate"
                    aria-pressed={is_automatic.to_string()} onclick={actions.on_click(Command::Difficulty(DifficultyChoice::Automatic))}>{ "Automatic" }</button>
            </div>
        </section>
    }
}

/// What the links do to frames, and the network's shape.
#[hook]
fn use_links(actions: &Actions) -> Html {
    let texts = [Quality::Latency, Quality::Jitter, Quality::Loss];
    let [latency, jitter, loss] = [
        use_text("0".to_owned()),
        use_text("0".to_owned()),
        use_text("0".to_owned()),
    ];
    let value = |quality: Quality, text: &str| {
        let number = number_in(text, &(0..=quality.most().into()))?;
        Some((quality, u32::try_from(number).ok()?))
    };
    let values: Option<Vec<_>> = texts
        .into_iter()
        .zip([&latency, &jitter, &loss])
        .map(|(q, text)| value(q, text))
        .collect();
    let onsubmit = {
        let (actions, values) = (actions.clone(), values.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if let Some(values) = values.clone() {
                actions.run(Command::Links(LinkChange {
                    shape: None,
                    values,
                }));
            }
        })
    };
    let shape = |shape: Shape| {
        let change = LinkChange {
            shape: Some(shape),
            values: Vec::new(),
        };
        html! { <button key={shape.word()} type="button" onclick={actions.on_click(Command::Links(change))}>{ shape.word() }</button> }
    };
    html! {
        <section key="links" class="panel" aria-label="Links">
            <h2>{ "Links" }</h2>
            <p class="hint">{ "Simulated: frames physically reach every tab of this origin at once, and the receiving nodes delay and drop them. The console's word links knows copies, reorder and bandwidth as well." }</p>
            <form class="toolbar" {onsubmit}>
                { number("Latency in ms", (0, Quality::Latency.most().into()), &latency) }
                { number("Jitter in ms", (0, Quality::Jitter.most().into()), &jitter) }
                { number("Lost of 100", (0, Quality::Loss.most().into()), &loss) }
                <button type="submit" disabled={values.is_none()}>{ "Set the links" }</button>
            </form>
            <div class="toolbar" role="group" aria-label="Shape of the network">
                <span>{ "Shape" }</span>
                { for Shape::ALL.map(shape) }
            </div>
        </section>
    }
}

#[hook]
fn use_link(actions: &Actions, model: &Model) -> Html {
    let usual = LinkParameters::default();
    let (pow, poa) = (
        use_text(usual.pow().to_string()),
        use_text(usual.poa().to_string()),
    );
    let digits = use_text(usual.difficulty().to_string());
    let bounds = (
        u64::from(*DIFFICULTY_DIGITS.start()),
        u64::from(*DIFFICULTY_DIGITS.end()),
    );
    let part = |text: &str, least: u64, most: u64| {
        number_in(text, &(least..=most)).and_then(|n| u32::try_from(n).ok())
    };
    let link = || {
        let (pow, poa) = (
            part(&pow, 0, MAX_POW.into())?,
            part(&poa, 0, MAX_POA.into())?,
        );
        let difficulty = u8::try_from(part(&digits, bounds.0, bounds.1)?).ok()?;
        (pow + poa > 0).then(|| LinkParameters {
            pow: Some(pow),
            poa: Some(poa),
            difficulty: Some(difficulty),
            ..LinkParameters::default()
        })
    };
    let link = link();
    let path = gloo::utils::window()
        .location()
        .pathname()
        .unwrap_or_default();
    let href = link.as_ref().map(|link| format!("{path}{}", link.query()));
    let copy = {
        let actions = actions.clone();
        Callback::from(move |_: MouseEvent| actions.copy(actions.host().link(), "Link"))
    };
    html! {
        <section key="network" class="panel" aria-label="Network">
            <h2>{ "Networks" }</h2>
            <p>{ format!("This one is called {}. Each size is a network of its own and keeps its own ledger.", model.network) }</p>
            <div class="toolbar">
                { number("Proof-of-work nodes", (0, MAX_POW.into()), &pow) }
                { number("Proof-of-authority nodes", (0, MAX_POA.into()), &poa) }
                { number("Difficulty in zero digits", bounds, &digits) }
            </div>
            <div class="toolbar">
                if let Some(href) = href {
                    <a key="open" class="button primary" {href}>{ "Open this network" }</a>
                } else {
                    <span key="none" class="refusal">{ "A network has at least one node, and all numbers within their bounds." }</span>
                }
                <button key="copy" type="button" onclick={copy}>{ "Copy link to the network on the screen" }</button>
            </div>
        </section>
    }
}

fn colours(actions: &Actions, chosen: Theme) -> Html {
    html! {
        <section key="colours" class="panel" aria-label="Colours">
            <h2>{ "Colours" }</h2>
            <div class="toolbar" role="group" aria-label="Colours">
                { for Theme::ALL.iter().map(|theme| {
                    let (theme, actions) = (*theme, actions.clone());
                    html! {
                        <button key={theme.word()} type="button" aria-pressed={(theme == chosen).to_string()}
                            onclick={Callback::from(move |_: MouseEvent| actions.theme(theme))}>
                            { match theme { Theme::System => "As the system", Theme::Light => "Light", Theme::Dark => "Dark" } }
                        </button>
                    }
                }) }
            </div>
        </section>
    }
}

/// What the browser says about storage.
async fn estimate() -> Option<String> {
    let storage = gloo::utils::window().navigator().storage();
    // Without a secure origin there is no storage manager at all.
    if wasm_bindgen::JsValue::from(storage.clone()).is_undefined() {
        return None;
    }
    let estimate: StorageEstimate = JsFuture::from(storage.estimate().ok()?).await.ok()?.into();
    Some(storage_text(estimate.get_usage()?, estimate.get_quota()?))
}

#[hook]
fn use_storage(actions: &Actions, model: &Model) -> Html {
    let used = use_text(String::new());
    let setter = used.keeper();
    // Measured on each tenth block: often enough to see it grow.
    let mark = model
        .tips
        .first()
        .map_or_else(String::new, |tip| (tip.height / 10).to_string());
    let measure = move || {
        spawn_local(async move {
            setter.set(estimate().await.unwrap_or_default());
        });
        None
    };
    use_effect_on(mark, Box::new(measure));
    let used = if used.is_empty() {
        "the browser does not say".to_owned()
    } else {
        (*used).clone()
    };
    let degraded = model
        .nodes
        .iter()
        .filter(|node| node.own && node.status.degraded.is_some())
        .count();
    let record = if actions.host().settings().persistent {
        "kept in this browser"
    } else {
        "in this page only: it is gone when the page closes"
    };
    let list = vec![
        fact(
            "Used by this page",
            "As the browser estimates it, over all networks.",
            used.into(),
        ),
        fact("Network's record", "", record.into()),
        fact("Nodes with a ledger in memory only", "", degraded.into()),
    ];
    let wipe = Asking {
        label: "Wipe the network",
        question: "Empty all ledgers and begin a new chain?".to_owned(),
        command: Command::Wipe(Target::All),
    };
    html! {
        <section key="storage" class="panel" aria-label="Storage">
            <h2>{ "Storage" }</h2>
            { facts("facts", "", list) }
            <p class="hint">{ "Wiping empties the ledgers of all nodes of this tab and begins a new chain." }</p>
            { part(actions, "wipe", View::Confirm(wipe)) }
        </section>
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sizes are whole and not negative"
)]
fn storage_text(used: f64, quota: f64) -> String {
    if quota > 0.0 {
        format!(
            "{} of {} allowed ({})",
            bytes(used as u64),
            bytes(quota as u64),
            percent(used / quota)
        )
    } else {
        bytes(used as u64)
    }
}

fn about() -> Html {
    html! {
        <section key="about" class="panel" aria-label="About">
            <h2>{ "About" }</h2>
            <p>{ format!("Aurex Playground {}. A real, small blockchain network that runs wholly in a browser tab.", env!("CARGO_PKG_VERSION")) }</p>
            <p>
                { "Every node is a web worker with its own keys, mempool, chain and database. Blocks are mined by real SHA-256 or signed by real Ed25519 keys, sent as bytes over a broadcast channel, and checked by every node. " }
                { "No request leaves this origin. The coins are worth nothing." }
            </p>
            <p class="hint">{ "The same words as in the console work for scripts: " }<code>{ "await aurex.status()" }</code>{ "." }</p>
        </section>
    }
}
