//! Questions to nodes, with typed answers. Without a node's name the one with the heaviest chain answers.

use std::rc::Rc;

use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, join_all};

use super::machine::App;
use super::roster::{Node, Reply};
use crate::ipc::{
    AccountInfo, Answer, ApiError, BlockInfo, ChainInfo, MempoolInfo, PeerStatus, Request,
    TransactionInfo,
};
use crate::ledger::{Page, Query};
use crate::refusal::{NetworkError, Refusal};

impl App {
    /// Asks a node; without a name, the one with the heaviest chain.
    ///
    /// # Errors
    /// The node's refusal, an unknown or foreign node, or no answer within ten seconds.
    pub fn ask<'a>(
        &'a self,
        node: Option<&'a str>,
        request: Request,
    ) -> LocalBoxFuture<'a, Result<Answer, ApiError>> {
        async move {
            let node = self.node_for(node)?;
            self.ask_node(&node, request).await
        }
        .boxed_local()
    }

    /// The node of a name, or the one with the heaviest chain.
    ///
    /// # Errors
    /// See [`App::own_node`]; `no_node` where none runs.
    pub(super) fn node_for(&self, name: Option<&str>) -> Result<Rc<Node>, ApiError> {
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
    ) -> Result<ChainInfo, ApiError> {
        self.ask(node, Request::Chain { from, count })
            .await?
            .chain()
    }

    /// The last blocks of every node of this tab.
    pub(super) async fn chains(&self, count: u32) -> Vec<ChainInfo> {
        let nodes = self.roster.up();
        let asked = nodes
            .iter()
            .map(|node| self.ask_node(node, Request::Chain { from: None, count }));
        join_all(asked)
            .await
            .into_iter()
            .filter_map(|answer| answer.ok()?.chain().ok())
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
    ) -> Result<Option<BlockInfo>, ApiError> {
        let request = Request::Block {
            which: which.to_owned(),
        };
        if node.is_some() {
            return found_block(self.ask(node, request).await);
        }
        // A block beside the best chain may be on some nodes only.
        self.node_for(None)?;
        for node in self.roster.up() {
            if let Some(block) = found_block(self.ask_node(&node, request.clone()).await)? {
                return Ok(Some(block));
            }
        }
        Ok(None)
    }

    /// One transaction as all nodes of this tab see it, `seen_by` summed; `None` where no node has it.
    ///
    /// # Errors
    /// The node's refusal, an unknown or foreign node, or no answer within ten seconds.
    pub async fn transaction(&self, id: &str) -> Result<Option<TransactionInfo>, ApiError> {
        self.node_for(None)?;
        let nodes = self.roster.up();
        let asked = nodes
            .iter()
            .map(|node| self.ask_node(node, Request::Transaction { id: id.to_owned() }));
        let mut found: Vec<TransactionInfo> = Vec::new();
        for answer in join_all(asked).await {
            if let Some(answer) = known(answer)? {
                found.push(answer.transaction()?);
            }
        }
        let seen_by = found.iter().map(|info| info.seen_by).sum();
        // The first answer is that of the heaviest chain, but a node that has not yet heard of it knows less.
        let rank = |info: &TransactionInfo| match info.status.as_str() {
            "committed" => 0,
            "pending" => 1,
            _ => 2,
        };
        Ok(found
            .into_iter()
            .min_by_key(rank)
            .map(|info| TransactionInfo { seen_by, ..info }))
    }

    /// All accounts, highest balance first.
    ///
    /// # Errors
    /// The node's refusal, an unknown or foreign node, or no answer within ten seconds.
    pub async fn accounts(&self, node: Option<&str>) -> Result<Vec<AccountInfo>, ApiError> {
        let Answer::Accounts(accounts) = self.ask(node, Request::Accounts).await? else {
            return Err(Answer::mixed_up());
        };
        Ok(accounts)
    }

    /// One account by name or address.
    ///
    /// # Errors
    /// The node's refusal, an unknown or foreign node, or no answer within ten seconds.
    pub async fn account(&self, who: &str) -> Result<AccountInfo, ApiError> {
        self.ask(
            None,
            Request::Account {
                who: who.to_owned(),
            },
        )
        .await?
        .account()
    }

    /// What waits in a node's mempool.
    ///
    /// # Errors
    /// The node's refusal, an unknown or foreign node, or no answer within ten seconds.
    pub async fn mempool(&self, node: Option<&str>) -> Result<MempoolInfo, ApiError> {
        let Answer::Mempool(mempool) = self.ask(node, Request::Mempool).await? else {
            return Err(Answer::mixed_up());
        };
        Ok(mempool)
    }

    /// The peers of a node.
    ///
    /// # Errors
    /// The node's refusal, an unknown or foreign node, or no answer within ten seconds.
    pub async fn peers(&self, node: Option<&str>) -> Result<Vec<PeerStatus>, ApiError> {
        let Answer::Peers(peers) = self.ask(node, Request::Peers).await? else {
            return Err(Answer::mixed_up());
        };
        Ok(peers)
    }

    /// A page of a table of a node's ledger.
    ///
    /// # Errors
    /// The node's refusal, an unknown or foreign node, or no answer within ten seconds.
    pub async fn ledger(&self, node: Option<&str>, query: Query) -> Result<Page, ApiError> {
        let node = self.node_for(node)?;
        match self.reply_of(&node, Request::Ledger(query)).await? {
            Reply::Page(page) => Ok(page),
            Reply::Answer(_) => Err(Answer::mixed_up()),
        }
    }
}

fn found_block(answer: Result<Answer, ApiError>) -> Result<Option<BlockInfo>, ApiError> {
    match known(answer)? {
        Some(Answer::Block(block)) => Ok(Some(*block)),
        Some(_) => Err(Answer::mixed_up()),
        None => Ok(None),
    }
}

/// `None` for a refusal that says that there is no such thing.
fn known(answer: Result<Answer, ApiError>) -> Result<Option<Answer>, ApiError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(Refusal::Lookup(error)) if error.is_unknown() => Ok(None),
        Err(error) => Err(error),
    }
}
