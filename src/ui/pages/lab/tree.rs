//! The block tree of the laboratory, and what reorganisations did.

use yew::prelude::*;

use crate::app::lab::Bench;
use crate::app::pages::lab::timeline::time_text;
use crate::app::pages::lab::words::fate;
use crate::lab::Reorganisation;
use crate::lab::desk::Order;
use crate::records::BlockFinality;
use crate::ui::components::{empty, short_hash, tree_view};
use crate::ui::lab::{Drawn, Hands, Scene};
use crate::view::figures::{count_of, grouped};
use crate::view::tree::Tree;

/// Heights of the picture.
const COLUMNS: (u32, u32) = (8, 4);

/// The tree, and below it the reorganisations.
pub(super) const PART: Drawn = Drawn {
    draw,
    same: |one, other| same(one, other),
};

fn same(one: &Scene, other: &Scene) -> bool {
    let (a, b) = (&one.bench, &other.bench);
    let look = |bench: &Bench| -> Vec<(String, u64)> {
        bench
            .nodes
            .iter()
            .map(|node| (node.head.clone(), node.decided))
            .collect()
    };
    (&a.blocks, &a.reorganisations, one.narrow) == (&b.blocks, &b.reorganisations, other.narrow)
        && look(a) == look(b)
}

fn draw(scene: &Scene) -> Html {
    let (bench, hands) = (&scene.bench, &scene.hands);
    let columns = if scene.narrow { COLUMNS.1 } else { COLUMNS.0 };
    let tree = Tree::layout(&bench.blocks, &bench.tips(), None, columns);
    let decided = bench
        .nodes
        .iter()
        .map(|node| node.decided)
        .max()
        .unwrap_or(0);
    let finality = tree.blocks.iter().map(|placed| {
        if placed.lane == 0 && placed.block.height <= decided {
            BlockFinality::Final
        } else {
            BlockFinality::Plain
        }
    });
    let finality: Vec<_> = finality.collect();
    let reorganisations = bench.reorganisations.iter().rev();
    html! {
        <section class="panel" aria-label="Block tree">
            <h2>{ "Block tree" }</h2>
            if tree.blocks.is_empty() {
                { empty("No node runs yet: step, or play.") }
            } else {
                <div class="tree-box" tabindex="0" role="group" aria-label="Block tree, scrolls sideways">
                    { tree_view(&tree, &finality, &[], true) }
                </div>
                <p class="text-hint">{ "✓✓ final: two thirds of the authorities confirmed it, and never give it up." }</p>
            }
            if !bench.reorganisations.is_empty() {
                <h3>{ "Reorganisations" }</h3>
                <ul class="lab-reports" id="lab-reorganisations">
                    for (number, one) in reorganisations.enumerate() {
                        { report(number, one, hands) }
                    }
                </ul>
            }
        </section>
    }
}

fn report(number: usize, one: &Reorganisation, hands: &Hands) -> Html {
    let at = one.at;
    let go = hands.ordering(Order::Seek(at));
    let (left, joined) = (one.left.len() as u64, one.joined.len() as u64);
    html! {
        <li key={format!("{number} {at} {}", one.node)} class="lab-report">
            <details>
                <summary>
                    { format!("{} at {}: {} left, {} joined", one.node, time_text(at), count_of(left, "block", "blocks"), grouped(joined)) }
                </summary>
                <p>{ format!("Both branches have block {}. Above it, what left weighed {}, what joined weighs {}.", grouped(one.fork), grouped(one.weights[0]), grouped(one.weights[1])) }</p>
                <p>{ "Left: " }for hash in &one.left { <span key={hash.clone()}>{ short_hash(hash, None) }{ " " }</span> }</p>
                <p>{ "Joined: " }for hash in &one.joined { <span key={hash.clone()}>{ short_hash(hash, None) }{ " " }</span> }</p>
                if one.transactions.is_empty() {
                    <p class="text-hint">{ "No transaction left the chain." }</p>
                } else {
                    <ul>
                        for (id, what) in &one.transactions {
                            <li key={id.clone()}>{ "Transaction " }{ short_hash(id, None) }{ format!(": {}", fate(*what)) }</li>
                        }
                    </ul>
                }
                <button type="button" onclick={go}>{ "Go there" }</button>
            </details>
        </li>
    }
}
