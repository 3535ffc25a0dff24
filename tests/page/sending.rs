//! One sender's transactions in a row, what a killed node takes along, and a stopped node's disk
//! that is changed by a form.

use crate::visit::Visit;

/// Transactions in the blocks of a node's chain.
const IN_BLOCKS: &str = "
    const { blocks } = await aurex.chain({ node: 'poa-1', count: 400 });
    return blocks.reduce((sum, block) => sum + block.transactions_count, 0)";

fn await_in_blocks(visit: &Visit, count: u64) {
    visit.wait(&format!("{count} transactions in blocks"), 120, |visit| {
        (visit.ask::<u64>(IN_BLOCKS) >= count).then_some(())
    });
}

#[test]
#[ignore = "run by cargo xtask test"]
fn fifty_transactions_in_a_row_are_all_taken_by_link_and_by_script() {
    let mut visit = Visit::open("?test_tx=50&pace=1");
    visit.agreed(5, 1, 60);
    await_in_blocks(&visit, 50);
    // As a script sends them, without waiting, and again while a node that had some is killed.
    let send = |visit: &Visit, with: &str| -> Vec<u64> {
        visit.ask(&format!(
            "const sent = Array.from({{ length: 50 }}, () => aurex.tx('1 bob to carol'));
             {with}
             return (await Promise.all(sent)).map((done) => done.nonce)"
        ))
    };
    let first = send(&visit, "");
    let second = send(
        &visit,
        "await new Promise((done) => setTimeout(done, 100)); await aurex.kill('pow-1');",
    );
    let from = first[0];
    let expected: Vec<u64> = (from..from + 100).collect();
    assert_eq!([first, second].concat(), expected);
    await_in_blocks(&visit, 150);
    visit.command("start pow-1");
    visit.agreed(5, 3, 60);
    visit.expect_quiet();
}

#[test]
#[ignore = "run by cargo xtask test"]
fn what_only_a_killed_node_had_is_said_and_sent_again_by_a_button() {
    let mut visit = Visit::open("?pow=1&poa=2&test_tx=0&pace=600");
    visit.agreed(3, 1, 60);
    visit.value(
        "const nodes = ['pow-1', 'poa-1', 'poa-2'];
         for (const [a, b] of [[0, 1], [0, 2], [1, 2]]) await aurex.command(`cut ${nodes[a]} ${nodes[b]}`);
         await aurex.tx('5 alice to bob');
         const waiting = await Promise.all(nodes.map((node) => aurex.mempool(node)));
         await aurex.kill(nodes[waiting.findIndex((pool) => pool.transactions.length === 1)]);
         for (const [a, b] of [[0, 1], [0, 2], [1, 2]]) await aurex.command(`heal ${nodes[a]} ${nodes[b]}`);",
    );
    visit.wait("the sentence", 20, |visit| {
        visit
            .text_of(".problems")
            .contains("nonce 0 of alice is missing")
            .then_some(())
    });
    visit.browser.click(".problem .button-offer");
    await_in_blocks(&visit, 1);
    visit.wait("the sentence gone", 20, |visit| {
        visit.text_of(".problems").is_empty().then_some(())
    });
    visit.expect_quiet();
}

/// Without the console: a form changes the disk of a node that was stopped, and the page says what
/// the start found.
#[test]
#[ignore = "run by cargo xtask test"]
fn the_disk_of_a_stopped_node_is_changed_by_a_form() {
    let mut visit = Visit::open("?pow=2&poa=1&pace=1");
    visit.agreed(3, 5, 60);
    visit.value(
        "location.hash = '#/ledger';
         await new Promise((done) => setTimeout(done, 500));
         const nodes = document.querySelector('main select, .panel select');
         nodes.value = 'poa-1';
         nodes.dispatchEvent(new Event('change', { bubbles: true }));
         await aurex.stop('poa-1')",
    );
    visit.wait("the form", 20, |visit| {
        (visit.value("return !!document.querySelector('#tamper-height')") == true).then_some(())
    });
    visit.value(
        "const set = (selector, value) => {
           const field = document.querySelector(selector);
           field.value = value;
           field.dispatchEvent(new Event(field.tagName === 'SELECT' ? 'change' : 'input', { bubbles: true }));
         };
         set('#tamper-height', '3');
         set('#tamper-kind', 'the byte of this number');
         await new Promise((done) => setTimeout(done, 300));
         set('#tamper-byte', '40')",
    );
    visit.browser.click("#tamper-change");
    visit.wait("the outcome", 20, |visit| {
        visit
            .text_of(".notices")
            .contains("byte 40 is")
            .then_some(())
    });
    visit.command("start poa-1");
    visit.wait("what the start found", 30, |visit| {
        visit
            .text_of(".ledger-said")
            .contains("at height 3")
            .then_some(())
    });
    assert!(
        visit
            .text_of(".ledger-disk")
            .contains("of rows since it started")
    );
    visit.agreed(3, 6, 60);
    visit.expect_quiet();
}
