//! A scenario in a link: its text and the moment, after `#/lab?`, encoded as a form would be.
//! Reading it back finds the same text, whatever is in it; a link that was cut gives a text that
//! the reader of scenarios refuses by its place.

/// What a link carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// The text of the scenario.
    pub text: String,
    /// The moment, in virtual milliseconds.
    pub at: Option<u64>,
    /// Within that millisecond: after so many events of the whole run.
    pub after: Option<u64>,
}

impl Shared {
    /// The fragment of the link, with its `#`.
    #[must_use]
    pub fn fragment(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(at) = self.at {
            query.append_pair("t", &at.to_string());
        }
        if let Some(after) = self.after {
            query.append_pair("n", &after.to_string());
        }
        query.append_pair("s", &self.text);
        format!("#/lab?{}", query.finish())
    }

    /// What stands after the question mark of a link; `None` where no scenario does.
    #[must_use]
    pub fn parse(query: &str) -> Option<Self> {
        let (mut text, mut at, mut after) = (None, None, None);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "s" => text = Some(value.into_owned()),
                "t" => at = value.parse().ok(),
                "n" => after = value.parse().ok(),
                _ => {}
            }
        }
        text.map(|text| Self { text, at, after })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_carries_a_text_and_a_moment_whatever_is_in_them() {
        let shared = Shared {
            text: r#"{"title":"a & b = 100 %, #1/2?","story":["ü","\u2028"]}"#.to_owned(),
            at: Some(12_345),
            after: Some(678),
        };
        let fragment = shared.fragment();
        let back = Shared::parse(fragment.strip_prefix("#/lab?").unwrap()).unwrap();
        assert_eq!(back, shared);
        assert_eq!(Shared::parse("t=1"), None);
        let cut = &fragment[6..fragment.len() - 9];
        assert_ne!(Shared::parse(cut).map(|one| one.text), Some(back.text));
    }
}
