//! A button that runs a command and shows what came of it.

use yew::prelude::*;

use crate::command::Command;
use crate::ui::context::use_actions;

#[derive(Properties, PartialEq)]
pub(crate) struct RunButtonProps {
    pub(crate) command: Command,
    #[prop_or_default]
    pub(crate) class: Classes,
    #[prop_or_default]
    pub(crate) title: Option<AttrValue>,
    /// Its accessible name, where its text alone is ambiguous.
    #[prop_or_default]
    pub(crate) label: Option<AttrValue>,
    /// Whether what it does is in force.
    #[prop_or_default]
    pub(crate) pressed: Option<bool>,
    #[prop_or_default]
    pub(crate) disabled: bool,
    pub(crate) children: Html,
}

/// The button.
#[component]
pub(crate) fn RunButton(props: &RunButtonProps) -> Html {
    let actions = use_actions();
    let command = props.command.clone();
    let onclick = move |_: MouseEvent| actions.run(command.clone());
    html! {
        <button type="button" class={props.class.clone()} title={props.title.clone()} aria-label={props.label.clone()}
            aria-pressed={props.pressed.map(|pressed| pressed.to_string())} disabled={props.disabled} {onclick}>
            { props.children.clone() }
        </button>
    }
}
