//! Drives the traffic of the tab that runs the nodes: one task waits for the next payment, and
//! sends it as a person would, signed with its sender's key and through a node of this tab.
//!
//! Each user sends through a node of its own while the same nodes run, as people do: what one signs
//! arrives in order.

use std::rc::Rc;

use super::machine::App;
use super::platform::{random, within};
use super::record::OPERATOR;
use super::roster::Member;
use super::wallet::WalletUser;
use crate::command::{DEFAULT_FEE, Draft, What};
use crate::ipc::ask;
use crate::primitives::SplitMix64;
use crate::refusal::{LookupError, Refusal};
use crate::view::traffic::{TrafficState, rate};
use crate::view::{TabMode, Update};

/// Wait of a task that finds no random numbers, of which the page has told already.
const NO_CHANCE_MS: f64 = 1_000.0;
/// One of so many is a message.
const MESSAGES: u64 = 5;
/// Most coins of a payment: small, so that users stay able to pay.
const MOST_COINS: u64 = 10;
/// Fees differ by up to this, so that there is something to choose from in a mempool.
const FEES: u64 = 5;
/// Most coins that one payment takes from its sender.
const MOST_TAKEN: u64 = MOST_COINS + DEFAULT_FEE + FEES;
/// A message and a memo say what they are.
const SIGN: &str = "traffic";

/// One payment or message: who is to send it, and how it is.
struct Wish {
    chance: SplitMix64,
    users: Vec<WalletUser>,
    nodes: Vec<Rc<Member>>,
}

impl App {
    /// Sends so many payments and messages a minute from now on; 0 switches it off.
    pub(super) async fn set_traffic(&self, per_minute: u32) -> Result<super::Output, Refusal> {
        self.change_record(|record| {
            record.traffic = per_minute;
            Ok(())
        })
        .await?;
        let text = if per_minute == 0 {
            "Traffic is off: nothing is sent by itself.".to_owned()
        } else {
            let who = match self.opening.mode() {
                TabMode::Viewer => "The tab that runs the nodes",
                TabMode::Host | TabMode::Starting | TabMode::Failed => "This tab",
            };
            format!(
                "{who} sends {} between the users that have coins.",
                rate(per_minute)
            )
        };
        Ok(super::Output::text(text))
    }

    /// Follows the traffic that is asked for, from now on.
    pub(super) fn drive_traffic(&self) {
        if !self.traffic.begin() {
            return;
        }
        let (app, platform) = (self.me.clone(), Rc::clone(&self.platform));
        self.spawn(async move {
            loop {
                let Some((wait, woken)) = app.upgrade().map(|app| app.next_payment()) else {
                    return;
                };
                let due = match wait {
                    Some(ms) => within(&*platform, ms, woken).await.is_none(),
                    None => {
                        // What ends the wait is a change, or the end of the page.
                        let _ = woken.await;
                        false
                    }
                };
                if let (true, Some(app)) = (due, app.upgrade()) {
                    app.send_by_itself().await;
                }
            }
        });
    }

    fn next_payment(&self) -> (Option<f64>, futures_channel::oneshot::Receiver<()>) {
        let chance = random::<4>(&*self.platform).map(u32::from_le_bytes);
        let now = self.platform.monotonic();
        let wait = match chance {
            Ok(chance) => self
                .traffic
                .wait(now, f64::from(chance) / f64::from(u32::MAX)),
            Err(_) => Some(NO_CHANCE_MS),
        };
        (wait, self.traffic.woken())
    }

    /// One payment or message, if somebody can send it.
    async fn send_by_itself(&self) {
        let mut nodes = self.roster.all();
        nodes.retain(|node| node.is_up());
        let Ok(seed) = random::<8>(&*self.platform) else {
            return;
        };
        let users = self.wallet_users();
        let wish = Wish {
            chance: SplitMix64::new(u64::from_le_bytes(seed)),
            users: users
                .iter()
                .filter(|user| user.name != OPERATOR)
                .cloned()
                .collect(),
            nodes,
        };
        let state = if wish.nodes.is_empty() {
            TrafficState::NoNode
        } else {
            self.send_wish(wish).await
        };
        // Meanwhile another tab may have begun to host the network.
        if self.traffic.figures().state != TrafficState::Elsewhere {
            self.traffic.set_state(state);
        }
        self.bus.push(Update::Traffic(self.traffic.figures()));
    }

    /// Sends it for the first user with coins, from one on that chance chose.
    async fn send_wish(&self, mut wish: Wish) -> TrafficState {
        let count = wish.users.len();
        let fee = DEFAULT_FEE + wish.chance.below(FEES);
        let first = wish.chance.index(count.max(1));
        for at in (0..count).map(|step| (first + step) % count) {
            let node = Rc::clone(&wish.nodes[at % wish.nodes.len()]);
            match self.coins(&node, &wish.users[at]).await {
                Ok(coins) if coins > fee => {
                    let draft = wish.draft(at, fee, coins - fee);
                    // It slows down where there is no room.
                    let sent = self.send_by(&node, draft, 0.0).await;
                    self.traffic.settle(sent.map(drop));
                    return TrafficState::Here;
                }
                Ok(_) => {}
                // A node that is gone in this moment says nothing of the user.
                Err(error) => {
                    self.traffic.settle(Err(error));
                    return TrafficState::Here;
                }
            }
        }
        TrafficState::NoCoins
    }

    /// The coins of a user at a node's head that no waiting payment of the traffic may take; one
    /// that nobody ever paid has none.
    async fn coins(&self, node: &Member, user: &WalletUser) -> Result<u64, Refusal> {
        let who = user.address.clone();
        match self.ask_node(node, ask::Account { who }).await {
            Ok(account) => {
                let waiting = account.next_nonce.saturating_sub(account.nonce);
                Ok(account
                    .balance
                    .saturating_sub(waiting.saturating_mul(MOST_TAKEN)))
            }
            Err(Refusal::Lookup(LookupError::Account { .. })) => Ok(0),
            Err(error) => Err(error),
        }
    }
}

impl Wish {
    /// What the user at a place sends to another one.
    fn draft(&mut self, from: usize, fee: u64, coins: u64) -> Draft {
        let others = self.users.len().saturating_sub(1).max(1);
        let to = (from + 1 + self.chance.index(others)) % self.users.len();
        let to = self.users[to].address.clone();
        let what = if self.chance.below(MESSAGES) == 0 {
            let text = format!("{SIGN} {:08x}", self.chance.below(1 << 32));
            What::Message { text, to: Some(to) }
        } else {
            let amount = 1 + self.chance.below(MOST_COINS.min(coins));
            let memo = SIGN.to_owned();
            What::Transfer { to, amount, memo }
        };
        let mut draft = Draft::new(&self.users[from].name, what);
        draft.fee = fee;
        draft
    }
}
