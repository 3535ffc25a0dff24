//! What waits survives a restart.

use super::testing::{Net, ready};
use crate::ledger::{Batch, Durability, Row, Store as _, Table, TransactionRow};
use crate::primitives::{Millis, NodeKind, Transaction};
use crate::records::TransactionStatus;
use crate::testkit::{Grower, params};

/// Rows that say that a transaction waits.
fn pending(net: &Net) -> Vec<TransactionRow> {
    ready(net.seats[0].ledger.load()).unwrap().pending
}

/// Leaves the row of a transaction that waits in the ledger of a node that does not run.
fn leave(net: &Net, like: &TransactionRow, transaction: &Transaction) {
    let mut row = like.clone();
    row.record.tx_hash = transaction.id().to_string();
    row.record.status = TransactionStatus::Pending;
    row.raw = transaction.to_bytes();
    let mut batch = Batch::default();
    batch.put(Table::Transactions, Row::Transaction(row));
    ready(net.seats[0].ledger.commit(&batch, Durability::Relaxed)).unwrap();
}

/// As after a reorganisation that took both back.
#[test]
fn a_spend_whose_payment_waits_as_well_waits_again_after_a_restart() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow)]);
    let grower = Grower::new(params());
    for (nonce, to, amount) in [(0, "bob", 1), (1, "nobody", 100)] {
        let payment = grower.transfer("alice", nonce, to, amount);
        net.submit(0, payment.to_bytes()).unwrap();
    }
    net.run(Millis(100));
    let rows = pending(&net);
    assert_eq!((net.height(0), rows.len()), (0, 2));
    net.kill(0);
    // It has the lowest nonce, so it is restored before the payment that it needs.
    leave(&net, &rows[0], &grower.transfer("nobody", 0, "bob", 50));
    net.start(0);
    assert_eq!(net.node(0).mempool().len(), 3);
    net.run(Millis(30_000));
    assert_eq!(net.node(0).mempool().len(), 0);
    assert!(pending(&net).is_empty());
}

#[test]
fn what_can_never_be_committed_is_no_longer_said_to_wait_after_a_restart() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow)]);
    let grower = Grower::new(params());
    net.submit(0, grower.transfer("alice", 0, "bob", 1).to_bytes())
        .unwrap();
    net.run(Millis(100));
    let row = pending(&net).remove(0);
    net.run(Millis(30_000));
    net.kill(0);
    // Its nonce was used by another.
    leave(&net, &row, &grower.transfer("alice", 0, "bob", 2));
    assert_eq!(pending(&net).len(), 1);
    net.start(0);
    net.run(Millis(2_000));
    assert!(pending(&net).is_empty());
}
