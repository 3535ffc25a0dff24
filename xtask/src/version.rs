//! Version numbers as tools print them: three numbers, compared in order.

use std::fmt;

/// `major.minor.patch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version {
    pub(crate) major: u32,
    pub(crate) minor: u32,
    pub(crate) patch: u32,
}

impl Version {
    pub(crate) const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self {
            major,
            minor,
            patch,
        }
    }

    /// The first word of `text` that is a version: "trunk 0.21.14", "Chromium 156.0.8078.79 built
    /// on ...", "wasm-opt version 132 (version_132)". A missing minor or patch counts as 0.
    pub(crate) fn find(text: &str) -> Option<Self> {
        text.split_whitespace().find_map(Self::parse)
    }

    /// One word, such as "0.2.129", "v132" or "0.22.0-beta.1".
    pub(crate) fn parse(word: &str) -> Option<Self> {
        let word = word.strip_prefix('v').unwrap_or(word);
        let end = word
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(word.len());
        let mut numbers = word.get(..end)?.split('.').map(str::parse::<u32>);
        let major = numbers.next()?.ok()?;
        let minor = numbers.next().and_then(Result::ok).unwrap_or(0);
        let patch = numbers.next().and_then(Result::ok).unwrap_or(0);
        Some(Self::new(major, minor, patch))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn versions_are_found_in_what_tools_print() {
        let found = |text| Version::find(text).map(|version| version.to_string());
        assert_eq!(found("trunk 0.21.14\n").as_deref(), Some("0.21.14"));
        assert_eq!(
            found("wasm-opt version 132 (version_132)").as_deref(),
            Some("132.0.0")
        );
        assert_eq!(
            found("Chromium 156.0.8078.79 built on Debian GNU/Linux 12").as_deref(),
            Some("156.0.8078")
        );
        assert_eq!(
            found("rustc 1.96.0-nightly (abc 2026-01-01)").as_deref(),
            Some("1.96.0")
        );
        assert_eq!(found("no number here"), None);
        assert_eq!(found(""), None);
    }

    #[test]
    fn later_versions_are_greater() {
        assert!(Version::new(0, 21, 14) < Version::new(0, 22, 0));
        assert!(Version::new(0, 21, 9) < Version::new(0, 21, 14));
        assert!(Version::new(116, 0, 0) > Version::new(108, 9, 9));
    }
}
