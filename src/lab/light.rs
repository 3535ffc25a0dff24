//! A light client: it has the headers of a node's chain and no block, and checks what it is shown
//! of a payment by the branch of hashes from the transaction up to the root in a header (RFC 6962).
//!
//! It checks that the headers hang together from the genesis block on, that each is proven by its
//! hash or its seal, and that the branch leads to the root. Whether the difficulty is the one that
//! the rules ask for, and whether the transactions of the block are allowed, only a node with all
//! blocks can say.

use crate::chain::Chain;
use crate::consensus::work::meets;
use crate::primitives::{
    Amount, BlockHash, Digest, Header, Height, InclusionProof, Payload, Seal, Transaction,
    merkle_proof,
};
use crate::records::{Level, Topic};

use super::error::ActError;
use super::happening::Happened;
use super::layout::number;
use super::moment::Moment;
use super::nodes::runs;

/// What a light client has of a block.
type Sealed = (Header, Seal);

/// Why a light client does not believe what it is shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Doubt {
    /// A header hangs nowhere, or is not proven.
    #[error("expected a header of height {height} that follows from those below it, found another")]
    Header { height: u64 },
    /// The branch leads elsewhere.
    #[error(
        "expected the transaction and its branch to lead to the root {expected} in header {height}, found {found}"
    )]
    Root {
        height: u64,
        expected: Digest,
        found: Digest,
    },
    /// It is no branch of that list.
    #[error("expected a branch for one of {size} transactions, found one of another length")]
    Branch { size: u64 },
}

/// A node shows a payment to a light client with its branch, or, with an amount, one that was
/// changed with the branch of the true one.
pub(super) fn ask(
    moment: &mut Moment,
    seat: usize,
    (payment, amount): (&str, Option<u64>),
) -> Result<(), ActError> {
    runs(moment, seat)?;
    let signed = moment.facts.payments.get(payment).cloned();
    let mut shown = signed.ok_or_else(|| ActError::NotSigned {
        found: payment.to_owned(),
    })?;
    let node = moment.name(seat).to_owned();
    let chain = moment.world.seats[seat]
        .node
        .as_ref()
        .map(|node| node.chain());
    let found = chain.and_then(|chain| branch(chain, &shown));
    let Some((headers, proof)) = found else {
        let payment = payment.to_owned();
        return Err(ActError::InNoBlock { payment, node });
    };
    if let (
        Some(amount),
        Payload::Transfer {
            amount: true_one, ..
        },
    ) = (amount, &mut shown.body.payload)
    {
        *true_one = Amount(amount);
    }
    let chain_id = moment.world.chain_id().unwrap_or_default();
    let outcome = check(&headers, &chain_id, (&shown, &proof));
    let (topic, text) = match &outcome {
        Ok(height) => (
            Topic::Transaction,
            format!(
                "A light client has {} headers of {node} and no block. By {} hashes it knows that \"{payment}\" is one of {} transactions in block {height}.",
                headers.len(),
                proof.path.len(),
                proof.size
            ),
        ),
        Err(doubt) => (
            Topic::Refused,
            format!("A light client does not believe {node} that \"{payment}\" is so: {doubt}."),
        ),
    };
    let level = Level::Info;
    moment.facts.on_proof(payment, outcome.is_ok());
    let what = Happened::Node { topic, level };
    moment.facts.note(&moment.world, what, text);
    Ok(())
}

/// The headers of a chain up to the block of a transaction, and the branch of that in the block.
fn branch(chain: &Chain, transaction: &Transaction) -> Option<(Vec<Sealed>, InclusionProof)> {
    let id = transaction.id();
    let block = &chain.get(&chain.block_of(&id)?)?.block;
    let top = block.header.height.0;
    let headers = (0..=top).map(|height| {
        let block = &chain.get(&chain.at(Height(height))?)?.block;
        Some((block.header, block.seal))
    });
    let transactions = &block.body.transactions;
    let index = transactions.iter().position(|one| one.id() == id)?;
    let leaves: Vec<Digest> = transactions.iter().map(Transaction::leaf).collect();
    Some((
        headers.collect::<Option<_>>()?,
        merkle_proof(&leaves, index)?,
    ))
}

/// Whether a transaction is in the block of the last header; the height of that.
fn check(
    headers: &[Sealed],
    genesis: &BlockHash,
    (transaction, proof): (&Transaction, &InclusionProof),
) -> Result<u64, Doubt> {
    let mut below = None;
    for (height, (header, seal)) in (0..).zip(headers) {
        let id = header.id();
        let follows = match below {
            None => id == *genesis,
            Some(parent) => header.parent == parent && is_proven(header, seal, &id, genesis),
        };
        if !follows || header.height.0 != height {
            return Err(Doubt::Header { height });
        }
        below = Some(id);
    }
    let height = number(headers.len()).saturating_sub(1);
    let size = proof.size;
    let found = proof.root(transaction.leaf());
    let found = found.ok_or(Doubt::Branch { size })?;
    match headers.last() {
        Some((header, _)) if header.tx_root == found => Ok(height),
        Some((header, _)) => Err(Doubt::Root {
            height,
            expected: header.tx_root,
            found,
        }),
        None => Err(Doubt::Header { height }),
    }
}

fn is_proven(header: &Header, seal: &Seal, id: &BlockHash, chain_id: &BlockHash) -> bool {
    match seal {
        Seal::Work => meets(id, header.difficulty),
        Seal::Authority(signature) => header.seal_verifies(chain_id, signature),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{Lab, exercises};

    /// What a light client is shown of the payment "order" in the exercise, where it has a block.
    fn shown() -> (Vec<Sealed>, BlockHash, Transaction, InclusionProof) {
        let exercise = exercises::find("light-client").unwrap().unwrap();
        let solved = exercise.solved();
        let end = solved.length;
        let mut lab = Lab::open(solved).unwrap();
        lab.seek(end).unwrap();
        let order = lab.moment.facts.payments.get("order").unwrap().clone();
        let chain = lab.node("pow-1").unwrap().chain();
        let (headers, proof) = branch(chain, &order).unwrap();
        (headers, chain.chain_id(), order, proof)
    }

    #[test]
    fn a_light_client_believes_the_true_payment_and_nothing_that_was_changed() {
        let (headers, genesis, order, proof) = shown();
        let height = number(headers.len()) - 1;
        assert!(
            proof.path.len() > 1,
            "the block has more than two transactions"
        );
        assert_eq!(check(&headers, &genesis, (&order, &proof)), Ok(height));
        let mut other = order.clone();
        other.body.fee = Amount(2);
        let doubt = check(&headers, &genesis, (&other, &proof));
        assert!(matches!(doubt, Err(Doubt::Root { .. })), "{doubt:?}");
        for at in 0..proof.path.len() {
            let mut spoilt = proof.clone();
            spoilt.path[at].0[0] ^= 1;
            let doubt = check(&headers, &genesis, (&order, &spoilt));
            assert!(matches!(doubt, Err(Doubt::Root { .. })), "{doubt:?}");
        }
        let mut short = proof.clone();
        short.path.pop();
        let doubt = check(&headers, &genesis, (&order, &short));
        assert_eq!(doubt, Err(Doubt::Branch { size: proof.size }));
        assert!(check(&headers, &BlockHash([7; 32]), (&order, &proof)).is_err());
        assert!(check(&[], &genesis, (&order, &proof)).is_err());
    }

    #[test]
    fn a_header_that_was_changed_is_found_at_its_height() {
        let (headers, genesis, order, proof) = shown();
        for at in 0..headers.len() {
            let mut spoilt = headers.clone();
            spoilt[at].0.tx_root.0[0] ^= 1;
            let Err(Doubt::Header { height }) = check(&spoilt, &genesis, (&order, &proof)) else {
                panic!("expected a doubt about header {at}");
            };
            assert!(height == number(at) || height == number(at) + 1);
        }
    }
}
