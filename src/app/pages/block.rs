//! The page of a block: what it is, in sentences.

use crate::ipc::{BlockInfo, BlockSummary};
use crate::records::{BlockFinality, BlockKind};
use crate::view::Model;
use crate::view::figures::{count_of, grouped, short};

/// Who made the block and how, and whether it is on the best chain.
#[must_use]
pub fn lead(info: &BlockInfo) -> String {
    let block = &info.summary;
    let place = if block.on_best_chain {
        let depth = count_of(info.confirmations, "confirmation", "confirmations");
        let decided = match info.finality {
            BlockFinality::Plain => "",
            BlockFinality::Justified => " Two thirds of the authorities confirmed it.",
            BlockFinality::Final => {
                " It is final: to undo it, a third of the authorities must be caught lying."
            }
        };
        format!("It is on the heaviest chain with {depth}.{decided}")
    } else {
        "It is beside the heaviest chain: valid, but a heavier branch won.".to_owned()
    };
    let maker = &block.miner;
    let how = match block.kind {
        _ if block.height == 0 => {
            "The genesis block: all nodes of the network begin with it.".to_owned()
        }
        BlockKind::Authority => {
            format!(
                "{maker} sealed it in its slot {} by a signature.",
                grouped(block.slot)
            )
        }
        BlockKind::Work => format!("{maker} found its nonce by trying."),
    };
    format!("{how} {place}")
}

/// The known blocks above: the id of each and the text of the link to it.
#[must_use]
pub fn children(block: &BlockSummary, model: &Model) -> Vec<(String, String)> {
    let above = || {
        model
            .blocks
            .values()
            .filter(|child| child.previous_hash == block.hash)
    };
    let several = above().count() > 1;
    let link = |child: &BlockSummary| {
        let text = if several {
            format!("Child {}", short(&child.hash))
        } else {
            "Child".to_owned()
        };
        (child.hash.clone(), text)
    };
    above().map(|child| link(child)).collect()
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::view::testing::block;

    fn info(kind: BlockKind, height: u64, on_best_chain: bool) -> BlockInfo {
        let mut summary = block("b", "a", height);
        summary.record.kind = kind;
        summary.record.slot = 1_234;
        summary.record.on_best_chain = on_best_chain;
        BlockInfo {
            summary,
            tx_root: String::new(),
            data_hash: String::new(),
            data: String::new(),
            seal: String::new(),
            confirmations: 1,
            finality: BlockFinality::Plain,
            size: 204,
            transactions: Vec::new(),
            raw: String::new(),
        }
    }

    #[test]
    fn the_lead_says_who_made_it_and_where_it_stands() {
        let on = "It is on the heaviest chain with 1 confirmation.";
        let work = lead(&info(BlockKind::Work, 3, true));
        assert_eq!(work, format!("pow-1 found its nonce by trying. {on}"));
        let authority = lead(&info(BlockKind::Authority, 3, true));
        assert_eq!(
            authority,
            format!("pow-1 sealed it in its slot 1,234 by a signature. {on}")
        );
        let side = lead(&info(BlockKind::Work, 3, false));
        assert!(side.ends_with("valid, but a heavier branch won."), "{side}");
        let first = lead(&info(BlockKind::Authority, 0, true));
        assert!(first.starts_with("The genesis block"), "{first}");
    }

    #[test]
    fn an_only_child_needs_no_id_and_several_are_told_apart() {
        let mut model = Model::new("main");
        let parent = block("a", "g", 1);
        assert!(children(&parent, &model).is_empty());
        for hash in ["0123456789", "9876543210"] {
            model
                .blocks
                .insert(hash.into(), Rc::new(block(hash, "a", 2)));
        }
        let texts: Vec<String> = children(&parent, &model)
            .into_iter()
            .map(|(_, text)| text)
            .collect();
        assert_eq!(texts, ["Child 01234567", "Child 98765432"]);
        model
            .blocks
            .insert("x".into(), Rc::new(block("x", "0123456789", 3)));
        let only = children(&block("0123456789", "a", 2), &model);
        assert_eq!(only, [("x".to_owned(), "Child".to_owned())]);
    }
}
