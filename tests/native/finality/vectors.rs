//! The vectors and the table of quorums.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::{env, fs};

use aurex::consensus::finality::{Alarm, Blocks, Checkpoint, Quorum, SignedVote, VoteLink};
use serde_json::Value;

use super::tree::{Tree, key};

fn truth() -> Option<Value> {
    let named = env::var_os("AUREX_TRUTH").map(PathBuf::from);
    let demanded = named.is_some();
    let folder =
        named.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/truth"));
    match fs::read_to_string(folder.join("ffg_vectors.json")) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(error) => {
            let folder = folder.display();
            assert!(
                !demanded,
                "expected ffg_vectors.json in {folder}, found: {error}"
            );
            println!("truth: ffg_vectors.json: skipped, not in {folder}");
            None
        }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

fn texts(value: &Value) -> BTreeSet<String> {
    list(value).iter().map(|one| text(one).to_owned()).collect()
}

/// A vector, ready to be evaluated.
struct Vector<'a> {
    case: &'a Value,
    tree: Tree,
    names: BTreeMap<String, Checkpoint>,
}

impl<'a> Vector<'a> {
    fn new(case: &'a Value) -> Self {
        let mut tree = Tree::new(number(&case["n"]));
        let mut names = BTreeMap::from([("G".to_owned(), tree.genesis)]);
        for one in list(&case["tree"]) {
            let parent = names[text(&one["parent"])].id;
            let (name, epoch) = (text(&one["checkpoint"]), number(&one["epoch"]));
            let checkpoint = tree.grow(name, &parent, u64::try_from(epoch).unwrap());
            names.insert(name.to_owned(), checkpoint);
        }
        Self { case, tree, names }
    }

    fn votes(&self) -> Vec<SignedVote> {
        let mut votes = Vec::new();
        for vote in list(&self.case["votes"]) {
            let end = |name: &str| self.names[text(&vote[name])];
            let link = VoteLink {
                source: end("source"),
                target: end("target"),
            };
            for signer in list(&vote["validators"]) {
                votes.push(self.tree.vote(number(signer), link));
            }
        }
        votes
    }

    fn named<'b>(&self, set: impl IntoIterator<Item = &'b Checkpoint>) -> BTreeSet<String> {
        let name = |one: &Checkpoint| self.names.iter().find(|(_, it)| *it == one).unwrap().0;
        set.into_iter().map(|one| name(one).clone()).collect()
    }

    fn check(&self, votes: &[SignedVote]) {
        let (case, tree) = (self.case, &self.tree);
        let what = text(&case["name"]);
        let mut pool = tree.pool();
        let mut invalid = BTreeSet::new();
        for vote in votes {
            let VoteLink { source, target } = vote.vote.link;
            if let Err(error) = tree.add(&mut pool, *vote) {
                assert!([15, 18].contains(&error.rule()), "{what}: {error}");
                let [source, target] = [source, target].map(|one| self.named([&one]).pop_first());
                invalid.insert(format!("{}->{}", source.unwrap(), target.unwrap()));
            }
        }
        assert_eq!(invalid, texts(&case["invalid_votes"]), "{what}");
        let view = tree.view(&pool);
        assert_eq!(
            self.named(view.justified()),
            texts(&case["justified"]),
            "{what}"
        );
        assert_eq!(
            self.named(view.finalised()),
            texts(&case["finalized"]),
            "{what}"
        );
        let is_final = |one: &&Checkpoint| {
            let mut above = view.finalised().iter();
            above.any(|high| tree.descends(&high.id, &one.id))
        };
        let with_ancestors = self.named(self.names.values().filter(is_final));
        assert_eq!(
            with_ancestors,
            texts(&case["final_with_ancestors"]),
            "{what}"
        );
        let guilty = pool.offences().guilty();
        let slashable = list(&case["slashable"]).iter().map(number);
        let expected: BTreeSet<_> = slashable.map(|one| key(one).address()).collect();
        assert_eq!(guilty, expected, "{what}");
        let conflict = view
            .alarms()
            .iter()
            .any(|one| matches!(one, Alarm::TwoFinal(..)));
        assert_eq!(
            Some(conflict),
            case["conflicting_finalized"].as_bool(),
            "{what}"
        );
        // Of two final branches the node keeps its own, and of two of one epoch the smaller id.
        let highest: BTreeSet<_> = list(&case["highest_justified"])
            .iter()
            .map(|name| self.names[text(name)])
            .collect();
        if !conflict {
            assert_eq!(Some(&view.highest_justified()), highest.first(), "{what}");
        }
    }
}

#[test]
fn the_vectors_have_the_verdicts_of_the_reference_in_any_order() {
    let Some(file) = truth() else { return };
    let cases = list(&file["vectors"]);
    for case in cases {
        let vector = Vector::new(case);
        let mut votes = vector.votes();
        vector.check(&votes);
        votes.reverse();
        vector.check(&votes);
        // Every rotation, and the votes in the order of their signatures, which is as good as
        // chance.
        for _ in 0..votes.len() {
            votes.rotate_left(1);
            vector.check(&votes);
        }
        votes.sort_by_key(|vote| vote.signature);
        vector.check(&votes);
    }
    assert_eq!(cases.len(), 24);
    println!("truth: ffg_vectors.json: {} vectors", cases.len());
}

#[test]
fn quorums_of_1_to_32_authorities_are_those_of_the_reference() {
    let Some(file) = truth() else { return };
    let rows = list(&file["quorums"]);
    for (row, size) in rows.iter().zip(1..) {
        let quorum = Quorum::of(size);
        let found = [
            size,
            quorum.needed(),
            quorum.dishonest(),
            quorum.away(),
            quorum.guilty(),
        ];
        let names = [
            "n",
            "quorum",
            "byzantine_tolerated_safety",
            "offline_tolerated_liveness",
            "guilty_at_least_if_conflict",
        ];
        assert_eq!(found, names.map(|name| number(&row[name])));
        assert!((0..=size).all(|count| quorum.is_reached(count) == (3 * count >= 2 * size)));
    }
    assert_eq!(rows.len(), 32);
    assert_eq!(
        list(&file["properties"]).len(),
        9,
        "each has a test here or in the module"
    );
    println!("truth: ffg_vectors.json: {} quorums", rows.len());
}
