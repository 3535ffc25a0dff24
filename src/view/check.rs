//! Checks that the page makes itself from a block's or transaction's bytes, so that nobody has to
//! believe the node that sent them. Pure.

use std::fmt;

use crate::primitives::{Block, BlockHash, Kind, Seal, Transaction, U256, from_hex, to_hex};

/// The outcome of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Whether it holds.
    pub holds: bool,
    /// What was checked, in a sentence.
    pub sentence: String,
    /// The values that were compared: a label and a text each.
    pub values: Vec<(&'static str, String)>,
}

impl Check {
    fn equal(what: &str, stated: String, found: String) -> Self {
        let holds = stated == found;
        let sentence = if holds {
            format!("{what}: equal.")
        } else {
            format!("{what}: they differ.")
        };
        Self {
            holds,
            sentence,
            values: vec![("stated", stated), ("recomputed", found)],
        }
    }

    /// A check that cannot even begin.
    #[must_use]
    pub const fn failed(sentence: String) -> Self {
        Self {
            holds: false,
            sentence,
            values: Vec::new(),
        }
    }
}

/// What hexadecimal canonical bytes hold.
///
/// # Errors
/// The failed check that says why they hold nothing of the kind.
pub fn read<T, E: fmt::Display>(
    raw: &str,
    what: &str,
    decode: impl FnOnce(&[u8]) -> Result<T, E>,
) -> Result<T, Check> {
    let bytes = from_hex(raw)
        .map_err(|error| Check::failed(format!("The bytes are not hexadecimal: {error}.")))?;
    decode(&bytes).map_err(|error| Check::failed(format!("The bytes are not {what}: {error}.")))
}

/// Checks a block from its canonical bytes in hexadecimal: id, proof, Merkle root and data hash.
#[must_use]
pub fn block(raw: &str, stated_id: &str, chain_id: &str) -> Vec<Check> {
    let block = match read(raw, "a block", Block::from_bytes) {
        Ok(block) => block,
        Err(failed) => return vec![failed],
    };
    let id = block.id();
    vec![
        Check::equal(
            "The id is the SHA-256 of the first 204 bytes",
            stated_id.to_owned(),
            id.to_string(),
        ),
        proof(&block, &id, chain_id),
        Check::equal(
            "The transaction root is the Merkle root over the transactions",
            block.header.tx_root.to_string(),
            block.body.tx_root().to_string(),
        ),
        data(&block),
    ]
}

fn data(block: &Block) -> Check {
    let stated = block.header.data_hash.to_string();
    if block.header.height.0 == 0 {
        let sentence = "The genesis block's data hash is that of the network's parameters, so its id names them all.";
        return Check {
            holds: true,
            sentence: sentence.to_owned(),
            values: vec![("stated", stated)],
        };
    }
    Check::equal(
        "The data hash is the SHA-256 of the data",
        stated,
        block.body.data_hash().to_string(),
    )
}

fn proof(block: &Block, id: &BlockHash, chain_id: &str) -> Check {
    let header = &block.header;
    if header.height.0 == 0 {
        let holds = chain_id.is_empty() || chain_id == id.to_string();
        let sentence =
            "The genesis block is agreed upon, not mined: its id names the network.".to_owned();
        return Check {
            holds,
            sentence,
            values: vec![("network", chain_id.to_owned()), ("block", id.to_string())],
        };
    }
    match (header.kind, &block.seal) {
        (Kind::Work, _) => {
            let target = U256::MAX.div_u64(header.difficulty.0);
            let holds = U256::from_be_bytes(id.as_bytes()) <= target;
            let verdict = if holds { "is not above" } else { "is above" };
            let sentence =
                format!("Read as a number, the id {verdict} the target, 2^256 / difficulty.");
            Check {
                holds,
                sentence,
                values: vec![
                    ("id", id.to_string()),
                    ("target", to_hex(&target.to_be_bytes())),
                ],
            }
        }
        (Kind::Authority, Seal::Authority(signature)) => {
            let holds = chain_id
                .parse()
                .is_ok_and(|chain_id| header.seal_verifies(&chain_id, signature));
            let verdict = if holds { "is" } else { "is not" };
            let sentence = format!(
                "The seal {verdict} the sealer's Ed25519 signature over this header on this chain."
            );
            let values = vec![
                ("sealer", header.sealer.to_string()),
                ("seal", signature.to_string()),
            ];
            Check {
                holds,
                sentence,
                values,
            }
        }
        (Kind::Authority, Seal::Work) => {
            Check::failed("The authority block carries no seal.".to_owned())
        }
    }
}

/// Checks a transaction from its canonical bytes in hexadecimal: id and signature.
#[must_use]
pub fn transaction(raw: &str, stated_id: &str) -> Vec<Check> {
    let transaction = match read(raw, "a transaction", Transaction::from_bytes) {
        Ok(transaction) => transaction,
        Err(failed) => return vec![failed],
    };
    let holds = transaction.signature_verifies();
    let verdict = if holds { "is" } else { "is not" };
    vec![
        Check::equal(
            "The id is the SHA-256 of the signed content",
            stated_id.to_owned(),
            transaction.id().to_string(),
        ),
        Check {
            holds,
            sentence: format!(
                "The signature {verdict} the signer's Ed25519 signature over the content."
            ),
            values: vec![
                ("signer", transaction.body.from.to_string()),
                ("signature", transaction.signature.to_string()),
            ],
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::{
        Body, Difficulty, Digest, Header, Height, Keypair, NodeId, Slot, Timestamp,
    };

    fn mined(difficulty: u64) -> Block {
        let body = Body::default();
        let mut header = Header {
            kind: Kind::Work,
            height: Height(1),
            parent: BlockHash::ZERO,
            tx_root: body.tx_root(),
            state_root: Digest::ZERO,
            time: Timestamp(1),
            difficulty: Difficulty(difficulty),
            slot: Slot(0),
            sealer: NodeId([1; 32]),
            data_hash: body.data_hash(),
            nonce: 0,
        };
        let target = U256::MAX.div_u64(difficulty);
        while U256::from_be_bytes(header.id().as_bytes()) > target {
            header.nonce += 1;
        }
        Block {
            header,
            seal: Seal::Work,
            body,
        }
    }

    fn verdicts(block: &Block, chain_id: &str) -> Vec<bool> {
        let checks = super::block(
            &to_hex(&block.to_bytes()),
            &block.id().to_string(),
            chain_id,
        );
        checks.iter().map(|check| check.holds).collect()
    }

    #[test]
    fn a_mined_block_passes_and_a_changed_nonce_fails_its_work() {
        let block = mined(64);
        assert_eq!(verdicts(&block, ""), [true; 4]);
        let mut other = block;
        other.header.difficulty = Difficulty(u64::MAX);
        assert_eq!(verdicts(&other, ""), [true, false, true, true]);
    }

    #[test]
    fn the_genesis_block_is_known_by_its_id() {
        let mut block = mined(1);
        block.header.height = Height(0);
        block.header.data_hash = Digest([7; 32]);
        assert_eq!(verdicts(&block, &block.id().to_string()), [true; 4]);
        assert_eq!(
            verdicts(&block, &BlockHash([1; 32]).to_string()),
            [true, false, true, true]
        );
    }

    #[test]
    fn a_seal_holds_on_its_own_chain_only() {
        let key = Keypair::from_secret(&[5; 32]);
        let mut block = mined(1);
        block.header.kind = Kind::Authority;
        block.header.sealer = key.node_id();
        block.seal = block.header.seal(&BlockHash([9; 32]), &key);
        assert_eq!(verdicts(&block, &BlockHash([9; 32]).to_string()), [true; 4]);
        assert_eq!(
            verdicts(&block, &BlockHash([8; 32]).to_string()),
            [true, false, true, true]
        );
    }

    #[test]
    fn bytes_that_are_no_block_or_transaction_are_said_to_be_none() {
        assert!(!block("zz", "", "")[0].holds);
        assert!(!block("00", "", "")[0].holds);
        assert!(!transaction("00", "")[0].holds);
    }
}
