//! Traffic: the page sends payments and messages by itself, so that blocks are not empty.

use serde::Deserialize;

use crate::visit::Visit;

#[derive(Debug, Deserialize)]
struct Traffic {
    per_minute: u32,
    state: String,
    sent: u64,
    refused: u64,
}

fn traffic(visit: &Visit) -> Traffic {
    visit.ask("return (await aurex.status()).network.traffic")
}

/// Transactions in the last blocks of a node's chain.
fn in_blocks(visit: &Visit) -> u64 {
    visit.ask(
        "const { blocks } = await aurex.chain({ node: 'poa-1', count: 200 });
         return blocks.reduce((sum, block) => sum + block.transactions_count, 0)",
    )
}

#[test]
#[ignore = "run by cargo xtask test"]
fn blocks_stop_being_empty_when_traffic_is_switched_on_and_a_reload_keeps_it() {
    let mut visit = Visit::open("?pace=2&test_tx=0");
    visit.agreed(5, 3, 60);
    assert_eq!(in_blocks(&visit), 0, "off by default");
    visit.value(
        "const rates = document.querySelector('#traffic');
         rates.value = '120';
         rates.dispatchEvent(new Event('change', { bubbles: true }))",
    );
    visit.wait("twenty transactions in blocks", 60, |visit| {
        (in_blocks(visit) >= 20).then_some(())
    });
    let found = traffic(&visit);
    assert_eq!((found.per_minute, found.state.as_str()), (120, "here"));
    assert!(found.sent >= 20 && found.refused == 0, "{found:?}");
    visit.wait("what it does, on the page", 10, |visit| {
        visit
            .text_of("#traffic-note")
            .contains("120 payments and messages a minute;")
            .then_some(())
    });
    visit.reload();
    visit.agreed(5, 3, 60);
    visit.wait("traffic after the reload", 30, |visit| {
        (traffic(visit).sent >= 3).then_some(())
    });
    let answer: String = visit.ask("return (await aurex.traffic('off')).text");
    assert!(answer.contains("Traffic is off"), "{answer}");
    let refused = visit.refusal("await aurex.traffic(601)");
    assert_eq!(refused.code, "argument_wrong");
    assert!(
        refused.message.contains("1 to 600 payments a minute"),
        "{refused:?}"
    );
    let chosen: String = visit.wait("the switch at off", 10, |visit| {
        let chosen: String = visit.ask("return document.querySelector('#traffic').value");
        (chosen == "0").then_some(chosen)
    });
    assert_eq!(chosen, "0");
    visit.agreed(5, 3, 60);
    visit.expect_quiet();
}
