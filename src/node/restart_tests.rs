//! What waits survives a restart.

use super::Input;
use super::testing::{Net, ready};
use crate::ledger::{Batch, Durability, Row, Store as _, Table, TransactionRow};
use crate::primitives::{Millis, NodeKind, Transaction};
use crate::records::{LedgerStart, TransactionStatus};
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

#[test]
fn a_waiting_row_that_cannot_be_read_goes_at_the_start() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow)]);
    let payment = Grower::new(params()).transfer("alice", 0, "bob", 1);
    net.submit(0, payment.to_bytes()).unwrap();
    net.run(Millis(100));
    net.kill(0);
    let mut row = pending(&net).remove(0);
    row.raw = vec![255];
    let mut batch = Batch::default();
    batch.put(Table::Transactions, Row::Transaction(row));
    ready(net.seats[0].ledger.commit(&batch, Durability::Relaxed)).unwrap();
    net.start(0);
    net.run(Millis(2_000));
    assert!(pending(&net).is_empty());
}

#[test]
fn a_row_that_says_another_height_than_its_block_costs_no_block() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow)]);
    net.run(Millis(10_000));
    net.kill(0);
    let blocks = net.seats[0].ledger.block_rows();
    let head = blocks.iter().map(|row| row.height).max().unwrap();
    assert!(head > 3);
    let third = || blocks.iter().find(|row| row.height == 2).unwrap().clone();
    // Later than all others, and far away.
    for height in [head + 1, u64::from(u32::MAX)] {
        let mut row = third();
        row.record.height = height;
        let mut batch = Batch::default();
        batch.put(Table::Blocks, Row::Block(row));
        ready(net.seats[0].ledger.commit(&batch, Durability::Relaxed)).unwrap();
        net.start(0);
        let told = format!("at height {height}: expected height 2, which its bytes have");
        let notices = &net.seats[0].notices;
        assert!(
            notices.iter().any(|notice| notice.text().contains(&told)),
            "{notices:?}"
        );
        assert_eq!(
            (net.node(0).books.ledger_start, net.height(0)),
            (LedgerStart::Rebuilt, head)
        );
        net.give(0, Input::Wake);
        net.kill(0);
        let rows = net.seats[0].ledger.block_rows();
        let again = rows.iter().find(|row| row.hash == third().hash).unwrap();
        assert_eq!(again.height, 2, "it is written as it should be");
    }
}
