//! Questions to nodes, with typed answers. Without a node's name the one with the heaviest chain
//! answers.

use std::rc::Rc;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use super::machine::App;
use super::naming::spelled;
use super::roster::Member;
use super::side_by_side::side_by_side;
use crate::ipc::{
    AccountInfo, Ask, BlockInfo, ChainInfo, FinalityInfo, MempoolInfo, PeerStatus, TransactionInfo,
    ask,
};
use crate::ledger::{Page, Query, Table};
use crate::records::TransactionStatus;
use crate::refusal::{NetworkError, Refusal};
use crate::view::charts::{MOST_NAMES, Stored};

impl App {
    /// Asks a node; without a name, the one with the heaviest chain.
    ///
    /// # Errors
    /// The node's refusal, an unknown or foreign node, or no answer within ten seconds.
    pub(super) fn ask<'a, A: Ask + 'a>(
        &'a self,
        node: Option<&'a str>,
        ask: A,
    ) -> LocalBoxFuture<'a, Result<A::Answer, Refusal>> {
        async move {
            let node = self.node_for(node)?;
            self.ask_node(&node, ask).await
        }
        .boxed_local()
    }

    /// The node of a name, or the one with the heaviest chain.
    ///
    /// # Errors
    /// See [`App::own_node`]; `no_node` where none runs.
    pub(super) fn node_for(&self, name: Option<&str>) -> Result<Rc<Member>, Refusal> {
        match name {
            Some(name) => self.own_node(name),
            None => self.roster.up().into_iter().next().ok_or_else(|| {
                // A failed opening is the better reason.
                self.network()
                    .err()
                    .unwrap_or_else(|| NetworkError::NoNode.into())
            }),
        }
    }

    /// Blocks of a node's best chain; the last `count` without `from`.
    ///
    /// # Errors
    /// The node's refusal, an unknown or foreign node, or no answer within ten seconds.
    pub async fn chain(
        &self,
        node: Option<&str>,
        from: Option<u64>,
        count: u32,
    ) -> Result<ChainInfo, Refusal> {
        self.ask(node, ask::Chain { from, count }).await
    }

    /// The last blocks of every node of this tab.
    pub(super) async fn chains(&self, count: u32) -> Vec<ChainInfo> {
        let nodes = self.roster.up();
        let asked = nodes
            .iter()
            .map(|node| self.ask_node(node, ask::Chain { from: None, count }));
        side_by_side(asked.collect())
            .await
            .into_iter()
            .filter_map(Result::ok)
            .collect()
    }

    /// One block by hash, prefix or height; `None` where no node has it.
    ///
    /// # Errors
    /// The node's refusal, an unknown or foreign node, or no answer within ten seconds.
    pub async fn block(
        &self,
        node: Option<&str>,
        which: &str,
    ) -> Result<Option<BlockInfo>, Refusal> {
        let ask = ask::Block {
            which: which.to_owned(),
        };
        if node.is_some() {
            return known(self.ask(node, ask).await);
        }
        // A block beside the best chain may be on some nodes only.
        self.node_for(None)?;
        for node in self.roster.up() {
            if let Some(block) = known(self.ask_node(&node, ask.clone()).await)? {
                return Ok(Some(block));
            }
        }
        Ok(None)
    }

    /// One transaction as all nodes of this tab see it, `seen_by` summed; `None` where no node has
    /// it.
    ///
    /// # Errors
    /// The node's refusal, an unknown or foreign node, or no answer within ten seconds.
    pub async fn transaction(&self, id: &str) -> Result<Option<TransactionInfo>, Refusal> {
        self.node_for(None)?;
        let nodes = self.roster.up();
        let asked = nodes
            .iter()
            .map(|node| self.ask_node(node, ask::Transaction { id: id.to_owned() }));
        let mut found: Vec<TransactionInfo> = Vec::new();
        for answer in side_by_side(asked.collect()).await {
            found.extend(known(answer)?);
        }
        Ok(together(found))
    }

    /// All accounts, highest balance first.
    ///
    /// # Errors
    /// The node's refusal, an unknown or foreign node, or no answer within ten seconds.
    pub async fn accounts(&self, node: Option<&str>) -> Result<Vec<AccountInfo>, Refusal> {
        self.ask(node, ask::Accounts {}).await
    }

    /// One account by name or address.
    ///
    /// # Errors
    /// The node's refusal, an unknown or foreign node, or no answer within ten seconds.
    pub async fn account(&self, who: &str) -> Result<AccountInfo, Refusal> {
        let who = spelled(who);
        self.ask(None, ask::Account { who }).await
    }

    /// What waits in a node's mempool.
    ///
    /// # Errors
    /// The node's refusal, an unknown or foreign node, or no answer within ten seconds.
    pub async fn mempool(&self, node: Option<&str>) -> Result<MempoolInfo, Refusal> {
        self.ask(node, ask::Mempool {}).await
    }

    /// How far a node's chain is decided.
    ///
    /// # Errors
    /// The node's refusal, an unknown or foreign node, or no answer within ten seconds.
    pub async fn finality(&self, node: Option<&str>) -> Result<FinalityInfo, Refusal> {
        self.ask(node, ask::Finality {}).await
    }

    /// The peers of a node.
    ///
    /// # Errors
    /// The node's refusal, an unknown or foreign node, or no answer within ten seconds.
    pub async fn peers(&self, node: Option<&str>) -> Result<Vec<PeerStatus>, Refusal> {
        self.ask(node, ask::Peers {}).await
    }

    /// A page of a table of a node's ledger.
    ///
    /// # Errors
    /// The node's refusal, an unknown or foreign node, or no answer within ten seconds.
    pub async fn ledger(&self, node: Option<&str>, query: Query) -> Result<Page, Refusal> {
        self.ask(node, query).await
    }

    /// How many rows the tables for people have in a node's ledger.
    pub(super) async fn row_counts(&self, node: &str) -> Result<Vec<(Table, u32)>, Refusal> {
        let count = |table| {
            let query = Query {
                table,
                index: None,
                key: None,
                descending: false,
                offset: 0,
                limit: 1,
            };
            self.ledger(Some(node), query).boxed_local()
        };
        let pages = side_by_side(Table::FOR_PEOPLE.into_iter().map(count).collect()).await;
        let pages = pages.into_iter().collect::<Result<Vec<_>, _>>()?;
        let totals = pages.iter().map(|page| page.total);
        Ok(Table::FOR_PEOPLE.into_iter().zip(totals).collect())
    }

    /// What the running nodes of this tab store, as far as they answer; those that a chart shows.
    pub async fn stored(&self) -> Vec<Stored> {
        let mut nodes = self.roster.all();
        nodes.retain(|node| node.is_up());
        nodes.truncate(MOST_NAMES);
        let counts = nodes
            .iter()
            .map(|node| self.row_counts(&node.name).boxed_local());
        let counts = side_by_side(counts.collect()).await;
        let counted = nodes.iter().zip(counts);
        counted
            .filter_map(|(node, counts)| {
                let rows = counts.ok()?.into_iter();
                Some(Stored {
                    node: node.name.clone(),
                    rows: rows.map(|(table, count)| (table.name(), count)).collect(),
                })
            })
            .collect()
    }
}

/// `None` for a refusal that says that there is no such thing.
fn known<T>(answer: Result<T, Refusal>) -> Result<Option<T>, Refusal> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(Refusal::Lookup(error)) if error.is_unknown() => Ok(None),
        Err(error) => Err(error),
    }
}

/// What nodes say of a transaction, that with the heaviest chain first, in one answer.
fn together(found: Vec<TransactionInfo>) -> Option<TransactionInfo> {
    let seen_by = found.iter().map(|info| info.seen_by).sum();
    // A node that has not yet heard of a block knows less. What waits each dates by when it came
    // there: the first is the one that counts, whichever node has the heaviest chain.
    let rank = |info: &TransactionInfo| match info.status {
        TransactionStatus::Committed => (0, 0),
        TransactionStatus::Pending => (1, info.timestamp),
        TransactionStatus::Dropped => (2, info.timestamp),
    };
    let best = found.into_iter().min_by_key(rank);
    best.map(|info| TransactionInfo { seen_by, ..info })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::pages::transact::tests::transaction;

    #[test]
    fn the_date_of_what_waits_does_not_depend_on_the_node_that_answers_first() {
        let seen_at = |status, timestamp| {
            let mut info = transaction("1", status);
            info.record.timestamp = timestamp;
            info
        };
        let waits = |at| seen_at(TransactionStatus::Pending, at);
        for found in [
            vec![waits(999), waits(1_003)],
            vec![waits(1_003), waits(999)],
        ] {
            let info = together(found).expect("two nodes have it");
            assert_eq!((info.timestamp, info.seen_by), (999, 6));
        }
        let taken = |at| seen_at(TransactionStatus::Committed, at);
        let found = vec![waits(999), taken(5_000), taken(4_000)];
        let info = together(found).expect("three nodes have it");
        assert_eq!(info.timestamp, 5_000, "the block of the heaviest chain");
        assert_eq!(together(Vec::new()), None);
    }
}
