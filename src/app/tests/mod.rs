//! Tests of the whole app on real nodes, without a browser: what a person does with one page or
//! several.

mod commands;
mod faults;
mod ledgers;
mod lifecycle;
mod links;
mod mining;
mod opening;
mod sending;
mod storage;
mod tabs;
mod tour;
mod traffic;
mod unsent;
mod wallet;

use std::rc::Rc;

use super::testing::{Page, World};

/// A miner and two authorities that make no block soon.
const APART: &str = "?pow=1&poa=2&test_tx=0&pace=600";

/// The node that takes what is sent next.
fn taker(page: &Page) -> String {
    page.app.node_for(None).expect("a node runs").name.clone()
}

/// Cuts a node of the three off, or joins it again.
fn link_all(page: &Page, word: &str, node: &str) {
    for other in ["pow-1", "poa-1", "poa-2"].iter().filter(|it| **it != node) {
        page.expect(&format!("{word} {node} {other}"), &["The link"]);
    }
}

/// A page, and the node that takes what is sent next: it is cut off from both others.
fn alone(world: &Rc<World>) -> (Page, String) {
    let page = world.ready(APART);
    world.run(3_000.0);
    let node = taker(&page);
    link_all(&page, "cut", &node);
    (page, node)
}
