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

#[derive(Properties, PartialEq)]
pub(super) struct SettingProps {
    pub(super) name: &'static str,
    /// The control that the name labels.
    #[prop_or_default]
    pub(super) labels: Option<&'static str>,
    /// What it does.
    pub(super) about: AttrValue,
    /// The control.
    pub(super) children: Html,
}

/// A row: name, value, and what it does.
#[component]
pub(super) fn Setting(props: &SettingProps) -> Html {
    html! {
        <div class="setting">
            if let Some(id) = props.labels {
                <label class="setting-name" for={id}>{ props.name }</label>
            } else {
                <span class="setting-name">{ props.name }</span>
            }
            <div class="setting-value">{ props.children.clone() }</div>
            <p class="setting-about">{ &props.about }</p>
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub(super) struct SectionProps {
    pub(super) title: &'static str,
    /// What holds for all rows.
    #[prop_or_default]
    pub(super) about: AttrValue,
    /// The rows.
    pub(super) children: Html,
}

/// Rows that belong together.
#[component]
pub(super) fn Section(props: &SectionProps) -> Html {
    html! {
        <section class="panel" aria-label={props.title}>
            <h2>{ props.title }</h2>
            if !props.about.is_empty() {
                <p>{ &props.about }</p>
            }
            { props.children.clone() }
        </section>
    }
}

#[derive(Properties, PartialEq)]
pub(super) struct NumberInputProps {
    pub(super) id: &'static str,
    pub(super) number: Number,
    pub(super) typed: Typed,
}

/// A number with its bounds; a wrong one is marked.
#[component]
pub(super) fn NumberInput(props: &NumberInputProps) -> Html {
    let (typed, number, bounds) = (&props.typed, props.number, props.number.bounds());
    let valid = typed.value(number).is_some();
    let oninput = {
        let send = typed.dispatcher();
        on_input(move |text| send.dispatch(SettingsMessage::Type(number, text)))
    };
    let (least, most) = (grouped(*bounds.start()), grouped(*bounds.end()));
    html! {
        <>
            <input id={props.id} type="text" inputmode="numeric" class="input-short" autocomplete="off"
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
