//! Which refusals there are: read from the functions that name them, so that a new one needs a case.

use std::collections::BTreeSet;

/// The names that `impl <refusal>`'s function `code` gives in `source`.
fn named(source: &'static str, refusal: &str) -> BTreeSet<&'static str> {
    let (_, of_type) = source.split_once(&format!("\nimpl {refusal} {{")).unwrap();
    let (_, body) = of_type.split_once("fn code(&self)").unwrap();
    let (body, _) = body.split_once("\n    }\n").unwrap();
    body.split('"').skip(1).step_by(2).collect()
}

/// Fails unless the cases reach exactly the refusals that there are.
pub(super) fn expect_all(
    source: &'static str,
    refusal: &str,
    reached: impl IntoIterator<Item = &'static str>,
) {
    let (there, reached) = (
        named(source, refusal),
        reached.into_iter().collect::<BTreeSet<_>>(),
    );
    assert!(!there.is_empty());
    let missing: Vec<_> = there.difference(&reached).collect();
    assert!(
        missing.is_empty(),
        "{refusal}: expected a case for each refusal, found none for {missing:?}"
    );
    let unknown: Vec<_> = reached.difference(&there).collect();
    assert!(
        unknown.is_empty(),
        "{refusal}: expected known refusals, found {unknown:?}"
    );
}

#[test]
fn a_refusal_without_a_case_is_found() {
    let source = "\nimpl X {\n    pub fn code(&self) -> &str {\n        match self {\n            A => \"a\",\n            \
                  B => \"b\",\n        }\n    }\n}\n";
    assert_eq!(named(source, "X"), BTreeSet::from(["a", "b"]));
    assert!(
        std::panic::catch_unwind(|| expect_all(
            "\nimpl X {\nfn code(&self) \"a\"\n    }\n",
            "X",
            []
        ))
        .is_err()
    );
}
