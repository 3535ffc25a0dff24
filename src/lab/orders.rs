//! Actions of users: what they sign and hand to a node, and payments at random.

#![expect(clippy::wildcard_enum_match_arm, reason = "it is about orders only")]

use crate::primitives::{Address, Amount, Millis, Payload, Transaction};
use crate::sim::event::{Cue, Event};
use crate::sim::work::sign;

use super::action::Action;
use super::error::ActError;
use super::facts::running;
use super::layout::{self, signed_elsewhere};
use super::moment::Moment;
use super::scenario::Scenario;

/// Of what is sent at random, one of so many is a message, as in the live network.
const MESSAGES: u64 = 5;
/// A message of traffic says what it is.
const TRAFFIC: &str = "traffic";

/// A user's order: it is signed, or was, and a node takes it or refuses it.
pub(super) fn hand_in(
    moment: &mut Moment,
    scenario: &Scenario,
    action: &Action,
) -> Result<(), ActError> {
    let (Action::Pay { node, .. }
    | Action::Message { node, .. }
    | Action::Submit { node, .. }
    | Action::Again { node, .. }
    | Action::Forge { node, .. }) = action
    else {
        return Ok(());
    };
    let seat = layout::seat_of(scenario, node).unwrap_or(0);
    if moment.world.seats[seat].node.is_none() {
        let node = node.clone();
        return Err(ActError::Stopped { node });
    }
    let transaction = order(moment, scenario, seat, action)?;
    if let Action::Pay { name, .. } = action {
        moment.facts.payments.sign(name, transaction.clone());
    }
    submit(moment, seat, &transaction);
    Ok(())
}

/// Hands a transaction to a node, which tells what it refuses.
fn submit(moment: &mut Moment, seat: usize, transaction: &Transaction) {
    let now = moment.world.reading_of(seat);
    let _ = moment.world.submit(seat, now, transaction);
}

fn order(
    moment: &Moment,
    scenario: &Scenario,
    seat: usize,
    action: &Action,
) -> Result<Transaction, ActError> {
    let signed = |payment: &str| {
        let found = payment.to_owned();
        let signed = moment.facts.payments.get(payment).cloned();
        signed.ok_or(ActError::NotSigned { found })
    };
    let make = |from: &str, nonce: Option<u64>, fee: u64, payload: Payload| {
        let key = layout::user_key(scenario, from);
        let nonce = nonce.unwrap_or_else(|| next_nonce(moment, seat, key.address()));
        let chain_id = moment.world.chain_id().unwrap_or_default();
        sign(chain_id, &key, nonce, Amount(fee), payload)
    };
    Ok(match action {
        Action::Again { payment, .. } => signed(payment)?,
        Action::Forge {
            payment, amount, ..
        } => {
            let mut forged = signed(payment)?;
            if let Payload::Transfer { amount: old, .. } = &mut forged.body.payload {
                *old = Amount(*amount);
            }
            forged
        }
        Action::Submit { bytes, .. } => signed_elsewhere(bytes)
            .unwrap_or_else(|| unreachable!("the bytes are checked with the action")),
        Action::Message { from, to, text, .. } => {
            let bytes = text.clone().into_bytes();
            let to = to
                .as_ref()
                .map(|to| layout::user_key(scenario, to).address());
            make(from, None, 1, Payload::Message { bytes, to })
        }
        Action::Pay {
            from,
            to,
            amount,
            fee,
            nonce,
            ..
        } => make(from, *nonce, *fee, transfer(scenario, to, *amount)),
        _ => unreachable!("only orders are handed in"),
    })
}

fn transfer(scenario: &Scenario, to: &str, amount: u64) -> Payload {
    Payload::Transfer {
        to: layout::user_key(scenario, to).address(),
        amount: Amount(amount),
        memo: String::new(),
    }
}

/// The next nonce of an account on a node, with what waits there.
fn next_nonce(moment: &Moment, seat: usize, account: Address) -> u64 {
    moment.world.seats[seat].node.as_ref().map_or(0, |node| {
        let committed = node.chain().head_state().account(&account).nonce;
        node.mempool().next_nonce(&account, committed)
    })
}

pub(super) fn set_traffic(moment: &mut Moment, per_minute: u64) {
    moment.traffic.0 = per_minute;
    if per_minute > 0 && !moment.traffic.1 {
        moment.traffic.1 = true;
        moment.world.after(Millis(0), Event::Cue(Cue::Work));
    }
}

/// Somebody pays or writes to somebody at random, and the next payment is on its way.
pub(super) fn pay_at_random(moment: &mut Moment, scenario: &Scenario) {
    let per_minute = moment.traffic.0;
    moment.traffic.1 = per_minute > 0;
    if per_minute == 0 {
        return;
    }
    let wait = moment.rng.wait(Millis(60_000 / per_minute));
    moment.world.after(wait, Event::Cue(Cue::Work));
    let seats: Vec<usize> = running(&moment.world).map(|(seat, _)| seat).collect();
    if seats.is_empty() || scenario.users.is_empty() {
        return;
    }
    let seat = *moment.rng.pick(&seats);
    let (from, to) = (
        moment.rng.index(scenario.users.len()),
        moment.rng.index(scenario.users.len()),
    );
    let (amount, fee) = (moment.rng.within(1, 10), moment.rng.within(1, 5));
    let key = layout::user_key(scenario, &scenario.users[from].name);
    let nonce = next_nonce(moment, seat, key.address());
    let to = &scenario.users[to].name;
    let payload = if moment.rng.one_in(MESSAGES) {
        Payload::Message {
            bytes: TRAFFIC.as_bytes().to_vec(),
            to: Some(layout::user_key(scenario, to).address()),
        }
    } else {
        transfer(scenario, to, amount)
    };
    let chain_id = moment.world.chain_id().unwrap_or_default();
    let transaction = sign(chain_id, &key, nonce, Amount(fee), payload);
    submit(moment, seat, &transaction);
}
