//! The ledgers of this tab's nodes: as files, compared, and changed as an attacker of the disk
//! would.

use super::machine::App;
use super::output::Output;
use super::roster::Member;
use crate::command::Harm;
use crate::ipc::{BlockInfo, Imported, Refusal, ask};
use crate::ledger::{Batch, FileError, MAX_FILE_BYTES, Query, Row, StoreError, Table};
use crate::primitives::{Amount, Block, Payload};
use crate::refusal::{LookupError, NodeError};
use crate::view::figures::{bytes, count_of, grouped, short};

impl App {
    /// A node's ledger as a file.
    ///
    /// # Errors
    /// The node does not run here, or does not answer.
    pub async fn export(&self, node: &str) -> Result<Vec<u8>, Refusal> {
        self.ask(Some(node), ask::Export {}).await
    }

    /// Takes the blocks of a file into a node's ledger; a node that does not run is started.
    ///
    /// # Errors
    /// What is wrong with the file; nothing changes then.
    pub async fn import(&self, node: &str, raw: Vec<u8>) -> Result<Imported, Refusal> {
        let node = self.own_node(node)?;
        if raw.len() > MAX_FILE_BYTES {
            return Err(too_long(u64::try_from(raw.len()).unwrap_or(u64::MAX)));
        }
        if !node.has_worker() {
            self.start_node(&node).await?;
        }
        self.ask_node(&node, ask::Import { raw }).await
    }

    pub(super) async fn save_ledger(&self, node: &str) -> Result<Output, Refusal> {
        let name = self.own_node(node)?.name.clone();
        let file = self.export(&name).await?;
        let title = format!("{}-{name}.aurex-ledger", self.name);
        self.platform.save_file(&title, &file);
        let size = bytes(u64::try_from(file.len()).unwrap_or(u64::MAX));
        Ok(Output {
            node: Some(name.clone()),
            ..Output::text(format!(
                "The ledger of {name} was saved as {title} ({size}): the blocks of its best chain, and no key."
            ))
        })
    }

    pub(super) async fn choose_ledger(&self, node: &str) -> Result<Output, Refusal> {
        let name = self.own_node(node)?.name.clone();
        let chosen = self.platform.choose_file(MAX_FILE_BYTES).await;
        let Some(file) = chosen.map_err(too_long)? else {
            return Ok(Output::text("No file was chosen."));
        };
        let imported = self.import(&name, file).await?;
        let best = if imported.on_best_chain {
            "its last block is on the best chain"
        } else {
            "the node's own chain is better and stays"
        };
        Ok(Output {
            node: Some(name.clone()),
            ..Output::text(format!(
                "{} of the file are valid; {name} had not had {}. It is at height {}; {best}.",
                count_of(imported.blocks.into(), "block", "blocks"),
                grouped(imported.new.into()),
                grouped(imported.height)
            ))
        })
    }

    /// Where the best chains of two nodes part, and what differs there.
    pub(super) async fn compare(&self, a: &str, b: &str) -> Result<Output, Refusal> {
        let (a, b) = (self.own_node(a)?, self.own_node(b)?);
        let heads = [self.head_of(&a).await?, self.head_of(&b).await?];
        let lower = heads[0].min(heads[1]);
        let differs = async |height| -> Result<bool, Refusal> {
            let (one, other) = (
                self.block_at(&a, height).await?,
                self.block_at(&b, height).await?,
            );
            Ok(one.summary.record.hash != other.summary.record.hash)
        };
        let (one, other) = (&a.name, &b.name);
        if !differs(lower).await? {
            let text = if heads[0] == heads[1] {
                format!(
                    "{one} and {other} have the same {}, byte for byte.",
                    count_of(lower.saturating_add(1), "block", "blocks")
                )
            } else {
                format!(
                    "{one} and {other} have the same blocks up to height {}; {one} is at height {}, {other} at height {}.",
                    grouped(lower),
                    grouped(heads[0]),
                    grouped(heads[1])
                )
            };
            return Ok(Output::text(text));
        }
        // Chains that part stay apart.
        let (mut same, mut apart) = (0, lower);
        while same + 1 < apart {
            let middle = same + (apart - same) / 2;
            if differs(middle).await? {
                apart = middle;
            } else {
                same = middle;
            }
        }
        let blocks = [
            self.block_at(&a, apart).await?,
            self.block_at(&b, apart).await?,
        ];
        Ok(Output::text(parted(one, other, heads, apart, &blocks)))
    }

    async fn head_of(&self, node: &Member) -> Result<u64, Refusal> {
        let ask = ask::Chain {
            from: None,
            count: 1,
        };
        Ok(self.ask_node(node, ask).await?.height)
    }

    async fn block_at(&self, node: &Member, height: u64) -> Result<BlockInfo, Refusal> {
        let which = height.to_string();
        self.ask_node(node, ask::Block { which }).await
    }

    /// Changes a stored block of a node that does not run.
    pub(super) async fn tamper(
        &self,
        node: &str,
        height: u64,
        harm: Harm,
    ) -> Result<Output, Refusal> {
        let node = self.own_node(node)?;
        if node.has_worker() {
            let (node, state) = (node.name.clone(), node.state.get());
            return Err(NodeError::AlreadyRunning { node, state }.into());
        }
        let Some(database) = node.database.clone() else {
            return Err(StoreError::Unavailable.into());
        };
        let query = Query {
            index: Some("height".to_owned()),
            key: Some(height.to_string()),
            ..Query::all(Table::Blocks, 50)
        };
        let found = self.platform.read_ledger(database.clone(), query).await?;
        let rows = found.rows.into_iter().filter_map(|row| match row {
            Row::Block(row) => Some(row),
            Row::Transaction(_)
            | Row::Node(_)
            | Row::Asset(_)
            | Row::User(_)
            | Row::Miner(_)
            | Row::Raw(_) => None,
        });
        let which = height.to_string();
        let unknown = || {
            Refusal::from(LookupError::Block {
                which: which.clone(),
            })
        };
        let mut row = rows
            .into_iter()
            .find(|row| row.record.on_best_chain)
            .ok_or_else(unknown)?;
        let what = do_harm(&mut row.raw, harm, height)?;
        let hash = short(&row.record.hash).to_owned();
        let mut batch = Batch::default();
        batch.put(Table::Blocks, Row::Block(row));
        self.platform.write_ledger(database, batch).await?;
        let name = &node.name;
        Ok(Output {
            node: Some(name.clone()),
            ..Output::text(format!(
                "Block {hash} at height {} in the ledger of {name} was changed: {what}. `start {name}` finds it.",
                grouped(height)
            ))
        })
    }
}

fn too_long(found: u64) -> Refusal {
    let limit = MAX_FILE_BYTES;
    FileError::TooLong { limit, found }.into()
}

/// Changes the bytes of a block; says what was changed.
fn do_harm(raw: &mut Vec<u8>, harm: Harm, height: u64) -> Result<String, LookupError> {
    let at = match harm {
        Harm::Amount => {
            *raw = pay_more(raw).ok_or_else(|| LookupError::Transaction {
                which: format!("a transfer in block {height}"),
            })?;
            return Ok("the amount of its first transfer is one more now".to_owned());
        }
        Harm::Middle => u32::try_from(raw.len() / 2).unwrap_or_default(),
        Harm::Byte(at) => at,
    };
    let length = raw.len();
    let place = usize::try_from(at).unwrap_or(usize::MAX);
    let byte = raw.get_mut(place).ok_or_else(|| LookupError::Byte {
        length,
        found: at.to_string(),
    })?;
    *byte ^= 1;
    Ok(format!("byte {} is {byte:#04x} now", grouped(at.into())))
}

/// The bytes of a block whose first transfer pays one unit more than its sender signed.
fn pay_more(raw: &[u8]) -> Option<Vec<u8>> {
    let mut block = Block::from_bytes(raw).ok()?;
    let amount =
        block.body.transactions.iter_mut().find_map(|transaction| {
            match &mut transaction.body.payload {
                Payload::Transfer { amount, .. } => Some(amount),
                Payload::Message { .. }
                | Payload::RegisterUser { .. }
                | Payload::CreateAsset { .. }
                | Payload::TransferAsset { .. }
                | Payload::SetParams(_) => None,
            }
        })?;
    *amount = Amount(amount.0.checked_add(1)?);
    Some(block.to_bytes())
}

/// What differs where two chains part.
fn parted(one: &str, other: &str, heads: [u64; 2], at: u64, blocks: &[BlockInfo; 2]) -> String {
    let side = |name: &str, head: u64, block: &BlockInfo| {
        let record = &block.summary.record;
        format!(
            "{name}: block {} of {}, by {}, difficulty {}, {}; {} from there on",
            short(&record.hash),
            record.kind,
            block.summary.miner,
            grouped(record.difficulty),
            count_of(
                record.transactions_count.into(),
                "transaction",
                "transactions"
            ),
            count_of(head.saturating_sub(at).saturating_add(1), "block", "blocks")
        )
    };
    let same = if blocks[0].summary.record.previous_hash == blocks[1].summary.record.previous_hash {
        "on the same parent, two valid blocks were made"
    } else {
        "their parents differ as well"
    };
    format!(
        "{one} and {other} agree up to height {} and differ from height {} on: {same}. The fork choice takes the heavier \
         branch as soon as both know both.\n  {}\n  {}",
        grouped(at.saturating_sub(1)),
        grouped(at),
        side(one, heads[0], &blocks[0]),
        side(other, heads[1], &blocks[1])
    )
}
