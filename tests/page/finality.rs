//! Finality in the running page: how soon blocks are final, what happens without an authority, that
//! its return mends it, and that one of four may be away.

use std::cell::{Cell, RefCell};

use aurex::lab::exercises;
use serde::Deserialize;

use crate::clock::Clock;
use crate::visit::Visit;

/// `aurex.finality()`.
#[derive(Clone, Debug, Deserialize)]
struct Finality {
    head: Checkpoint,
    justified: Checkpoint,
    #[serde(rename = "final")]
    last_final: Checkpoint,
    lag: u64,
    waiting_for: Vec<String>,
    needed: u32,
    authorities: u32,
}

#[derive(Clone, Debug, Deserialize)]
struct Checkpoint {
    height: u64,
}

fn finality(visit: &Visit) -> Finality {
    visit.ask("return await aurex.finality()")
}

/// Waits until the block of this height is final.
fn finalised(visit: &Visit, height: u64, seconds: u64) -> Finality {
    let what = format!("height {height} is final");
    visit.wait(&what, seconds, |visit| {
        Some(finality(visit)).filter(|it| it.last_final.height >= height)
    })
}

/// Epochs are 8 blocks long; a checkpoint is final once the next one is justified.
#[test]
#[ignore = "run by cargo xtask test"]
fn blocks_become_final_8_to_17_blocks_after_they_were_made_and_say_so() {
    let mut visit = Visit::open("?pace=1");
    visit.agreed(5, 1, 60);
    let first = finalised(&visit, 8, 90);
    assert_eq!((first.needed, first.authorities), (2, 2));
    // How many blocks were on each block when it was first seen to be final.
    let (last, after) = (Cell::new(first.last_final.height), RefCell::new(Vec::new()));
    let until = last.get() + 32;
    visit.wait("32 more blocks are final", 150, |visit| {
        let now = finality(visit);
        assert!(now.justified.height >= now.last_final.height, "{now:?}");
        let new = last.get() + 1..=now.last_final.height;
        let blocks_on = new.map(|height| now.head.height - height);
        after.borrow_mut().extend(blocks_on);
        last.set(now.last_final.height);
        (last.get() >= until).then_some(())
    });
    let (last, after) = (last.get(), after.into_inner());
    eprintln!("    final after {after:?} blocks");
    assert!(after.iter().all(|blocks| *blocks >= 8), "{after:?}");
    // An epoch whose votes come late, on a machine that is busy, is made up for by the next.
    let usual = after.iter().filter(|blocks| **blocks <= 17).count();
    assert!(4 * usual >= 3 * after.len(), "{after:?}");
    assert!(after.iter().all(|blocks| *blocks <= 26), "{after:?}");
    let word = |height: u64| -> String {
        visit.ask(&format!("return (await aurex.block({height})).finality"))
    };
    assert_eq!(word(1), "final");
    assert_eq!(word(last), "final");
    let head = visit.status().height();
    assert_ne!(word(head), "final", "the head is not final at once");
    visit.expect_quiet();
}

#[test]
#[ignore = "run by cargo xtask test"]
fn without_one_of_two_authorities_finality_stands_still_says_why_and_goes_on_once_it_is_back() {
    let mut visit = Visit::open("?pace=1");
    visit.agreed(5, 1, 60);
    finalised(&visit, 8, 90);
    visit.command("kill poa-2");
    let killed = visit.status().height();
    // What was voted before may still become final; then nothing does.
    visit.agreed(4, killed + 30, 120);
    let still = visit.wait("the killed one is missed", 60, |visit| {
        Some(finality(visit)).filter(|it| it.waiting_for == ["poa-2"])
    });
    assert!(still.lag > 26, "{still:?}");
    visit.wait("the page says why", 30, |visit| {
        let text = visit.text_of("[aria-label='Finality']");
        (text.contains("poa-2 has not voted for") && text.contains("2 of 2 are needed"))
            .then_some(())
    });
    let height = visit.status().height();
    let later = visit.agreed(4, height + 3, 60);
    assert_eq!(
        finality(&visit).last_final.height,
        still.last_final.height,
        "nothing is final without two thirds"
    );
    let clock = Clock::start();
    visit.command("start poa-2");
    let now = finalised(&visit, still.last_final.height + 8, 60);
    eprintln!(
        "    final again up to {} {clock} after the start, at height {}",
        now.last_final.height,
        later.height()
    );
    visit.expect_quiet();
}

#[test]
#[ignore = "run by cargo xtask test"]
fn without_one_of_four_authorities_finality_goes_on_and_a_lost_one_can_be_removed() {
    let mut visit = Visit::open("?poa=4&pace=1");
    visit.agreed(7, 1, 60);
    let before = finalised(&visit, 8, 90);
    assert_eq!((before.needed, before.authorities), (3, 4));
    visit.command("kill poa-3");
    let height = visit.status().height();
    finalised(&visit, height + 16, 120);
    visit.command("authority remove poa-3");
    let after = visit.wait("three authorities are left", 60, |visit| {
        Some(finality(visit)).filter(|it| it.authorities == 3)
    });
    assert_eq!(after.needed, 2);
    let height = visit.status().height();
    let on = finalised(&visit, height + 8, 90);
    assert!(!on.waiting_for.contains(&"poa-3".to_owned()), "{on:?}");
    visit.wait("the page offers to take it back", 30, |visit| {
        visit
            .text_of("[aria-label='Finality']")
            .contains("Make it an authority")
            .then_some(())
    });
    visit.expect_quiet();
}

/// Offences of both kinds, as a scenario's nodes prove them: the page says who and why, and checks
/// both statements again.
#[test]
#[ignore = "run by cargo xtask test"]
fn who_seals_or_votes_twice_is_shown_as_guilty_with_both_statements_checked_in_the_page() {
    let mut visit = Visit::open("?pow=1&poa=0&pace=pause");
    for (name, reason) in [
        ("sealed-twice", "it sealed two blocks in one slot"),
        ("voted-twice", "it voted twice for one epoch"),
    ] {
        visit.value(&format!("location.hash = '#/lab/{name}'"));
        visit.wait("an open scenario", 60, |visit| {
            (!visit.text_of("#lab-time").is_empty()).then_some(())
        });
        let exercise = exercises::find(name).unwrap().unwrap();
        for timed in exercise.solution {
            visit.value(&format!(
                "await aurex.lab.seek({}); return await aurex.lab.act({})",
                timed.at.unwrap(),
                serde_json::to_string(&timed.action).unwrap()
            ));
        }
        visit.value(&format!(
            "await aurex.lab.seek({}); location.hash = '#/lab/{name}/network'",
            exercise.scenario.length
        ));
        let proof = visit.wait("the proof", 60, |visit| {
            Some(visit.text_of(".lab-room .proof")).filter(|text| !text.is_empty())
        });
        for part in ["poa-2", "is guilty", reason, "Holds.", "first", "second"] {
            assert!(proof.contains(part), "{name}: {part:?} is not in {proof:?}");
        }
        assert!(!proof.contains("Fails."), "{proof}");
    }
    visit.expect_quiet();
}

#[test]
#[ignore = "run by cargo xtask test"]
fn an_authority_is_removed_only_after_a_question() {
    let mut visit = Visit::open("?pow=1&poa=2&test_tx=0");
    visit.agreed(3, 1, 60);
    let click = |selector: &str| {
        visit.wait(selector, 20, |visit| {
            let clicked: bool = visit.ask(&format!(
                "const found = document.querySelector(\"{selector}\"); found?.click(); return !!found"
            ));
            clicked.then_some(())
        });
    };
    let sent = || -> usize {
        visit.ask(
            "const found = await aurex.ledger({ table: 'transactions' });
             return found.rows.filter((row) => row.kind === 'set_params').length",
        )
    };
    click("[aria-label='Remove poa-2 from the authorities']");
    visit.wait("a question", 10, |visit| {
        let asked = visit.text_of("[aria-label='Finality'] .confirm-question");
        (asked == "Remove poa-2 from the authorities?").then_some(())
    });
    assert_eq!(sent(), 0, "nothing is sent before the answer");
    click("[aria-label='Finality'] .confirm .button-danger");
    visit.wait("the change", 60, |_| (sent() == 1).then_some(()));
    visit.expect_quiet();
}
