//! Evidence against an authority: kept, told to people, and passed on once.

use crate::consensus::finality::Evidence;
use crate::gossip::Message;
use crate::ledger::{Row, Table};
use crate::primitives::NodeId;

use super::finality::evidence_row;
use super::report::FinalityNotice;
use super::{Node, Notice, Outbox, Output};

impl Node {
    /// Keeps new evidence, tells it and passes it on.
    pub(super) fn publish(&mut self, evidence: &Evidence, out: &mut Outbox) {
        self.books
            .put(Table::Finality, Row::Raw(evidence_row(evidence)));
        if let Ok(charge) = evidence.charge() {
            let name = self.name_of_node(&NodeId(charge.guilty.0));
            out.push(Output::Notice(Notice::Finality(FinalityNotice::Evidence {
                name,
                charge,
            })));
        }
        self.send_to_mesh(&Message::Evidence(Box::new(evidence.clone())), out);
    }
}
