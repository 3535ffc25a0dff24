//! Answers of a sync that are not used: headers that are no chain or break a rule, bodies that are
//! not the headers'.

use super::codes;
use crate::consensus::{SignatureCache, check_header};
use crate::gossip::{BlockSync, ChainEnd, SyncError};
use crate::primitives::{
    Block, BlockHash, Body, Difficulty, Header, Instant, NodeId, Seal, Weight,
};
use crate::testkit::{Grower, params};

/// Three blocks from genesis on.
fn blocks() -> Vec<Block> {
    let mut grower = Grower::new(params());
    grower
        .grow("miner", 3)
        .iter()
        .map(|id| (*grower.chain.get(id).unwrap().block).clone())
        .collect()
}

/// Where headers end, of which the second is changed.
fn follow(change: impl FnOnce(&mut Header)) -> Result<ChainEnd, SyncError> {
    let (chain, network) = (Grower::new(params()).chain, params());
    let mut headers: Vec<(Header, Seal)> = blocks()
        .iter()
        .map(|block| (block.header, block.seal))
        .collect();
    change(&mut headers[1].0);
    let end = ChainEnd {
        id: chain.chain_id(),
        height: chain.height(),
        weight: Weight(0),
    };
    let mut cache = SignatureCache::default();
    end.follow(&headers, |header, seal| {
        check_header(header, seal, &network, &chain.chain_id(), &mut cache)?;
        Ok(header.difficulty)
    })
}

/// What is said of bodies; the first block's are asked for if `asked`.
fn bodies(asked: bool, bodies: Vec<(BlockHash, Body)>) -> Result<(), SyncError> {
    let (mut sync, peer, now) = (BlockSync::default(), NodeId([1; 32]), Instant(1));
    if asked {
        sync.begin(peer, None, now);
        sync.want(peer, vec![(blocks()[0].header, Seal::Work)], false, now);
        sync.asks(&[peer], now);
    }
    sync.take_bodies(peer, bodies, now)
}

#[test]
fn every_refusal_of_a_sync_has_a_case() {
    let good = follow(|_| ()).unwrap();
    assert_eq!(
        (good.id, good.height.0, good.weight),
        (blocks()[2].header.id(), 3, Weight(48))
    );
    let first = blocks()[0].header.id();
    assert_eq!(bodies(true, vec![(first, Body::default())]), Ok(()));
    let wrong = Body {
        data: vec![1],
        transactions: Vec::new(),
    };
    let cases = [
        (
            "unlinked",
            follow(|header| header.parent.0[0] ^= 1).map(drop),
        ),
        (
            "unlinked",
            follow(|header| header.height = header.height.next()).map(drop),
        ),
        ("unsolicited", bodies(false, Vec::new())),
        ("body_mismatch", bodies(true, vec![(first, wrong)])),
    ];
    for (code, outcome) in &cases {
        assert_eq!(outcome.as_ref().map_err(SyncError::code), Err(*code));
    }
    // A header that breaks a rule keeps the rule's own code.
    let broken = follow(|header| header.difficulty = Difficulty(0)).unwrap_err();
    assert!(
        matches!(&broken, SyncError::Header { height, error } if height.0 == 2 && broken.code() == error.code())
    );
    assert_eq!(broken.code(), "difficulty_range");
    codes::expect_all(SyncError::CODES, cases.iter().map(|(code, _)| *code));
}
