//! The page of the charts: what each of them needs, taken from the network's picture.

use std::rc::Rc;

use crate::ipc::BlockSummary;
use crate::records::BlockKind;
use crate::view::Model;
use crate::view::chart::Chart;
use crate::view::charts::{self, Made, Miner};

/// The charts that are drawn from the nodes' reports, in the order of the page.
#[must_use]
pub fn of(model: &Model) -> Vec<Chart> {
    let measured = &model.measured;
    let spans: Vec<u64> = measured.spans().collect();
    vec![
        charts::intervals(&gaps(model)),
        charts::stale(&made(model)),
        charts::hash_rates(&miners(model)),
        charts::propagation(&spans),
        charts::mempool(measured.samples()),
        charts::finality_lag(measured.samples()),
    ]
}

/// Milliseconds from each work block of the best chain to the next one.
fn gaps(model: &Model) -> Vec<u64> {
    let work = |block: &&Rc<BlockSummary>| {
        block.on_best_chain && block.height > 0 && block.kind == BlockKind::Work
    };
    let mut times: Vec<(u64, u64)> = model
        .blocks
        .values()
        .filter(work)
        .map(|block| (block.height, block.timestamp))
        .collect();
    times.sort_unstable();
    // A maker's clock may be behind that of the maker before.
    times
        .windows(2)
        .map(|pair| pair[1].1.saturating_sub(pair[0].1))
        .collect()
}

/// The blocks that are not above the best chain: one beside its head is stale only when another one
/// follows.
fn made(model: &Model) -> Vec<Made> {
    let best = model.blocks.values().filter(|block| block.on_best_chain);
    let head = best.map(|block| block.height).max().unwrap_or(0);
    let settled = model
        .blocks
        .values()
        .filter(|block| block.height > 0 && (block.on_best_chain || block.height < head));
    settled
        .map(|block| Made {
            maker: block.miner.clone(),
            stale: !block.on_best_chain,
        })
        .collect()
}

/// The miners of this tab that are at work.
fn miners(model: &Model) -> Vec<Miner> {
    let up = model.nodes.iter().filter(|node| node.is_up());
    up.flat_map(|node| &node.miners)
        .map(|miner| Miner {
            name: miner.worker.clone(),
            hash_rate: miner.hash_rate,
            found: miner.blocks_found,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::Update;
    use crate::view::testing::block;

    fn with(blocks: Vec<BlockSummary>, head: &str) -> Model {
        let mut model = Model::new("lab");
        model.apply(Update::Blocks(blocks));
        for block in model.blocks.values_mut() {
            let on_best_chain = !block.hash.starts_with("side") && block.hash.as_str() <= head;
            Rc::make_mut(block).record.on_best_chain = on_best_chain;
        }
        model
    }

    #[test]
    fn gaps_lie_between_work_blocks_of_the_best_chain() {
        let mut sealed = block("b2", "b1", 2);
        sealed.record.kind = BlockKind::Authority;
        let blocks = vec![
            block("b0", "", 0),
            block("b1", "b0", 1),
            sealed,
            block("b3", "b2", 3),
            block("side3", "b2", 3),
        ];
        assert_eq!(gaps(&with(blocks, "b3")), [2_000]);
    }

    #[test]
    fn a_block_beside_the_head_is_not_stale_yet() {
        let blocks = vec![
            block("b0", "", 0),
            block("b1", "b0", 1),
            block("side1", "b0", 1),
            block("b2", "b1", 2),
            block("side2", "b1", 2),
        ];
        let made = made(&with(blocks, "b2"));
        let stale = made.iter().filter(|made| made.stale).count();
        assert_eq!((made.len(), stale), (3, 1));
    }

    #[test]
    fn an_empty_network_has_all_charts_and_none_is_drawn() {
        let charts = of(&Model::new("lab"));
        assert_eq!(charts.len(), 6);
        assert!(charts.iter().all(|chart| chart.drawing.is_none()));
    }
}
