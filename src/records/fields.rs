//! The fields of rows by name: for queries, which order and filter by one of them, and for tables
//! on the page.

use serde::{Serialize, Serializer};

use super::{BlockKind, MinerState, PayloadKind, PeerState, TransactionStatus};
use crate::primitives::NodeKind;

/// The value of a field, to look at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FieldValue<'a> {
    /// Nothing, where the field is optional.
    Absent,
    /// A text, or the stored word of one of a few.
    Text(&'a str),
    /// A whole number of at most 2^53 - 1; a larger one is refused when it is written.
    Number(u64),
    /// A number with a fraction, such as hashes a second.
    Rate(f64),
    /// Yes or no.
    Flag(bool),
    /// Bytes.
    Bytes(&'a [u8]),
}

impl Serialize for FieldValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Absent => serializer.serialize_none(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(number) => serializer.serialize_u64(number),
            Self::Rate(rate) => serializer.serialize_f64(rate),
            Self::Flag(flag) => serializer.serialize_bool(flag),
            Self::Bytes(bytes) => serializer.serialize_bytes(bytes),
        }
    }
}

/// What can be in a field.
pub(super) trait Field {
    /// The value, to look at.
    fn value(&self) -> FieldValue<'_>;
}

impl Field for String {
    fn value(&self) -> FieldValue<'_> {
        FieldValue::Text(self)
    }
}

impl Field for u64 {
    fn value(&self) -> FieldValue<'_> {
        FieldValue::Number(*self)
    }
}

impl Field for u32 {
    fn value(&self) -> FieldValue<'_> {
        FieldValue::Number(Self::into(*self))
    }
}

impl Field for u8 {
    fn value(&self) -> FieldValue<'_> {
        FieldValue::Number(Self::into(*self))
    }
}

impl Field for Option<u64> {
    fn value(&self) -> FieldValue<'_> {
        self.map_or(FieldValue::Absent, FieldValue::Number)
    }
}

impl Field for f64 {
    fn value(&self) -> FieldValue<'_> {
        FieldValue::Rate(*self)
    }
}

impl Field for bool {
    fn value(&self) -> FieldValue<'_> {
        FieldValue::Flag(*self)
    }
}

impl Field for Vec<u8> {
    fn value(&self) -> FieldValue<'_> {
        FieldValue::Bytes(self)
    }
}

/// The fields of a record by name, those of its parts included.
macro_rules! fields {
    ($record:ident { $(..$part:ident,)? $($field:ident,)* }) => {
        impl $record {
            /// Shows every field with its name, in order.
            pub fn each<'a>(&'a self, show: &mut dyn FnMut(&'static str, FieldValue<'a>)) {
                $(self.$part.each(show);)?
                $(show(stringify!($field), Field::value(&self.$field));)*
            }
        }
    };
}

/// Fields that are words.
macro_rules! word_fields {
    ($($word:ident),*) => {
        $(impl Field for $word {
            fn value(&self) -> FieldValue<'_> {
                FieldValue::Text(self.word())
            }
        })*
    };
}

word_fields!(
    BlockKind,
    PayloadKind,
    TransactionStatus,
    PeerState,
    MinerState,
    NodeKind
);

pub(super) use fields;
