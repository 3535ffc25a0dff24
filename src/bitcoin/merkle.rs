//! Bitcoin's Merkle tree. An odd hash is paired with itself, so that a list with its end doubled
//! has the same root (CVE-2012-2459): a root is only given to lists that no such doubling could
//! have made. The playground's own tree (RFC 6962) promotes an odd hash instead and does not have
//! the flaw.

use super::BitcoinError;
use super::header::{double_sha256, reversed};
use crate::primitives::{Digest, TxId};

fn parent(left: &Digest, right: &Digest) -> Digest {
    Digest(double_sha256(&[&reversed(left.0), &reversed(right.0)]))
}

/// The root over transaction ids in the order of their block.
///
/// # Errors
/// [`BitcoinError::NoTransactions`], and [`BitcoinError::Doubled`] for a list that could be a
/// doubled one.
pub fn merkle_root(ids: &[TxId]) -> Result<Digest, BitcoinError> {
    let mut row: Vec<Digest> = ids.iter().map(|id| Digest(id.0)).collect();
    loop {
        match row.as_slice() {
            [] => return Err(BitcoinError::NoTransactions),
            [root] => return Ok(*root),
            _ => {}
        }
        if let Some(pair) = row.chunks_exact(2).find(|pair| pair[0] == pair[1]) {
            return Err(BitcoinError::Doubled { found: pair[0] });
        }
        row = row
            .chunks(2)
            .map(|pair| parent(&pair[0], pair.last().unwrap_or(&pair[0])))
            .collect();
    }
}

/// Whether `path`, the hashes beside the way up, lowest first, leads from the transaction at
/// `index` to `root`: what a light wallet checks.
#[must_use]
pub fn proves(id: &TxId, index: u32, path: &[Digest], root: &Digest) -> bool {
    let mut position = index;
    let mut hash = Digest(id.0);
    for sibling in path {
        hash = if position & 1 == 1 {
            parent(sibling, &hash)
        } else {
            parent(&hash, sibling)
        };
        position >>= 1;
    }
    // An index beyond the tree would be a second name for the same place.
    position == 0 && hash == *root
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(count: u8) -> Vec<TxId> {
        (0..count).map(|byte| TxId([byte; 32])).collect()
    }

    #[test]
    fn a_list_with_its_end_doubled_has_the_same_tree_and_is_refused() {
        let six = ids(6);
        let doubled = [&six[..], &six[4..]].concat();
        // The row above the leaves ends in the same hash twice.
        let pair = parent(&Digest([4; 32]), &Digest([5; 32]));
        assert!(merkle_root(&six).is_ok());
        assert_eq!(
            merkle_root(&doubled),
            Err(BitcoinError::Doubled { found: pair })
        );
        let three = ids(3);
        let doubled = [&three[..], &three[2..]].concat();
        assert_eq!(
            merkle_root(&doubled),
            Err(BitcoinError::Doubled {
                found: Digest([2; 32])
            })
        );
        assert_eq!(merkle_root(&[]), Err(BitcoinError::NoTransactions));
    }

    #[test]
    fn the_transactions_of_block_100_000_have_the_root_in_its_header() {
        let list = [
            "8c14f0db3df150123e6f3dbbf30f8b955a8249b62ac1d1ff16284aefa3d06d87",
            "fff2525b8931402dd09222c50775608f75787bd2b87e56995a7bdd30f79702c4",
            "6359f0868171b1d194cbee1af2f16ea598ae8fad666d9b012c8ed2b79a236ec4",
            "e9a66845e05d5abc0ad04ec80f774a7e585c6e8db975962d069a522137b80c1d",
        ];
        let list = list.map(|id| id.parse().unwrap());
        let root = "f3e94742aca4b5ef85488dc37c06c3282295ffec960994b2c0d5ac2a25a95766";
        assert_eq!(merkle_root(&list).unwrap().to_string(), root);
    }

    #[test]
    fn a_path_proves_its_transaction_at_its_place_only() {
        let list = ids(3);
        let root = merkle_root(&list).unwrap();
        let path = [Digest([0; 32]), parent(&Digest([2; 32]), &Digest([2; 32]))];
        assert!(proves(&list[1], 1, &path, &root));
        assert!(!proves(&list[1], 0, &path, &root) && !proves(&list[0], 1, &path, &root));
        assert!(
            !proves(&list[1], 5, &path, &root),
            "a place beyond the tree"
        );
        assert!(
            !proves(&list[1], 1, &path[..1], &root) && proves(&list[0], 0, &[], &Digest([0; 32]))
        );
    }
}
