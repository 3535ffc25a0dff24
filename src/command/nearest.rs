//! The known word that a mistyped one most likely meant.

/// The candidate with the smallest edit distance, where neighbours that are swapped count once; the
/// first of several.
#[must_use]
pub fn nearest<'a>(found: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // No known word is longer, and the time grows with the length.
    let found: String = found.to_ascii_lowercase().chars().take(32).collect();
    candidates
        .into_iter()
        .min_by_key(|candidate| strsim::osa_distance(&found, candidate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_wins_and_case_does_not_matter() {
        let words = ["status", "start", "stop"];
        assert_eq!(nearest("STATSU", words), Some("status"));
        assert_eq!(nearest("strat", words), Some("start"));
        assert_eq!(nearest("x", []), None);
    }
}
