//! The block tree of the laboratory, and what reorganisations did.

use yew::prelude::*;

use crate::app::lab::Bench;
use crate::app::pages::lab::timeline::time_text;
use crate::lab::Reorganised;
use crate::lab::desk::Order;
use crate::records::BlockFinality;
use crate::ui::components::{empty, reorganisation_report, tree_view};
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
                <p class="text-hint">{ "✓✓ final, never given up: the genesis block, and what two thirds of the authorities confirmed." }</p>
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

fn report(number: usize, one: &Reorganised, hands: &Hands) -> Html {
    let at = one.at;
    let go = hands.ordering(Order::Seek(at));
    let report = &one.report;
    html! {
        <li key={format!("{number} {at} {}", report.node)} class="lab-report">
            <details>
                <summary>
                    { format!("{} at {}: {} left, {} joined", report.node, time_text(at), count_of(report.left.count, "block", "blocks"), grouped(report.joined.count)) }
                </summary>
                { reorganisation_report(report, true) }
                <button type="button" onclick={go}>{ "Go there" }</button>
            </details>
        </li>
    }
}
