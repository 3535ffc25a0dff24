//! The state tree: a map with a root hash that depends on its content only.
//!
//! It is a binary Patricia tree (D. R. Morrison, 1968) over SHA-256 of the key: a branch stands
//! exactly where two paths first differ, so a set of entries has one shape and one root, whatever
//! order it was built in. Nodes are shared between versions: a clone is one pointer, and a change
//! costs one path. Hashes are computed when the root is asked for, each once.
//!
//! Bounds: depth at most 256; expected depth is the logarithm of the number of entries, as paths
//! are hashes that nobody can choose cheaply.

use std::cell::OnceCell;
use std::rc::Rc;

use crate::primitives::{Digest, sha256};

use super::entry::{Entry, Key};

/// A version of the state tree. Cloning it is cheap.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    root: Option<Rc<Subtree>>,
    len: usize,
}

#[derive(Debug)]
enum Subtree {
    Leaf(Box<Leaf>),
    Branch {
        bit: u8,
        left: Rc<Subtree>,
        right: Rc<Subtree>,
        hash: OnceCell<Digest>,
    },
}

#[derive(Debug)]
struct Leaf {
    path: Digest,
    key: Key,
    entry: Entry,
    hash: OnceCell<Digest>,
}

/// One step of an [`EntryProof`]: the branch's bit and the hash on the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProofStep {
    /// Which bit of the path the branch decides, 0 being the most significant.
    pub bit: u8,
    /// Hash of the subtree on the other side.
    pub sibling: Digest,
}

/// That an entry is in the tree of a root: the branches on its path, lowest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryProof {
    /// The steps from the leaf to the root.
    pub steps: Vec<ProofStep>,
}

fn path_of(key: &Key) -> Digest {
    sha256(&[b"aurex/state-key/1", &key.to_bytes()])
}

fn bit_at(path: &Digest, bit: u8) -> bool {
    path.0[usize::from(bit / 8)] & (0x80 >> (bit % 8)) != 0
}

fn first_difference(a: &Digest, b: &Digest) -> Option<u8> {
    let byte = a.0.iter().zip(b.0).position(|(x, y)| *x != y)?;
    let zeros = (a.0[byte] ^ b.0[byte]).leading_zeros();
    u8::try_from(byte.saturating_mul(8))
        .ok()?
        .checked_add(u8::try_from(zeros).ok()?)
}

#[cfg(test)]
thread_local! {
    /// Hashes of nodes computed, to see how few a change costs.
    static HASHES: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    /// Entries that walks over whole trees came by since they were taken.
    static WALKED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Takes the number of entries that walks over whole trees came by.
#[cfg(test)]
pub(crate) fn take_walked() -> usize {
    WALKED.take()
}

fn leaf_hash(path: &Digest, entry: &Entry) -> Digest {
    #[cfg(test)]
    HASHES.set(HASHES.get() + 1);
    sha256(&[&[0], &path.0, &sha256(&[&entry.to_bytes()]).0])
}

fn branch_hash(bit: u8, left: &Digest, right: &Digest) -> Digest {
    #[cfg(test)]
    HASHES.set(HASHES.get() + 1);
    sha256(&[&[1, bit], &left.0, &right.0])
}

impl Subtree {
    fn hash(&self) -> Digest {
        match self {
            Self::Leaf(leaf) => *leaf.hash.get_or_init(|| leaf_hash(&leaf.path, &leaf.entry)),
            Self::Branch {
                bit,
                left,
                right,
                hash,
            } => *hash.get_or_init(|| branch_hash(*bit, &left.hash(), &right.hash())),
        }
    }

    fn branch(bit: u8, on_right: bool, this: Rc<Self>, other: Rc<Self>) -> Rc<Self> {
        let (left, right) = if on_right {
            (other, this)
        } else {
            (this, other)
        };
        Rc::new(Self::Branch {
            bit,
            left,
            right,
            hash: OnceCell::new(),
        })
    }

    fn leaf(path: Digest, key: Key, entry: Entry) -> Rc<Self> {
        Rc::new(Self::Leaf(Box::new(Leaf {
            path,
            key,
            entry,
            hash: OnceCell::new(),
        })))
    }

    /// The leaf that shares the longest path with `path`.
    fn nearest(self: &Rc<Self>, path: &Digest) -> &Rc<Self> {
        let mut node = self;
        while let Self::Branch {
            bit, left, right, ..
        } = node.as_ref()
        {
            node = if bit_at(path, *bit) { right } else { left };
        }
        node
    }

    /// Replaces the leaf of the same path, or inserts one that first differs at `at`.
    fn put(self: &Rc<Self>, at: Option<u8>, leaf: Rc<Self>, path: &Digest) -> Rc<Self> {
        match (self.as_ref(), at) {
            (
                Self::Branch {
                    bit, left, right, ..
                },
                _,
            ) if at.is_none_or(|at| *bit < at) => {
                let on_right = bit_at(path, *bit);
                let (child, other) = if on_right {
                    (right, left)
                } else {
                    (left, right)
                };
                Self::branch(*bit, on_right, child.put(at, leaf, path), Rc::clone(other))
            }
            (_, Some(at)) => Self::branch(at, bit_at(path, at), leaf, Rc::clone(self)),
            (_, None) => leaf,
        }
    }

    /// The node without the leaf of `path`, which is in it.
    fn without(self: &Rc<Self>, path: &Digest) -> Option<Rc<Self>> {
        let Self::Branch {
            bit, left, right, ..
        } = self.as_ref()
        else {
            return None;
        };
        let on_right = bit_at(path, *bit);
        let (child, other) = if on_right {
            (right, left)
        } else {
            (left, right)
        };
        Some(match child.without(path) {
            Some(child) => Self::branch(*bit, on_right, child, Rc::clone(other)),
            None => Rc::clone(other),
        })
    }
}

impl Tree {
    /// Number of entries.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no entry.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The root hash; [`Digest::ZERO`] for an empty tree.
    #[must_use]
    pub fn root(&self) -> Digest {
        self.root.as_ref().map_or(Digest::ZERO, |node| node.hash())
    }

    /// The entry of a key, `None` where there is none.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<&Entry> {
        let path = path_of(key);
        match self.root.as_ref()?.nearest(&path).as_ref() {
            Subtree::Leaf(leaf) if leaf.path == path => Some(&leaf.entry),
            Subtree::Leaf(_) | Subtree::Branch { .. } => None,
        }
    }

    /// Puts, replaces or (with `None`) removes the entry of a key.
    pub fn set(&mut self, key: &Key, entry: Option<Entry>) {
        let path = path_of(key);
        let known = match self.root.as_ref().map(|root| root.nearest(&path).as_ref()) {
            Some(Subtree::Leaf(leaf)) => Some(first_difference(&leaf.path, &path)),
            Some(Subtree::Branch { .. }) | None => None,
        };
        match (entry, &self.root, known) {
            (Some(entry), None, _) => {
                self.root = Some(Subtree::leaf(path, key.clone(), entry));
                self.len = 1;
            }
            (Some(entry), Some(root), known) => {
                let at = known.flatten();
                self.len = self.len.saturating_add(usize::from(at.is_some()));
                self.root = Some(root.put(at, Subtree::leaf(path, key.clone(), entry), &path));
            }
            (None, Some(root), Some(None)) => {
                self.root = root.without(&path);
                self.len = self.len.saturating_sub(1);
            }
            (None, _, _) => {}
        }
    }

    /// All entries, in the order of their paths.
    pub fn for_each(&self, mut visit: impl FnMut(&Key, &Entry)) {
        let mut stack: Vec<&Rc<Subtree>> = self.root.iter().collect();
        while let Some(node) = stack.pop() {
            match node.as_ref() {
                Subtree::Leaf(leaf) => {
                    #[cfg(test)]
                    WALKED.set(WALKED.get() + 1);
                    visit(&leaf.key, &leaf.entry);
                }
                Subtree::Branch { left, right, .. } => stack.extend([right, left]),
            }
        }
    }

    /// The proof that the entry of `key` is in this tree.
    #[must_use]
    pub fn prove(&self, key: &Key) -> Option<EntryProof> {
        self.get(key)?;
        let path = path_of(key);
        let mut steps = Vec::new();
        let mut node = self.root.as_ref()?;
        while let Subtree::Branch {
            bit, left, right, ..
        } = node.as_ref()
        {
            let (child, other) = if bit_at(&path, *bit) {
                (right, left)
            } else {
                (left, right)
            };
            steps.push(ProofStep {
                bit: *bit,
                sibling: other.hash(),
            });
            node = child;
        }
        steps.reverse();
        Some(EntryProof { steps })
    }
}

impl EntryProof {
    /// Whether this proves that `key` has `entry` in the tree of `root`.
    #[must_use]
    pub fn verifies(&self, root: &Digest, key: &Key, entry: &Entry) -> bool {
        let path = path_of(key);
        let descending = self.steps.windows(2).all(|pair| pair[0].bit > pair[1].bit);
        let reached = self
            .steps
            .iter()
            .fold(leaf_hash(&path, entry), |hash, step| {
                if bit_at(&path, step.bit) {
                    branch_hash(step.bit, &step.sibling, &hash)
                } else {
                    branch_hash(step.bit, &hash, &step.sibling)
                }
            });
        descending && reached == *root
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::{Address, Amount, Height};
    use crate::state::Account;

    fn key(n: u8) -> Key {
        Key::Account(Address([n; 32]))
    }

    fn entry(balance: u64) -> Entry {
        Entry::Account(Account {
            balance: Amount(balance),
            nonce: 0,
            name: None,
            created: Height(0),
        })
    }

    fn tree(keys: impl Iterator<Item = u8>) -> Tree {
        let mut tree = Tree::default();
        for n in keys {
            tree.set(&key(n), Some(entry(u64::from(n))));
        }
        tree
    }

    #[test]
    fn the_root_depends_on_the_content_and_not_on_the_order() {
        let up = tree(0..100);
        let down = tree((0..100).rev());
        assert_eq!(up.root(), down.root());
        assert_eq!(up.len(), 100);
        let mut other = up.clone();
        other.set(&key(7), Some(entry(8)));
        assert_ne!(other.root(), up.root());
        other.set(&key(7), Some(entry(7)));
        assert_eq!(other.root(), up.root());
    }

    #[test]
    fn removal_takes_back_what_insertion_did() {
        let mut grown = tree(0..50);
        for n in (25..50).rev() {
            grown.set(&key(n), None);
        }
        assert_eq!(grown.root(), tree(0..25).root());
        grown.set(&key(200), None);
        assert_eq!(grown.len(), 25);
        for n in 0..25 {
            grown.set(&key(n), None);
        }
        assert_eq!((grown.root(), grown.is_empty()), (Digest::ZERO, true));
    }

    #[test]
    fn a_clone_keeps_its_content_when_the_other_changes() {
        let before = tree(0..10);
        let root = before.root();
        let mut after = before.clone();
        after.set(&key(3), None);
        assert_eq!(before.root(), root);
        assert_eq!(before.get(&key(3)), Some(&entry(3)));
        assert_eq!(after.get(&key(3)), None);
    }

    #[test]
    fn a_proof_holds_for_its_entry_and_for_nothing_else() {
        let tree = tree(0..64);
        for n in 0..64 {
            let proof = tree.prove(&key(n)).unwrap();
            assert!(proof.verifies(&tree.root(), &key(n), &entry(u64::from(n))));
            assert!(!proof.verifies(&tree.root(), &key(n), &entry(999)));
            assert!(!proof.verifies(&tree.root(), &key(n + 1), &entry(u64::from(n))));
        }
        assert_eq!(tree.prove(&key(64)), None);
    }

    #[test]
    fn every_entry_is_visited_once() {
        let mut sum = 0;
        tree(0..100).for_each(|_, found| {
            if let Entry::Account(account) = found {
                sum += account.balance.0;
            }
        });
        assert_eq!(sum, (0..100).sum::<u64>());
    }

    #[test]
    fn a_proof_with_anything_changed_proves_nothing() {
        let tree = tree(0..64);
        let proof = tree.prove(&key(9)).unwrap();
        let holds = |root: &Digest, proof: &EntryProof| proof.verifies(root, &key(9), &entry(9));
        assert!(holds(&tree.root(), &proof) && proof.steps.len() > 3);
        let mut other = tree.clone();
        other.set(&key(63), None);
        assert!(
            !holds(&other.root(), &proof) && !holds(&Digest::ZERO, &proof),
            "another root"
        );
        let refuse = |what: &str, change: &dyn Fn(&mut Vec<ProofStep>)| {
            let mut changed = proof.clone();
            change(&mut changed.steps);
            assert!(!holds(&tree.root(), &changed), "{what}");
        };
        for at in 0..proof.steps.len() {
            refuse("another sibling", &|steps| steps[at].sibling.0[31] ^= 1);
            refuse("another bit", &|steps| steps[at].bit ^= 1);
            refuse("a step left out", &|steps| {
                steps.remove(at);
            });
            refuse("a step twice", &|steps| steps.insert(at, steps[at]));
        }
        refuse("two steps in the wrong order", &|steps| steps.swap(0, 1));
        refuse("upside down", &|steps| steps.reverse());
        refuse("a step below", &|steps| {
            steps.insert(
                0,
                ProofStep {
                    bit: 255,
                    sibling: Digest([1; 32]),
                },
            )
        });
        refuse("no step", &Vec::clear);
    }

    #[test]
    fn a_change_costs_one_path_and_a_path_grows_with_the_logarithm_of_the_accounts() {
        let account = |n: u32| Key::Account(Address(sha256(&[&n.to_le_bytes()]).0));
        let cost = |accounts: u32| {
            let mut before = Tree::default();
            for n in 0..accounts {
                before.set(&account(n), Some(entry(1)));
            }
            assert_ne!(before.root(), Digest::ZERO);
            let changed = |n: u32| {
                let mut after = before.clone();
                HASHES.set(0);
                after.set(&account(n), Some(entry(2)));
                assert_ne!(after.root(), before.root());
                HASHES.get()
            };
            let all: usize = (0..100).map(changed).sum();
            let steps: usize = (0..100)
                .filter_map(|n| before.prove(&account(n)))
                .map(|proof| proof.steps.len())
                .sum();
            assert_eq!(
                all,
                steps + 100,
                "a branch for each step of the proof, and the leaf"
            );
            all
        };
        let (few, many) = (cost(100), cost(100_000));
        // A thousand times as many accounts are ten doublings, a hash for each.
        assert!(
            many <= few + 100 * 11,
            "{few} hashes for a change to 100 of 100 accounts, {many} of 100,000"
        );
    }
}
