//! How many payments a second come into the blocks of all five nodes, where several users send at
//! the same time, each many without waiting for the one before. A refusal fails it.
//!
//! Of one account a mempool holds 64, so that few users wait for the next block; at one block a
//! second a dozen are enough to be held up by nothing but the machine.

use super::{Wanted, measured};
use crate::clock::Clock;
use crate::lab::click;
use crate::visit::{Visit, text};

/// Who has coins from the beginning.
const FIRST: [&str; 4] = ["alice", "bob", "carol", "dave"];
const OTHERS: [&str; 8] = [
    "erin", "frank", "grace", "heidi", "ivan", "judy", "karl", "lena",
];
/// Payments that each user has on their way.
const UNDERWAY: u64 = 40;
const SECONDS: u64 = 30;
/// Payments a second on all nodes.
const LEAST: f64 = 200.0;

#[test]
#[ignore = "run by cargo xtask bench page"]
fn payments_of_many_users_are_committed_on_all_nodes() {
    let visit = Visit::undisturbed("?net=payments&pace=1&test_tx=0");
    visit.agreed(5, 3, 60);
    rate(&visit, &FIRST, Wanted::Any);
    visit.value(
        "[...document.querySelectorAll('nav a')].find((a) => /Transact/.test(a.innerText)).click()",
    );
    click(&visit, ".compose .subtab:nth-child(3)");
    for (other, giver) in OTHERS.iter().zip(FIRST.iter().cycle()) {
        welcome(&visit, other, giver);
    }
    rate(
        &visit,
        &[&FIRST[..], &OTHERS[..]].concat(),
        Wanted::AtLeast(LEAST),
    );
}

/// Fills the form for a new user, as a person does, and waits until the coins are there.
fn welcome(visit: &Visit, name: &str, giver: &str) {
    let (name, giver) = (text(name), text(giver));
    visit.value(&format!(
        "const until = async (is) => {{
           while (!await is()) await new Promise((done) => setTimeout(done, 50));
         }};
         const put = (label, value) => {{
           const found = [...document.querySelectorAll('.compose label')]
             .find((it) => it.firstElementChild.innerText === label).lastElementChild;
           found.value = value;
           const happens = found.tagName === 'SELECT' ? 'change' : 'input';
           found.dispatchEvent(new Event(happens, {{ bubbles: true }}));
         }};
         const before = (await aurex.accounts()).length;
         put('Name', {name});
         put('Coins from', {giver});
         put('First coins', '1500');
         await until(() => document.querySelector('.compose [type=submit]:not([disabled])'));
         document.querySelector('.compose [type=submit]').click();
         await until(async () => (await aurex.accounts()).length > before);"
    ));
}

/// Has these users pay each other in a ring, and measures what comes into blocks meanwhile.
fn rate(visit: &Visit, users: &[&str], wanted: Wanted) {
    let users = serde_json::to_string(users).unwrap();
    visit.value(&format!(
        "const users = {users};
         const {{ nodes }} = await aurex.status();
         const paying = window.paying = {{
           from: Math.max(...nodes.map((node) => node.height)) + 1,
           began: performance.now(), ends: false, refused: [],
         }};
         const pay = async (user, next) => {{
           while (!paying.ends) {{
             try {{
               await aurex.tx(`1 ${{user}} to ${{next}}`);
             }} catch (error) {{
               paying.refused.push(String(error));
               return;
             }}
           }}
         }};
         paying.done = Promise.all(users.flatMap((user, index) =>
           Array.from({{ length: {UNDERWAY} }}, () => pay(user, users[(index + 1) % users.length]))));"
    ));
    let clock = Clock::start();
    while !clock.is_past(SECONDS) {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let (committed, seconds, refused): (f64, f64, Vec<String>) = visit.ask(
        "const { paying } = window;
         const { nodes } = await aurex.status();
         const counts = await Promise.all(nodes.map(async ({ name }) => {
           const { blocks } = await aurex.chain({ node: name, from: paying.from, count: 400 });
           return blocks.reduce((sum, block) => sum + block.transactions_count, 0);
         }));
         const seconds = (performance.now() - paying.began) / 1000;
         paying.ends = true;
         return [Math.min(...counts), seconds, paying.refused];",
    );
    assert_eq!(refused, Vec::<String>::new(), "nothing is refused");
    visit.value("await window.paying.done");
    let count = users.matches(',').count() + 1;
    measured(
        format_args!("payments committed a second on all nodes, {count} users"),
        "",
        committed / seconds,
        wanted,
    );
}
