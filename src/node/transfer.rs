//! A ledger as a file: out of a node, and into one. The whole file is checked on a chain of its own
//! first, by the rules that hold for a peer's blocks, so that a file that is refused changes
//! nothing; then its blocks are imported like any others, and the fork choice decides. Nothing that
//! the node had is lost.

use std::rc::Rc;

use crate::chain::{Chain, Import};
use crate::ipc::{Imported, Refusal};
use crate::ledger::{FileError, decode_file, encode_file};
use crate::primitives::{Block, Height};

use super::source::Source;
use super::{Node, Outbox};

/// The rule that a block's parent is known, and the rule that a block is not ahead of the clock.
const PARENT: u8 = 6;
const FUTURE: u8 = 8;

impl Node {
    /// The best chain as a file.
    pub(super) fn export(&self) -> Vec<u8> {
        let ids = (1..=self.chain.height().0).filter_map(|height| self.chain.at(Height(height)));
        let blocks = ids
            .filter_map(|id| self.chain.get(&id))
            .map(|entry| Rc::clone(&entry.block));
        encode_file(&self.chain.chain_id(), blocks)
    }

    /// Takes the blocks of a file, if all of them are valid.
    ///
    /// # Errors
    /// What is wrong with the file, or the rule that one of its blocks breaks; nothing changes
    /// then.
    pub(super) fn import_file(
        &mut self,
        raw: &[u8],
        out: &mut Outbox,
    ) -> Result<Imported, Refusal> {
        let blocks = decode_file(raw, &self.chain.chain_id())?;
        self.try_blocks(&blocks)?;
        let (count, last) = (blocks.len(), blocks.last().map(Block::id));
        let mut new = 0_u32;
        for block in blocks {
            if !self.chain.contains(&block.id()) && self.import(block, Source::Own, out) {
                new = new.saturating_add(1);
            }
        }
        Ok(Imported {
            blocks: u32::try_from(count).unwrap_or(u32::MAX),
            new,
            height: self.chain.height().0,
            on_best_chain: last.is_none_or(|id| self.chain.on_best(&id)),
        })
    }

    fn try_blocks(&mut self, blocks: &[Block]) -> Result<(), FileError> {
        let mut trial = Chain::new(Rc::clone(self.chain.params()));
        for block in blocks {
            let (id, height) = (block.id(), block.header.height.0);
            let refused = |rule: u8, reason: String| FileError::Rule {
                id,
                height,
                rule,
                reason,
            };
            match trial.import(block.clone(), self.clock.date(), &mut self.cache) {
                Err(error) => return Err(refused(error.rule(), error.to_string())),
                Ok(Import::Orphan { parent }) => {
                    let reason = format!("expected its parent {parent} before it, found none");
                    return Err(refused(PARENT, reason));
                }
                Ok(Import::Deferred { until }) => {
                    let reason = format!("it is ahead of the clock until {until}");
                    return Err(refused(FUTURE, reason));
                }
                Ok(_) => {}
            }
        }
        Ok(())
    }
}
