//! What the console prints: tables and sentences about nodes, blocks, transactions and accounts.

use super::figures::{self, bytes, compact, count_of, grouped, short};
use super::finality;
use super::health::health;
use super::table::TextTable;
use super::traffic;
use super::words::difficulty;
use super::{Model, NodeView, TabMode};
use crate::ipc::{AccountInfo, BlockInfo, ChainInfo, MempoolInfo, NodeKind, TransactionInfo};
use crate::primitives::visible;
use crate::records::{BlockKind, PayloadKind};

/// Transactions of a block that are listed.
const MAX_LISTED: usize = 50;

/// How long ago, in its largest unit: `now`, `5 s ago`, `2 min ago`; `in 3 s` for what is to come.
#[must_use]
pub fn age(now: u64, then: u64) -> String {
    let span = now.abs_diff(then) / 1_000;
    let text = match span {
        0 => return "now".to_owned(),
        1..60 => format!("{span} s"),
        60..3_600 => format!("{} min", span / 60),
        3_600..86_400 => format!("{} h", span / 3_600),
        _ => format!("{} d", span / 86_400),
    };
    if then > now {
        format!("in {text}")
    } else {
        format!("{text} ago")
    }
}

/// What this tab does in the network.
const fn part(mode: TabMode) -> &'static str {
    match mode {
        TabMode::Starting => "starting",
        TabMode::Failed => "not open here",
        TabMode::Host => "this tab runs its nodes",
        TabMode::Viewer => "another tab runs its nodes, this one watches",
    }
}

/// `status`: the nodes and whether they agree.
#[must_use]
pub fn status(model: &Model, now: u64) -> String {
    let mut table = TextTable::new(&[
        "node",
        "kind",
        "state",
        ">height",
        "head",
        ">peers",
        ">pending",
        ">hashes/s",
        "blocks by it",
        "ledger",
    ]);
    for node in &model.nodes {
        let NodeView { status, .. } = node;
        let up = node.is_up();
        let measured = |text: String| if up && node.own { text } else { String::new() };
        let ledger = match (&status.degraded, node.own) {
            (Some(reason), _) => format!("in memory: {reason}"),
            (None, true) if status.kind == NodeKind::Viewer => "in memory".to_owned(),
            (None, true) => format!("durable to {}", grouped(status.durable_height)),
            (None, false) => String::new(),
        };
        table.row([
            status.name.clone(),
            status.kind.word().to_owned(),
            status.state.word().to_owned(),
            grouped(status.height),
            short(&status.head),
            measured(status.peers.to_string()),
            measured(grouped(u64::from(status.pending))),
            measured(making(node, now)),
            measured(grouped(status.blocks_made)),
            ledger,
        ]);
    }
    let health = health(model, now);
    let detail = if health.detail.is_empty() {
        String::new()
    } else {
        format!(" {}", health.detail)
    };
    let difficulty = model
        .heaviest()
        .map(|status| format!(" Difficulty: {}.", difficulty(status)));
    let final_part = model.heaviest().map(|status| {
        let lag = status.height.saturating_sub(status.finality.final_height);
        let still = finality::standstill(&status.finality, lag, now);
        format!(
            "\nFinal: {}{}",
            finality::reached(&status.finality, status.height),
            still.map(|text| format!(". {text}")).unwrap_or_default()
        )
    });
    format!(
        "Network {} ({}), chain {}\n{}\n{}{detail}. In consensus: {}.{}{}\n{}",
        model.network,
        part(model.mode),
        short(&model.chain_id),
        table.render(),
        health.sentence,
        if model.in_consensus { "yes" } else { "no" },
        difficulty.unwrap_or_default(),
        final_part.unwrap_or_default(),
        traffic::sentence(&model.traffic),
    )
}

/// What a node has to do with making blocks: its hash rate, or when its slot is.
fn making(node: &NodeView, now: u64) -> String {
    match (node.status.kind, node.status.next_slot_at) {
        (NodeKind::Pow, _) => compact(node.status.hash_rate),
        (NodeKind::Poa, Some(at)) => format!("slot {}", age(now, at)),
        (NodeKind::Poa, None) => "no slot".to_owned(),
        (NodeKind::Viewer, _) => String::new(),
    }
}

/// `chain`: the last blocks of the highest node, and whether all nodes have the same.
#[must_use]
pub fn chain(chains: &[ChainInfo], now: u64) -> String {
    let Some(best) = chains.iter().max_by_key(|chain| chain.height) else {
        return "No node runs in this tab.".to_owned();
    };
    let mut table = TextTable::new(&[
        ">height",
        "block",
        "kind",
        "made by",
        "age",
        ">transactions",
        ">difficulty",
        "state root",
    ]);
    for block in &best.blocks {
        let age = if block.height == 0 {
            String::new()
        } else {
            age(now, block.timestamp)
        };
        let kind = if block.height == 0 {
            "genesis"
        } else {
            block.kind.word()
        };
        table.row([
            grouped(block.height),
            short(&block.hash),
            kind.to_owned(),
            if block.height == 0 {
                String::new()
            } else {
                block.miner.clone()
            },
            age,
            block.transactions_count.to_string(),
            grouped(block.difficulty),
            short(&block.state_root),
        ]);
    }
    format!("{}\n{}", table.render(), agreement(chains, best))
}

/// Compares the blocks of all nodes with those of the highest one.
fn agreement(chains: &[ChainInfo], best: &ChainInfo) -> String {
    // The blocks of a chain stand in order of their heights.
    let other = |height: u64| {
        let at = best
            .blocks
            .binary_search_by(|block| block.height.cmp(&height))
            .ok()?;
        best.blocks.get(at).map(|block| &block.hash)
    };
    let differs = |chain: &ChainInfo| {
        let own = chain
            .blocks
            .iter()
            .filter(|block| other(block.height).is_some_and(|hash| *hash != block.hash));
        own.map(|block| block.height).min()
    };
    let mut lines: Vec<String> = Vec::new();
    for chain in chains {
        if let Some(height) = differs(chain) {
            let (node, head, at) = (&chain.node, short(&chain.head), grouped(chain.height));
            lines.push(format!(
                "{node} has other blocks from height {}: its head is {head} at {at}",
                grouped(height)
            ));
        }
    }
    let lowest = chains.iter().map(|chain| chain.height).min().unwrap_or(0);
    let behind = chains
        .iter()
        .filter(|chain| chain.height < best.height)
        .count();
    let nodes = count_of(size(chains.len()), "node", "nodes");
    if lines.is_empty() {
        let note = if behind == 0 {
            String::new()
        } else {
            format!(
                "; {} still below {}",
                count_of(size(behind), "node", "nodes"),
                grouped(best.height)
            )
        };
        let has = if chains.len() == 1 {
            format!("{nodes} has")
        } else {
            format!("All {nodes} have")
        };
        lines.push(format!(
            "{has} the same blocks up to height {}{note}.",
            grouped(lowest)
        ));
    }
    lines.join("\n")
}

/// `block`: one block with its transactions.
#[must_use]
pub fn block(info: &BlockInfo, now: u64) -> String {
    let BlockInfo { summary, .. } = info;
    let proof = match summary.kind {
        BlockKind::Work => format!(
            "nonce {}, difficulty {}",
            grouped(summary.nonce),
            figures::difficulty(summary.difficulty)
        ),
        BlockKind::Authority if summary.height == 0 => "the network's parameters".to_owned(),
        BlockKind::Authority => format!(
            "slot {}, seal {}…",
            grouped(summary.slot),
            short(&info.seal)
        ),
    };
    let place = if summary.on_best_chain {
        format!(
            "on the best chain, {}, {}",
            count_of(info.confirmations, "confirmation", "confirmations"),
            info.finality
        )
    } else {
        "beside the best chain".to_owned()
    };
    let mut text = format!(
        "Block {} at height {}, {place}\n\
         made by {} ({}), {}\n\
         proof: {proof}\n\
         parent {}\n\
         transaction root {}\n\
         state root {}\n\
         weight {}, {}, {}",
        summary.hash,
        grouped(summary.height),
        summary.miner,
        summary.kind,
        age(now, summary.timestamp),
        summary.previous_hash,
        info.tx_root,
        summary.state_root,
        grouped(summary.weight),
        bytes(u64::from(info.size)),
        count_of(
            u64::from(summary.transactions_count),
            "transaction",
            "transactions"
        ),
    );
    if !info.transactions.is_empty() {
        text.push('\n');
        text.push_str(&transactions(&info.transactions, now));
    }
    text
}

/// A table of transactions, at most 50 of them.
#[must_use]
pub fn transactions(list: &[TransactionInfo], now: u64) -> String {
    let mut table = TextTable::new(&[
        "transaction",
        "status",
        "from",
        "to",
        ">amount",
        ">fee",
        ">nonce",
        "kind",
        "age",
        "memo",
    ]);
    for info in list.iter().take(MAX_LISTED) {
        table.row(transaction_cells(info, now));
    }
    let mut text = table.render();
    if list.len() > MAX_LISTED {
        text.push_str(&format!(
            "\nand {} more",
            grouped(size(list.len() - MAX_LISTED))
        ));
    }
    text
}

fn transaction_cells(info: &TransactionInfo, now: u64) -> [String; 10] {
    let status = match info.height {
        Some(height) => format!("{} at {}", info.status, grouped(height)),
        None => info.status.to_string(),
    };
    [
        short(&info.tx_hash),
        status,
        who(&info.from_user),
        who(&info.to_user),
        grouped(info.amount),
        grouped(info.fee),
        info.nonce.to_string(),
        info.kind.to_string(),
        age(now, info.timestamp),
        info.memo.clone(),
    ]
}

/// A name as it is, an address by its first digits.
pub(super) fn who(name: &str) -> String {
    if name.len() == 64 {
        short(name)
    } else {
        name.to_owned()
    }
}

/// The line after a transaction was sent.
#[must_use]
pub fn sent(info: &TransactionInfo, node: &str) -> String {
    let what = match info.kind {
        PayloadKind::Transfer => format!(
            "{} from {} to {}",
            coins(info.amount),
            who(&info.from_user),
            who(&info.to_user)
        ),
        PayloadKind::Message => format!(
            "message by {}: \"{}\"",
            who(&info.from_user),
            visible(&info.memo)
        ),
        PayloadKind::RegisterUser
        | PayloadKind::CreateAsset
        | PayloadKind::TransferAsset
        | PayloadKind::SetParams => {
            let kind = info.kind.word().replace('_', " ");
            format!("{kind} by {}", who(&info.from_user))
        }
    };
    format!(
        "Sent {} ({what}, fee {}, nonce {}) to {node}: {}.",
        info.tx_hash, info.fee, info.nonce, info.status
    )
}

/// `mempool`: what waits.
#[must_use]
pub fn mempool(info: &MempoolInfo, now: u64) -> String {
    if info.count == 0 {
        return format!("Nothing waits in the mempool of {}.", info.node);
    }
    let waits = count_of(u64::from(info.count), "transaction", "transactions");
    let size = bytes(u64::from(info.bytes));
    format!(
        "{waits} ({size}) in the mempool of {}:\n{}",
        info.node,
        transactions(&info.transactions, now)
    )
}

/// `user`: one account.
#[must_use]
pub fn account(info: &AccountInfo) -> String {
    let name = if info.name.is_empty() {
        "without a registered name"
    } else {
        &info.name
    };
    let mut text = format!(
        "{name}, address {}\nbalance {}, {} committed, next nonce {}, first seen at height {}",
        info.address,
        coins(info.balance),
        count_of(info.nonce, "transaction", "transactions"),
        info.next_nonce,
        grouped(info.created_at_height),
    );
    for (symbol, id, units) in &info.assets {
        text.push_str(&format!(
            "\n{} {symbol} (asset {})",
            grouped(*units),
            short(id)
        ));
    }
    text
}

/// An amount with its unit.
#[must_use]
pub fn coins(amount: u64) -> String {
    count_of(amount, "coin", "coins")
}

pub(super) fn size(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
