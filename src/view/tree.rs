//! The picture of the block tree: one column for each height, one lane for each branch. Pure
//! layout, no colours and no pixels.
//!
//! Lane 0 is the branch of the heaviest tip. Every other branch takes the lowest lane that is free
//! over the heights it covers, so lanes are used again once a branch has ended.
//!
//! Bounds: at most the asked number of columns; blocks below the window are only counted.

use std::collections::BTreeMap;

use crate::ipc::BlockSummary;
use std::cmp::Reverse;
use std::rc::Rc;

use super::Tip;

/// A block in the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct PlacedBlock {
    /// The block.
    pub block: Rc<BlockSummary>,
    /// Column: height less the picture's lowest height.
    pub column: u32,
    /// Lane: 0 for the branch of the heaviest tip.
    pub lane: u32,
    /// Names of the nodes whose head it is.
    pub head_of: Vec<String>,
}

/// A line from a block to its parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The child's id.
    pub child: String,
    /// Column and lane of the child.
    pub from: (u32, u32),
    /// Column and lane of the parent.
    pub to: (u32, u32),
}

/// The layout of a window of the block tree.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree {
    /// Height of column 0.
    pub lowest: u64,
    /// Number of columns.
    pub columns: u32,
    /// Number of lanes, at least 1.
    pub lanes: u32,
    /// The blocks, by height, then lane.
    pub blocks: Vec<PlacedBlock>,
    /// Lines to parents inside the window.
    pub edges: Vec<Edge>,
    /// Known blocks below the window.
    pub hidden_below: u32,
    /// Known blocks above the window.
    pub hidden_above: u32,
}

impl Tree {
    /// Lays out the `columns` heights that end at `top`, or at the highest block where `top` is
    /// `None`.
    #[must_use]
    pub fn layout(
        blocks: &BTreeMap<String, Rc<BlockSummary>>,
        tips: &[Tip],
        top: Option<u64>,
        columns: u32,
    ) -> Self {
        let Some(highest) = blocks.values().map(|block| block.height).max() else {
            return Self {
                lanes: 1,
                ..Self::default()
            };
        };
        let top = top.unwrap_or(highest).min(highest);
        let lowest = top.saturating_sub(u64::from(columns.max(1)) - 1);
        let window = Window(
            blocks
                .values()
                .filter(|block| (lowest..=top).contains(&block.height))
                .collect(),
        );
        let lanes = assign_lanes(&window, blocks, tips);
        let count = |test: fn(u64, u64) -> bool, limit: u64| {
            let number = blocks
                .values()
                .filter(|block| test(block.height, limit))
                .count();
            u32::try_from(number).unwrap_or(u32::MAX)
        };
        let mut tree = Self {
            lowest,
            columns: column_of(top, lowest) + 1,
            lanes: lanes.iter().flatten().max().map_or(1, |lane| lane + 1),
            blocks: window
                .0
                .iter()
                .zip(&lanes)
                .map(|(block, lane)| place(block, lowest, *lane, tips))
                .collect(),
            edges: Vec::new(),
            hidden_below: count(|height, limit| height < limit, lowest),
            hidden_above: count(|height, limit| height > limit, top),
        };
        tree.blocks
            .sort_unstable_by_key(|block| (block.column, block.lane));
        tree.edges = tree
            .blocks
            .iter()
            .filter_map(|placed| edge(placed, &window, lowest, &lanes))
            .collect();
        tree
    }
}

fn column_of(height: u64, lowest: u64) -> u32 {
    u32::try_from(height.saturating_sub(lowest)).unwrap_or(u32::MAX)
}

/// The blocks that are laid out, in order of their hashes.
struct Window<'a>(Vec<&'a Rc<BlockSummary>>);

impl Window<'_> {
    fn position(&self, hash: &str) -> Option<usize> {
        self.0
            .binary_search_by(|block| block.hash.as_str().cmp(hash))
            .ok()
    }
}

fn place(block: &Rc<BlockSummary>, lowest: u64, lane: Option<u32>, tips: &[Tip]) -> PlacedBlock {
    PlacedBlock {
        block: Rc::clone(block),
        column: column_of(block.height, lowest),
        lane: lane.unwrap_or(0),
        head_of: tips
            .iter()
            .filter(|tip| tip.hash == block.hash)
            .flat_map(|tip| tip.nodes.clone())
            .collect(),
    }
}

fn edge(
    placed: &PlacedBlock,
    window: &Window<'_>,
    lowest: u64,
    lanes: &[Option<u32>],
) -> Option<Edge> {
    let at = window.position(&placed.block.previous_hash)?;
    let (parent, lane) = (window.0.get(at)?, lanes.get(at)?.unwrap_or(0));
    Some(Edge {
        child: placed.block.hash.clone(),
        from: (placed.column, placed.lane),
        to: (column_of(parent.height, lowest), lane),
    })
}

/// Gives each block of the window a lane, branch by branch, the heaviest first.
fn assign_lanes(
    window: &Window<'_>,
    all: &BTreeMap<String, Rc<BlockSummary>>,
    tips: &[Tip],
) -> Vec<Option<u32>> {
    let mut lanes: Vec<Option<u32>> = vec![None; window.0.len()];
    let mut taken: Vec<(u32, u64)> = Vec::new();
    for leaf in leaves(window, all, tips) {
        let mut branch = Vec::new();
        let mut at = Some(leaf);
        while let Some(place) = at.filter(|place| lanes[*place].is_none()) {
            branch.push(place);
            at = window.position(&window.0[place].previous_hash);
        }
        let height = |place: &usize| window.0[*place].height;
        let (Some(highest), Some(lowest)) = (branch.first().map(height), branch.last().map(height))
        else {
            continue;
        };
        // The line to the parent must not run under another branch: its height counts as covered.
        let span = lowest.saturating_sub(u64::from(at.is_some()))..=highest;
        let is_free = |lane: &u32| {
            !taken
                .iter()
                .any(|(other, height)| other == lane && span.contains(height))
        };
        let lane = (0..).find(is_free).unwrap_or_default();
        for place in branch {
            taken.push((lane, window.0[place].height));
            lanes[place] = Some(lane);
        }
    }
    lanes
}

/// Places of blocks without children in the window: the heaviest tip's branch first, then by
/// weight.
fn leaves(
    window: &Window<'_>,
    all: &BTreeMap<String, Rc<BlockSummary>>,
    tips: &[Tip],
) -> Vec<usize> {
    let mut is_parent = vec![false; window.0.len()];
    for block in &window.0 {
        if let Some(parent) = window.position(&block.previous_hash) {
            is_parent[parent] = true;
        }
    }
    let mut leaves: Vec<usize> = (0..window.0.len())
        .filter(|place| !is_parent[*place])
        .collect();
    let best = best_in_window(window, all, tips);
    // Blocks of the same weight keep the order of their hashes, which is that of their places.
    let rank = |place: &usize| {
        (
            best != Some(*place),
            Reverse(window.0[*place].weight),
            *place,
        )
    };
    leaves.sort_unstable_by_key(rank);
    leaves
}

/// The highest block of the heaviest tip's branch that is inside the window.
fn best_in_window(
    window: &Window<'_>,
    all: &BTreeMap<String, Rc<BlockSummary>>,
    tips: &[Tip],
) -> Option<usize> {
    let mut at = tips.iter().find_map(|tip| all.get(&tip.hash));
    while let Some(block) = at {
        if let Some(place) = window.position(&block.hash) {
            return Some(place);
        }
        at = all.get(&block.previous_hash);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::{BlockKind, BlockRecord};

    fn block(hash: &str, parent: &str, height: u64) -> (String, Rc<BlockSummary>) {
        let summary = BlockSummary {
            record: BlockRecord {
                hash: hash.into(),
                height,
                previous_hash: parent.into(),
                kind: BlockKind::Work,
                miner_id: String::new(),
                timestamp: 0,
                nonce: 0,
                slot: 0,
                difficulty: 1,
                transactions_count: 0,
                on_best_chain: true,
            },
            miner: String::new(),
            weight: height,
            state_root: String::new(),
        };
        (hash.to_owned(), Rc::new(summary))
    }

    fn tip(hash: &str, height: u64) -> Tip {
        Tip {
            hash: hash.into(),
            height,
            nodes: vec![format!("node-{hash}")],
        }
    }

    fn lane(tree: &Tree, hash: &str) -> Option<u32> {
        tree.blocks
            .iter()
            .find(|placed| placed.block.hash == hash)
            .map(|placed| placed.lane)
    }

    #[test]
    fn no_blocks_give_an_empty_picture() {
        let tree = Tree::layout(&BTreeMap::new(), &[], None, 10);
        assert_eq!((tree.lanes, tree.columns, tree.blocks.len()), (1, 0, 0));
    }

    #[test]
    fn the_heaviest_tip_keeps_lane_0_and_a_fork_takes_the_next() {
        let blocks = BTreeMap::from_iter([
            block("g", "", 0),
            block("a", "g", 1),
            block("b", "g", 1),
            block("c", "b", 2),
        ]);
        let tree = Tree::layout(&blocks, &[tip("c", 2), tip("a", 1)], None, 10);
        assert_eq!(
            (lane(&tree, "g"), lane(&tree, "b"), lane(&tree, "c")),
            (Some(0), Some(0), Some(0))
        );
        assert_eq!(lane(&tree, "a"), Some(1));
        assert_eq!(tree.lanes, 2);
        assert_eq!(tree.edges.len(), 3);
        assert_eq!(
            tree.blocks.last().map(|placed| placed.head_of.clone()),
            Some(vec!["node-c".to_owned()])
        );
    }

    #[test]
    fn equal_weights_follow_the_tip_that_the_model_names_first() {
        let blocks =
            BTreeMap::from_iter([block("g", "", 0), block("a", "g", 1), block("b", "g", 1)]);
        assert_eq!(
            lane(
                &Tree::layout(&blocks, &[tip("b", 1), tip("a", 1)], None, 10),
                "b"
            ),
            Some(0)
        );
        assert_eq!(
            lane(
                &Tree::layout(&blocks, &[tip("a", 1), tip("b", 1)], None, 10),
                "a"
            ),
            Some(0)
        );
    }

    #[test]
    fn a_lane_is_used_again_after_its_branch_has_ended() {
        let mut blocks = BTreeMap::from_iter([block("m0", "", 0)]);
        for height in 1..=8 {
            blocks.extend([block(
                &format!("m{height}"),
                &format!("m{}", height - 1),
                height,
            )]);
        }
        blocks.extend([
            block("x2", "m1", 2),
            block("y7", "m6", 7),
            block("z7", "m6", 7),
        ]);
        let tree = Tree::layout(&blocks, &[tip("m8", 8)], None, 20);
        assert_eq!(
            (lane(&tree, "x2"), lane(&tree, "y7"), lane(&tree, "z7")),
            (Some(1), Some(1), Some(2))
        );
    }

    #[test]
    fn a_window_counts_what_it_leaves_out_and_follows_the_best_branch_below_its_tip() {
        let mut blocks = BTreeMap::from_iter([block("m0", "", 0)]);
        for height in 1..=30 {
            blocks.extend([block(
                &format!("m{height}"),
                &format!("m{}", height - 1),
                height,
            )]);
        }
        blocks.extend([block("a15", "m14", 15)]);
        let tree = Tree::layout(&blocks, &[tip("m30", 30)], Some(15), 5);
        assert_eq!((tree.lowest, tree.columns), (11, 5));
        assert_eq!((tree.hidden_below, tree.hidden_above), (11, 15));
        assert_eq!((lane(&tree, "m15"), lane(&tree, "a15")), (Some(0), Some(1)));
    }

    #[test]
    fn a_parent_that_is_not_known_gives_no_line() {
        let blocks = BTreeMap::from_iter([block("b", "gone", 7)]);
        let tree = Tree::layout(&blocks, &[tip("b", 7)], None, 3);
        assert!(tree.edges.is_empty());
        assert_eq!(tree.blocks.len(), 1);
    }
}
