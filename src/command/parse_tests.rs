//! Tests of the parser: what each word takes, and how what it does not take is refused.

use std::collections::BTreeSet;

use super::*;

fn node(name: &str) -> Target {
    Target::Node(name.to_owned())
}

/// Lines that ask for something, or change links, and what is understood.
fn questions() -> Vec<(&'static str, Command)> {
    vec![
        ("status", Command::Status),
        ("  STATUS  ", Command::Status),
        ("chain", Command::Chain { count: 10 }),
        ("chain 25", Command::Chain { count: 25 }),
        (
            "ledger",
            Command::Ledger {
                table: None,
                filter: None,
            },
        ),
        (
            "ledger blocks",
            Command::Ledger {
                table: Some(Table::Blocks),
                filter: None,
            },
        ),
        (
            "ledger users Alice",
            Command::Ledger {
                table: Some(Table::Users),
                filter: Some("Alice".into()),
            },
        ),
        (
            "cut pow-1 poa-1",
            Command::Cut {
                a: "pow-1".into(),
                b: "poa-1".into(),
            },
        ),
        (
            "heal pow-1 poa-1",
            Command::Heal {
                a: "pow-1".into(),
                b: "poa-1".into(),
            },
        ),
        ("block 12", Command::Block { which: "12".into() }),
        (
            "block 1,234",
            Command::Block {
                which: "1,234".into(),
            },
        ),
        ("kill pow\u{2011}1", Command::Kill(node("pow-1"))),
        ("kill\u{A0}pow\u{2212}1", Command::Kill(node("pow-1"))),
        ("inspect 00 FF", Command::Inspect { hex: "00FF".into() }),
        ("mempool", Command::Mempool),
        (
            "why pow-1",
            Command::Why {
                what: "pow-1".into(),
            },
        ),
        ("wipe", Command::Wipe(Target::All)),
        ("wipe pow-1", Command::Wipe(node("pow-1"))),
        ("help", Command::Help { word: None }),
        (
            "help tx",
            Command::Help {
                word: Word::find("tx"),
            },
        ),
        ("tour", Command::Tour),
        ("quit", Command::Quit),
    ]
}

/// Lines about a user, and what is understood.
fn about_users() -> Vec<(&'static str, Command)> {
    vec![
        (
            "user alice",
            Command::User {
                who: "alice".into(),
            },
        ),
        (
            "resend alice",
            Command::Resend {
                who: "alice".into(),
            },
        ),
        (
            "forget alice",
            Command::Forget {
                who: "alice".into(),
            },
        ),
    ]
}

/// Lines that change nodes, pace and difficulty, and what is understood.
fn orders() -> Vec<(&'static str, Command)> {
    vec![
        ("kill pow-1", Command::Kill(node("pow-1"))),
        ("kill POW-1", Command::Kill(node("pow-1"))),
        ("start all", Command::Start(Target::All)),
        ("stop poa-2", Command::Stop(node("poa-2"))),
        ("add pow", Command::Add(NodeKind::Pow)),
        ("add poa", Command::Add(NodeKind::Poa)),
        (
            "difficulty 3",
            Command::Difficulty(DifficultyChoice::Digits(3)),
        ),
        (
            "difficulty auto",
            Command::Difficulty(DifficultyChoice::Automatic),
        ),
        ("pace max", Command::Pace(Pace::Max)),
        ("pace pause", Command::Pace(Pace::Paused)),
        ("miners 4", Command::Miners(4)),
        ("pace full", Command::Pace(Pace::Full)),
        ("pace 5", Command::Pace(Pace::Interval { ms: 5_000 })),
        ("pace 5s", Command::Pace(Pace::Interval { ms: 5_000 })),
        ("traffic 60", Command::Traffic(60)),
        ("traffic OFF", Command::Traffic(0)),
        ("log debug", Command::Log(Level::Debug)),
    ]
}

/// Lines about whole ledgers, and what is understood.
fn about_ledgers() -> Vec<(&'static str, Command)> {
    vec![
        (
            "export pow-1",
            Command::Export {
                node: "pow-1".into(),
            },
        ),
        (
            "import pow-1",
            Command::Import {
                node: "pow-1".into(),
            },
        ),
        (
            "compare pow-1 poa-1",
            Command::Compare {
                a: "pow-1".into(),
                b: "poa-1".into(),
            },
        ),
        (
            "tamper pow-1 7 amount",
            Command::Tamper {
                node: "pow-1".into(),
                height: 7,
                harm: Harm::Amount,
            },
        ),
        (
            "tamper pow-1 7",
            Command::Tamper {
                node: "pow-1".into(),
                height: 7,
                harm: Harm::Middle,
            },
        ),
        (
            "tamper pow-1 7 byte 1,234",
            Command::Tamper {
                node: "pow-1".into(),
                height: 7,
                harm: Harm::Byte(1_234),
            },
        ),
    ]
}

fn about_votes() -> Vec<(&'static str, Command)> {
    vec![
        ("finality", Command::Finality { node: None }),
        (
            "finality poa-1",
            Command::Finality {
                node: Some("poa-1".to_owned()),
            },
        ),
        (
            "authority remove poa-2",
            Command::Authority {
                add: false,
                node: "poa-2".to_owned(),
            },
        ),
    ]
}

#[test]
fn a_wrong_word_about_votes_is_refused() {
    for line in [
        "authority",
        "authority add",
        "authority drop poa-1",
        "finality a b",
    ] {
        assert!(parse(line).is_err(), "{line}");
    }
}

#[test]
fn every_command_is_understood() {
    let cases = [
        questions(),
        about_users(),
        about_votes(),
        about_ledgers(),
        orders(),
    ]
    .concat();
    let first = |line: &'static str| Word::find(line.split(' ').next()?);
    let words = cases.iter().filter_map(|(line, _)| first(line));
    // The words of `tx` have tests of their own, and so have those of `links`.
    let mut covered: BTreeSet<&str> = ["tx", "links"].into();
    covered.extend(words.map(|word| word.name));
    let missing: Vec<_> = WORDS
        .iter()
        .filter(|word| !covered.contains(word.name))
        .map(|word| word.name)
        .collect();
    assert_eq!(missing, [""; 0], "words without a case");
    for (line, command) in cases {
        assert_eq!(parse(line), Ok(command), "{line}");
    }
}

#[test]
fn an_unknown_word_gets_the_nearest_command() {
    let text = parse("sttaus").unwrap_err().to_string();
    assert!(
        text.contains("found \"sttaus\"") && text.contains("did you mean `status`"),
        "{text}"
    );
    assert_eq!(parse("kil pow-1").unwrap_err().code(), "unknown_command");
    assert_eq!(parse("   ").unwrap_err().code(), "empty_line");
    let long = "z".repeat(10_000);
    assert!(parse(&long).unwrap_err().to_string().len() < 200);
}

/// A line, the code of its refusal, and a part of the sentence.
const WRONG: &[(&str, &str, &str)] = &[
    (
        "difficulty",
        "argument_missing",
        "1 to 8 zero digits, or `auto`",
    ),
    ("difficulty 9", "argument_wrong", "found \"9\""),
    ("difficulty 0", "argument_wrong", "1 to 8 zero digits"),
    ("miners 9", "argument_wrong", "1 to 8 miner workers"),
    ("traffic", "argument_missing", "usage: traffic <1-600|off>"),
    (
        "traffic 0",
        "argument_wrong",
        "expected 1 to 600 payments a minute, or `off`, found \"0\"",
    ),
    ("traffic on", "argument_wrong", "found \"on\""),
    ("difficulty x", "argument_wrong", "found \"x\""),
    (
        "pace 0",
        "argument_wrong",
        "1 to 600 seconds, `full`, `max` or `pause`",
    ),
    ("pace 601", "argument_wrong", "found \"601\""),
    (
        "pace 18446744073709551615",
        "argument_wrong",
        "1 to 600 seconds",
    ),
    ("add viewer", "argument_wrong", "`pow` or `poa`"),
    ("log loud", "argument_wrong", "found \"loud\""),
    ("chain 0", "argument_wrong", "from 1 to 100"),
    ("chain 5 6", "argument_unexpected", "found \"6\""),
    ("status now", "argument_unexpected", "usage: status"),
    (
        "tamper pow-1 0",
        "argument_wrong",
        "a block's height from 1 on",
    ),
    ("tamper pow-1 1 fee", "argument_wrong", "`amount`"),
    ("compare pow-1", "argument_missing", "a node's name"),
    ("kill", "argument_missing", "usage: kill <node|all>"),
    ("cut pow-1", "argument_missing", "a node's name"),
    ("inspect", "argument_missing", "160 hexadecimal digits"),
    (
        "chain 1,5",
        "argument_wrong",
        "found \"1,5\"; did you mean 1 or 2?",
    ),
    (
        "chain +5",
        "argument_wrong",
        "found \"+5\"; did you mean 5?",
    ),
    ("chain \u{2212}5", "argument_wrong", "did you mean 5?"),
    ("difficulty 0,5", "argument_wrong", "did you mean 1?"),
    ("pace 2.5", "argument_wrong", "did you mean 2 or 3?"),
    (
        "add 5.5",
        "argument_wrong",
        "expected `pow` or `poa`, found \"5.5\"",
    ),
    ("block 1.234", "argument_wrong", "did you mean 1 or 1234?"),
    ("ledger blocks 1_5", "argument_wrong", "did you mean 15?"),
    (
        "chain １０",
        "character",
        "found U+FF11 (full-width 1) as character 7 of the line",
    ),
    (
        "\u{200B}tx hello",
        "character",
        "found U+200B (zero-width space) as character 1",
    ),
    (
        "  \u{FEFF}status",
        "character",
        "U+FEFF (zero-width no-break space) as character 3",
    ),
    (
        "kill p\u{43E}w-1",
        "character",
        "U+043E (Cyrillic letter \u{43E}) as character 7",
    ),
    (
        "ｔｘ hello",
        "character",
        "found U+FF54 (full-width t) as character 1",
    ),
    (
        "user bo\u{AD}b",
        "character",
        "U+00AD (soft hyphen) as character 8",
    ),
    ("ledger undo", "argument_wrong", "a table: blocks"),
    ("help me", "argument_wrong", "a command"),
    (
        "tx transfer 0 alice to bob",
        "amount_zero",
        "tx: expected an amount of at least 1",
    ),
];

#[test]
fn a_wrong_argument_says_what_was_expected_and_found() {
    for (line, code, part) in WRONG {
        let error = parse(line).unwrap_err();
        assert_eq!(error.code(), *code, "{line}");
        assert!(error.to_string().contains(part), "{line}: {error}");
    }
}
