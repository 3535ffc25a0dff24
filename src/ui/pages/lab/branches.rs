//! Branches of time: going from one to another, and two beside each other.

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::app::pages::lab::timeline::time_text;
use crate::lab::desk::Order;
use crate::lab::{BranchInfo, Comparison};
use crate::ui::components::{Column, short_hash, table_box, table_of};
use crate::ui::lab::{Drawn, Hands, Scene, choice};
use crate::view::figures::{count_of, grouped};

/// The columns of the table.
const COLUMNS: &[Column] = &[
    Column::Words("branch"),
    Column::Words("left"),
    Column::Words("played up to"),
    Column::Words("actions"),
    Column::Unseen("go there"),
];

/// The panel.
pub(super) const PART: Drawn = Drawn {
    draw,
    same: |one, other| same(one, other),
};

fn same(one: &Scene, other: &Scene) -> bool {
    let (a, b) = (&one.bench, &other.bench);
    (&a.branches, &a.branch, &a.compared, &one.page)
        == (&b.branches, &b.branch, &b.compared, &other.page)
}

fn draw(scene: &Scene) -> Html {
    let (bench, hands, page) = (&scene.bench, &scene.hands, &scene.page);
    let names: Vec<String> = bench
        .branches
        .iter()
        .map(|branch| branch.name.clone())
        .collect();
    let first = names.first().cloned().unwrap_or_default();
    let last = names.last().cloned().unwrap_or_default();
    let (one, other) = (
        page.text("branch-one", &first),
        page.text("branch-other", &last),
    );
    let compare = {
        let (hands, one, other) = (hands.clone(), one.clone(), other.clone());
        // At the latest moment that both have.
        let end = |name: &str| {
            bench
                .branches
                .iter()
                .find(|branch| branch.name == name)
                .map_or(0, |branch| branch.end)
        };
        let at = end(&one).min(end(&other));
        move |_: MouseEvent| {
            let (hands, one, other) = (hands.clone(), one.clone(), other.clone());
            spawn_local(async move {
                if let Err(error) = hands.laboratory().rc().compare(&one, &other, at).await {
                    hands.notifier().refuse(&error);
                }
            });
        }
    };
    html! {
        <section class="panel" id="lab-branches" aria-label="Branches of time">
            <h2>{ "Branches of time" }</h2>
            <p class="text-hint">{ "Go back and do something else: the old future stays, and a new branch begins." }</p>
            { table_of("Branches", COLUMNS, html! {
                for branch in bench.branches.iter() {
                    { line(branch, branch.name == bench.branch, hands) }
                }
            }) }
            if names.len() > 1 {
                <div class="toolbar">
                    <label class="field-choice">{ "Compare" }{ choice(scene, "branch-one", &names, &one) }</label>
                    <label class="field-choice">{ "with" }{ choice(scene, "branch-other", &names, &other) }</label>
                    <button type="button" id="lab-compare" disabled={one == other} onclick={compare}>{ "Compare" }</button>
                </div>
            }
            if let Some(compared) = &bench.compared {
                { beside(compared, hands) }
            }
        </section>
    }
}

fn line(branch: &BranchInfo, here: bool, hands: &Hands) -> Html {
    let switch = hands.ordering(Order::Switch(branch.name.clone()));
    let left = match (&branch.from, branch.parted) {
        (Some(from), Some(at)) => format!("{from} at {}", time_text(at)),
        _ => "the first".to_owned(),
    };
    html! {
        <tr key={branch.name.clone()} class={classes!(here.then_some("row-selected"))}>
            <th scope="row">{ &branch.name }</th>
            <td>{ left }</td>
            <td>{ time_text(branch.end) }</td>
            <td>{ grouped(branch.actions) }</td>
            <td class="cell-actions">
                if here { <span class="text-hint">{ "shown" }</span> } else { <button type="button" onclick={switch}>{ "Go there" }</button> }
            </td>
        </tr>
    }
}

/// Two branches beside each other: what differs is marked.
fn beside([one, other]: &[Comparison; 2], hands: &Hands) -> Html {
    let laboratory = hands.laboratory().clone();
    let close = move |_: MouseEvent| laboratory.forget_comparison();
    let head = |found: &Option<(u64, String)>| match found {
        Some((height, hash)) => {
            html! { <>{ format!("{} ", grouped(*height)) }{ short_hash(hash, None) }</> }
        }
        None => html! { "down" },
    };
    let heads = one.heads.iter().zip(&other.heads);
    let balances = one.balances.iter().zip(&other.balances);
    let differ = heads.clone().filter(|(a, b)| a != b).count()
        + balances.clone().filter(|(a, b)| a != b).count();
    html! {
        <div class="lab-compared" id="lab-compared">
            <div class="panel-title">
                <h3>{ format!("At {}: {}", time_text(one.at), count_of(differ as u64, "difference", "differences")) }</h3>
                <button type="button" class="button-close" aria-label="Close the comparison" onclick={close}>{ "×" }</button>
            </div>
            { table_box("Two branches", html! {
                <table>
                    <thead><tr><th scope="col"><span class="visually-hidden">{ "what" }</span></th><th scope="col">{ &one.branch }</th><th scope="col">{ &other.branch }</th></tr></thead>
                    <tbody>
                        for (a, b) in heads {
                            <tr key={format!("node {}", a.0)} class={classes!((a != b).then_some("lab-differs"))}>
                                <th scope="row">{ &a.0 }</th><td>{ head(&a.1) }</td><td>{ head(&b.1) }</td>
                            </tr>
                        }
                        for (a, b) in balances {
                            <tr key={format!("user {}", a.0)} class={classes!((a != b).then_some("lab-differs"))}>
                                <th scope="row">{ format!("coins of {}", a.0) }</th><td>{ grouped(a.1) }</td><td>{ grouped(b.1) }</td>
                            </tr>
                        }
                    </tbody>
                </table>
            }) }
        </div>
    }
}
