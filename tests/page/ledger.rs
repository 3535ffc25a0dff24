//! Ledgers outlive their nodes: a reload and a killed worker lose nothing, and the databases hold
//! what the nodes say, in the browser's own storage.

use std::collections::BTreeMap;

use aurex::ledger::Table;
use serde::Deserialize;

use crate::visit::{Block, Status, Visit, text};

/// One database as a stranger's script finds it.
#[derive(Debug, Deserialize)]
struct Database {
    /// Stores with their key and their indexes.
    stores: BTreeMap<String, (String, Vec<String>)>,
    /// Hash, height and bytes of each row of `blocks`.
    blocks: Vec<(String, u64, String)>,
}

/// Reads a node's database without the program.
const READ: &str = "
    const promised = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const all = await indexedDB.databases();
    const names = all.map(({ name }) => name).filter((name) => name.endsWith(`:${NODE}`));
    if (names.length !== 1) throw new Error(`expected one database of ${NODE}, found ${JSON.stringify(all)}`);
    const database = await promised(indexedDB.open(names[0]));
    try {
      const stores = {};
      const transaction = database.transaction([...database.objectStoreNames], 'readonly');
      for (const name of database.objectStoreNames) {
        const store = transaction.objectStore(name);
        stores[name] = [store.keyPath, [...store.indexNames]];
      }
      const rows = await promised(transaction.objectStore('blocks').getAll());
      const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
      return { stores, blocks: rows.map((row) => [row.hash, row.height, hex(row.raw)]) };
    } finally {
      database.close();
    }";

/// Resolves to the milliseconds from the start of nodes to the agreement of all.
const BACK: &str = "
    const began = performance.now();
    await Promise.all(NODES.map((node) => aurex.start(node)));
    for (;;) {
      const { nodes, in_consensus } = await aurex.status();
      const up = nodes.filter((node) => node.state === 'running');
      const one = (field) => new Set(up.map((node) => node[field])).size === 1;
      if (up.length === 5 && in_consensus && one('head') && one('state_root')) return Math.round(performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }";

fn database(visit: &Visit, node: &str) -> Database {
    visit.ask(&READ.replace("NODE}", &format!("{}}}", text(node))))
}

/// The blocks of the best chain up to a height, whole.
fn blocks(visit: &Visit, height: u64) -> Vec<Block> {
    (0..=height)
        .map(|height| visit.block(&height.to_string()))
        .collect()
}

/// All nodes agree, and their ledgers are as high as their chains.
fn durable(visit: &Visit, height: u64) -> Status {
    visit.wait(
        &format!("five durable ledgers of the same chain at height {height} or above"),
        60,
        |visit| {
            let status = visit.status();
            let written = status.up().all(|node| node.durable_height == node.height);
            (status.agree(5) && written && status.height() >= height).then_some(status)
        },
    )
}

#[test]
#[ignore = "run by cargo xtask test"]
fn a_reload_loses_nothing_and_every_node_resumes_from_its_own_database() {
    let mut visit = Visit::open("?pace=2");
    let before = durable(&visit, 5);
    let kept = blocks(&visit, before.height());
    visit.reload();
    // What was sealed between the last look and the reload is on top.
    let after = visit.agreed(5, before.height(), 60);
    assert_eq!(
        after.network.chain_id, before.network.chain_id,
        "another chain"
    );
    for node in after.up() {
        let had = before.node(&node.name);
        assert_eq!(node.ledger_start, "resumed", "{}", node.name);
        assert!(
            node.height >= had.height,
            "{} had height {}, has {}",
            node.name,
            had.height,
            node.height
        );
        assert_eq!(node.id, had.id, "{} has another identity", node.name);
    }
    for block in &kept {
        let now = visit.block(&block.hash);
        assert_eq!(now.raw, block.raw, "block {} has other bytes", block.height);
        assert!(
            now.on_best_chain,
            "block {} is no longer on the chain",
            block.height
        );
    }
    eprintln!(
        "    {} blocks before the reload are there byte for byte",
        kept.len()
    );
    for node in ["pow-1", "pow-2", "pow-3", "poa-1", "poa-2"] {
        let found = database(&visit, node);
        for block in &kept {
            let row = (block.hash.clone(), block.height, block.raw.clone());
            assert!(
                found.blocks.contains(&row),
                "the database of {node} lacks block {}",
                block.height
            );
        }
        expect_tables(node, &found);
    }
    let committed = visit
        .ask::<u32>("return (await aurex.ledger({ table: 'transactions', index: 'status', key: 'committed' })).total");
    assert_eq!(
        committed, 5,
        "the test transactions are sent once in a network's life"
    );
    let by_id = visit.ask::<bool>(
        "const ask = (node) => aurex.ledger({ node, table: 'blocks', limit: 1 });
         const { nodes } = await aurex.status();
         const { id, name } = nodes.find((node) => node.own);
         return (await ask(id)).rows[0].hash === (await ask(name)).rows[0].hash",
    );
    assert!(by_id, "a node is meant by its id as well as by its name");
    visit.expect_quiet();
}

fn expect_tables(node: &str, found: &Database) {
    let mut wanted: Vec<&str> = Table::ALL.into_iter().map(Table::name).collect();
    wanted.sort_unstable();
    assert_eq!(
        found.stores.keys().map(String::as_str).collect::<Vec<_>>(),
        wanted,
        "stores of {node}"
    );
    for table in Table::ALL {
        let (key, indexes) = &found.stores[table.name()];
        let mut wanted = table.indexes().to_vec();
        wanted.sort_unstable();
        assert_eq!(key, table.key_field(), "key of {}", table.name());
        assert_eq!(*indexes, wanted, "indexes of {}", table.name());
    }
}

#[test]
#[ignore = "run by cargo xtask test"]
fn the_chain_grows_without_killed_nodes_and_they_come_back_from_their_ledgers() {
    let mut visit = Visit::open("?pace=2");
    let before = visit.agreed(5, 3, 60);
    visit.command("kill pow-1");
    visit.command("kill poa-1");
    let killed = visit.status();
    for name in ["pow-1", "poa-1"] {
        assert_eq!(killed.node(name).state, "killed", "{name}");
    }
    let grown = visit.agreed(3, killed.height() + 3, 60);
    assert_eq!(
        visit.refusal("return await aurex.kill('pow-1')").code,
        "not_running"
    );
    let milliseconds: u64 = visit.ask(&BACK.replace("NODES", "['pow-1', 'poa-1']"));
    eprintln!(
        "    both were back in consensus after {milliseconds} ms, {} blocks later",
        grown.height() - killed.height()
    );
    let after = visit.agreed(5, grown.height(), 60);
    for name in ["pow-1", "poa-1"] {
        let (node, had) = (after.node(name), before.node(name));
        assert_eq!(
            (node.ledger_start.as_str(), &node.id),
            ("resumed", &had.id),
            "{name}"
        );
        assert!(node.height >= grown.height(), "{name}");
    }
    visit.agreed(5, after.height() + 2, 60);
    visit.expect_quiet();
}

/// The first blocks are a second old, or not yet there: nothing that a node has not said to be
/// durable is asked for.
#[test]
#[ignore = "run by cargo xtask test"]
fn a_browser_that_is_killed_with_a_new_network_finds_the_same_network_again() {
    let mut visit = Visit::open("?pace=2");
    for _ in 0..3 {
        visit.wait("a first block", 30, |visit| {
            (visit.status().height() > 0).then_some(())
        });
        let before = visit.status();
        visit.browser.kill_and_start_again();
        visit.go("?pace=2");
        let durable = |name: &str| before.node(name).durable_height;
        let after = visit.agreed(5, 1, 60);
        assert_eq!(
            after.network.chain_id, before.network.chain_id,
            "another network"
        );
        for node in after.up() {
            assert_eq!(node.id, before.node(&node.name).id, "{}", node.name);
            assert!(node.height >= durable(&node.name), "{}", node.name);
        }
        assert!(after.problems.is_empty(), "{:?}", after.problems);
    }
}

#[test]
#[ignore = "run by cargo xtask test"]
fn a_ledger_is_exported_imported_compared_and_changed_from_the_page() {
    let mut visit = Visit::open("?pow=2&poa=1&pace=1");
    visit.agreed(3, 6, 60);
    let imported: serde_json::Value = visit.ask(
        "const bytes = await aurex.export('pow-1');
         await aurex.stop('all');
         await aurex.wipe('pow-2');
         return await aurex.import({ node: 'pow-2', bytes })",
    );
    assert_eq!(imported["on_best_chain"], true, "{imported}");
    assert_eq!(imported["blocks"], imported["new"], "{imported}");
    let refused = visit.refusal(
        "const bytes = await aurex.export('pow-2');
         bytes[bytes.length - 40] ^= 1;
         return await aurex.import({ node: 'pow-2', bytes })",
    );
    assert_eq!(refused.code, "file_format", "{refused:?}");
    assert!(visit.command("tamper poa-1 3").contains("was changed"));
    visit.command("start all");
    visit.wait("the check's word", 30, |visit| {
        let log: Vec<String> = visit.ask("return testLog");
        log.iter()
            .any(|line| line.contains("block") && line.contains("at height 3:"))
            .then_some(())
    });
    visit.agreed(3, 8, 60);
    assert!(
        visit
            .command("compare pow-1 poa-1")
            .contains("have the same")
    );
    visit.expect_quiet();
}
