//! Light, dark or as the system has it. The choice is kept in local storage; `static/theme.js`
//! applies it before the program is there, so that the page does not flash. Here the page follows
//! what is chosen, and the system.

use yew::prelude::*;

use super::hooks::use_media;

const KEY: &str = "aurex.theme";

/// A choice of colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// All choices in the order in which the button goes through them.
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
    let storage = gloo::utils::window().local_storage().ok().flatten();
    let word = storage.and_then(|storage| storage.get_item(KEY).ok().flatten());
    let chosen = |theme: &Theme| Some(theme.word()) == word.as_deref();
    Theme::ALL.into_iter().find(chosen).unwrap_or_default()
}

/// Keeps the choice for the next visit.
pub(crate) fn store(theme: Theme) {
    if let Ok(Some(storage)) = gloo::utils::window().local_storage() {
        // A full or forbidden storage only means that the choice is not kept.
        let _ = storage.set_item(KEY, theme.word());
    }
}

/// Shows the colours of a choice, and follows the system where that is the choice.
#[hook]
pub(crate) fn use_colours(theme: Theme) {
    let system_is_dark = use_media("(prefers-color-scheme: dark)");
    let dark = match theme {
        Theme::System => system_is_dark,
        Theme::Light => false,
        Theme::Dark => true,
    };
    use_effect_with(dark, |dark| {
        let shown = if *dark { Theme::Dark } else { Theme::Light };
        // Fails only for a name that is none of an attribute.
        let _ = gloo::utils::document_element().set_attribute("data-theme", shown.word());
    });
}
