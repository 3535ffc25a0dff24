//! What is typed into fields: a few texts, found one by one.

/// The text of each field that has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Typed<F>(Vec<(F, String)>);

impl<F: PartialEq> Typed<F> {
    /// With these texts, one for each field.
    pub(super) fn of(texts: Vec<(F, String)>) -> Self {
        Self(texts)
    }

    /// The text of a field.
    pub(super) fn text(&self, field: &F) -> Option<&str> {
        let found = self.0.iter().find(|(other, _)| other == field);
        found.map(|(_, text)| text.as_str())
    }

    /// Gives a field another text.
    pub(super) fn set(&mut self, field: F, text: String) {
        match self.0.iter_mut().find(|(other, _)| *other == field) {
            Some(found) => found.1 = text,
            None => self.0.push((field, text)),
        }
    }

    /// Takes the texts of these fields away.
    pub(super) fn clear(&mut self, fields: &[F]) {
        self.0.retain(|(field, _)| !fields.contains(field));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_field_has_the_text_that_it_was_given_last() {
        let mut typed = Typed::of(vec![(1, "a".to_owned())]);
        typed.set(2, "b".to_owned());
        typed.set(1, "c".to_owned());
        assert_eq!((typed.text(&1), typed.text(&2)), (Some("c"), Some("b")));
        typed.clear(&[1, 3]);
        assert_eq!((typed.text(&1), typed.text(&2)), (None, Some("b")));
    }
}
