//! Everything that is one of a few: an enum in the program, a word where it is stored or handed to
//! scripts.

use crate::primitives::{Kind, Payload};

/// Declares such an enum. Its words are the stored and the shown ones.
macro_rules! words {
    (
        $(#[$doc:meta])*
        $name:ident { $($(#[$variant_doc:meta])* $variant:ident => $word:literal,)+ }
    ) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize,
            serde::Deserialize, borsh::BorshSerialize, borsh::BorshDeserialize,
        )]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The one of a word, written exactly so; `None` for any other.
            #[must_use]
            pub fn of(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.word() == word)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

words! {
    /// Who may make a block, and how it is proven.
    BlockKind {
        /// Anybody, by a hash below the target.
        Work => "work",
        /// The authority whose slot it is, by a signature.
        Authority => "authority",
    }
}

impl From<Kind> for BlockKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Work => Self::Work,
            Kind::Authority => Self::Authority,
        }
    }
}

words! {
    /// What a transaction does.
    PayloadKind {
        /// Moves coins.
        Transfer => "transfer",
        /// Puts words on the chain.
        Message => "message",
        /// Names an account.
        RegisterUser => "register_user",
        /// Makes units of a new asset.
        CreateAsset => "create_asset",
        /// Moves units of an asset.
        TransferAsset => "transfer_asset",
        /// Changes parameters of the network.
        SetParams => "set_params",
    }
}

impl From<&Payload> for PayloadKind {
    fn from(payload: &Payload) -> Self {
        match payload {
            Payload::Transfer { .. } => Self::Transfer,
            Payload::Message { .. } => Self::Message,
            Payload::RegisterUser { .. } => Self::RegisterUser,
            Payload::CreateAsset { .. } => Self::CreateAsset,
            Payload::TransferAsset { .. } => Self::TransferAsset,
            Payload::SetParams(_) => Self::SetParams,
        }
    }
}

words! {
    /// How far a transaction has come.
    TransactionStatus {
        /// It waits in the mempool.
        Pending => "pending",
        /// It is in a block of the best chain.
        Committed => "committed",
        /// It waits no longer and is in no block.
        Dropped => "dropped",
    }
}

words! {
    /// What a node knows of a peer.
    PeerState {
        /// It was heard lately.
        Active => "active",
        /// It was not heard for a while.
        Away => "away",
        /// It said goodbye.
        Left => "left",
    }
}

words! {
    /// What a miner worker does.
    MinerState {
        /// It tries nonces.
        Searching => "searching",
        /// It waits for a job.
        Idle => "idle",
        /// The pace is a pause.
        Paused => "paused",
        /// It failed and comes up again.
        Restarting => "restarting",
        /// Its node stops.
        Stopped => "stopped",
    }
}

impl MinerState {
    /// Whether a rate that was measured lately still holds.
    #[must_use]
    pub const fn hashes(self) -> bool {
        matches!(self, Self::Searching | Self::Idle)
    }
}

words! {
    /// What became of a node's ledger when the node started.
    LedgerStart {
        /// There was none.
        New => "new",
        /// It was read as it is.
        Resumed => "resumed",
        /// All of its blocks were imported again.
        Rebuilt => "rebuilt",
        /// A part of its blocks was imported again.
        Truncated => "truncated",
        /// It was of another chain or of no known schema, and was given up.
        Wiped => "wiped",
        /// It was of the same network under an older rule set, whose blocks are no blocks of this
        /// one.
        Outdated => "outdated",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_stored_as_it_is_shown_and_read_again() {
        for start in LedgerStart::ALL.iter().copied() {
            let stored = serde_json::to_value(start).unwrap();
            assert_eq!(stored, start.word());
            assert_eq!(
                serde_json::from_value::<LedgerStart>(stored).unwrap(),
                start
            );
            assert_eq!(LedgerStart::of(start.word()), Some(start));
        }
        assert_eq!(LedgerStart::of("Resumed"), None);
        assert!(serde_json::from_str::<TransactionStatus>("\"lost\"").is_err());
    }
}
