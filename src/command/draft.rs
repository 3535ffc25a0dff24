//! A transaction before it is signed: who wants what, in names. The page turns it into a signed
//! transaction; the ledger's rules are checked by the nodes.

/// Fee where none is said.
pub const DEFAULT_FEE: u64 = 1;

/// What a person wants to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Name of the signer.
    pub from: String,
    /// Fee in coins.
    pub fee: u64,
    /// What it does.
    pub what: What,
}

/// What a draft does. Receivers are registered names or addresses in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Moves coins.
    Transfer {
        /// The receiver.
        to: String,
        /// How many.
        amount: u64,
        /// A note; may be empty.
        memo: String,
    },
    /// Puts words on the chain.
    Message {
        /// The words.
        text: String,
        /// Whom they are for, if anyone.
        to: Option<String>,
    },
    /// Gives the signer's account a name.
    RegisterUser {
        /// The name.
        name: String,
    },
    /// Creates an asset.
    CreateAsset {
        /// Its sign, such as `GOLD`.
        symbol: String,
        /// Its name.
        name: String,
        /// Decimal places.
        decimals: u8,
        /// Units in existence.
        supply: u64,
    },
    /// Moves units of an asset.
    TransferAsset {
        /// Asset id in hexadecimal.
        asset: String,
        /// The receiver.
        to: String,
        /// How many units.
        amount: u64,
    },
}
