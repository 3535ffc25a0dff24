//! How hard a work block is to find.

use yew::prelude::*;

use super::rows::{CommandForm, TypedProps, labelled_setting, section, setting, use_followed};
use crate::app::pages::settings::{Number, SettingsMessage, digits_near};
use crate::command::{Command, DIFFICULTY_DIGITS, DifficultyChoice};
use crate::ui::components::{RunButton, on_change};
use crate::ui::context::{use_actions, use_picture};
use crate::view::figures::grouped;
use crate::view::words;

/// The section of the difficulty.
#[component]
pub(super) fn Difficulty(props: &TypedProps) -> Html {
    let (typed, picture) = (&props.typed, use_picture());
    let first = use_actions().app().settings().difficulty;
    let status = picture.heaviest().filter(|status| status.difficulty > 0);
    let digits = status.map_or(first, |status| digits_near(status.difficulty));
    use_followed(typed, vec![(Number::Digits, digits.to_string())]);
    let automatic = status.is_some_and(|status| status.automatic.is_some());
    let tries = status.map_or_else(
        || "Not known yet.".to_owned(),
        |now| {
            format!(
                "Tries that find a work block on average: {}.",
                words::difficulty(now)
            )
        },
    );
    let warning =
        if let Some(Command::Difficulty(DifficultyChoice::Digits(digits))) = typed.difficulty() {
            words::far_away(&picture, 16_u64.saturating_pow(digits.into()))
        } else {
            None
        };
    let onchange = {
        let send = typed.dispatcher();
        on_change(move |digits| send.dispatch(SettingsMessage::Type(Number::Digits, digits)))
    };
    let digits_row = labelled_setting(
        "set-digits",
        "Leading zero digits",
        "A change is a transaction signed by the network's operator. It is in force at the next height that is a multiple of 8, at least two blocks later, on every node at once.",
        html! {
            <>
                <CommandForm command={typed.difficulty()} button="Send the change">
                    <select id="set-digits" {onchange}>
                        for digits in DIFFICULTY_DIGITS {
                            <option key={digits} value={digits.to_string()} selected={typed.text(Number::Digits) == digits.to_string()}>
                                { format!("{digits}: {} tries", grouped(16_u64.saturating_pow(digits.into()))) }
                            </option>
                        }
                    </select>
                </CommandForm>
                if let Some(warning) = warning {
                    <p class="setting-warning" role="alert">{ warning.trim_start().to_owned() }</p>
                }
            </>
        },
    );
    let automatic_row = setting(
        "Automatic difficulty",
        "The network itself keeps the time between work blocks, at any hash rate. A number of digits ends it.",
        html! {
            <RunButton command={Command::Difficulty(DifficultyChoice::Automatic)} pressed={automatic}>{ "Automatic" }</RunButton>
        },
    );
    section("Difficulty", &tries, vec![digits_row, automatic_row])
}
