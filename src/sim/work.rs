//! People at work: transactions of every kind, handed to nodes that happen to run; some of them
//! wrong.

use crate::consensus::{EPOCH, Params, TxError};
use crate::ipc::Request;
use crate::mempool::MempoolError;
use crate::node::{Node, Outbox};
use crate::primitives::{
    Address, Amount, AssetId, BlockHash, ClockReading, Difficulty, Height, Keypair, Millis,
    ParamsChange, ParamsOrder, Payload, Retarget, Transaction, TxBody, TxId,
};
use crate::refusal::Refusal;

use super::coverage::Sometimes;
use super::digest::What;
use super::event::{Cue, Event, Observed};
use super::rng::Rng;
use super::scenario::{DIFFICULTY, Scenario, USERS, key};
use super::world::World;

/// Names that are wanted; few, so that two want the same at times.
const NAMES: u64 = 12;
/// Transactions that are handed in at once now and then: as many as one answer to a peer holds.
const BURST: u32 = 60;

/// The people of a network.
#[derive(Debug)]
pub(crate) struct Work {
    /// Users with coins, strangers without, and the operator last.
    people: Vec<Keypair>,
    assets: Vec<AssetId>,
    every: Millis,
}

impl Work {
    pub(crate) fn new(scenario: &Scenario) -> Self {
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
            every: scenario.work_every,
        }
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
pub(crate) fn checkpoint(node: &Node) -> BlockHash {
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
            let steps = rng.index(authorities.len());
            authorities.rotate_left(steps);
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
pub(crate) fn sign(
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

/// A good transaction that was handed in.
#[derive(Debug)]
pub(crate) struct Fresh {
    pub(crate) seat: usize,
    pub(crate) id: TxId,
    /// Why the node did not take it.
    pub(crate) refusal: Option<String>,
}

impl Work {
    /// Somebody hands a transaction to a node, or many are handed in at once.
    pub(crate) fn next_work(&mut self, world: &mut World) {
        if world.healed {
            return;
        }
        let next = world.rng.wait(self.every);
        world.after(next, Event::Cue(Cue::Work));
        let seat = world.rng.index(world.seats.len());
        if world.is_frozen(seat) {
            return;
        }
        let count = if world.rng.one_in(60) { BURST } else { 1 };
        for _ in 0..count {
            self.work_at(world, seat);
        }
    }

    fn work_at(&mut self, world: &mut World, seat: usize) {
        let now = world.reading_of(seat);
        let Some(node) = &world.seats[seat].node else {
            return;
        };
        let rng = &mut world.rng;
        let params = &world.scenario.params;
        let from = if rng.one_in(20) {
            self.operator().clone()
        } else {
            self.someone(rng).clone()
        };
        let committed = node.chain().head_state().account(&from.address()).nonce;
        let nonce = match rng.below(30) {
            0 => committed.saturating_sub(1),
            1 => committed.saturating_add(rng.below(20)),
            _ => node.mempool().next_nonce(&from.address(), committed),
        };
        let payload = self.payload(params, node, &from.address(), rng);
        let mut transaction = sign(
            node.chain_id(),
            &from,
            nonce,
            Amount(rng.within(1, 5)),
            payload,
        );
        let next = node.chain().height().next();
        if rng.one_in(15) {
            transaction.body.valid_until = next;
            transaction = transaction.body.sign(&from);
        } else if matches!(transaction.body.payload, Payload::SetParams(_)) {
            transaction.body.valid_until = Height(next.0 + rng.below(2 * EPOCH));
            transaction = transaction.body.sign(&from);
        }
        if rng.one_in(40) {
            transaction.signature.0[3] ^= 1;
        }
        if let Payload::CreateAsset { .. } = transaction.body.payload
            && self.assets.len() < 8
        {
            self.assets.push(AssetId(transaction.id().0));
        }
        if let Err(refusal) = world.submit(seat, now, &transaction)
            && let Refusal::Transaction(MempoolError::Invalid(TxError::NameTaken { .. })) = refusal
        {
            world.coverage.note(Sometimes::NameTaken);
        }
    }

    /// Somebody of whom nothing waits hands a transaction in, which nothing but the network can
    /// keep out.
    pub(crate) fn submit_fresh(&self, world: &mut World) -> Option<Fresh> {
        let seat = world.rng.index(world.seats.len());
        let now = world.reading_of(seat);
        let node = world.seats[seat].node.as_ref()?;
        let (person, nonce) = self.people.iter().find_map(|person| {
            let account = node.chain().head_state().account(&person.address());
            // Also what waits behind a gap claims a part of the balance.
            let waits = node
                .mempool()
                .iter()
                .any(|waiting| waiting.transaction.get().body.from == person.address());
            (account.balance >= Amount(1) && !waits).then_some((person, account.nonce))
        })?;
        let payload = Payload::Message {
            bytes: b"all is well".to_vec(),
            to: None,
        };
        let transaction = sign(node.chain_id(), person, nonce, Amount(1), payload);
        let refusal = world.submit(seat, now, &transaction).err();
        Some(Fresh {
            seat,
            id: transaction.id(),
            refusal: refusal.map(|refusal| refusal.to_string()),
        })
    }
}

impl World {
    /// Hands a transaction to a node, which takes it or says why not.
    pub(crate) fn submit(
        &mut self,
        seat: usize,
        now: ClockReading,
        transaction: &Transaction,
    ) -> Result<(), Refusal> {
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
        self.observe(Observed::Submitted {
            seat,
            transaction: Box::new(transaction.clone()),
            accepted: outcome.is_ok(),
        });
        self.perform(seat, out);
        outcome
    }
}
