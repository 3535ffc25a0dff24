//! A button for what cannot be taken back: it asks once more.

use web_sys::HtmlElement;
use yew::prelude::*;

use crate::command::Command;
use crate::ui::context::use_actions;

#[derive(Properties, PartialEq)]
pub(crate) struct ConfirmProps {
    /// The button's text.
    pub(crate) label: &'static str,
    /// What will happen, as a question.
    pub(crate) question: AttrValue,
    /// The accessible name of the first button, where its text alone is ambiguous.
    #[prop_or_default]
    pub(crate) name: Option<AttrValue>,
    /// What is done after the second click.
    pub(crate) command: Command,
}

/// The button, and after a click the question.
#[component]
pub(crate) fn Confirm(props: &ConfirmProps) -> Html {
    let actions = use_actions();
    let asked = use_state_eq(|| None::<bool>);
    let (first, keep) = (use_node_ref(), use_node_ref());
    {
        // The clicked button goes away: the focus moves to what comes in its place, and to what is
        // safe.
        let (first, keep) = (first.clone(), keep.clone());
        use_effect_with(*asked, move |asked| {
            let next =
                asked.and_then(|asked| if asked { &keep } else { &first }.cast::<HtmlElement>());
            if let Some(next) = next {
                // Fails only for elements that cannot be focused.
                let _ = next.focus();
            }
        });
    }
    let set = |value: bool| {
        let setter = asked.setter();
        move |_: MouseEvent| setter.set(Some(value))
    };
    let yes = {
        let (command, setter) = (props.command.clone(), asked.setter());
        move |_: MouseEvent| {
            setter.set(Some(false));
            actions.run(command.clone());
        }
    };
    if *asked == Some(true) {
        html! {
            <span class="confirm" role="group">
                <span class="confirm-question">{ &props.question }</span>
                <button key="yes" type="button" class="button-danger" onclick={yes}>{ props.label }</button>
                <button key="keep" ref={keep} type="button" onclick={set(false)}>{ "Keep" }</button>
            </span>
        }
    } else {
        html! {
            <span class="confirm">
                <button key="ask" ref={first} type="button" aria-label={props.name.clone()} onclick={set(true)}>{ format!("{}…", props.label) }</button>
            </span>
        }
    }
}
