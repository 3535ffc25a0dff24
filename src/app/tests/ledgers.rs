//! Ledgers as files, compared, and changed on the disk.

use crate::app::testing::World;
use crate::ledger::FileError;

const LINK: &str = "?pow=1&poa=1&test_tx=4&pace=1";

#[test]
fn a_ledger_is_saved_and_taken_by_a_fresh_node_block_by_block() {
    let world = World::new(1);
    let page = world.ready(LINK);
    page.grow(6);
    page.expect(
        "export pow-1",
        &[
            "The ledger of pow-1 was saved as pow1-poa1-d2-pow-1",
            "no key",
        ],
    );
    let (name, file) = page.file();
    assert_eq!(name, "pow1-poa1-d2-pow-1.aurex-ledger");
    page.command("stop all");
    page.expect("wipe poa-1", &["was deleted"]);
    // Alone, it has the chain from nowhere else.
    page.expect("import poa-1", &["are valid", "on the best chain"]);
    world.until("the file's height", || page.status("poa-1").height >= 6);
    let again = page
        .wait(|app| async move { app.import("poa-1", file).await })
        .expect("the same file");
    assert_eq!(again.new, 0);
}

#[test]
fn a_file_that_is_refused_changes_nothing_and_names_rule_and_place() {
    let world = World::new(2);
    let page = world.ready(LINK);
    page.grow(6);
    page.command("export pow-1");
    let (_, file) = page.file();
    let mut changed = file.clone();
    changed[200] ^= 1;
    page.put_file(changed);
    assert_eq!(page.refusal("import poa-1"), "file_format");
    page.put_file(b"{}".to_vec());
    assert_eq!(page.refusal("import poa-1"), "file_format");
    let other = world.ready("?pow=1&poa=0&test_tx=0&pace=1");
    other.put_file(file.clone());
    assert_eq!(other.refusal("import pow-1"), "file_network");
    let chain_id = page.app.chain_id().expect("it is open");
    let mut blocks = crate::ledger::decode_file(&file, &chain_id).expect("its own file");
    let bad = blocks.len() - 1;
    blocks[bad].header.height = crate::primitives::Height(77);
    let forged = crate::ledger::encode_file(&chain_id, blocks.iter());
    let height = page.height();
    let refused = page
        .wait(|app| async move { app.import("poa-1", forged).await })
        .unwrap_err();
    assert_eq!(refused.code(), "file_rule");
    assert!(
        refused.to_string().contains("at height 77 breaks rule"),
        "{refused}"
    );
    assert!(matches!(
        refused,
        crate::ipc::Refusal::File(FileError::Rule { .. })
    ));
    assert!(page.status("poa-1").height >= height);
}

#[test]
fn two_ledgers_are_compared_to_the_first_block_that_differs() {
    let world = World::new(3);
    let page = world.ready("?pow=2&poa=0&test_tx=0&pace=1");
    page.grow(4);
    page.expect("pace pause", &["rest"]);
    world.run(5_000.0);
    page.expect("compare pow-1 pow-2", &["have the same", "byte for byte"]);
    page.expect("cut pow-1 pow-2", &["is cut"]);
    page.expect("pace 1", &["every 1 s"]);
    let height = page.height();
    world.until("two branches", || {
        ["pow-1", "pow-2"]
            .iter()
            .all(|node| page.status(node).height > height + 1)
    });
    let at = format!(
        "agree up to height {height} and differ from height {}",
        height + 1
    );
    page.expect(
        "compare pow-1 pow-2",
        &[&at, "on the same parent", "pow-2: block"],
    );
}

#[test]
fn a_block_that_was_changed_on_the_disk_is_found_named_kept_and_fetched_again() {
    for (field, word) in [
        ("", "height 3"),
        (" byte 7", "height 3"),
        (" amount", "checksum over its bytes"),
    ] {
        let world = World::new(4);
        let page = world.ready(LINK);
        page.grow(8);
        let pays = |height: &u64| {
            let which = height.to_string();
            let block = page.wait(|app| async move { app.block(None, &which).await });
            block.is_ok_and(|block| block.is_some_and(|block| !block.transactions.is_empty()))
        };
        let paid = (1..8).find(pays);
        let height = if field != " amount" {
            3
        } else {
            paid.expect("a transfer")
        };
        assert_eq!(
            page.refusal(&format!("tamper poa-1 {height}")),
            "already_running"
        );
        page.expect("stop poa-1", &["stopped"]);
        assert_eq!(page.refusal("tamper poa-1 9999"), "unknown_block");
        assert_eq!(page.refusal("tamper poa-1 3 byte 999999"), "unknown_byte");
        page.expect(
            &format!("tamper poa-1 {height}{field}"),
            &["was changed", "`start poa-1`"],
        );
        page.expect("start poa-1", &["poa-1 runs"]);
        world.run(1_000.0);
        let log = page.log();
        let said = log
            .lines()
            .find(|line| line.starts_with("The ledger was changed"));
        let said = said.expect("the check finds it");
        assert!(
            said.contains(&format!("at height {height}")) && said.contains(word),
            "{said}"
        );
        assert!(field != " amount" || said.contains("breaks rule"), "{said}");
        page.grow(page.height() + 2);
        assert_eq!(page.status("poa-1").degraded, None);
        assert!(page.status("poa-1").written_bytes > 1_000);
        let shown = crate::app::pages::tamper::said(&page.app.fresh_model(), "poa-1");
        assert!(shown.iter().any(|line| line == said), "{shown:?}");
    }
}
