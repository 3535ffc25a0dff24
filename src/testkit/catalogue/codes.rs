//! Which refusals there are: those of the error's own list, so that a new one needs a case.

use std::collections::BTreeSet;

use crate::primitives::Code;

/// Fails unless the cases reach exactly the codes of the list.
pub(super) fn expect_all(codes: &[Code], reached: impl IntoIterator<Item = &'static str>) {
    let there: BTreeSet<_> = codes.iter().map(|(code, _)| *code).collect();
    let reached: BTreeSet<_> = reached.into_iter().collect();
    assert!(!there.is_empty());
    let missing: Vec<_> = there.difference(&reached).collect();
    assert!(
        missing.is_empty(),
        "expected a case for each refusal, found none for {missing:?}"
    );
    let unknown: Vec<_> = reached.difference(&there).collect();
    assert!(
        unknown.is_empty(),
        "expected known refusals, found {unknown:?}"
    );
}

#[test]
fn a_refusal_without_a_case_is_found() {
    let list = [("a", "first"), ("b", "second")];
    expect_all(&list, ["b", "a", "b"]);
    for reached in [vec!["a"], vec!["a", "b", "c"], Vec::new()] {
        assert!(std::panic::catch_unwind(|| expect_all(&list, reached)).is_err());
    }
    assert!(std::panic::catch_unwind(|| expect_all(&[], [])).is_err());
}
