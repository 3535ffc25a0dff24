//! What every ledger must do, whatever keeps it. Each function is one promise and takes a bench on
//! which fresh stores are opened; `tests/native/ledger.rs` runs them on memory,
//! `tests/worker/database.rs` on IndexedDB.

use aurex::ledger::{
    AssetRow, Batch, BlockRow, Durability, MAX_PAGE, MinerRow, NodeRow, PART, Query, RawRow, Row,
    Store, StoredBlock, Table, TransactionRow, UserRow, meta_key,
};
use aurex::primitives::NodeKind;
use aurex::records::{
    BlockKind, BlockRecord, MinerRecord, MinerState, PayloadKind, PeerState, TransactionRecord,
    TransactionStatus,
};

/// Where stores come from.
pub(crate) trait Bench {
    /// The kind of store.
    type Store: Store;

    /// Opens the ledger of a name: the same name is the same ledger.
    async fn open(&self, name: &str) -> Self::Store;

    /// Closes a ledger, if the kind of store has such a thing.
    fn close(&self, store: Self::Store);

    /// Makes the next commit fail. `batch` is what will be committed; it may be spoiled.
    fn spoil(&self, store: &Self::Store, batch: &mut Batch);
}

/// Runs every promise, each on a ledger of its own.
pub(crate) async fn all(bench: &impl Bench) {
    an_empty_ledger_is_empty(bench).await;
    what_is_loaded_is_what_was_written(bench).await;
    batches_replace_and_delete(bench).await;
    merged_batches_keep_the_later_change(bench).await;
    a_failed_commit_leaves_nothing(bench).await;
    a_reopened_ledger_keeps_everything(bench).await;
    wiping_leaves_nothing_and_the_ledger_goes_on(bench).await;
    a_head_change_of_a_thousand_blocks_is_one_batch(bench).await;
    blocks_come_in_parts_of_whole_heights_the_lowest_first(bench).await;
}

/// Runs every promise about queries.
pub(crate) async fn queries(bench: &impl Bench) {
    pages_follow_each_other(bench).await;
    every_index_orders_and_filters(bench).await;
    prefixes_are_exact(bench).await;
    senseless_queries_match_nothing(bench).await;
}

async fn an_empty_ledger_is_empty(bench: &impl Bench) {
    let store = bench.open("empty").await;
    let snapshot = store.load().await.unwrap();
    assert_eq!(snapshot, Default::default());
    for table in Table::ALL {
        assert_eq!(store.query(&Query::all(table, 10)).await.unwrap().total, 0);
    }
    store
        .commit(&Batch::default(), Durability::Relaxed)
        .await
        .unwrap();
    bench.close(store);
}

async fn what_is_loaded_is_what_was_written(bench: &impl Bench) {
    let store = bench.open("load").await;
    let all_bytes: Vec<u8> = (0..=255).collect();
    let mut block = block(7);
    block.raw = all_bytes.clone();
    block.undo = all_bytes.iter().rev().copied().collect();
    block.record.nonce = (1 << 53) - 1;
    block.data = "Grüße, 世界 🌍 \u{0}".to_owned();
    let mut batch = Batch::default();
    batch.put(Table::Blocks, Row::Block(block.clone()));
    for table in [Table::State, Table::Finality] {
        batch.put(table, raw("ab", &all_bytes));
        batch.put(table, raw("cd", &[]));
    }
    batch.put(Table::Meta, raw(meta_key::HEAD, &[9; 32]));
    batch.put(Table::Meta, raw(meta_key::SCHEMA, &1_u32.to_le_bytes()));
    batch.put(Table::Nodes, Row::Node(node(1)));
    batch.put(
        Table::Transactions,
        Row::Transaction(transaction(1, TransactionStatus::Pending)),
    );
    batch.put(
        Table::Transactions,
        Row::Transaction(transaction(2, TransactionStatus::Committed)),
    );
    batch.put(
        Table::Transactions,
        Row::Transaction(transaction(3, TransactionStatus::Dropped)),
    );
    store.commit(&batch, Durability::Strict).await.unwrap();

    let snapshot = store.load().await.unwrap();
    assert_eq!(snapshot.blocks, [StoredBlock::from(&block)]);
    assert_eq!(
        snapshot.state,
        [raw_row("ab", &all_bytes), raw_row("cd", &[])]
    );
    assert_eq!(snapshot.finality, snapshot.state);
    assert_eq!(snapshot.meta(meta_key::HEAD), Some([9; 32].as_slice()));
    assert_eq!(
        snapshot.meta(meta_key::SCHEMA),
        Some([1, 0, 0, 0].as_slice())
    );
    assert_eq!(snapshot.meta(meta_key::PARAMS), None);
    assert_eq!(snapshot.nodes, [node(1)]);
    assert_eq!(
        snapshot.pending,
        [transaction(1, TransactionStatus::Pending)]
    );

    // Every kind of row comes back from a query as it was.
    let rows = one_of_each();
    let mut batch = Batch::default();
    for (table, row) in &rows {
        batch.put(*table, row.clone());
    }
    store.commit(&batch, Durability::Relaxed).await.unwrap();
    for (table, row) in rows {
        let query = Query {
            key: Some(row.key().to_owned()),
            ..Query::all(table, 1)
        };
        assert_eq!(store.query(&query).await.unwrap().rows, [row]);
    }
    bench.close(store);
}

async fn batches_replace_and_delete(bench: &impl Bench) {
    let store = bench.open("replace").await;
    let mut first = Batch::default();
    first.put(Table::State, raw("a", b"1"));
    first.put(Table::State, raw("b", b"1"));
    store.commit(&first, Durability::Relaxed).await.unwrap();
    let mut second = Batch::default();
    second.put(Table::State, raw("a", b"2"));
    second.delete(Table::State, "b".to_owned());
    second.delete(Table::State, "never there".to_owned());
    second.delete(Table::Finality, "a".to_owned());
    store.commit(&second, Durability::Relaxed).await.unwrap();
    assert_eq!(store.load().await.unwrap().state, [raw_row("a", b"2")]);
    bench.close(store);
}

async fn merged_batches_keep_the_later_change(bench: &impl Bench) {
    let store = bench.open("merge").await;
    let mut first = Batch::default();
    first.put(Table::State, raw("kept", b"1"));
    first.put(Table::State, raw("replaced", b"1"));
    first.put(Table::State, raw("deleted", b"1"));
    first.delete(Table::State, "back".to_owned());
    let mut later = Batch::default();
    later.put(Table::State, raw("replaced", b"2"));
    later.delete(Table::State, "deleted".to_owned());
    later.put(Table::State, raw("back", b"2"));
    first.merge(later);
    assert_eq!(first.len(), 4);
    store.commit(&first, Durability::Relaxed).await.unwrap();
    let state = store.load().await.unwrap().state;
    assert_eq!(
        state,
        [
            raw_row("back", b"2"),
            raw_row("kept", b"1"),
            raw_row("replaced", b"2")
        ]
    );
    bench.close(store);
}

async fn a_failed_commit_leaves_nothing(bench: &impl Bench) {
    let store = bench.open("failure").await;
    let mut before = Batch::default();
    before.put(Table::State, raw("a", b"1"));
    before.put(Table::Meta, raw(meta_key::HEAD, b"1"));
    store.commit(&before, Durability::Relaxed).await.unwrap();

    let mut batch = Batch::default();
    batch.put(Table::Assets, Row::Asset(asset(1)));
    batch.put(Table::State, raw("a", b"2"));
    batch.put(Table::State, raw("b", b"2"));
    batch.put(Table::Meta, raw(meta_key::HEAD, b"2"));
    let good = batch.clone();
    bench.spoil(&store, &mut batch);
    assert!(store.commit(&batch, Durability::Relaxed).await.is_err());

    let snapshot = store.load().await.unwrap();
    assert_eq!(snapshot.state, [raw_row("a", b"1")]);
    assert_eq!(snapshot.meta(meta_key::HEAD), Some(b"1".as_slice()));
    assert_eq!(
        store
            .query(&Query::all(Table::Assets, 1))
            .await
            .unwrap()
            .total,
        0
    );

    // The same changes go through afterwards.
    store.commit(&good, Durability::Relaxed).await.unwrap();
    assert_eq!(
        store.load().await.unwrap().meta(meta_key::HEAD),
        Some(b"2".as_slice())
    );
    bench.close(store);
}

async fn a_reopened_ledger_keeps_everything(bench: &impl Bench) {
    let store = bench.open("reopen").await;
    let mut batch = Batch::default();
    for (table, row) in one_of_each() {
        batch.put(table, row);
    }
    store.commit(&batch, Durability::Strict).await.unwrap();
    let before = store.load().await.unwrap();
    bench.close(store);
    let store = bench.open("reopen").await;
    assert_eq!(store.load().await.unwrap(), before);
    for table in Table::ALL {
        assert_eq!(store.query(&Query::all(table, 1)).await.unwrap().total, 1);
    }
    bench.close(store);
}

async fn wiping_leaves_nothing_and_the_ledger_goes_on(bench: &impl Bench) {
    let store = bench.open("wipe").await;
    let mut batch = Batch::default();
    for (table, row) in one_of_each() {
        batch.put(table, row);
    }
    store.commit(&batch, Durability::Relaxed).await.unwrap();
    store.wipe().await.unwrap();
    assert_eq!(store.load().await.unwrap(), Default::default());
    for table in Table::ALL {
        assert_eq!(store.query(&Query::all(table, 1)).await.unwrap().total, 0);
    }
    store.commit(&batch, Durability::Relaxed).await.unwrap();
    assert_eq!(store.load().await.unwrap().blocks.len(), 1);
    bench.close(store);
}

async fn a_head_change_of_a_thousand_blocks_is_one_batch(bench: &impl Bench) {
    let store = bench.open("thousand").await;
    let mut batch = Batch::default();
    for number in 0..1_000 {
        batch.put(Table::Blocks, Row::Block(block(number)));
    }
    batch.put(Table::Meta, raw(meta_key::HEAD, b"head"));
    store.commit(&batch, Durability::Relaxed).await.unwrap();
    let snapshot = store.load().await.unwrap();
    assert_eq!(snapshot.blocks.len(), 1_000);
    bench.close(store);
}

async fn blocks_come_in_parts_of_whole_heights_the_lowest_first(bench: &impl Bench) {
    let store = bench.open("parts").await;
    assert_eq!(store.blocks(0).await.unwrap(), Default::default());
    let part = u64::from(PART);
    // More blocks of one height than a part has, where one ends, and none of some heights.
    let crowd = part - 3..2 * part;
    let mut batch = Batch::default();
    for number in 0..4 * part {
        let mut row = block(number);
        if crowd.contains(&number) {
            row.record.height = crowd.start;
        }
        batch.put(Table::Blocks, Row::Block(row));
    }
    let far = 1 << 52;
    batch.put(Table::Blocks, Row::Block(block(far)));
    store.commit(&batch, Durability::Relaxed).await.unwrap();
    let (mut heights, mut keys, mut next) = (Vec::new(), Vec::new(), Some(0));
    while let Some(from) = next {
        let part = store.blocks(from).await.unwrap();
        assert!(part.blocks.iter().all(|row| row.height >= from));
        keys.extend(part.blocks.iter().map(|row| row.hash.clone()));
        heights.push(part.blocks.iter().map(|row| row.height).collect::<Vec<_>>());
        next = part.next;
    }
    let all = heights.concat();
    assert!(all.is_sorted() && all.last() == Some(&far));
    keys.sort_unstable();
    keys.dedup();
    assert_eq!([all.len(), keys.len()], [4 * 512 + 1; 2], "each once");
    let of_crowd = |part: &&Vec<u64>| part.contains(&crowd.start);
    assert_eq!(heights.iter().filter(of_crowd).count(), 1);
    let longest = heights.iter().map(Vec::len).max().unwrap();
    assert!(longest < 3 * 512 && heights.len() >= 3);
    bench.close(store);
}

async fn pages_follow_each_other(bench: &impl Bench) {
    let store = bench.open("pages").await;
    let mut batch = Batch::default();
    for number in 0..600 {
        batch.put(Table::Blocks, Row::Block(block(number)));
    }
    store.commit(&batch, Durability::Relaxed).await.unwrap();
    let page = |index: &str, descending, offset, limit| Query {
        index: Some(index.to_owned()),
        descending,
        offset,
        ..Query::all(Table::Blocks, limit)
    };
    for (descending, offset, limit, first, count) in [
        (false, 0, 10, Some(0), 10),
        (false, 590, 20, Some(590), 10),
        (true, 0, 3, Some(599), 3),
        (true, 595, 10, Some(4), 5),
        (false, 600, 10, None, 0),
        (true, 10_000, 10, None, 0),
        (false, 0, 0, None, 0),
        (false, 1, 9_999, Some(1), MAX_PAGE),
    ] {
        let page = store
            .query(&page("height", descending, offset, limit))
            .await
            .unwrap();
        let heights: Vec<u64> = heights(&page.rows);
        assert_eq!(page.total, 600);
        assert_eq!(
            (heights.first().copied(), heights.len()),
            (first, usize::try_from(count).unwrap())
        );
        assert!(heights.windows(2).all(|pair| if descending {
            pair[0] > pair[1]
        } else {
            pair[0] < pair[1]
        }));
    }
    bench.close(store);
}

async fn every_index_orders_and_filters(bench: &impl Bench) {
    let store = bench.open("indexes").await;
    let mut batch = Batch::default();
    for number in 0..12 {
        batch.put(Table::Blocks, Row::Block(block(number)));
        batch.put(
            Table::Transactions,
            Row::Transaction(transaction(
                number,
                TransactionStatus::ALL[number as usize % 3],
            )),
        );
        batch.put(Table::Nodes, Row::Node(node(number)));
        batch.put(Table::Assets, Row::Asset(asset(number)));
        batch.put(Table::Users, Row::User(user(number)));
        batch.put(Table::MiningPool, Row::Miner(miner(number)));
    }
    store.commit(&batch, Durability::Relaxed).await.unwrap();
    for table in Table::FOR_PEOPLE {
        for index in table.indexes().iter().copied().map(Some).chain([None]) {
            for descending in [false, true] {
                let query = Query {
                    index: index.map(str::to_owned),
                    descending,
                    ..Query::all(table, 100)
                };
                let page = store.query(&query).await.unwrap();
                assert_eq!(page.total, 12, "{table:?} {index:?}");
                let field = index.unwrap_or(table.key_field());
                for pair in page.rows.windows(2) {
                    let order = pair[0]
                        .value(field)
                        .unwrap()
                        .order(pair[1].value(field).unwrap());
                    let order = order.then_with(|| pair[0].key().cmp(pair[1].key()));
                    assert_eq!(order.is_gt(), descending, "{table:?} {index:?}");
                }
            }
        }
    }
    for (table, index, key, count) in [
        (Table::Blocks, "height", "4", 1),
        (Table::Blocks, "height", "04", 1),
        (Table::Blocks, "height", "99", 0),
        (Table::Blocks, "timestamp", "1000005", 1),
        (Table::Blocks, "miner_id", "m1", 6),
        (Table::Transactions, "status", "pending", 4),
        (Table::Transactions, "status", "p", 4),
        (Table::Transactions, "from_user", "alice", 12),
        (Table::Transactions, "block_id", "", 12),
        (Table::Nodes, "node_type", "poa", 6),
        (Table::Nodes, "last_seen", "2000003", 1),
        (Table::Assets, "owner", "user-3", 1),
        (Table::Users, "name", "user-1", 3),
        (Table::MiningPool, "state", "idle", 12),
    ] {
        let query = Query {
            index: Some(index.to_owned()),
            key: Some(key.to_owned()),
            ..Query::all(table, 100)
        };
        let page = store.query(&query).await.unwrap();
        assert_eq!(
            (page.total, page.rows.len()),
            (count, count as usize),
            "{table:?}.{index} {key:?}"
        );
    }
    bench.close(store);
}

async fn prefixes_are_exact(bench: &impl Bench) {
    let store = bench.open("prefixes").await;
    let mut batch = Batch::default();
    for key in ["ab", "abc", "ab\u{fffe}", "ab🌍", "ac", "Ab", "b"] {
        batch.put(Table::State, raw(key, b""));
    }
    store.commit(&batch, Durability::Relaxed).await.unwrap();
    for (prefix, keys) in [
        ("ab", &["ab", "abc", "ab🌍", "ab\u{fffe}"][..]),
        ("abc", &["abc"]),
        ("", &["Ab", "ab", "abc", "ab🌍", "ab\u{fffe}", "ac", "b"]),
        ("x", &[]),
    ] {
        let query = Query {
            key: Some(prefix.to_owned()),
            ..Query::all(Table::State, 100)
        };
        let page = store.query(&query).await.unwrap();
        let found: Vec<&str> = page.rows.iter().map(Row::key).collect();
        assert_eq!(found, keys);
        assert_eq!(page.total as usize, keys.len());
    }
    bench.close(store);
}

async fn senseless_queries_match_nothing(bench: &impl Bench) {
    let store = bench.open("senseless").await;
    let mut batch = Batch::default();
    batch.put(Table::Blocks, Row::Block(block(1)));
    store.commit(&batch, Durability::Relaxed).await.unwrap();
    for (index, key) in [
        ("colour", None),
        ("height", Some("tall")),
        ("height", Some("-1")),
        ("height", Some("9007199254740992")),
    ] {
        let query = Query {
            index: Some(index.to_owned()),
            key: key.map(str::to_owned),
            ..Query::all(Table::Blocks, 10)
        };
        assert!(query.check().is_err());
        assert_eq!(store.query(&query).await.unwrap().total, 0);
    }
    bench.close(store);
}

fn heights(rows: &[Row]) -> Vec<u64> {
    rows.iter()
        .map(|row| {
            if let Row::Block(row) = row {
                row.height
            } else {
                panic!("no block")
            }
        })
        .collect()
}

fn one_of_each() -> Vec<(Table, Row)> {
    vec![
        (Table::Blocks, Row::Block(block(1))),
        (
            Table::Transactions,
            Row::Transaction(transaction(1, TransactionStatus::Pending)),
        ),
        (Table::Nodes, Row::Node(node(1))),
        (Table::Assets, Row::Asset(asset(1))),
        (Table::Users, Row::User(user(1))),
        (Table::MiningPool, Row::Miner(miner(1))),
        (Table::State, raw("ab", b"state")),
        (Table::Finality, raw("ab", b"votes")),
        (Table::Meta, raw(meta_key::HEAD, b"head")),
    ]
}

pub(crate) fn raw(key: &str, bytes: &[u8]) -> Row {
    Row::Raw(raw_row(key, bytes))
}

fn raw_row(key: &str, bytes: &[u8]) -> RawRow {
    RawRow {
        key: key.to_owned(),
        raw: bytes.to_vec(),
    }
}

pub(crate) fn block(number: u64) -> BlockRow {
    BlockRow {
        record: BlockRecord {
            // Keys in another order than heights.
            hash: format!("{:064x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
            previous_hash: format!("{number:064x}"),
            height: number,
            nonce: number,
            timestamp: 1_000_000 + number,
            miner_id: format!("m{}", number % 2),
            kind: BlockKind::Work,
            difficulty: 256,
            slot: 0,
            transactions_count: 0,
            on_best_chain: number.is_multiple_of(2),
        },
        data: String::new(),
        weight: "340282366920938463463374607431768211455".to_owned(),
        raw: vec![1, 2, 3],
        undo: vec![4, 5],
    }
}

fn transaction(number: u64, status: TransactionStatus) -> TransactionRow {
    TransactionRow {
        record: TransactionRecord {
            tx_hash: format!("{number:064x}"),
            from_user: "alice".to_owned(),
            to_user: format!("bob-{number}"),
            from_address: "a".repeat(64),
            amount: number,
            fee: 1,
            nonce: number,
            kind: PayloadKind::Transfer,
            memo: "lunch".to_owned(),
            timestamp: 3_000_000 - number,
            block_id: if status == TransactionStatus::Committed {
                "b".repeat(64)
            } else {
                String::new()
            },
            height: (status == TransactionStatus::Committed).then_some(number),
            status,
            reason: String::new(),
        },
        raw: vec![0, 255],
    }
}

fn node(number: u64) -> NodeRow {
    NodeRow {
        node_id: format!("{number:064x}"),
        host: "tab".to_owned(),
        port: "channel".to_owned(),
        node_type: [NodeKind::Pow, NodeKind::Poa][number as usize % 2],
        name: format!("node-{number}"),
        status: PeerState::Active,
        last_seen: 2_000_000 + number,
        raw: Vec::new(),
    }
}

fn asset(number: u64) -> AssetRow {
    AssetRow {
        id: format!("{number:064x}"),
        symbol: format!("A{number}"),
        name: "Asset".to_owned(),
        decimals: 2,
        supply: 1_000,
        creator: "c".repeat(64),
        owner: format!("user-{number}"),
        holders: 1,
    }
}

fn user(number: u64) -> UserRow {
    UserRow {
        address: format!("{number:064x}"),
        name: format!("user-{number}"),
        balance: number,
        nonce: 0,
        created_at_height: 0,
    }
}

fn miner(number: u64) -> MinerRow {
    MinerRow {
        worker_id: format!("miner:pow-1:{number}"),
        node_id: "n".repeat(64),
        job: 1,
        record: MinerRecord {
            height: 5,
            nonce_start: 0,
            nonce_end: (1 << 53) - 1,
            hashes: 12,
            hash_rate: 17.25,
            best_hash: String::new(),
            blocks_found: 0,
            state: MinerState::Idle,
        },
        updated: 1,
    }
}
