//! The Merkle tree of RFC 6962 section 2.1. Leaves and inner nodes are hashed under different
//! prefixes, and an odd node is promoted, never doubled, so that no two lists share a root
//! (the flaw of CVE-2012-2459).

use super::hash::{Digest, sha256};

/// SHA-256 of a zero byte and the leaf's bytes (RFC 6962 section 2.1).
#[must_use]
pub fn leaf_hash(leaf: &[u8]) -> Digest {
    sha256(&[&[0], leaf])
}

fn node_hash(left: &Digest, right: &Digest) -> Digest {
    sha256(&[&[1], &left.0, &right.0])
}

/// Root over leaf hashes; the hash of nothing for an empty list.
#[must_use]
pub fn merkle_root(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => sha256(&[]),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(&merkle_root(left), &merkle_root(right))
        }
    }
}

/// The largest power of two below `n`, for `n` of at least 2.
fn split(n: usize) -> usize {
    n.next_power_of_two() / 2
}

/// That a leaf is at `index` of a list of `size` leaves: the hashes of the subtrees beside its
/// path, lowest first (RFC 6962 section 2.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InclusionProof {
    /// Position of the leaf, counted from 0.
    pub index: u64,
    /// Number of leaves of the whole list.
    pub size: u64,
    /// Sibling hashes, lowest first; none for a list of one.
    pub path: Vec<Digest>,
}

/// The proof for the leaf at `index`, or `None` beyond the list.
#[must_use]
pub fn merkle_proof(leaves: &[Digest], index: usize) -> Option<InclusionProof> {
    fn walk(leaves: &[Digest], index: usize, path: &mut Vec<Digest>) {
        if leaves.len() < 2 {
            return;
        }
        let at = split(leaves.len());
        let (left, right) = leaves.split_at(at);
        if index < at {
            walk(left, index, path);
            path.push(merkle_root(right));
        } else {
            walk(right, index - at, path);
            path.push(merkle_root(left));
        }
    }
    if index >= leaves.len() {
        return None;
    }
    let mut path = Vec::new();
    walk(leaves, index, &mut path);
    Some(InclusionProof {
        index: u64::try_from(index).ok()?,
        size: u64::try_from(leaves.len()).ok()?,
        path,
    })
}

impl InclusionProof {
    /// The root that this proof and `leaf` lead to, or `None` if the path has the wrong length
    /// (RFC 9162 section 2.1.3.2).
    #[must_use]
    pub fn root(&self, leaf: Digest) -> Option<Digest> {
        if self.index >= self.size {
            return None;
        }
        let mut position = self.index;
        let mut last = self.size - 1;
        let mut hash = leaf;
        for sibling in &self.path {
            if last == 0 {
                return None;
            }
            if position & 1 == 1 || position == last {
                hash = node_hash(sibling, &hash);
                while position & 1 == 0 && position != 0 {
                    position >>= 1;
                    last >>= 1;
                }
            } else {
                hash = node_hash(&hash, sibling);
            }
            position >>= 1;
            last >>= 1;
        }
        (last == 0).then_some(hash)
    }
}

/// That the first `old_size` leaves of a list of `new_size` are an older list: what was there is
/// still there (RFC 6962 section 2.1.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsistencyProof {
    /// Number of leaves of the older list, at least 1.
    pub old_size: u64,
    /// Number of leaves of the newer list.
    pub new_size: u64,
    /// Hashes of subtrees, lowest first; none if both lists are of one size.
    pub path: Vec<Digest>,
}

impl ConsistencyProof {
    /// Whether this proof joins the roots of the two lists (RFC 9162 section 2.1.4.2).
    #[must_use]
    pub fn joins(&self, old_root: Digest, new_root: Digest) -> bool {
        if self.old_size == 0 || self.old_size >= self.new_size {
            return self.old_size == self.new_size
                && self.old_size > 0
                && self.path.is_empty()
                && old_root == new_root;
        }
        // A complete older tree is a subtree of the newer one, and its root is not sent again.
        let complete = self.old_size.is_power_of_two().then_some(&old_root);
        let mut path = complete.into_iter().chain(&self.path);
        let Some(first) = path.next().filter(|_| !self.path.is_empty()) else {
            return false;
        };
        let (mut position, mut last) = (self.old_size - 1, self.new_size - 1);
        while position & 1 == 1 {
            position >>= 1;
            last >>= 1;
        }
        let (mut old, mut new) = (*first, *first);
        for sibling in path {
            if last == 0 {
                return false;
            }
            if position & 1 == 1 || position == last {
                (old, new) = (node_hash(sibling, &old), node_hash(sibling, &new));
                while position & 1 == 0 && position != 0 {
                    position >>= 1;
                    last >>= 1;
                }
            } else {
                new = node_hash(&new, sibling);
            }
            position >>= 1;
            last >>= 1;
        }
        last == 0 && old == old_root && new == new_root
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(n: u8) -> Vec<Digest> {
        (0..n).map(|i| leaf_hash(&[i])).collect()
    }

    #[test]
    fn the_empty_tree_is_the_hash_of_nothing() {
        assert_eq!(merkle_root(&[]), sha256(&[]));
    }

    #[test]
    fn a_doubled_last_leaf_changes_the_root() {
        let mut list = leaves(3);
        let root = merkle_root(&list);
        list.push(list[2]);
        assert_ne!(merkle_root(&list), root);
    }

    #[test]
    fn every_leaf_of_every_small_tree_proves_itself_and_nothing_else() {
        for size in 1..=17 {
            let list = leaves(size);
            let root = merkle_root(&list);
            for (index, leaf) in list.iter().enumerate() {
                let proof = merkle_proof(&list, index).unwrap();
                assert_eq!(proof.root(*leaf), Some(root));
                assert_ne!(proof.root(leaf_hash(b"other")), Some(root));
                let mut longer = proof.clone();
                longer.path.push(root);
                assert_ne!(longer.root(*leaf), Some(root));
            }
            assert_eq!(merkle_proof(&list, list.len()), None);
        }
    }

    #[test]
    fn an_older_list_is_proven_by_the_subtrees_beside_it_and_by_nothing_else() {
        // Three of four leaves: the third leaf, the fourth, and the subtree of the first two.
        let list = leaves(4);
        let (old, new) = (merkle_root(&list[..3]), merkle_root(&list));
        let path = vec![list[2], list[3], merkle_root(&list[..2])];
        let proof = ConsistencyProof {
            old_size: 3,
            new_size: 4,
            path,
        };
        assert!(proof.joins(old, new));
        assert!(!proof.joins(new, old) && !proof.joins(old, old));
        for drop in 0..3 {
            let mut short = proof.clone();
            short.path.remove(drop);
            assert!(!short.joins(old, new), "without hash {drop}");
        }
    }

    #[test]
    fn a_list_is_consistent_with_itself_without_hashes_and_nothing_with_an_empty_list() {
        let root = merkle_root(&leaves(2));
        let proof = |old_size, new_size| ConsistencyProof {
            old_size,
            new_size,
            path: Vec::new(),
        };
        assert!(proof(2, 2).joins(root, root));
        assert!(!proof(2, 2).joins(root, merkle_root(&leaves(1))));
        assert!(
            !proof(0, 0).joins(root, root)
                && !proof(0, 2).joins(root, root)
                && !proof(2, 1).joins(root, root)
        );
    }
}
