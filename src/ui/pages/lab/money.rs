//! Coins and payments as each node has them, and the forms that pay.

use yew::prelude::*;

use crate::ui::components::table_box;

use crate::app::lab::Bench;
use crate::app::pages::lab::LabMessage;
use crate::app::pages::lab::words::standing;
use crate::lab::Action;
use crate::lab::desk::Standing;
use crate::ui::lab::{Drawn, Scene, choice, number};
use crate::view::figures::grouped;

/// The panel.
pub(super) const PART: Drawn = Drawn {
    draw,
    same: |one, other| same(one, other),
};

fn same(one: &Scene, other: &Scene) -> bool {
    let (a, b) = (&one.bench, &other.bench);
    (&a.users, &a.payments, &one.page, one.narrow)
        == (&b.users, &b.payments, &other.page, other.narrow)
        && a.nodes.len() == b.nodes.len()
}

fn draw(scene: &Scene) -> Html {
    let bench = &scene.bench;
    html! {
        <section class="panel" aria-label="Coins and payments">
            <h2>{ "Coins and payments" }</h2>
            { coins(bench) }
            if !bench.payments.is_empty() {
                <h3>{ "Payments" }</h3>
                { payments(scene) }
            }
            { pay_form(scene) }
            { again_form(scene) }
            if !bench.payments.is_empty() {
                { proof_form(scene) }
            }
            { traffic(scene) }
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
    let table = html! {
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
    };
    table_box("Coins of each user on each node", table)
}

fn payments(scene: &Scene) -> Html {
    let bench = &scene.bench;
    let class = |one: Standing| match one {
        Standing::Confirmed(_) => Some("lab-good"),
        Standing::Never => Some("lab-bad"),
        Standing::Waits => Some("lab-busy"),
        Standing::Unknown | Standing::Down => None,
    };
    let table = html! {
        <table id="lab-payments">
            { heads(bench, "payment") }
            <tbody>
                for payment in bench.payments.iter() {
                    <tr key={payment.name.clone()}>
                        <th scope="row">{ &payment.name }</th>
                        for (number, one) in payment.at.iter().enumerate() {
                            <td key={number} class={classes!(class(*one))}>{ standing(*one, scene.narrow) }</td>
                        }
                    </tr>
                }
            </tbody>
        </table>
    };
    table_box("Payments on each node", table)
}

fn nodes_of(scene: &Scene) -> Vec<String> {
    scene
        .bench
        .nodes
        .iter()
        .map(|node| node.name.clone())
        .collect()
}

/// A payment by hand.
fn pay_form(scene: &Scene) -> Html {
    let (page, nodes) = (&scene.page, nodes_of(scene));
    let users: Vec<String> = scene
        .bench
        .users
        .iter()
        .map(|user| user.name.clone())
        .collect();
    let ([first, second, ..], [node, ..]) = (users.as_slice(), nodes.as_slice()) else {
        return html! {};
    };
    let (from, to) = (page.text("pay-from", first), page.text("pay-to", second));
    let node = page.text("pay-node", node);
    let name = page.text("pay-name", "payment-1");
    let onsubmit = {
        let (amount, fee) = (page.text("pay-amount", "100"), page.text("pay-fee", "1"));
        let (from, to, node, name) = (from.clone(), to.clone(), node.clone(), name.clone());
        scene.hands.submitting(move |hands| {
            let amount = hands.number("coins", &amount);
            let fee = hands.number("fee", &fee);
            if let (Some(amount), Some(fee)) = (amount, fee) {
                let pay = Action::Pay {
                    name: name.clone(),
                    from: from.clone(),
                    to: to.clone(),
                    amount,
                    fee,
                    node: node.clone(),
                    nonce: None,
                };
                let next = LabMessage::Type("pay-name".to_owned(), following(&name));
                hands.act_then(pay, Some(next));
            }
        })
    };
    html! {
        <form class="lab-form" id="lab-pay" {onsubmit}>
            <h3>{ "Pay" }</h3>
            <label>{ "From" }{ choice(scene, "pay-from", &users, &from) }</label>
            <label>{ "To" }{ choice(scene, "pay-to", &users, &to) }</label>
            <label>{ "Coins" }{ number(scene, "pay-amount", "100") }</label>
            <label>{ "Fee" }{ number(scene, "pay-fee", "1") }</label>
            <label>{ "At node" }{ choice(scene, "pay-node", &nodes, &node) }</label>
            <label>{ "Named" }<input id="lab-pay-name" value={name} oninput={scene.hands.typing("pay-name")} /></label>
            <button type="submit">{ "Pay" }</button>
        </form>
    }
}

/// The name after one that ends in a number.
fn following(name: &str) -> String {
    let digits = name.chars().rev().take_while(char::is_ascii_digit).count();
    let (stem, number) = name.split_at(name.len() - digits);
    let next = number
        .parse::<u32>()
        .map_or(2, |number| number.saturating_add(1));
    let stem = if digits == 0 {
        format!("{stem}-")
    } else {
        stem.to_owned()
    };
    format!("{stem}{next}")
}

/// A payment once more, as it was signed or with another amount.
fn again_form(scene: &Scene) -> Html {
    let (page, hands, nodes) = (&scene.page, &scene.hands, nodes_of(scene));
    let names: Vec<String> = scene
        .bench
        .payments
        .iter()
        .map(|payment| payment.name.clone())
        .collect();
    if names.is_empty() {
        return html! {
            <div class="lab-form">
                <h3>{ "Hand a payment in again" }</h3>
                <p class="text-empty">{ "There is no payment yet. Pay, or play until one is made." }</p>
            </div>
        };
    }
    let first = |list: &[String]| list.first().cloned().unwrap_or_default();
    let payment = page.text("again", &first(&names));
    let node = page.text("again-node", &first(&nodes));
    let again = hands.acting(Action::Again {
        payment: payment.clone(),
        node: node.clone(),
    });
    let onsubmit = {
        let (payment, node, amount) = (
            payment.clone(),
            node.clone(),
            page.text("again-amount", "500"),
        );
        hands.submitting(move |hands| {
            if let Some(amount) = hands.number("coins", &amount) {
                let (payment, node) = (payment.clone(), node.clone());
                hands.act(Action::Forge {
                    payment,
                    amount,
                    node,
                });
            }
        })
    };
    html! {
        <form class="lab-form" {onsubmit}>
            <h3>{ "Hand a payment in again" }</h3>
            <label>{ "Payment" }{ choice(scene, "again", &names, &payment) }</label>
            <label>{ "At node" }{ choice(scene, "again-node", &nodes, &node) }</label>
            <button type="button" onclick={again}>{ "As it was signed" }</button>
            <label>{ "Coins" }{ number(scene, "again-amount", "500") }</label>
            <button type="submit">{ "With this amount" }</button>
        </form>
    }
}

/// A payment that a node proves to a light client, as it is or with another amount.
fn proof_form(scene: &Scene) -> Html {
    let (page, hands, nodes) = (&scene.page, &scene.hands, nodes_of(scene));
    let payments = scene.bench.payments.iter();
    let names: Vec<String> = payments.map(|payment| payment.name.clone()).collect();
    let first = |list: &[String]| list.first().cloned().unwrap_or_default();
    let payment = page.text("proof", &first(&names));
    let node = page.text("proof-node", &first(&nodes));
    let truly = hands.acting(Action::Prove {
        payment: payment.clone(),
        node: node.clone(),
        amount: None,
    });
    let onsubmit = {
        let (payment, node) = (payment.clone(), node.clone());
        let amount = page.text("proof-amount", "500");
        hands.submitting(move |hands| {
            if let Some(amount) = hands.number("coins", &amount) {
                let (payment, node) = (payment.clone(), node.clone());
                hands.act(Action::Prove {
                    payment,
                    node,
                    amount: Some(amount),
                });
            }
        })
    };
    html! {
        <form class="lab-form" id="lab-proof" {onsubmit}>
            <h3>{ "Prove a payment to a light client" }</h3>
            <label>{ "Payment" }{ choice(scene, "proof", &names, &payment) }</label>
            <label>{ "By node" }{ choice(scene, "proof-node", &nodes, &node) }</label>
            <button type="button" id="lab-prove" onclick={truly}>{ "As it is" }</button>
            <label>{ "Coins" }{ number(scene, "proof-amount", "500") }</label>
            <button type="submit">{ "With this amount" }</button>
        </form>
    }
}

/// Payments at random.
fn traffic(scene: &Scene) -> Html {
    let off = scene.hands.acting(Action::Traffic { per_minute: 0 });
    let rate = scene.page.text("traffic", "30");
    let onsubmit = scene.hands.submitting(move |hands| {
        if let Some(per_minute) = hands.number("a minute", &rate) {
            hands.act(Action::Traffic { per_minute });
        }
    });
    html! {
        <form class="lab-form" {onsubmit}>
            <h3>{ "Payments at random" }</h3>
            <label>{ "A minute" }{ number(scene, "traffic", "30") }</label>
            <button type="submit">{ "Begin" }</button>
            <button type="button" onclick={off}>{ "End" }</button>
        </form>
    }
}
