//! The channels, seen by a stranger: a document of the same origin that is not the program. It
//! hears the frames, and what it posts there is refused with a reason and changes nothing.

use std::collections::BTreeSet;

use aurex::gossip::{Envelope, discovery_channel, inbox_channel};
use aurex::primitives::{BlockHash, NodeId, from_hex, to_hex};
use serde_json::{Value, json};

use crate::visit::{Node, Status, Visit, text};

/// Listens on channels and keeps what comes as hexadecimal.
const HEAR: &str = "
    window.heard = {};
    window.channels = NAMES.map((name) => {
      const channel = new BroadcastChannel(name);
      heard[name] = [];
      channel.onmessage = ({ data }) => {
        const isBytes = data instanceof Uint8Array && data.byteLength === data.buffer.byteLength;
        const hex = isBytes ? Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('') : String(data);
        if (heard[name].length < 500) heard[name].push(hex);
      };
      return channel;
    });";

/// Posts frames, given as hexadecimal, on a channel.
const POST: &str = "
    const channel = new BroadcastChannel(NAME);
    for (const hex of FRAMES) channel.postMessage(Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16)));
    await new Promise((resolve) => setTimeout(resolve, 200));
    channel.close();";

/// Places in a frame whose change makes it another kind of wrong, with the rule that refuses it.
const FLIPS: [(&str, usize, u8, &str); 8] = [
    ("magic", 0, 0x01, "frame_foreign"),
    ("version", 4, 0x02, "frame_version"),
    ("network", 5, 0x10, "frame_network"),
    ("sender", 20, 0x01, "frame_signature"),
    ("sequence", 54, 0x01, "frame_signature"),
    ("type", 93, 0x80, "frame_type"),
    ("length", 94, 0x01, "frame_length"),
    ("payload", 100, 0x04, "frame_signature"),
];

fn post(visit: &Visit, channel: &str, frames: &[String]) {
    let script = POST
        .replace("NAME", &text(channel))
        .replace("FRAMES", &Value::from(frames.to_vec()).to_string());
    visit.value(&script);
}

/// Lines of the log about refusals.
fn refusals(visit: &Visit) -> Vec<String> {
    visit.ask("return testLog.filter((line) => / refused: /.test(line))")
}

fn chain_id(status: &Status) -> BlockHash {
    status
        .network
        .chain_id
        .parse()
        .expect("a chain id of 64 digits")
}

/// Frames on a channel as a stranger hears them, checked as a node would.
fn check(chain: &BlockHash, frames: &[Value], nodes: &[NodeId]) -> BTreeSet<&'static str> {
    let mut kinds = BTreeSet::new();
    for frame in frames {
        let bytes = from_hex(frame.as_str().unwrap_or_default())
            .unwrap_or_else(|_| panic!("no bytes: {frame}"));
        assert!(bytes.starts_with(b"AURX"), "{frame}");
        let envelope =
            Envelope::parse(&bytes, chain).unwrap_or_else(|error| panic!("{error}: {frame}"));
        assert_eq!(envelope.verify(), Ok(()), "{frame}");
        assert!(
            nodes.contains(&envelope.from),
            "a frame of a node that is not in the status: {frame}"
        );
        kinds.insert(envelope.kind.name());
    }
    kinds
}

#[test]
#[ignore = "run by cargo xtask test"]
fn a_stranger_hears_signed_frames_and_what_it_forges_is_refused_and_changes_nothing() {
    let mut visit = Visit::open("?pace=2");
    let before = visit.agreed(5, 2, 60);
    let chain = chain_id(&before);
    let ids: Vec<NodeId> = before
        .up()
        .map(|node| node.id.parse().expect("a node id"))
        .collect();
    let discovery = discovery_channel(&chain);
    let inbox = inbox_channel(&chain, &ids[0]);
    assert_eq!(before.network.discovery_channel, discovery);

    let page = visit.browser.window();
    let stranger = visit.browser.new_window();
    visit.browser.go(&visit.server.other_page());
    visit.value(&HEAR.replace("NAMES", &json!([discovery, inbox]).to_string()));
    let (announced, directed) = visit.wait("frames on both channels", 60, |visit| {
        let heard = visit.value("return heard");
        let list = |name: &str| heard[name].as_array().cloned().unwrap_or_default();
        let (announced, directed) = (list(&discovery), list(&inbox));
        let is_block = |frame: &Value| {
            frame
                .as_str()
                .is_some_and(|hex| hex.get(186..188) == Some("09"))
        };
        (announced.len() >= 5 && directed.iter().any(is_block)).then_some((announced, directed))
    });
    let kinds = check(&chain, &announced, &ids);
    assert!(kinds.contains("PING"), "{kinds:?}");
    let kinds_directed = check(&chain, &directed, &ids);
    eprintln!("    heard on the discovery channel: {kinds:?}; in one inbox: {kinds_directed:?}");

    forge(&visit, &discovery, announced.last().expect("five frames"));
    visit.browser.switch_to(&page);
    expect_refusals(&visit, &before);
    expect_unharmed(&visit, &before);
    visit.browser.switch_to(&stranger);
    visit.browser.close_window();
    visit.browser.switch_to(&page);
    visit.expect_quiet();
}

/// Posts a frame that was heard with one byte changed, the frame itself again, and what is no
/// frame.
fn forge(visit: &Visit, channel: &str, frame: &Value) {
    let good = from_hex(frame.as_str().unwrap_or_default()).expect("bytes");
    let mut forged: Vec<String> = Vec::new();
    for (_, place, bits, _) in FLIPS {
        let mut bytes = good.clone();
        bytes[place] ^= bits;
        forged.push(to_hex(&bytes));
    }
    let mut last = good.clone();
    *last.last_mut().expect("a signature") ^= 1;
    forged.push(to_hex(&last));
    forged.push(to_hex(&good[..good.len() - 1]));
    forged.push(to_hex(&good));
    post(visit, channel, &forged);
    visit.value(&format!(
        "const channel = new BroadcastChannel({});
         for (const odd of ['AURX', 17, null, {{ magic: 'AURX' }}, new ArrayBuffer(300), new Uint8Array(0)]) {{
           channel.postMessage(odd);
         }}
         await new Promise((resolve) => setTimeout(resolve, 200));
         channel.close();",
        text(channel)
    ));
}

fn expect_refusals(visit: &Visit, before: &Status) {
    let rules: BTreeSet<&str> = FLIPS
        .iter()
        .map(|(_, _, _, rule)| *rule)
        .chain(["frame_replay"])
        .collect();
    let lines = visit.wait("a refusal by every rule in the log", 30, |visit| {
        let lines = refusals(visit);
        rules
            .iter()
            .all(|rule| lines.iter().any(|line| line.contains(rule)))
            .then_some(lines)
    });
    for rule in &rules {
        let line = lines
            .iter()
            .find(|line| line.contains(rule))
            .expect("just found");
        assert!(
            line.contains("expected"),
            "the sentence says what was expected: {line}"
        );
        eprintln!("    {line}");
    }
    assert!(
        lines.iter().any(|line| line.contains("Uint8Array")),
        "what is no frame is named: {lines:#?}"
    );
    visit.wait(
        "refusals counted by the nodes that did not send the frame",
        30,
        |visit| {
            let status = visit.status();
            let counts = |node: &&Node| {
                node.frames_refused >= before.node(&node.name).frames_refused + FLIPS.len() as u64
            };
            (status.up().filter(counts).count() >= 4).then_some(())
        },
    );
}

/// The network goes on, nobody lost a peer, and nobody is blamed for what a stranger posted in his
/// name.
fn expect_unharmed(visit: &Visit, before: &Status) {
    let after = visit.agreed(5, before.height() + 2, 60);
    assert!(
        after.in_consensus && after.problems.is_empty(),
        "{:?}",
        after.problems
    );
    assert_eq!(after.network.chain_id, before.network.chain_id);
    assert_eq!(after.nodes.len(), 5, "a stranger became a node: {after:?}");
    assert!(after.up().all(|node| node.peers == 4), "{after:?}");
    for node in after.up() {
        let scores: Vec<i32> = visit.ask(&format!(
            "return (await aurex.peers('{}')).map((peer) => peer.score)",
            node.name
        ));
        assert!(
            scores.len() == 4 && scores.iter().all(|score| *score >= 0),
            "{} blames peers: {scores:?}",
            node.name
        );
    }
    let old = visit.chain("pow-1", 100);
    let known = before.node("pow-1");
    assert!(
        old.iter().any(|block| block.hash == known.head),
        "the head of before is on the chain still"
    );
}
