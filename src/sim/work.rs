//! People at work: transactions of every kind, handed to nodes that happen to run; some of them wrong.

use std::collections::BTreeMap;

use crate::consensus::{EPOCH, Params, TxError};
use crate::ipc::{ApiError, Request};
use crate::node::{Node, Outbox};
use crate::primitives::{
    Address, Amount, AssetId, BlockHash, Difficulty, Height, Keypair, Millis, ParamsChange,
    ParamsOrder, Payload, Retarget, Timestamp, Transaction, TxBody, TxId,
};

use super::coverage::Sometimes;
use super::digest::What;
use super::rng::Rng;
use super::scenario::{DIFFICULTY, Scenario, USERS, key};
use super::world::{Event, World};

/// Names that are wanted; few, so that two want the same at times.
const NAMES: u64 = 12;
/// Transactions that are handed in at once now and then: as many as one answer to a peer holds.
const BURST: u32 = 60;

/// The people of a network.
#[derive(Debug)]
pub(super) struct Work {
    /// Users with coins, strangers without, and the operator last.
    people: Vec<Keypair>,
    assets: Vec<AssetId>,
    /// All that was handed in.
    handed_in: BTreeMap<TxId, Transaction>,
    every: Millis,
}

impl Work {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let users = USERS.iter().map(|user| key(scenario.seed, "user", user));
        let strangers = ["gina", "hugo", "ines"]
            .iter()
            .map(|user| key(scenario.seed, "user", user));
        let people = users
            .chain(strangers)
            .chain([key(scenario.seed, "user", "operator")])
            .collect();
        Self {
            people,
            assets: Vec::new(),
            handed_in: BTreeMap::new(),
            every: scenario.work_every,
        }
    }

    /// All people.
    pub(super) fn people(&self) -> impl Iterator<Item = &Keypair> {
        self.people.iter()
    }

    /// A transaction that somebody handed in.
    pub(super) fn transaction(&self, id: &TxId) -> Option<&Transaction> {
        self.handed_in.get(id)
    }

    fn operator(&self) -> &Keypair {
        &self.people[self.people.len() - 1]
    }

    fn someone(&self, rng: &mut Rng) -> &Keypair {
        rng.pick(&self.people)
    }

    fn payload(&self, params: &Params, node: &Node, from: &Address, rng: &mut Rng) -> Payload {
        let to = self.someone(rng).address();
        match rng.below(12) {
            0 | 1 => Payload::Message {
                bytes: b"hello".to_vec(),
                to: rng.one_in(2).then_some(to),
            },
            2 => Payload::RegisterUser {
                name: format!("name-{}", rng.below(NAMES))
                    .parse()
                    .unwrap_or_else(|_| unreachable!("a good name")),
            },
            3 => Payload::CreateAsset {
                symbol: format!("A{}", rng.below(9))
                    .parse()
                    .unwrap_or_else(|_| unreachable!("a good symbol")),
                name: "an asset".to_owned(),
                decimals: 2,
                supply: Amount(rng.within(1, 1_000)),
            },
            4 | 5 if !self.assets.is_empty() => {
                let asset = *rng.pick(&self.assets);
                let held = node.chain().head_state().holding(&asset, from).0;
                Payload::TransferAsset {
                    asset,
                    to,
                    amount: Amount(rng.within(1, held.max(2) / 2)),
                }
            }
            6 | 7 if *from == params.operator => {
                let ancestor = if rng.one_in(4) {
                    // Too old, mostly, or of no chain at all.
                    let height = Height(rng.below(node.chain().height().0 + 2));
                    node.chain().at(height).unwrap_or(BlockHash::ZERO)
                } else {
                    checkpoint(node)
                };
                let change = change(params, rng);
                Payload::SetParams(ParamsOrder { ancestor, change })
            }
            _ => Payload::Transfer {
                to,
                amount: Amount(rng.within(1, 60)),
                memo: String::new(),
            },
        }
    }
}

/// The last checkpoint that an order handed to this node may name.
pub(super) fn checkpoint(node: &Node) -> BlockHash {
    let below = node.chain().height().0.saturating_sub(1);
    let height = Height(below - below % EPOCH);
    node.chain().at(height).unwrap_or(node.chain_id())
}

/// A change that the network survives.
fn change(params: &Params, rng: &mut Rng) -> ParamsChange {
    let fixed = ParamsChange {
        difficulty: Some(Difficulty(rng.within(DIFFICULTY.0 / 2, DIFFICULTY.0 * 2))),
        retarget: Some(Retarget::Fixed),
        ..ParamsChange::default()
    };
    match rng.below(3) {
        0 if params.authorities.len() > 1 => {
            let mut authorities = params.authorities.clone();
            let turn = rng.index(authorities.len());
            authorities.rotate_left(turn);
            ParamsChange {
                authorities: Some(authorities),
                ..ParamsChange::default()
            }
        }
        1 => ParamsChange {
            retarget: Some(Retarget::Asert {
                ideal: Millis(rng.within(2_500, 6_000)),
                half_life: Millis(120_000),
                min: Difficulty(8),
                max: Difficulty(64),
            }),
            ..ParamsChange::default()
        },
        _ => fixed,
    }
}

/// A transaction as its owner signs it.
pub(super) fn sign(
    chain_id: BlockHash,
    from: &Keypair,
    nonce: u64,
    fee: Amount,
    payload: Payload,
) -> Transaction {
    let body = TxBody {
        version: TxBody::VERSION,
        chain_id,
        from: from.address(),
        nonce,
        fee,
        valid_until: Height(0),
        payload,
    };
    body.sign(from)
}

impl World {
    /// Somebody hands a transaction to a node, or many are handed in at once.
    pub(super) fn next_work(&mut self) {
        if self.healed {
            return;
        }
        let next = self.rng.wait(self.work.every);
        self.after(next, Event::Work);
        let seat = self.rng.index(self.seats.len());
        if self.is_frozen(seat) {
            return;
        }
        let count = if self.rng.one_in(60) { BURST } else { 1 };
        for _ in 0..count {
            self.work_at(seat);
        }
    }

    fn work_at(&mut self, seat: usize) {
        let now = self.clock_of(seat);
        let Some(node) = &self.seats[seat].node else {
            return;
        };
        let rng = &mut self.rng;
        let params = &self.scenario.params;
        let from = if rng.one_in(20) {
            self.work.operator()
        } else {
            self.work.someone(rng)
        };
        let committed = node.chain().head_state().account(&from.address()).nonce;
        let nonce = match rng.below(30) {
            0 => committed.saturating_sub(1),
            1 => committed.saturating_add(rng.below(20)),
            _ => node.mempool().next_nonce(&from.address(), committed),
        };
        let payload = self.work.payload(params, node, &from.address(), rng);
        let mut transaction = sign(
            node.chain_id(),
            from,
            nonce,
            Amount(rng.within(1, 5)),
            payload,
        );
        let next = node.chain().height().next();
        if rng.one_in(15) {
            transaction.body.valid_until = next;
            transaction = transaction.body.sign(from);
        } else if matches!(transaction.body.payload, Payload::SetParams(_)) {
            transaction.body.valid_until = Height(next.0 + rng.below(2 * EPOCH));
            transaction = transaction.body.sign(from);
        }
        if rng.one_in(40) {
            transaction.signature.0[3] ^= 1;
        }
        if let Payload::CreateAsset { .. } = transaction.body.payload
            && self.work.assets.len() < 8
        {
            self.work.assets.push(AssetId(transaction.id().0));
        }
        if let Err(refusal) = self.submit(seat, now, &transaction)
            && refusal.code
                == (TxError::NameTaken {
                    name: String::new(),
                    owner: Address([0; 32]),
                })
                .code()
        {
            self.coverage.note(Sometimes::NameTaken);
        }
    }

    /// Hands a transaction to a node, which takes it or says why not.
    pub(super) fn submit(
        &mut self,
        seat: usize,
        now: Timestamp,
        transaction: &Transaction,
    ) -> Result<(), ApiError> {
        let id = transaction.id();
        let part =
            id.0.first_chunk()
                .map_or(0, |bytes| u64::from_le_bytes(*bytes));
        self.log.push(self.now, seat, What::Submitted, part);
        let raw = transaction.to_bytes();
        let mut out = Outbox::new();
        let Some(node) = &mut self.seats[seat].node else {
            return Ok(());
        };
        let outcome = node
            .answer(now, Request::Submit { raw }, &mut out)
            .map(|_| ());
        self.work.handed_in.insert(id, transaction.clone());
        if outcome.is_ok() {
            self.seats[seat].told.insert(id);
        }
        self.perform(seat, out);
        outcome
    }
}
