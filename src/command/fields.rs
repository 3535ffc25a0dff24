//! The fields of an object that a script passes: one that no call knows is refused by name, as a script
//! that misspells a field would otherwise send something else than it says.

use super::argument::shortened;
use super::nearest::nearest;
use crate::ipc::ApiError;

/// A field that the call does not know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{call}: expected no other fields than {}, found \"{found}\"; did you mean `{nearest}`?",
    .known.join(", ")
)]
pub struct UnknownField {
    /// The function.
    pub call: &'static str,
    /// The fields it knows.
    pub known: Vec<&'static str>,
    /// The field.
    pub found: String,
    /// The known one that is nearest to it.
    pub nearest: &'static str,
}

impl UnknownField {
    /// The name of the mistake.
    pub const CODE: &'static str = "field_unknown";
}

impl From<UnknownField> for ApiError {
    fn from(error: UnknownField) -> Self {
        Self::new(UnknownField::CODE, error.to_string())
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
            call,
            known: known.to_vec(),
            nearest: nearest(&field, known.iter().copied()).unwrap_or_default(),
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
