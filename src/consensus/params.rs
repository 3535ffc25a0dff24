//! The parameters of a network. They are hashed into the genesis block, so two networks that differ
//! in any of them have different chain ids and ignore each other. A few may be changed later by the
//! operator's signed transaction; those are kept in the state as [`Tunable`].

use std::collections::BTreeSet;

use borsh::{BorshDeserialize, BorshSerialize};

use crate::primitives::{
    Address, Amount, DecodeError, Difficulty, Digest, Encoded, Kind, MAX_ASSET_NAME_BYTES,
    MAX_BODY_BYTES, MAX_DATA_BYTES, MAX_EXACT, MAX_MEMO_BYTES, MAX_MESSAGE_BYTES,
    MAX_TRANSACTION_BYTES, MAX_TRANSACTIONS, Millis, Name, Retarget, Timestamp, decode_exact,
    sha256,
};

use super::{Parameter, ParamsError, work};

/// Most authorities of a network at a time.
pub const MAX_AUTHORITIES: usize = 32;
/// Most decimal places of an asset.
pub const MAX_DECIMALS: u8 = 12;
/// Most accounts that genesis may fund.
pub const MAX_ALLOCATIONS: usize = 64;
/// Longest encoding of the parameters in bytes.
pub const MAX_PARAMS_BYTES: usize = 16 * 1024;
/// A change of parameters takes effect at the next multiple of this height, at least
/// [`MIN_NOTICE`] blocks after its block.
pub const EPOCH: u64 = 8;
/// Blocks between a change of parameters and its effect, at the least.
pub const MIN_NOTICE: u64 = 2;

/// The rules that this program follows, as a number that rises with every change of a rule: 1 had
/// an authority weight that followed the difficulty, and gave ties to the smaller id.
pub const RULE_SET: u64 = 2;

/// The rule set and the limits that are the same in every network. They are hashed with the
/// parameters, so that a program with other ones makes another network and does not split this one.
const LIMITS: [u64; 13] = [
    RULE_SET,
    EPOCH,
    MIN_NOTICE,
    work::LONGEST_GAP,
    MAX_AUTHORITIES as u64,
    MAX_BODY_BYTES as u64,
    MAX_TRANSACTIONS as u64,
    MAX_TRANSACTION_BYTES as u64,
    MAX_DATA_BYTES as u64,
    MAX_MEMO_BYTES as u64,
    MAX_MESSAGE_BYTES as u64,
    MAX_ASSET_NAME_BYTES as u64,
    MAX_DECIMALS as u64,
];

/// Everything the nodes of a network agree on before the first block.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Params {
    /// The network's name, for people and channel names.
    pub network: Name,
    /// Random bytes: a network of the same name that is made again is another network.
    pub salt: [u8; 32],
    /// When slot 0 begins, and the time of the genesis block.
    pub genesis_time: Timestamp,
    /// Expected hashes of the first work block.
    pub difficulty: Difficulty,
    /// How the difficulty goes on from there.
    pub retarget: Retarget,
    /// The authorities in the order of their slots, at most [`MAX_AUTHORITIES`]; may be empty.
    pub authorities: Vec<Address>,
    /// Weight of an authority's block. No transaction moves it: a branch on which one that was once
    /// signed is replayed and a later one left out would be heavier than all that honest nodes
    /// made.
    pub authority_weight: Difficulty,
    /// Length of an authority's slot, 500 ms to an hour.
    pub slot: Millis,
    /// Least time between a block and its parent (rule 7), at most the length of a slot.
    pub min_gap: Millis,
    /// How far ahead of a node's clock a block may be (rule 8), at most an hour.
    pub max_future: Millis,
    /// New coins for a work block, paid to its sealer beside the fees.
    pub pow_reward: Amount,
    /// New coins for an authority's block, paid to its sealer beside the fees.
    pub authority_reward: Amount,
    /// Least fee of a transaction in coins, 0 to 1,000,000.
    pub min_fee: Amount,
    /// Accounts with coins and, if given, a registered name, at most [`MAX_ALLOCATIONS`].
    pub allocation: Vec<Allocation>,
    /// The account whose key may change the parameters. No order changes the operator.
    pub operator: Address,
}

/// Coins that exist from the first block.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Allocation {
    /// The owner, who stands in the allocation once.
    pub address: Address,
    /// How many coins. Those of all accounts together are at most 2^53 - 1.
    pub amount: Amount,
    /// The owner's registered name, which no other has; `None` for one without a name.
    pub name: Option<Name>,
}

/// The parameters that the operator may change while the network runs.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Tunable {
    /// Expected hashes of a work block, or the difficulty at the anchor of an automatic retarget.
    pub difficulty: Difficulty,
    /// How the difficulty follows the hash rate.
    pub retarget: Retarget,
    /// The authorities in the order of their slots, 0 to [`MAX_AUTHORITIES`].
    pub authorities: Vec<Address>,
}

impl Params {
    /// The difficulty that people start with: two leading zero hex digits.
    pub const DEFAULT_DIFFICULTY: Difficulty = Difficulty::from_zero_digits(2);

    /// Parameters with the playground's defaults; `salt` and `genesis_time` make the network
    /// unique.
    #[must_use]
    pub fn playground(
        network: Name,
        salt: [u8; 32],
        genesis_time: Timestamp,
        operator: Address,
    ) -> Self {
        Self {
            network,
            salt,
            genesis_time,
            difficulty: Self::DEFAULT_DIFFICULTY,
            retarget: Retarget::Fixed,
            authorities: Vec::new(),
            authority_weight: Self::DEFAULT_DIFFICULTY,
            slot: Millis(5_000),
            min_gap: Millis(250),
            max_future: Millis(2_000),
            pow_reward: Amount(50),
            authority_reward: Amount(0),
            min_fee: Amount(1),
            allocation: Vec::new(),
            operator,
        }
    }

    /// The canonical bytes.
    ///
    /// # Panics
    /// Never: writing to memory does not fail.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        borsh::to_vec(self).expect("a vector takes every byte")
    }

    /// Decodes the canonical bytes.
    ///
    /// # Errors
    /// See [`decode_exact`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode_exact(Encoded::Parameters, bytes, MAX_PARAMS_BYTES)
    }

    /// Whether a network can have these parameters.
    ///
    /// # Errors
    /// The first parameter that is outside its range.
    pub fn validate(&self) -> Result<(), ParamsError> {
        in_range(Parameter::Difficulty, self.difficulty.0, 1, MAX_EXACT)?;
        in_range(
            Parameter::AuthorityWeight,
            self.authority_weight.0,
            1,
            MAX_EXACT,
        )?;
        in_range(Parameter::GenesisTime, self.genesis_time.0, 0, MAX_EXACT)?;
        in_range(Parameter::Slot, self.slot.0, 500, 3_600_000)?;
        in_range(Parameter::LeastGap, self.min_gap.0, 1, self.slot.0)?;
        in_range(Parameter::FarthestFuture, self.max_future.0, 1, 3_600_000)?;
        in_range(Parameter::LeastFee, self.min_fee.0, 0, 1_000_000)?;
        in_range(Parameter::WorkReward, self.pow_reward.0, 0, 1_000_000)?;
        in_range(
            Parameter::AuthorityReward,
            self.authority_reward.0,
            0,
            1_000_000,
        )?;
        in_range(
            Parameter::FundedAccounts,
            count(self.allocation.len()),
            0,
            count(MAX_ALLOCATIONS),
        )?;
        check_retarget(self.retarget)?;
        check_authorities(&self.authorities)?;
        self.validate_allocation()
    }

    fn validate_allocation(&self) -> Result<(), ParamsError> {
        let mut owners = BTreeSet::new();
        let mut names = BTreeSet::new();
        let mut total: u64 = 0;
        for allocation in &self.allocation {
            let name_twice = allocation
                .name
                .as_ref()
                .is_some_and(|name| !names.insert(name));
            if !owners.insert(allocation.address) || name_twice {
                return Err(ParamsError::AllocationTwice(allocation.address));
            }
            total = total.saturating_add(allocation.amount.0);
        }
        in_range(Parameter::GenesisCoins, total, 0, MAX_EXACT)
    }

    /// The hash that the genesis block commits to: over the parameters and the limits of every
    /// network.
    #[must_use]
    pub fn hash(&self) -> Digest {
        self.hash_with(&LIMITS)
    }

    fn hash_with(&self, limits: &[u64]) -> Digest {
        let limits: Vec<u8> = limits
            .iter()
            .flat_map(|limit| limit.to_le_bytes())
            .collect();
        sha256(&[b"aurex/params/1", &limits, &self.to_bytes()])
    }

    /// New coins for a block of this kind.
    #[must_use]
    pub const fn reward(&self, kind: Kind) -> Amount {
        match kind {
            Kind::Work => self.pow_reward,
            Kind::Authority => self.authority_reward,
        }
    }

    /// The part that may change later, as it is at genesis.
    #[must_use]
    pub fn tunable(&self) -> Tunable {
        Tunable {
            difficulty: self.difficulty,
            retarget: self.retarget,
            authorities: self.authorities.clone(),
        }
    }
}

pub(super) fn check_retarget(retarget: Retarget) -> Result<(), ParamsError> {
    let Retarget::Asert {
        ideal,
        half_life,
        min,
        max,
    } = retarget
    else {
        return Ok(());
    };
    in_range(Parameter::IdealInterval, ideal.0, 1, 86_400_000)?;
    in_range(Parameter::HalfLife, half_life.0, 1, 86_400_000)?;
    in_range(Parameter::LowestDifficulty, min.0, 1, max.0)?;
    in_range(Parameter::HighestDifficulty, max.0, 1, MAX_EXACT)
}

pub(super) fn check_authorities(
    authorities: &[crate::primitives::Address],
) -> Result<(), ParamsError> {
    in_range(
        Parameter::Authorities,
        count(authorities.len()),
        0,
        count(MAX_AUTHORITIES),
    )?;
    let mut seen = BTreeSet::new();
    match authorities.iter().find(|address| !seen.insert(**address)) {
        Some(twice) => Err(ParamsError::AuthorityTwice(*twice)),
        None => Ok(()),
    }
}

pub(super) const fn in_range(
    what: Parameter,
    found: u64,
    least: u64,
    most: u64,
) -> Result<(), ParamsError> {
    if found < least || found > most {
        Err(ParamsError::Range {
            what,
            least,
            most,
            found,
        })
    } else {
        Ok(())
    }
}

fn count(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::params;

    #[test]
    fn a_program_with_another_limit_makes_another_network() {
        let params = params();
        for at in 0..LIMITS.len() {
            let mut other = LIMITS;
            other[at] += 1;
            assert_ne!(params.hash_with(&other), params.hash(), "limit {at}");
        }
        let mut salted = params.clone();
        salted.salt[0] ^= 1;
        assert_ne!(salted.hash(), params.hash());
    }

    type Change = fn(&mut Params);
    /// Beginning of the refusal, and what makes parameters that are refused so.
    const CASES: [(&str, Change); 22] = [
        ("expected difficulty of 1 to", |params| {
            params.difficulty.0 = 0
        }),
        ("expected difficulty of 1 to", |params| {
            params.difficulty.0 = MAX_EXACT + 1
        }),
        ("expected authority weight of 1 to", |params| {
            params.authority_weight.0 = 0
        }),
        ("expected authority weight of 1 to", |params| {
            params.authority_weight.0 = MAX_EXACT + 1
        }),
        ("expected genesis time of 0 to", |params| {
            params.genesis_time.0 = MAX_EXACT + 1
        }),
        ("expected slot in ms of 500 to", |params| {
            params.slot.0 = 499
        }),
        ("expected slot in ms of 500 to", |params| {
            params.slot.0 = 3_600_001
        }),
        ("expected least gap in ms of 1 to", |params| {
            params.min_gap.0 = 0
        }),
        ("expected least gap in ms of 1 to 5000", |params| {
            params.min_gap.0 = 5_001
        }),
        ("expected farthest future in ms of 1 to", |params| {
            params.max_future.0 = 0
        }),
        ("expected farthest future in ms of 1 to", |params| {
            params.max_future.0 = 3_600_001
        }),
        ("expected least fee of 0 to", |params| {
            params.min_fee.0 = 1_000_001
        }),
        ("expected work reward of 0 to", |params| {
            params.pow_reward.0 = 1_000_001
        }),
        ("expected authority reward of 0 to", |params| {
            params.authority_reward.0 = 1_000_001
        }),
        (
            "expected number of funded accounts of 0 to 64, found 65",
            |params| {
                let one = |byte| Allocation {
                    address: Address([byte; 32]),
                    amount: Amount(1),
                    name: None,
                };
                params.allocation = (0..65).map(one).collect();
            },
        ),
        ("expected ideal interval in ms of 1 to", |params| {
            params.retarget = asert(0, 1, 1, 1)
        }),
        ("expected lowest difficulty of 1 to 7, found 8", |params| {
            params.retarget = asert(1, 1, 8, 7)
        }),
        (
            "expected number of authorities of 0 to 32, found 33",
            |params| {
                params.authorities = (0..33).map(|byte| Address([byte; 32])).collect();
            },
        ),
        ("expected each authority once", |params| {
            params.authorities = vec![Address([1; 32]); 2]
        }),
        ("expected each account and name once", |params| {
            params.allocation[1].address = params.allocation[0].address;
        }),
        ("expected each account and name once", |params| {
            params.allocation[1].name = params.allocation[0].name.clone();
        }),
        ("expected coins at genesis of 0 to", |params| {
            params.allocation[0].amount.0 = MAX_EXACT
        }),
    ];

    #[test]
    fn parameters_outside_their_ranges_are_refused_by_name() {
        assert_eq!(params().validate(), Ok(()));
        for (text, change) in CASES {
            let mut params = params();
            change(&mut params);
            let refused = params.validate().unwrap_err().to_string();
            assert!(
                refused.starts_with(text),
                "expected {text}, found {refused}"
            );
        }
    }

    fn asert(ideal: u64, half_life: u64, min: u64, max: u64) -> Retarget {
        let (min, max) = (Difficulty(min), Difficulty(max));
        Retarget::Asert {
            ideal: Millis(ideal),
            half_life: Millis(half_life),
            min,
            max,
        }
    }
}
