//! What a person, a script or the page sends: drafts become payloads, and go to a node in the order
//! in which they were asked for.

use std::rc::Rc;

use futures_util::FutureExt;

use super::machine::App;
use super::orders::Order;
use super::output::Output;
use super::record::OPERATOR;
use super::roster::Member;
use super::side_by_side::side_by_side;
use super::submitting::ROOM_MS;
use crate::command::{DEFAULT_FEE, Draft, What};
use crate::consensus::EPOCH;
use crate::ipc::{Level, Refusal, Topic, TransactionInfo, ask};
use crate::primitives::{Amount, BlockHash, Height, ParamsChange, ParamsOrder, Payload};
use crate::refusal::{LookupError, WalletError};
use crate::view::{TabMode, Update, text};

/// An order of the operator runs out when the checkpoint that it names is too far below: this many
/// blocks above it.
const ORDER_LIFE: u64 = 2 * EPOCH + 1;
/// Test transactions wait this long for all nodes to come up, once the first one runs.
const TEST_WAIT_MS: f64 = 1_500.0;

impl App {
    /// Signs a draft with its sender's key and sends it.
    ///
    /// # Errors
    /// An unknown user, a broken rule of the draft, or the node's refusal.
    pub async fn send(&self, draft: Draft) -> Result<TransactionInfo, Refusal> {
        let node = self.node_for(None)?;
        self.send_for_person(&node, draft).await
    }

    /// Sends what a person asked for, and remembers which it was.
    async fn send_for_person(
        &self,
        node: &Rc<Member>,
        draft: Draft,
    ) -> Result<TransactionInfo, Refusal> {
        let sent = self.send_by(node, draft, ROOM_MS).await?;
        self.bus.push(Update::Sent(sent.tx_hash.clone()));
        Ok(sent)
    }

    /// Signs a draft and hands it to a node, waiting at most so long for room in its mempool.
    pub(super) async fn send_by(
        &self,
        node: &Rc<Member>,
        draft: Draft,
        patience_ms: f64,
    ) -> Result<TransactionInfo, Refusal> {
        let draft = draft.checked()?;
        let key = self.key_of(&draft.from)?;
        // Before anything is waited for: whoever sends first comes first.
        let position = self.queues.enter(key.address())?;
        let order = Order {
            fee: Amount(draft.fee),
            valid_until: Height(0),
            payload: self.payload(draft.what).await?,
            patience_ms,
        };
        self.submit_in_turn(position, node, &key, order).await
    }

    /// A draft's names as addresses.
    async fn payload(&self, what: What) -> Result<Payload, Refusal> {
        Ok(match what {
            What::Transfer { to, amount, memo } => Payload::Transfer {
                to: self.address_of(&to).await?,
                amount: Amount(amount),
                memo,
            },
            What::Message { text, to } => {
                let to = match to {
                    Some(to) => Some(self.address_of(&to).await?),
                    None => None,
                };
                Payload::Message {
                    bytes: text.into_bytes(),
                    to,
                }
            }
            What::RegisterUser { name } => Payload::RegisterUser {
                name: name.parse().map_err(WalletError::Word)?,
            },
            What::CreateAsset {
                symbol,
                name,
                decimals,
                supply,
            } => Payload::CreateAsset {
                symbol: symbol.parse().map_err(WalletError::Word)?,
                name,
                decimals,
                supply: Amount(supply),
            },
            What::TransferAsset { asset, to, amount } => Payload::TransferAsset {
                asset: asset.parse().map_err(|error| WalletError::Asset {
                    found: asset.clone(),
                    error,
                })?,
                to: self.address_of(&to).await?,
                amount: Amount(amount),
            },
        })
    }

    /// Signs a change of parameters with the operator's key and sends it.
    pub(super) async fn change_params(
        &self,
        change: ParamsChange,
    ) -> Result<TransactionInfo, Refusal> {
        let node = self.node_for(None)?;
        let key = self.key_of(OPERATOR)?;
        let position = self.queues.enter(key.address())?;
        let (height, ancestor) = self.checkpoint(&node).await?;
        let order = Order {
            fee: Amount(DEFAULT_FEE),
            valid_until: Height(height.0.saturating_add(ORDER_LIFE)),
            payload: Payload::SetParams(ParamsOrder { ancestor, change }),
            patience_ms: ROOM_MS,
        };
        self.submit_in_turn(position, &node, &key, order).await
    }

    /// The last checkpoint below the node's head, which an order of the operator must name.
    async fn checkpoint(&self, node: &Member) -> Result<(Height, BlockHash), Refusal> {
        let ask = |from| ask::Chain { from, count: 1 };
        let head = self.ask_node(node, ask(None)).await?.height;
        let height = head.saturating_sub(1) / EPOCH * EPOCH;
        let chain = self.ask_node(node, ask(Some(height))).await?;
        let id = chain
            .blocks
            .first()
            .and_then(|block| block.hash.parse().ok());
        let which = height.to_string();
        let id = id.ok_or(LookupError::Block { which })?;
        Ok((Height(height), id))
    }

    /// Sends and describes the transaction.
    pub(super) async fn send_and_show(&self, draft: Draft) -> Result<Output, Refusal> {
        let node = self.node_for(None)?;
        let sent = self.send_for_person(&node, draft).await?;
        Ok(Output {
            text: text::sent(&sent, &node.name),
            sent: Some(sent),
            node: None,
        })
    }

    /// Sends the test transactions of a new network once one of its nodes runs.
    pub(super) fn begin_tests(&self) {
        let due = self
            .store
            .read(|record| record.tests_left > 0)
            .unwrap_or(false);
        if due && self.opening.mode() == TabMode::Host && !self.testing.replace(true) {
            let app = self.me.clone();
            self.spawn(async move {
                if let Some(app) = app.upgrade() {
                    app.send_tests().await;
                    app.testing.set(false);
                }
            });
        }
    }

    /// The test transactions, each to another node, once in the network's life.
    async fn send_tests(&self) {
        let Ok(record) = self.record() else { return };
        let began = self.platform.monotonic();
        while self.roster.all().iter().any(|node| !node.is_up())
            && self.platform.monotonic() - began < TEST_WAIT_MS
        {
            self.platform.sleep(50.0).await;
        }
        let nodes = self.roster.up();
        if nodes.is_empty() {
            return;
        }
        let from = record.test_tx.saturating_sub(record.tests_left);
        let drafts = (from..record.test_tx).map(test_transaction);
        let drafts: Vec<(Rc<Member>, Draft)> = nodes.iter().cycle().cloned().zip(drafts).collect();
        // Marked first: a page that is closed now must not send them twice.
        let marked = self.change_record(|record| {
            record.tests_left = 0;
            Ok(())
        });
        if let Err(error) = marked.await {
            self.bus.problem(error);
        }
        let sent = drafts
            .iter()
            .map(|(node, draft)| self.send_by(node, draft.clone(), ROOM_MS).boxed_local());
        for answer in side_by_side(sent.collect()).await {
            if let Err(error) = answer {
                let text = format!("a test transaction was refused: {error}");
                self.bus.log(Level::Warn, Topic::Refused, text);
            }
        }
    }
}

/// The test transaction of this number: four transfers around the circle of users, then a message.
fn test_transaction(number: u32) -> Draft {
    let transfer = |from: &str, to: &str, amount| {
        let (to, memo) = (
            to.to_owned(),
            format!("test transaction {}", number.saturating_add(1)),
        );
        Draft::new(from, What::Transfer { to, amount, memo })
    };
    match number % 5 {
        0 => transfer("alice", "bob", 100),
        1 => transfer("bob", "carol", 50),
        2 => transfer("carol", "dave", 25),
        3 => transfer("dave", "alice", 10),
        _ => {
            let text = format!(
                "test transaction {}: hello, ledger",
                number.saturating_add(1)
            );
            Draft::new("alice", What::Message { text, to: None })
        }
    }
}
