//! Light, dark or as the system says. The choice is kept in local storage; `static/boot.js` applies it
//! before the program is there, so that the page does not flash.

const KEY: &str = "aurex.theme";

/// A choice of colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// All choices in the order the button goes through them.
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The word for it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The next choice of the button.
    pub(crate) const fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }
}

/// The choice of an earlier visit; the system's where there is none or no storage.
pub(crate) fn stored() -> Theme {
    let word = gloo::utils::window()
        .local_storage()
        .ok()
        .flatten()
        .and_then(|storage| storage.get_item(KEY).ok());
    let word = word.flatten().unwrap_or_default();
    Theme::ALL
        .into_iter()
        .find(|theme| theme.word() == word)
        .unwrap_or_default()
}

/// Shows the colours.
pub(crate) fn apply(theme: Theme) {
    let root = gloo::utils::document_element();
    // Both calls can fail only on names that are no attribute names.
    let _ = match theme {
        Theme::System => root.remove_attribute("data-theme"),
        Theme::Light | Theme::Dark => root.set_attribute("data-theme", theme.word()),
    };
}

/// Shows the colours and keeps the choice.
pub(crate) fn choose(theme: Theme) {
    apply(theme);
    if let Ok(Some(storage)) = gloo::utils::window().local_storage() {
        // A full or forbidden storage only means that the choice is not kept.
        let _ = storage.set_item(KEY, theme.word());
    }
}
