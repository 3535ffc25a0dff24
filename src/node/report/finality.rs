//! What a node tells of votes and what they decided.

use crate::consensus::finality::{Checkpoint, Epoch, Evidence, Quorum, Standing, due};
use crate::primitives::{Address, BlockHash, NodeId, Payload, to_hex};
use crate::records::{
    BlockFinality, CheckpointRecord, EvidenceRecord, FinalityInfo, FinalityStatus,
};

use super::Node;

fn record(checkpoint: Checkpoint) -> CheckpointRecord {
    CheckpointRecord {
        epoch: checkpoint.epoch.0,
        height: checkpoint.height().0,
        hash: checkpoint.id.to_string(),
    }
}

fn statements(evidence: &Evidence) -> [String; 2] {
    match evidence {
        Evidence::Votes(one, other) => [one, other].map(|vote| {
            let link = vote.vote.link;
            format!("a vote from {} to {}", link.source, link.target)
        }),
        Evidence::Seals(one, other) => [one, other].map(|sealed| {
            let header = &sealed.header;
            format!("block {} in slot {}", header.id().short(), header.slot)
        }),
    }
}

impl Node {
    /// How far a block is decided, as far as that is durable.
    pub(in crate::node) fn finality_of(&self, id: &BlockHash) -> BlockFinality {
        match self.chain.standing(id) {
            Standing::Plain => BlockFinality::Plain,
            Standing::Justified => BlockFinality::Justified,
            Standing::Final => {
                let height = self.chain.get(id).map(|entry| entry.block.header.height);
                if height <= Some(self.finality.told.height()) {
                    BlockFinality::Final
                } else {
                    BlockFinality::Justified
                }
            }
        }
    }

    /// How far this node's chain is decided, and who is missing, in short.
    pub(in crate::node) fn finality_status(&self) -> FinalityStatus {
        let (chain, decided) = (&self.chain, self.chain.decided());
        let sets = crate::consensus::finality::Blocks::best_sets(chain);
        let members = sets.latest();
        let link = due(&chain.head(), decided.highest_justified(), chain);
        let signers = link.and_then(|link| self.finality.ballots.votes.links().get(&link));
        let missing = |one: &&Address| {
            link.is_some() && !signers.is_some_and(|signers| signers.contains(one))
        };
        let waiting: Vec<&Address> = members.iter().filter(missing).collect();
        let count = |count| u32::try_from(count).unwrap_or(u32::MAX);
        FinalityStatus {
            final_height: self.finality.told.height().0,
            justified_height: decided.highest_justified().height().0,
            silent_since: waiting
                .iter()
                .map(|one| self.clock.date_of(self.finality.heard_at(one)).0)
                .collect(),
            waiting_for: waiting.into_iter().map(|one| self.voter(one)).collect(),
            needed: count(Quorum::of(members.len()).needed()),
            authorities: count(members.len()),
        }
    }

    fn voter(&self, address: &Address) -> String {
        self.name_of_node(&NodeId(address.0))
    }

    /// The authorities after the last order that waits here, that is announced, or that is in
    /// force.
    fn ordered_authorities(&self) -> &[Address] {
        let waiting = self.mempool().iter().filter_map(|waiting| {
            let body = &waiting.transaction.get().body;
            let Payload::SetParams(order) = &body.payload else {
                return None;
            };
            Some((body.nonce, order.change.authorities.as_ref()?))
        });
        let rules = &self.chain.context().rules;
        let mut announced = rules.announced.iter().rev();
        let last = waiting
            .max_by_key(|(nonce, _)| *nonce)
            .map(|(_, last)| last);
        last.or_else(|| announced.find_map(|(_, change)| change.authorities.as_ref()))
            .unwrap_or(&rules.current.authorities)
    }

    /// How far this node's chain is decided, who is missing, and who is guilty.
    pub(in crate::node) fn finality_info(&self) -> FinalityInfo {
        let (chain, decided) = (&self.chain, self.chain.decided());
        let epoch = Epoch::of(chain.height());
        let head = Checkpoint {
            epoch,
            id: chain.at(epoch.height()).unwrap_or(chain.chain_id()),
        };
        let status = self.finality_status();
        let sets = crate::consensus::finality::Blocks::best_sets(chain);
        let offences = self.finality.ballots.votes.offences();
        FinalityInfo {
            node: self.identity.name.clone(),
            head: record(head),
            justified: record(decided.highest_justified()),
            last_final: record(self.finality.told),
            lag: chain.height().since(self.finality.told.height()),
            waiting_for: status.waiting_for,
            silent_since: status.silent_since,
            needed: status.needed,
            authorities: status.authorities,
            members: sets.latest().iter().map(ToString::to_string).collect(),
            ordered: self
                .ordered_authorities()
                .iter()
                .map(ToString::to_string)
                .collect(),
            evidence: offences
                .iter()
                .map(|(guilty, offence, evidence)| EvidenceRecord {
                    guilty: self.voter(&guilty),
                    reason: offence.reason().to_owned(),
                    statements: statements(evidence),
                    raw: to_hex(&borsh::to_vec(evidence).unwrap_or_default()),
                })
                .collect(),
        }
    }
}
