//! Coins and payments as each node has them, and the forms that pay.

use yew::prelude::*;

use crate::app::lab::Bench;
use crate::app::pages::lab::words::standing;
use crate::lab::Action;
use crate::lab::desk::Standing;
use crate::ui::components::{on_change, on_input, on_submit};
use crate::ui::lab::{use_bench, use_hands};
use crate::view::figures::grouped;

/// The panel.
#[component]
pub(super) fn Money() -> Html {
    let bench = use_bench();
    html! {
        <section class="panel" aria-label="Coins and payments">
            <h2>{ "Coins and payments" }</h2>
            { coins(&bench) }
            if !bench.payments.is_empty() {
                <h3>{ "Payments" }</h3>
                { payments(&bench) }
            }
            <PayForm />
            if !bench.payments.is_empty() {
                <AgainForm />
            }
            <Traffic />
        </section>
    }
}

fn heads(bench: &Bench, first: &'static str) -> Html {
    html! {
        <thead><tr>
            <th scope="col">{ first }</th>
            for node in bench.nodes.iter() {
                <th key={node.name.clone()} scope="col">{ format!("on {}", node.name) }</th>
            }
        </tr></thead>
    }
}

fn coins(bench: &Bench) -> Html {
    html! {
        <div class="table-box" tabindex="0" role="group" aria-label="Coins of each user on each node, scrolls sideways">
            <table id="lab-coins">
                { heads(bench, "user") }
                <tbody>
                    for user in bench.users.iter() {
                        <tr key={user.name.clone()}>
                            <th scope="row">{ &user.name }</th>
                            for (number, coins) in user.coins.iter().enumerate() {
                                <td key={number}>{ coins.map_or_else(|| "–".to_owned(), grouped) }</td>
                            }
                        </tr>
                    }
                </tbody>
            </table>
        </div>
    }
}

fn payments(bench: &Bench) -> Html {
    let class = |one: Standing| match one {
        Standing::Confirmed(_) => Some("lab-good"),
        Standing::Never => Some("lab-bad"),
        Standing::Waits => Some("lab-busy"),
        Standing::Unknown | Standing::Down => None,
    };
    html! {
        <div class="table-box" tabindex="0" role="group" aria-label="Payments on each node, scrolls sideways">
            <table id="lab-payments">
                { heads(bench, "payment") }
                <tbody>
                    for payment in bench.payments.iter() {
                        <tr key={payment.name.clone()}>
                            <th scope="row">{ &payment.name }</th>
                            for (number, one) in payment.at.iter().enumerate() {
                                <td key={number} class={classes!(class(*one))}>{ standing(*one) }</td>
                            }
                        </tr>
                    }
                </tbody>
            </table>
        </div>
    }
}

/// What is typed into the form of a payment.
#[derive(Clone, PartialEq)]
struct Draft {
    name: String,
    from: Option<String>,
    to: Option<String>,
    amount: String,
    fee: String,
    node: Option<String>,
}

fn select(id: &'static str, names: Vec<String>, chosen: &str, onchange: Callback<Event>) -> Html {
    html! {
        <select {id} {onchange}>
            for name in names {
                <option key={name.clone()} value={name.clone()} selected={name == chosen}>{ &name }</option>
            }
        </select>
    }
}

/// A payment by hand.
#[component]
fn PayForm() -> Html {
    let (bench, hands) = (use_bench(), use_hands());
    let draft = use_state(|| Draft {
        name: String::from("payment-1"),
        from: None,
        to: None,
        amount: String::from("100"),
        fee: String::from("1"),
        node: None,
    });
    let users: Vec<String> = bench.users.iter().map(|user| user.name.clone()).collect();
    let nodes: Vec<String> = bench.nodes.iter().map(|node| node.name.clone()).collect();
    if users.len() < 2 {
        return html! {};
    }
    let from = draft.from.clone().unwrap_or_else(|| users[0].clone());
    let to = draft.to.clone().unwrap_or_else(|| users[1].clone());
    let node = draft.node.clone().or_else(|| nodes.first().cloned()).unwrap_or_default();
    let change = |set: fn(&mut Draft, String)| {
        let (setter, now) = (draft.setter(), (*draft).clone());
        move |text: String| {
            let mut next = now.clone();
            set(&mut next, text);
            setter.set(next);
        }
    };
    let onsubmit = {
        let (draft, setter) = ((*draft).clone(), draft.setter());
        let (from, to, node) = (from.clone(), to.clone(), node.clone());
        on_submit(move || {
            let (Ok(amount), Ok(fee)) = (draft.amount.parse(), draft.fee.parse()) else {
                return;
            };
            hands.act_and_say(Action::Pay {
                name: draft.name.clone(),
                from: from.clone(),
                to: to.clone(),
                amount,
                fee,
                node: node.clone(),
                nonce: None,
            });
            let name = following(&draft.name);
            setter.set(Draft { name, ..draft.clone() });
        })
    };
    html! {
        <form class="lab-form" id="lab-pay" {onsubmit}>
            <h3>{ "Pay" }</h3>
            <label>{ "From" }{ select("lab-pay-from", users.clone(), &from, on_change(change(|draft, text| draft.from = Some(text)))) }</label>
            <label>{ "To" }{ select("lab-pay-to", users, &to, on_change(change(|draft, text| draft.to = Some(text)))) }</label>
            <label>{ "Coins" }<input id="lab-pay-amount" class="input-short" type="number" min="0" value={draft.amount.clone()} oninput={on_input(change(|draft, text| draft.amount = text))} /></label>
            <label>{ "Fee" }<input class="input-short" type="number" min="0" value={draft.fee.clone()} oninput={on_input(change(|draft, text| draft.fee = text))} /></label>
            <label>{ "At node" }{ select("lab-pay-node", nodes, &node, on_change(change(|draft, text| draft.node = Some(text)))) }</label>
            <label>{ "Named" }<input id="lab-pay-name" value={draft.name.clone()} oninput={on_input(change(|draft, text| draft.name = text))} /></label>
            <button type="submit">{ "Pay" }</button>
        </form>
    }
}

/// The name after one that ends in a number.
fn following(name: &str) -> String {
    let digits = name.chars().rev().take_while(char::is_ascii_digit).count();
    let (stem, number) = name.split_at(name.len() - digits);
    let next = number.parse::<u32>().map_or(2, |number| number.saturating_add(1));
    let stem = if digits == 0 { format!("{stem}-") } else { stem.to_owned() };
    format!("{stem}{next}")
}

/// A payment once more, as it was signed or with another amount.
#[component]
fn AgainForm() -> Html {
    let (bench, hands) = (use_bench(), use_hands());
    let state = use_state(|| (None::<String>, None::<String>, String::from("500")));
    let names: Vec<String> = bench.payments.iter().map(|payment| payment.name.clone()).collect();
    let nodes: Vec<String> = bench.nodes.iter().map(|node| node.name.clone()).collect();
    let payment = state.0.clone().or_else(|| names.first().cloned()).unwrap_or_default();
    let node = state.1.clone().or_else(|| nodes.first().cloned()).unwrap_or_default();
    let change = |set: fn(&mut (Option<String>, Option<String>, String), String)| {
        let (setter, now) = (state.setter(), (*state).clone());
        move |text: String| {
            let mut next = now.clone();
            set(&mut next, text);
            setter.set(next);
        }
    };
    let again = {
        let (hands, payment, node) = (hands.clone(), payment.clone(), node.clone());
        move |_: MouseEvent| hands.act_and_say(Action::Again { payment: payment.clone(), node: node.clone() })
    };
    let onsubmit = {
        let (payment, node, amount) = (payment.clone(), node.clone(), state.2.clone());
        on_submit(move || {
            if let Ok(amount) = amount.parse() {
                hands.act_and_say(Action::Forge { payment: payment.clone(), amount, node: node.clone() });
            }
        })
    };
    html! {
        <form class="lab-form" {onsubmit}>
            <h3>{ "Hand a payment in again" }</h3>
            <label>{ "Payment" }{ select("lab-again", names, &payment, on_change(change(|state, text| state.0 = Some(text)))) }</label>
            <label>{ "At node" }{ select("lab-again-node", nodes, &node, on_change(change(|state, text| state.1 = Some(text)))) }</label>
            <button type="button" onclick={again}>{ "As it was signed" }</button>
            <label>{ "Coins" }<input class="input-short" type="number" min="0" value={state.2.clone()} oninput={on_input(change(|state, text| state.2 = text))} /></label>
            <button type="submit">{ "With this amount" }</button>
        </form>
    }
}

/// Payments at random.
#[component]
fn Traffic() -> Html {
    let hands = use_hands();
    let rate = use_state(|| String::from("30"));
    let oninput = {
        let setter = rate.setter();
        on_input(move |text| setter.set(text))
    };
    let off = {
        let hands = hands.clone();
        move |_: MouseEvent| hands.act_and_say(Action::Traffic { per_minute: 0 })
    };
    let onsubmit = {
        let rate = (*rate).clone();
        on_submit(move || {
            if let Ok(per_minute) = rate.parse() {
                hands.act_and_say(Action::Traffic { per_minute });
            }
        })
    };
    html! {
        <form class="lab-form" {onsubmit}>
            <h3>{ "Payments at random" }</h3>
            <label>{ "A minute" }<input class="input-short" type="number" min="0" value={(*rate).clone()} {oninput} /></label>
            <button type="submit">{ "Begin" }</button>
            <button type="button" onclick={off}>{ "End" }</button>
        </form>
    }
}
