//! The fields of rows, by name: how a row becomes a plain object in the browser's database and back
//! again, and how a query looks into one. A row's fields are written down once, by the macro `row!`.

use crate::primitives::MAX_EXACT;

/// The value of a field, to look at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Nothing, where the field is optional.
    Absent,
    /// A text.
    Text(&'a str),
    /// A whole number of at most 2^53 - 1; a larger one is refused when it is written.
    Number(u64),
    /// A number with a fraction.
    Rate(f64),
    /// Yes or no.
    Flag(bool),
    /// Bytes.
    Bytes(&'a [u8]),
}

/// The value of a field as it was found in a plain object.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// No such field, or nothing in it.
    Absent,
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Anything else.
    Other,
}

/// An object is not a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("field {field}: expected {expected}, found something else")]
pub struct FieldError {
    /// The field.
    pub field: &'static str,
    /// What should be in it.
    pub expected: &'static str,
}

/// What can be in a field.
pub(super) trait Field: Sized {
    /// What it is, in words.
    const WHAT: &'static str;

    /// The value, to look at.
    fn cell(&self) -> Cell<'_>;

    /// The value that was found, if it is of this type.
    fn of(found: Found) -> Option<Self>;

    /// The value of the field that is so named.
    #[inline(never)]
    fn named(
        field: &'static str,
        fields: &dyn Fn(&'static str) -> Found,
    ) -> Result<Self, FieldError> {
        Self::of(fields(field)).ok_or(FieldError {
            field,
            expected: Self::WHAT,
        })
    }
}

impl Field for String {
    const WHAT: &'static str = "a text";

    fn cell(&self) -> Cell<'_> {
        Cell::Text(self)
    }

    fn of(found: Found) -> Option<Self> {
        if let Found::Text(text) = found {
            Some(text)
        } else {
            None
        }
    }
}

impl Field for u64 {
    const WHAT: &'static str = "a whole number of at most 2^53 - 1";

    fn cell(&self) -> Cell<'_> {
        Cell::Number(*self)
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole and not negative by the test"
    )]
    fn of(found: Found) -> Option<Self> {
        let Found::Number(number) = found else {
            return None;
        };
        (number >= 0.0 && number.fract() == 0.0)
            .then_some(number as Self)
            .filter(|number| *number <= MAX_EXACT)
    }
}

impl Field for u32 {
    const WHAT: &'static str = "a whole number below 2^32";

    fn cell(&self) -> Cell<'_> {
        Cell::Number(u64::from(*self))
    }

    fn of(found: Found) -> Option<Self> {
        Self::try_from(u64::of(found)?).ok()
    }
}

impl Field for u8 {
    const WHAT: &'static str = "a whole number below 256";

    fn cell(&self) -> Cell<'_> {
        Cell::Number(u64::from(*self))
    }

    fn of(found: Found) -> Option<Self> {
        Self::try_from(u64::of(found)?).ok()
    }
}

impl Field for Option<u64> {
    const WHAT: &'static str = "a whole number or nothing";

    fn cell(&self) -> Cell<'_> {
        self.map_or(Cell::Absent, Cell::Number)
    }

    fn of(found: Found) -> Option<Self> {
        if found == Found::Absent {
            Some(None)
        } else {
            u64::of(found).map(Some)
        }
    }
}

impl Field for f64 {
    const WHAT: &'static str = "a number";

    fn cell(&self) -> Cell<'_> {
        Cell::Rate(*self)
    }

    fn of(found: Found) -> Option<Self> {
        if let Found::Number(number) = found {
            Some(number)
        } else {
            None
        }
    }
}

impl Field for bool {
    const WHAT: &'static str = "yes or no";

    fn cell(&self) -> Cell<'_> {
        Cell::Flag(*self)
    }

    fn of(found: Found) -> Option<Self> {
        if let Found::Flag(flag) = found {
            Some(flag)
        } else {
            None
        }
    }
}

impl Field for Vec<u8> {
    const WHAT: &'static str = "bytes";

    fn cell(&self) -> Cell<'_> {
        Cell::Bytes(self)
    }

    fn of(found: Found) -> Option<Self> {
        if let Found::Bytes(bytes) = found {
            Some(bytes)
        } else {
            None
        }
    }
}

/// Declares a row, with its fields by name.
macro_rules! row {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $kind,)*
        }

        impl $name {
            fn each<'a>(&'a self, show: &mut dyn FnMut(&'static str, Cell<'a>)) {
                $(show(stringify!($field), self.$field.cell());)*
            }

            fn read(fields: &dyn Fn(&'static str) -> Found) -> Result<Self, FieldError> {
                Ok(Self { $($field: Field::named(stringify!($field), fields)?,)* })
            }
        }
    };
}

pub(super) use row;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{MinerRow, Row, Table};

    fn found(cell: Cell<'_>) -> Found {
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        match cell {
            Cell::Absent => Found::Absent,
            Cell::Text(text) => Found::Text(text.to_owned()),
            Cell::Number(number) => Found::Number(number as f64),
            Cell::Rate(rate) => Found::Number(rate),
            Cell::Flag(flag) => Found::Flag(flag),
            Cell::Bytes(bytes) => Found::Bytes(bytes.to_vec()),
        }
    }

    fn miner() -> Row {
        Row::Miner(MinerRow {
            worker_id: "pow-1/0".into(),
            node_id: "ab".into(),
            job: 7,
            height: 3,
            nonce_start: 0,
            nonce_end: 1 << 52,
            hashes: 99,
            hash_rate: 12.5,
            best_hash: String::new(),
            blocks_found: 2,
            state: "searching".into(),
            updated: 1,
        })
    }

    #[test]
    fn a_row_that_is_taken_apart_and_put_together_is_the_same() {
        let row = miner();
        let mut fields = Vec::new();
        row.each(&mut |name, cell| fields.push((name, found(cell))));
        let get = |name: &str| {
            fields
                .iter()
                .find(|(of, _)| *of == name)
                .map_or(Found::Absent, |(_, found)| found.clone())
        };
        assert_eq!(Row::read(Table::MiningPool, &|name| get(name)), Ok(row));
    }

    #[test]
    fn a_field_of_another_type_or_range_is_named() {
        let row = miner();
        for (wrong, bad) in [
            ("height", Found::Number(-1.0)),
            ("height", Found::Number(0.5)),
            ("job", Found::Number(9_007_199_254_740_992.0)),
            ("state", Found::Absent),
            ("hashes", Found::Text("9".into())),
        ] {
            let get = |name: &'static str| {
                let mut value = Found::Other;
                row.each(&mut |of, cell| {
                    if of == name {
                        value = found(cell);
                    }
                });
                if name == wrong { bad.clone() } else { value }
            };
            assert_eq!(
                Row::read(Table::MiningPool, &get).unwrap_err().field,
                wrong,
                "{bad:?}"
            );
        }
    }
}
