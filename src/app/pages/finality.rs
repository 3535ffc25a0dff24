//! Who votes, who is missed, and who is proven guilty: the lines of the panel about finality.

use crate::consensus::finality::Evidence;
use crate::ipc::{EvidenceRecord, FinalityInfo, NodeKind};
use crate::primitives::NodeId;
use crate::view::Model;
use crate::view::check::{self, Check};

/// An authority, or a proof-of-authority node that could be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoterLine {
    /// The node's name; of an authority that this tab does not know, the beginning of its id.
    pub name: String,
    /// Whether it votes and seals by the parameters in force.
    pub is_authority: bool,
    /// Seconds since its last new vote, if the vote that is due is missing.
    pub missing_for: Option<u64>,
    /// Whether this tab can order a change: it must know the node by name.
    pub is_known: bool,
}

impl VoterLine {
    /// What is said of it.
    #[must_use]
    pub fn says(&self) -> String {
        match (self.is_authority, self.missing_for) {
            (false, _) => "no authority: it follows the chain".to_owned(),
            (true, None) => "has voted for the checkpoint that is due".to_owned(),
            (true, Some(seconds)) => format!("vote missing; its last came {seconds} s ago"),
        }
    }
}

/// What changes the answer about finality: a new head, another final block, other authorities.
#[must_use]
pub fn mark(model: &Model) -> (String, u64, u32) {
    let head = model.tips.first().map(|tip| tip.hash.clone());
    let status = model.heaviest();
    let finality = status.map(|status| (status.finality.final_height, status.finality.authorities));
    let (last, authorities) = finality.unwrap_or_default();
    (head.unwrap_or_default(), last, authorities)
}

/// The authorities in their order, then the other proof-of-authority nodes of this tab.
#[must_use]
pub fn voters(info: &FinalityInfo, model: &Model, now: u64) -> Vec<VoterLine> {
    let known = |id: &str| {
        let node = model.nodes.iter().find(|node| node.status.id == id);
        node.map(|node| node.status.name.clone())
    };
    let missing_for = |name: &str| {
        let at = info.waiting_for.iter().position(|one| one == name)?;
        let since = info.silent_since.get(at)?;
        Some(now.saturating_sub(*since) / 1_000)
    };
    let members = info.members.iter().map(|id| {
        let name = known(id);
        let short = || id.chars().take(8).collect();
        let (is_known, name) = (name.is_some(), name.unwrap_or_else(short));
        VoterLine {
            missing_for: missing_for(&name),
            is_authority: true,
            is_known,
            name,
        }
    });
    let others = model.nodes.iter().filter(|node| {
        let status = &node.status;
        status.kind == NodeKind::Poa && !status.id.is_empty() && !info.members.contains(&status.id)
    });
    let others = others.map(|node| VoterLine {
        name: node.status.name.clone(),
        is_authority: false,
        missing_for: None,
        is_known: node.own,
    });
    members.chain(others).collect()
}

/// Checks evidence again from its bytes: whoever looks at it need not believe the node that sent
/// it.
#[must_use]
pub fn check_evidence(record: &EvidenceRecord, chain_id: &str) -> Check {
    let evidence = match check::read(&record.raw, "evidence", Evidence::from_bytes) {
        Ok(evidence) => evidence,
        Err(failed) => return failed,
    };
    let Ok(chain) = chain_id.parse() else {
        return Check::failed("The network's id is not known yet.".to_owned());
    };
    // Whether it ever was an authority, the node has looked up in the chain.
    match evidence.verify(&chain, |_| true) {
        Ok(charge) => Check {
            holds: true,
            sentence: "Both statements are signed by one key, and no honest authority makes both."
                .to_owned(),
            values: vec![
                ("guilty", NodeId(charge.guilty.0).to_string()),
                ("first", record.statements[0].clone()),
                ("second", record.statements[1].clone()),
            ],
        },
        Err(error) => Check::failed(format!("It proves nothing: {error}.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consensus::finality::{Checkpoint, Epoch, SignedVote, Vote, VoteLink};
    use crate::ipc::CheckpointRecord;
    use crate::primitives::{BlockHash, Keypair, to_hex};
    use crate::view::NodeView;
    use crate::view::testing::status;

    fn info(members: &[&str], waiting_for: &[&str]) -> FinalityInfo {
        let checkpoint = CheckpointRecord {
            epoch: 1,
            height: 8,
            hash: "ab".repeat(32),
        };
        FinalityInfo {
            node: "pow-1".to_owned(),
            head: checkpoint.clone(),
            justified: checkpoint.clone(),
            last_final: checkpoint,
            lag: 3,
            waiting_for: waiting_for.iter().map(ToString::to_string).collect(),
            silent_since: waiting_for.iter().map(|_| 2_000).collect(),
            needed: 2,
            authorities: 2,
            members: members.iter().map(ToString::to_string).collect(),
            ordered: Vec::new(),
            evidence: Vec::new(),
        }
    }

    fn network(names: &[&str]) -> Model {
        let mut model = Model::new("main");
        let node = |name: &&str| NodeView {
            status: status(name, "aabbccddee", 9),
            miners: Vec::new(),
            peers: Vec::new(),
            own: true,
        };
        model.nodes = names.iter().map(node).collect();
        model
    }

    #[test]
    fn authorities_come_first_and_each_says_whether_its_vote_is_missing() {
        let model = network(&["pow-1", "poa-1", "poa-2", "poa-3"]);
        let gone = "c0ffee".repeat(10);
        let info = info(&["id-poa-2", &gone, "id-poa-1"], &["poa-1", "c0ffeec0"]);
        let lines = voters(&info, &model, 44_900);
        let seen: Vec<_> = lines
            .iter()
            .map(|line| (line.name.as_str(), line.is_authority, line.missing_for))
            .collect();
        assert_eq!(
            seen,
            [
                ("poa-2", true, None),
                ("c0ffeec0", true, Some(42)),
                ("poa-1", true, Some(42)),
                ("poa-3", false, None),
            ]
        );
        assert!(!lines[1].is_known && lines[2].is_known);
        assert_eq!(lines[2].says(), "vote missing; its last came 42 s ago");
    }

    fn vote(key: &Keypair, target: u8) -> SignedVote {
        let checkpoint = |epoch: u64, id: u8| Checkpoint {
            epoch: Epoch(epoch),
            id: BlockHash([id; 32]),
        };
        let link = VoteLink {
            source: checkpoint(0, 1),
            target: checkpoint(1, target),
        };
        let chain_id = BlockHash([1; 32]);
        Vote { chain_id, link }.sign(key)
    }

    #[test]
    fn evidence_is_checked_from_its_bytes_and_on_its_own_chain_only() {
        let key = Keypair::from_secret(&[5; 32]);
        let evidence = Evidence::of_votes(vote(&key, 2), vote(&key, 3)).unwrap();
        let record = |raw: Vec<u8>| EvidenceRecord {
            guilty: "poa-1".to_owned(),
            reason: String::new(),
            statements: [String::new(), String::new()],
            raw: to_hex(&raw),
        };
        let raw = borsh::to_vec(&evidence).unwrap();
        let chain = BlockHash([1; 32]).to_string();
        assert!(check_evidence(&record(raw.clone()), &chain).holds);
        let other = BlockHash([2; 32]).to_string();
        assert!(!check_evidence(&record(raw.clone()), &other).holds);
        assert!(!check_evidence(&record(raw.clone()), "").holds);
        for at in 0..raw.len() {
            let mut raw = raw.clone();
            raw[at] ^= 1;
            assert!(!check_evidence(&record(raw), &chain).holds, "byte {at}");
        }
        assert!(!check_evidence(&record(raw[1..].to_vec()), &chain).holds);
    }
}
