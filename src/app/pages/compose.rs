//! The forms of the Transact page: transfer, message, a new user, a new asset, and units of an
//! asset. What can be checked without a ledger is checked while a person types; the rest is the
//! nodes' answer.
//!
//! A new user needs coins before the network takes its registration, as that costs a fee: so making
//! one sends it coins first, and the list of users offers the registration once they are there.

use super::PageModel;
use super::typed::Typed;
use crate::command::{
    DEFAULT_FEE, Draft, DraftError, MAX_DECIMALS, What, number_in, read_amount, read_fee, shortened,
};
use crate::ipc::Refusal;
use crate::primitives::Nearest;

/// A form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Coins for somebody.
    Transfer,
    /// Words on the chain.
    Message,
    /// A key for a new person, and its first coins.
    NewUser,
    /// A new asset.
    CreateAsset,
    /// Units of an asset for somebody.
    TransferAsset,
}

impl Form {
    /// All forms in the order of their tabs.
    pub const ALL: [Self; 5] = [
        Self::Transfer,
        Self::Message,
        Self::NewUser,
        Self::CreateAsset,
        Self::TransferAsset,
    ];

    /// The name on its tab.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Transfer => "Transfer",
            Self::Message => "Message",
            Self::NewUser => "New user",
            Self::CreateAsset => "New asset",
            Self::TransferAsset => "Send asset",
        }
    }

    /// What it does, where the names of its fields leave that open.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Transfer | Self::Message => "",
            Self::NewUser => {
                "Makes a key in this browser and sends it its first coins. When they are committed, the list of users offers to register the name."
            }
            Self::CreateAsset => {
                "All units belong to the creator at first. The supply is counted in the smallest unit: with 2 decimal places, 100 is 1.00."
            }
            Self::TransferAsset => {
                "Units are counted in the asset's smallest unit. The fee is paid in coins."
            }
        }
    }

    /// Its fields in order.
    #[must_use]
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::Transfer => &[
                Field::From,
                Field::To,
                Field::Amount,
                Field::Fee,
                Field::Memo,
            ],
            Self::Message => &[Field::From, Field::To, Field::Text, Field::Fee],
            Self::NewUser => &[Field::Name, Field::From, Field::Amount, Field::Fee],
            Self::CreateAsset => &[
                Field::From,
                Field::Symbol,
                Field::AssetName,
                Field::Supply,
                Field::Decimals,
                Field::Fee,
            ],
            Self::TransferAsset => &[
                Field::From,
                Field::Asset,
                Field::To,
                Field::Units,
                Field::Fee,
            ],
        }
    }

    /// The label of one of its fields.
    #[must_use]
    pub const fn label(self, field: Field) -> &'static str {
        match (self, field) {
            (Self::NewUser, Field::From) => "Coins from",
            (Self::CreateAsset, Field::From) => "Creator",
            (_, Field::From) => "From",
            (Self::Message, Field::To) => "To: user or address, or nobody",
            (_, Field::To) => "To: user or address",
            (Self::NewUser, Field::Amount) => "First coins",
            (_, Field::Amount) => "Amount",
            (_, Field::Fee) => "Fee",
            (_, Field::Memo) => "Memo",
            (_, Field::Text) => "Message",
            (_, Field::Name) => "Name",
            (_, Field::Symbol) => "Symbol, such as GOLD",
            (_, Field::AssetName) => "Name of the asset",
            (_, Field::Supply) => "Supply",
            (_, Field::Decimals) => "Decimal places",
            (_, Field::Asset) => "Asset",
            (_, Field::Units) => "Units",
        }
    }
}

/// A field; forms share some of them, so that what was typed stays when the form changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// Who signs and pays.
    From,
    /// Who receives.
    To,
    /// Whole coins for the receiver.
    Amount,
    /// Whole coins for the maker of the block.
    Fee,
    /// A memo.
    Memo,
    /// The words of a message.
    Text,
    /// The name of a new user.
    Name,
    /// The sign of a new asset.
    Symbol,
    /// The name of a new asset.
    AssetName,
    /// How many of its smallest unit a new asset has.
    Supply,
    /// Decimal places of a new asset.
    Decimals,
    /// The id of the asset that is sent.
    Asset,
    /// How many of its smallest unit are sent.
    Units,
}

impl Field {
    /// Whether a number is typed into it.
    #[must_use]
    pub const fn is_number(self) -> bool {
        matches!(
            self,
            Self::Amount | Self::Fee | Self::Supply | Self::Decimals | Self::Units
        )
    }
}

/// Units of an asset that somebody holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The asset's id: 64 lower-case hex digits.
    pub asset: String,
    /// Its sign.
    pub symbol: String,
    /// How many of its smallest unit.
    pub units: u64,
}

/// Why a form cannot be sent yet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfinished {
    /// Nobody would receive it.
    #[error("Name who receives it: a user or an address.")]
    NoReceiver,
    /// The new user has no name.
    #[error("Name the new user.")]
    NoName,
    /// The sender holds no asset.
    #[error("{from} holds no asset yet: create one, or have somebody send some.")]
    NoAsset {
        /// The sender.
        from: String,
    },
    /// No whole number of units.
    #[error("expected a whole number of units, found \"{found}\"{nearest}")]
    Units {
        /// What was typed.
        found: String,
        /// What it may mean.
        nearest: Nearest,
    },
    /// No number of decimal places.
    #[error("expected 0 to {MAX_DECIMALS} decimal places, found \"{found}\"")]
    Decimals {
        /// What was typed.
        found: String,
    },
    /// A rule that needs no ledger.
    #[error(transparent)]
    Draft(#[from] DraftError),
}

/// How far the sending is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sending {
    /// Nothing is on its way.
    Idle,
    /// It is signed and handed to a node.
    Underway,
    /// It was refused.
    Refused(Refusal),
}

/// The forms with what was typed into them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compose {
    form: Form,
    typed: Typed<Field>,
    sending: Sending,
}

/// What changes the forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComposeMessage {
    /// Another form is shown.
    Choose(Form),
    /// A field has another text.
    Type(Field, String),
    /// The draft is on its way.
    Send,
    /// A node took it.
    Sent,
    /// It was refused.
    Refuse(Refusal),
}

impl Compose {
    /// The forms of a person among these users: the first sends to the second.
    #[must_use]
    pub fn new(users: &[String]) -> Self {
        let user = |at: usize| users.get(at).cloned().unwrap_or_default();
        let usual = vec![
            (Field::From, user(0)),
            (Field::To, user(1)),
            (Field::Amount, "10".to_owned()),
            (Field::Fee, DEFAULT_FEE.to_string()),
            (Field::Supply, "1000".to_owned()),
            (Field::Decimals, "0".to_owned()),
            (Field::Units, "1".to_owned()),
        ];
        Self {
            form: Form::Transfer,
            typed: Typed::of(usual),
            sending: Sending::Idle,
        }
    }

    /// The form that is shown.
    #[must_use]
    pub const fn form(&self) -> Form {
        self.form
    }

    /// How far the sending is.
    #[must_use]
    pub const fn sending(&self) -> &Sending {
        &self.sending
    }

    /// The text of a field.
    #[must_use]
    pub fn text(&self, field: Field) -> &str {
        self.typed.text(&field).unwrap_or_default()
    }

    /// The asset that is sent: the chosen one, or the first where the sender does not hold that.
    #[must_use]
    pub fn holding<'h>(&self, holdings: &'h [Holding]) -> Option<&'h Holding> {
        let chosen = self.text(Field::Asset);
        holdings
            .iter()
            .find(|holding| holding.asset == chosen)
            .or_else(|| holdings.first())
    }

    /// The draft of the form, with what the sender holds.
    ///
    /// # Errors
    /// What is missing, or the first rule that it breaks.
    pub fn draft(&self, holdings: &[Holding]) -> Result<Draft, Unfinished> {
        let draft = Draft {
            from: self.text(Field::From).to_owned(),
            fee: read_fee(self.text(Field::Fee))?,
            what: self.what(holdings)?,
        };
        Ok(draft.checked()?)
    }

    fn coins(&self) -> Result<u64, DraftError> {
        read_amount(self.text(Field::Amount))
    }

    fn units(&self, field: Field) -> Result<u64, Unfinished> {
        match read_amount(self.text(field)) {
            Err(DraftError::AmountMalformed { found, nearest }) => {
                Err(Unfinished::Units { found, nearest })
            }
            read => Ok(read?),
        }
    }

    fn decimals(&self) -> Result<u8, Unfinished> {
        let text = self.text(Field::Decimals).trim();
        number_in(text, &(0..=MAX_DECIMALS)).ok_or_else(|| Unfinished::Decimals {
            found: shortened(text),
        })
    }

    fn receiver(&self) -> Result<String, Unfinished> {
        match self.text(Field::To).trim() {
            "" => Err(Unfinished::NoReceiver),
            to => Ok(to.to_owned()),
        }
    }

    fn what(&self, holdings: &[Holding]) -> Result<What, Unfinished> {
        Ok(match self.form {
            Form::Transfer => What::Transfer {
                to: self.receiver()?,
                amount: self.coins()?,
                memo: self.text(Field::Memo).to_owned(),
            },
            Form::Message => What::Message {
                text: self.text(Field::Text).to_owned(),
                to: self.receiver().ok(),
            },
            Form::NewUser => self.first_coins()?,
            Form::CreateAsset => What::CreateAsset {
                symbol: self.text(Field::Symbol).trim().to_owned(),
                name: self.text(Field::AssetName).trim().to_owned(),
                decimals: self.decimals()?,
                supply: self.units(Field::Supply)?,
            },
            Form::TransferAsset => {
                let holding = self.holding(holdings).ok_or_else(|| Unfinished::NoAsset {
                    from: self.text(Field::From).to_owned(),
                })?;
                What::TransferAsset {
                    asset: holding.asset.clone(),
                    to: self.receiver()?,
                    amount: self.units(Field::Units)?,
                }
            }
        })
    }

    /// The coins for a new user. The receiver is its name until the key is made, which has the
    /// address.
    fn first_coins(&self) -> Result<What, Unfinished> {
        let name = self.text(Field::Name).trim().to_owned();
        if name.is_empty() {
            return Err(Unfinished::NoName);
        }
        Draft::new("", What::RegisterUser { name: name.clone() }).checked()?;
        Ok(What::Transfer {
            to: name,
            amount: self.coins()?,
            memo: "welcome".to_owned(),
        })
    }
}

impl PageModel for Compose {
    type Message = ComposeMessage;

    fn update(&mut self, message: ComposeMessage) {
        match message {
            ComposeMessage::Choose(form) => (self.form, self.sending) = (form, Sending::Idle),
            ComposeMessage::Type(field, text) => {
                self.typed.set(field, text);
                if self.sending != Sending::Underway {
                    self.sending = Sending::Idle;
                }
            }
            ComposeMessage::Send => self.sending = Sending::Underway,
            // The people and the numbers stay, as one often sends again.
            ComposeMessage::Sent => {
                let once = [
                    Field::Memo,
                    Field::Text,
                    Field::Name,
                    Field::Symbol,
                    Field::AssetName,
                ];
                self.typed.clear(&once);
                self.sending = Sending::Idle;
            }
            ComposeMessage::Refuse(error) => self.sending = Sending::Refused(error),
        }
    }
}

#[cfg(test)]
#[path = "compose_tests.rs"]
mod tests;
