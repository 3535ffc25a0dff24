//! The laboratory in the page: what a person does with time, messages, nodes and links, and that a
//! scenario played here is the one that is played natively.

use aurex::lab::results::{Results, Verdict};
use aurex::lab::{Lab, Until, exercises};
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::visit::{Visit, text};

/// A live network that costs as little as can be.
pub(crate) const QUIET: &str = "?pow=1&poa=0&pace=pause";

/// A visit with an exercise open.
pub(crate) fn open(name: &str) -> Visit {
    let visit = Visit::open(QUIET);
    go(&visit, &format!("#/lab/{name}"));
    visit
}

fn go(visit: &Visit, place: &str) {
    visit.value(&format!("location.hash = {}", text(place)));
    visit.wait("an open scenario", 60, |visit| {
        (!visit.text_of("#lab-time").is_empty()).then_some(())
    });
}

pub(crate) fn state(visit: &Visit) -> Value {
    visit.value("return await aurex.lab.state()")
}

fn time(visit: &Visit) -> u64 {
    state(visit)["time"].as_u64().unwrap()
}

fn seek(visit: &Visit, to: u64) -> Value {
    visit.value(&format!("return await aurex.lab.seek({to})"))
}

fn act(visit: &Visit, action: &Value) -> Value {
    visit.value(&format!("return await aurex.lab.act({action})"))
}

/// Clicks, wherever the page is scrolled to.
pub(crate) fn click(visit: &Visit, selector: &str) {
    visit.wait(selector, 20, |visit| {
        let clicked = visit.value(&format!(
            "const found = document.querySelector({});
             if (!found || found.disabled) return false;
             found.scrollIntoView({{ block: 'center' }});
             found.dispatchEvent(new MouseEvent('click', {{ bubbles: true, cancelable: true }}));
             return true;",
            text(selector)
        ));
        (clicked == true).then_some(())
    });
}

pub(crate) fn until(visit: &Visit, what: &str, holds: impl Fn(&Visit) -> bool) {
    visit.wait(what, 60, |visit| holds(visit).then_some(()));
}

#[test]
#[ignore = "run by cargo xtask test"]
fn five_scenarios_opened_as_links_have_the_digest_of_the_native_run_at_full_length() {
    let mut visit = Visit::open(QUIET);
    for name in [
        "changed-byte",
        "double-spend",
        "partition",
        "finality",
        "crash",
    ] {
        let scenario = exercises::find(name).unwrap().unwrap().solved();
        let length = scenario.length;
        let mut native = Lab::open(scenario.clone()).unwrap();
        native.seek(length).unwrap();
        let json = serde_json::to_string(&scenario).unwrap();
        let clock = Clock::start();
        visit.value(&format!(
            "location.hash = '#/lab?' + new URLSearchParams({{ s: {}, t: {length} }})",
            text(&json)
        ));
        let title = scenario.title.clone();
        visit.wait("the end of the scenario", 120, |visit| {
            let state = visit
                .try_ask::<Value>("return await aurex.lab.state()")
                .ok()?;
            (state["title"] == json!(title) && state["time"] == json!(length)).then_some(())
        });
        let state = state(&visit);
        assert_eq!(
            state["digest"],
            json!(native.digest().to_string()),
            "{name}"
        );
        assert_eq!(state["events"], json!(native.events()), "{name}");
        assert_eq!(
            state["goal"]["done"],
            json!(native.goal_at().is_some()),
            "{name}"
        );
        eprintln!(
            "    {name}: {} s of virtual time, there {clock} after the click",
            length / 1_000
        );
    }
    visit.expect_quiet();
}

#[test]
#[ignore = "run by cargo xtask test"]
fn time_stops_resumes_steps_changes_its_speed_and_goes_back() {
    let mut visit = open("fork");
    click(&visit, "#lab-play");
    until(&visit, "time goes on", |visit| time(visit) > 500);
    click(&visit, "#lab-play");
    until(&visit, "time stands still", |visit| {
        state(visit)["playing"] == false
    });
    let stopped = time(&visit);
    assert_eq!(time(&visit), stopped);
    click(&visit, "#lab-play");
    until(&visit, "time goes on again", |visit| time(visit) > stopped);
    click(&visit, "#lab-play");
    until(&visit, "time stands still again", |visit| {
        state(visit)["playing"] == false
    });
    for step in ["event", "message", "block"] {
        let before = state(&visit);
        click(&visit, &format!("#lab-step-{step}"));
        until(&visit, step, |visit| {
            state(visit)["events"] != before["events"]
        });
        assert_eq!(state(&visit)["playing"], false);
    }
    let fast = visit.value("return await aurex.lab.play({ speed: 1000 })");
    assert_eq!(fast["speed"].as_f64(), Some(1_000.0));
    until(&visit, "a minute", |visit| time(visit) > 60_000);
    visit.value("return await aurex.lab.pause()");
    until(&visit, "the speed in words", |visit| {
        visit.text_of(".lab-speed-text") == "×1000"
    });
    let late = seek(&visit, 60_000);
    let early = seek(&visit, 10_000);
    assert_eq!(
        (
            early["time"].as_u64(),
            early["end"].as_u64() >= Some(60_000)
        ),
        (Some(10_000), true)
    );
    assert_eq!(seek(&visit, 60_000)["digest"], late["digest"]);
    let refusal = visit.refusal("return await aurex.lab.seek(-1)");
    assert_eq!(refusal.code, "argument_wrong");
    assert_eq!(
        visit
            .refusal("return await aurex.lab.play({ sped: 2 })")
            .code,
        "field_unknown"
    );
    visit.expect_quiet();
}

#[test]
#[ignore = "run by cargo xtask test"]
fn a_message_is_looked_at_held_changed_and_dropped_and_its_receiver_says_why_it_refuses() {
    let mut visit = open("fork");
    click(&visit, "#lab-step-block");
    until(&visit, "a block on its way", |visit| {
        visit.value("return !!document.querySelector('.lab-kind.lab-frame-block')") == true
    });
    click(&visit, ".lab-kind.lab-frame-block");
    until(&visit, "its contents", |visit| {
        visit.text_of("#lab-hand").contains("state_root")
    });
    click(&visit, "#lab-hold");
    until(&visit, "a held frame", |visit| {
        visit.text_of("#lab-frame-count").contains("1 held")
    });
    let held = visit.value("return (await aurex.lab.frames()).find((frame) => frame.held)");
    assert_eq!(held["type"], "BLOCK_FOUND");
    let id = held["id"].as_u64().unwrap();
    visit.value(&format!(
        "return await aurex.lab.edit({id}, {{ field: 'nonce', value: 1 }})"
    ));
    click(&visit, "#lab-release");
    click(&visit, "#lab-step-message");
    until(&visit, "a refusal by its rule", |visit| {
        visit.text_of("#lab-lines").contains("signature")
    });
    // Another one never arrives.
    visit.value("return await aurex.lab.step('block')");
    let frames = visit.value("return await aurex.lab.frames()");
    let block = |frame: &&Value| frame["type"] == "BLOCK_FOUND";
    let before = frames.as_array().unwrap().iter().filter(block).count();
    let id = frames.as_array().unwrap().iter().find(block).unwrap()["id"].clone();
    visit.value(&format!("return await aurex.lab.drop({id})"));
    let frames = visit.value("return await aurex.lab.frames()");
    assert_eq!(
        frames.as_array().unwrap().iter().filter(block).count(),
        before - 1
    );
    assert_eq!(
        visit
            .refusal(&format!("return await aurex.lab.drop({id})"))
            .code,
        "lab_action"
    );
    visit.expect_quiet();
}

#[test]
#[ignore = "run by cargo xtask test"]
fn a_node_is_killed_and_started_again_by_hand() {
    let mut visit = open("fork");
    seek(&visit, 20_000);
    let node = visit.value("return document.querySelector('.lab-graph .graph-name').textContent");
    click(&visit, ".lab-graph .graph-node");
    click(&visit, "#lab-kill");
    until(&visit, "a node that is down", |visit| {
        visit.text_of("#lab-node").contains("down")
    });
    seek(&visit, 25_000);
    click(&visit, "#lab-start");
    until(&visit, "a node that runs", |visit| {
        visit.text_of("#lab-node").contains("runs")
    });
    until(&visit, "its own words", |visit| {
        visit.text_of("#lab-lines").contains("Started at height")
    });
    assert!(visit.text_of("#lab-node").contains(node.as_str().unwrap()));
    visit.expect_quiet();
}

#[test]
#[ignore = "run by cargo xtask test"]
fn a_line_across_the_picture_parts_the_network_and_one_click_heals_it() {
    let mut visit = open("partition");
    seek(&visit, 5_000);
    let draw = "
        const picture = document.querySelector('.lab-graph');
        picture.scrollIntoView({ block: 'center' });
        const area = picture.getBoundingClientRect();
        const send = (kind, x, y) => picture.dispatchEvent(new PointerEvent(kind, { bubbles: true, clientX: x, clientY: y }));
        const nap = () => new Promise((resolve) => setTimeout(resolve, 100));
        const y = area.top + area.height * 0.42;
        send('pointerdown', area.left + 4, y); await nap();
        send('pointermove', area.right - 4, y); await nap();
        send('pointerup', area.right - 4, y);";
    visit.value(draw);
    until(&visit, "links that are cut", |visit| {
        visit.value("return document.querySelectorAll('.lab-graph .graph-link-cut').length") != 0
    });
    assert!(
        visit
            .text_of("#lab-lines")
            .contains("cut off from the rest")
    );
    click(&visit, "#lab-heal");
    until(&visit, "whole links", |visit| {
        visit.value("return document.querySelectorAll('.lab-graph .graph-link-cut').length") == 0
    });
    visit.expect_quiet();
}

#[test]
#[ignore = "run by cargo xtask test"]
fn acting_in_the_past_begins_a_second_future_and_both_are_compared() {
    let mut visit = open("double-spend");
    let old = seek(&visit, 60_000);
    seek(&visit, 15_000);
    let there = act(&visit, &json!({ "partition": { "side": ["pow-2"] } }));
    assert_eq!(there["branch"], "branch-1");
    let new = seek(&visit, 60_000);
    assert_ne!(new["digest"], old["digest"]);
    click(&visit, "#lab-compare");
    until(&visit, "two futures beside each other", |visit| {
        visit.text_of("#lab-compared").contains("differences")
    });
    let compared = visit.value("return await aurex.lab.compare('main', 'branch-1')");
    assert_eq!(
        (&compared[0]["digest"], &compared[1]["digest"]),
        (&old["digest"], &new["digest"])
    );
    visit.expect_quiet();
}

#[test]
#[ignore = "run by cargo xtask test"]
fn a_goal_is_ticked_when_it_is_reached_and_the_moment_is_shared_as_a_link() {
    let mut visit = open("double-spend");
    let exercise = exercises::find("double-spend").unwrap().unwrap();
    for timed in exercise.solution {
        seek(&visit, timed.at.unwrap());
        act(&visit, &serde_json::to_value(&timed.action).unwrap());
        assert!(visit.text_of("#lab-goal").contains("Not reached yet"));
    }
    visit.value("return await aurex.lab.step('goal')");
    until(&visit, "a goal that is ticked", |visit| {
        visit.text_of("#lab-goal").contains("Reached at")
    });
    assert!(
        visit
            .text_of(".lab-learnt")
            .contains("Confirmations are no promise")
    );
    let here = state(&visit);
    let saved = visit.value("return await aurex.lab.export()");
    let link = format!(
        "#/lab?{}",
        visit
            .value(&format!(
                "return String(new URLSearchParams({{ t: {}, s: {saved} }}))",
                here["time"]
            ))
            .as_str()
            .unwrap()
    );
    visit.browser.new_window();
    visit.go(&format!("{QUIET}{link}"));
    visit.wait("the same moment in another window", 60, |visit| {
        let state = visit
            .try_ask::<Value>("return await aurex.lab.state()")
            .ok()?;
        (state["digest"] == here["digest"]).then_some(())
    });
    visit.value("location.hash = '#/lab'");
    until(&visit, "a solved exercise", |visit| {
        visit.text_of(".lab-list").contains("solved")
    });
    visit.expect_quiet();
}

#[test]
#[ignore = "run by cargo xtask test"]
fn what_is_no_scenario_is_refused_by_a_sentence_and_the_page_stays() {
    let mut visit = Visit::open(QUIET);
    let sentence = |visit: &Visit| visit.text_of("#content .text-refusal");
    for (place, part) in [
        ("#/lab/no-such-exercise", "no-such-exercise"),
        ("#/lab?s=%7B%22version%22%3A1%2C%22tit", "line 1, column"),
        ("#/lab?s=%7B%22version%22%3A7%7D", "expected 1, found 7"),
        ("#/lab?t=5", "line 1, column 0"),
    ] {
        visit.value(&format!("location.hash = {}", text(place)));
        until(&visit, part, |visit| sentence(visit).contains(part));
    }
    go(&visit, "#/lab/fork");
    assert_eq!(sentence(&visit), "");
    // A number that is none is refused too.
    visit.value(
        "const coins = document.querySelector('#lab-pay-amount');
         coins.value = '';
         coins.dispatchEvent(new InputEvent('input', { bubbles: true }));
         await new Promise((resolve) => setTimeout(resolve, 200));",
    );
    click(&visit, "#lab-pay button[type=submit]");
    until(&visit, "a refusal of no number", |visit| {
        visit
            .text_of(".notices")
            .contains("coins: expected a whole number, found")
    });
    visit.expect_quiet();
}

#[test]
#[ignore = "run by cargo xtask test"]
fn the_networks_pages_show_the_scenario_and_what_is_sent_there_is_played_again_natively() {
    let mut visit = open("partition");
    seek(&visit, 20_000);
    click(&visit, ".lab-tabs a[href$='#/lab/partition/chain']");
    let head = visit.value("return (await aurex.lab.status()).tips[0].hash");
    let head = head.as_str().unwrap().to_owned();
    let block = format!(".lab-room a[href$='#/lab/partition/chain/block/{head}']");
    until(&visit, "the scenario's block", |visit| {
        visit.value(&format!(
            "return !!document.querySelector({})",
            text(&block)
        )) == true
    });
    click(&visit, &block);
    until(&visit, "all of the block", |visit| {
        visit.text_of(".lab-room").contains(&head)
    });
    // The live network has no such block.
    assert_eq!(
        visit.value(&format!("return await aurex.block({})", text(&head))),
        Value::Null
    );
    click(&visit, ".lab-tabs a[href$='#/lab/partition/console']");
    until(&visit, "the console", |visit| {
        visit.value("return !!document.querySelector('#command')") == true
    });
    visit.browser.type_into("#command", "tx 5 alice to bob");
    click(&visit, ".prompt button[type=submit]");
    until(&visit, "a transaction that was sent", |visit| {
        visit.text_of(".console-output").contains("to bob")
    });
    let id = visit.value("return (await aurex.lab.mempool()).transactions[0].tx_hash");
    let status = |visit: &Visit| {
        let found = visit.value(&format!("return await aurex.lab.transaction({id})"));
        found["status"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(status(&visit), "pending");
    until(&visit, "a committed transaction", |visit| {
        visit.value("return await aurex.lab.step('block')");
        status(visit) == "committed"
    });
    let here = state(&visit);
    let saved = visit.value("return await aurex.lab.export()");
    let mut native = Lab::open_text(saved.as_str().unwrap()).unwrap();
    let at = here["time"].as_u64().unwrap();
    while native.events() < here["events"].as_u64().unwrap() {
        native.play(at, Some(Until::Event)).unwrap();
    }
    assert_eq!(here["digest"], json!(native.digest().to_string()));
    // Back on the bench it is an action of the scenario.
    click(&visit, ".lab-tabs a[href$='#/lab/partition']");
    until(&visit, "the bench", |visit| {
        visit.value("return !!document.querySelector('.lab-graph')") == true
    });
    visit.expect_quiet();
}

#[test]
#[ignore = "run by cargo xtask test"]
fn results_are_saved_as_one_file_and_playing_them_again_finds_them_true() {
    let mut visit = open("fork");
    for (at, action) in [
        (6_000, json!({ "partition": { "side": ["pow-1"] } })),
        (33_000, json!("heal")),
    ] {
        seek(&visit, at);
        act(&visit, &action);
    }
    visit.value("return await aurex.lab.step('goal')");
    until(&visit, "a goal that is reached", |visit| {
        visit.text_of("#lab-goal").contains("Reached")
    });
    visit.value("location.hash = '#/lab'");
    until(&visit, "a solved exercise", |visit| {
        visit.text_of(".lab-entry-solved").contains("solved")
    });
    visit.value(
        "const field = document.querySelector('#lab-results-name');
         field.value = 'Ada';
         field.dispatchEvent(new Event('input', { bubbles: true }));
         const address = URL.createObjectURL;
         URL.createObjectURL = (blob) => { window.blob = blob; return address.call(URL, blob); };
         HTMLAnchorElement.prototype.click = function () { window.saved = this.download; };",
    );
    click(&visit, "#lab-save-results");
    until(&visit, "a saved file", |visit| {
        visit.value("return window.saved ?? ''") == "aurex-results.json"
    });
    let saved = visit.value("return await window.blob.text()");
    let results = Results::parse(saved.as_str().unwrap()).unwrap();
    assert_eq!(results.name.as_deref(), Some("Ada"));
    let solved: Vec<&str> = results
        .check()
        .filter(|(_, verdict)| matches!(verdict, Verdict::Solved { .. }))
        .map(|(one, _)| one.exercise.as_str())
        .collect();
    assert_eq!(solved, ["fork"]);
    visit.expect_quiet();
}
