//! The fields of an object that a script passes: one that no call knows is refused by name, as a
//! script that misspells a field would otherwise send something else than it says.

use std::borrow::Cow;

use borsh::{BorshDeserialize, BorshSerialize};

use super::argument::shortened;
use super::nearest::nearest;
use crate::primitives::Code;

/// A field that the call does not know.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
#[error(
    "{call}: expected no other fields than {}, found \"{found}\"; did you mean `{nearest}`?",
    .known.join(", ")
)]
pub struct UnknownField {
    /// The function.
    pub call: Cow<'static, str>,
    /// The fields it knows.
    pub known: Vec<Cow<'static, str>>,
    /// The field.
    pub found: String,
    /// The known one that is nearest to it.
    pub nearest: Cow<'static, str>,
}

impl UnknownField {
    /// Its code, with its meaning.
    pub const CODES: &'static [Code] = &[("field_unknown", "the call knows no field of this name")];

    /// Name of the refusal, in snake case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        Self::CODES[0].0
    }
}

/// Takes only fields that the call knows.
///
/// # Errors
/// The first field that it does not.
pub fn only_known(
    call: &'static str,
    known: &[&'static str],
    found: impl IntoIterator<Item = String>,
) -> Result<(), UnknownField> {
    let unknown = found
        .into_iter()
        .find(|field| !known.contains(&field.as_str()));
    match unknown {
        None => Ok(()),
        Some(field) => Err(UnknownField {
            call: call.into(),
            known: known.iter().map(|&field| field.into()).collect(),
            nearest: nearest(&field, known.iter().copied())
                .unwrap_or_default()
                .into(),
            found: shortened(&field),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_field_is_named_with_the_nearest_known_one() {
        let check = |fields: &[&str]| {
            let known = ["kind", "from", "to", "amount", "memo", "fee"];
            let fields = fields.iter().map(|&field| field.to_owned());
            only_known("tx", &known, fields).map_err(|error| error.to_string())
        };
        assert_eq!(check(&["from", "kind", "memo"]), Ok(()));
        assert_eq!(check(&[]), Ok(()));
        let expected = "tx: expected no other fields than kind, from, to, amount, memo, fee, found";
        for (field, nearest) in [("Memo", "memo"), ("ammount", "amount"), ("FROM", "from")] {
            let text = format!("{expected} \"{field}\"; did you mean `{nearest}`?");
            assert_eq!(check(&["from", field]), Err(text));
        }
        let long = check(&["kind", &"x".repeat(1_000)]).expect_err("no such field");
        assert!(long.len() < 200, "{long}");
    }
}
