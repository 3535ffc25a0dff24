//! The names of refusals. Every error that a person may meet has a code in snake case, which
//! scripts compare and the reference lists.
//!
//! Invariant: an error type and its list of codes cannot drift apart, as one table makes both.

/// A code, and what it means to a person.
pub type Code = (&'static str, &'static str);

/// Gives an error its method `code` and its list `CODES`. A variant has a code with a meaning of
/// its own, or, after `+`, passes on the code of an inner error, whose list is then not repeated.
macro_rules! codes {
    ($error:ident {
        $($variant:ident => $code:literal, $meaning:literal;)*
        $(+ $pattern:pat => $inner:expr;)*
    }) => {
        impl $error {
            /// Every code of this error's own, with its meaning.
            pub const CODES: &'static [$crate::primitives::Code] = &[$(($code, $meaning)),*];

            /// Name of the refusal, in snake case.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => $code,)*
                    $($pattern => $inner.code(),)*
                }
            }
        }
    };
}

pub(crate) use codes;
