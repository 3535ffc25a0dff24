//! What the sections of the settings are made of: rows with a name, a value, and what it does.

use yew::prelude::*;

use crate::app::pages::settings::{Number, Settings, SettingsMessage};
use crate::command::Command;
use crate::ui::bridge::Held;
use crate::ui::components::{on_input, on_submit};
use crate::ui::context::use_actions;
use crate::view::figures::grouped;

/// What is typed on the page, and the way to change it.
pub(super) type Typed = UseReducerHandle<Held<Settings>>;

/// What a section gets that has numbers.
#[derive(Properties, PartialEq)]
pub(super) struct TypedProps {
    pub(super) typed: Typed,
}

/// A row: name, what it does, and the value.
pub(super) fn setting(name: &'static str, about: &'static str, value: impl Into<Html>) -> Html {
    row(
        html! { <span class="setting-name">{ name }</span> },
        about,
        value.into(),
    )
}

/// A row whose name labels the control with an id.
pub(super) fn labelled_setting(
    id: &'static str,
    name: &'static str,
    about: &'static str,
    value: Html,
) -> Html {
    row(
        html! { <label class="setting-name" for={id}>{ name }</label> },
        about,
        value,
    )
}

fn row(name: Html, about: &'static str, value: Html) -> Html {
    html! {
        <div class="setting">
            { name }
            <div class="setting-value">{ value }</div>
            <p class="setting-about">{ about }</p>
        </div>
    }
}

/// Rows that belong together; `about` holds for all of them and may be empty.
pub(super) fn section(title: &'static str, about: &str, rows: Vec<Html>) -> Html {
    html! {
        <section class="panel" aria-label={title}>
            <h2>{ title }</h2>
            if !about.is_empty() {
                <p>{ about }</p>
            }
            { for rows }
        </section>
    }
}

/// A number with its bounds; a wrong one is marked.
pub(super) fn number_input(id: &'static str, number: Number, typed: &Typed) -> Html {
    let bounds = number.bounds();
    let valid = typed.value(number).is_some();
    let oninput = {
        let send = typed.dispatcher();
        on_input(move |text| send.dispatch(SettingsMessage::Type(number, text)))
    };
    let (least, most) = (grouped(*bounds.start()), grouped(*bounds.end()));
    html! {
        <>
            <input {id} type="text" inputmode="numeric" class="input-short" autocomplete="off"
                value={typed.text(number).to_owned()} {oninput} aria-invalid={(!valid).then_some("true")} />
            <span class={classes!("setting-bounds", if valid { "text-hint" } else { "text-refusal" })}>{ format!("{least} to {most}") }</span>
        </>
    }
}

#[derive(Properties, PartialEq)]
pub(super) struct CommandFormProps {
    /// What the button does; nothing while a number is wrong.
    pub(super) command: Option<Command>,
    pub(super) button: &'static str,
    pub(super) children: Html,
}

/// Inputs with the button that applies them; Enter does it as well.
#[component]
pub(super) fn CommandForm(props: &CommandFormProps) -> Html {
    let (actions, command) = (use_actions(), props.command.clone());
    let onsubmit = on_submit(move || {
        if let Some(command) = command.clone() {
            actions.run(command);
        }
    });
    html! {
        <form class="toolbar" {onsubmit}>
            { props.children.clone() }
            <button type="submit" disabled={props.command.is_none()}>{ props.button }</button>
        </form>
    }
}

/// Shows the values that the network has whenever they change.
#[hook]
pub(super) fn use_followed(typed: &Typed, now: Vec<(Number, String)>) {
    let send = typed.dispatcher();
    use_effect_with(now, move |now| {
        send.dispatch(SettingsMessage::Follow(now.clone()));
    });
}
