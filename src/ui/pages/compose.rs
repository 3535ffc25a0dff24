//! The forms of the Transact page, which compose, sign and send.

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::app::App;
use crate::app::pages::compose::{
    Compose as Forms, ComposeMessage, Field, Form, Holding, Sending, Unfinished,
};
use crate::app::pages::notices::refusal_text;
use crate::app::pages::transact::UserLine;
use crate::command::{Draft, What};
use crate::ipc::{Refusal, TransactionInfo};
use crate::ui::bridge::{Dispatcher, use_page};
use crate::ui::components::{on_change, on_input, on_submit};
use crate::ui::context::use_actions;
use crate::view::figures::grouped;

#[derive(Properties, PartialEq)]
pub(super) struct ComposeProps {
    pub(super) users: Vec<UserLine>,
    /// Called with each transaction that a node took.
    pub(super) on_sent: Callback<TransactionInfo>,
    /// Called after a key was made.
    pub(super) on_user: Callback<()>,
}

/// The forms.
#[component]
pub(super) fn Compose(props: &ComposeProps) -> Html {
    let actions = use_actions();
    let names: Vec<String> = props.users.iter().map(|user| user.name.clone()).collect();
    let forms = use_page(|| Forms::new(&names));
    let sender = props
        .users
        .iter()
        .find(|user| user.name == forms.text(Field::From));
    let holdings = sender.map_or(&[][..], |user| &user.holdings);
    let draft = forms.draft(holdings);
    let underway = *forms.sending() == Sending::Underway;
    let onsubmit = {
        let (draft, form, send) = (draft.clone(), forms.form(), forms.dispatcher());
        let (on_sent, on_user) = (props.on_sent.clone(), props.on_user.clone());
        on_submit(move || {
            let Ok(draft) = draft.clone() else {
                return;
            };
            send.dispatch(ComposeMessage::Send);
            let (app, send) = (actions.app().rc(), send.clone());
            let (on_sent, on_user) = (on_sent.clone(), on_user.clone());
            spawn_local(async move {
                let result = if form == Form::NewUser {
                    welcome(&app, draft, &on_user).await
                } else {
                    app.send(draft).await
                };
                match result {
                    Ok(info) => {
                        send.dispatch(ComposeMessage::Sent);
                        on_sent.emit(info);
                    }
                    Err(error) => send.dispatch(ComposeMessage::Refuse(error)),
                }
            });
        })
    };
    html! {
        <form class="compose" {onsubmit}>
            { tabs(forms.form(), &forms.dispatcher()) }
            <div class="compose-fields">
                for field in forms.form().fields() {
                    { input(&forms, *field, &forms.dispatcher(), &names, holdings) }
                }
                if !forms.form().about().is_empty() {
                    <p class="text-hint compose-about">{ forms.form().about() }</p>
                }
            </div>
            <datalist id="people">
                for name in &names { <option key={name.clone()} value={name.clone()} /> }
            </datalist>
            { verdict(draft.as_ref().err(), forms.sending()) }
            <button type="submit" class="button-primary" disabled={underway || draft.is_err()}>
                { if underway { "Signing and sending…" } else { "Sign and send" } }
            </button>
        </form>
    }
}

/// Makes a key for a new person and sends it its first coins.
async fn welcome(
    app: &App,
    mut draft: Draft,
    on_user: &Callback<()>,
) -> Result<TransactionInfo, Refusal> {
    if let What::Transfer { to, .. } = &mut draft.what {
        let user = app.create_user(to).await?;
        on_user.emit(());
        *to = user.address;
    }
    app.send(draft).await
}

/// Why the draft cannot be sent, or why it was refused.
fn verdict(unfinished: Option<&Unfinished>, sending: &Sending) -> Html {
    let (class, text) = match (sending, unfinished) {
        (Sending::Refused(error), _) => {
            ("text-refusal", format!("Refused: {}", refusal_text(error)))
        }
        (Sending::Idle | Sending::Underway, Some(unfinished)) => {
            ("text-hint", unfinished.to_string())
        }
        (Sending::Idle | Sending::Underway, None) => (
            "text-hint",
            "It will be signed in this page and handed to a node.".to_owned(),
        ),
    };
    html! { <p {class} role="status" aria-live="polite">{ text }</p> }
}

fn tabs(chosen: Form, send: &Dispatcher<Forms>) -> Html {
    let choose = |form: Form| {
        let send = send.clone();
        move |_: MouseEvent| send.dispatch(ComposeMessage::Choose(form))
    };
    html! {
        <div class="subtabs" role="group" aria-label="Kind of transaction">
            for form in Form::ALL {
                <button key={form.title()} type="button" class="subtab" aria-pressed={(form == chosen).to_string()}
                    onclick={choose(form)}>{ form.title() }</button>
            }
        </div>
    }
}

/// A labelled field of the form.
fn input(
    forms: &Forms,
    field: Field,
    send: &Dispatcher<Forms>,
    names: &[String],
    holdings: &[Holding],
) -> Html {
    let (label, text) = (forms.form().label(field), forms.text(field));
    let typed = {
        let send = send.clone();
        move |text| send.dispatch(ComposeMessage::Type(field, text))
    };
    html! {
        <label key={label}>
            <span>{ label }</span>
            if field == Field::From {
                <select onchange={on_change(typed)}>
                    for name in names {
                        <option key={name.clone()} value={name.clone()} selected={name == text}>{ name }</option>
                    }
                </select>
            } else if field == Field::Asset {
                <select onchange={on_change(typed)} disabled={holdings.is_empty()}>
                    { assets(holdings, forms.holding(holdings)) }
                </select>
            } else {
                <input type="text" inputmode={if field.is_number() { "numeric" } else { "text" }} autocomplete="off"
                    value={text.to_owned()} oninput={on_input(typed)} list={(field == Field::To).then_some("people")} />
            }
        </label>
    }
}

/// The assets that the sender can choose from.
fn assets(holdings: &[Holding], chosen: Option<&Holding>) -> Html {
    html! {
        <>
            if holdings.is_empty() {
                <option value="">{ "none" }</option>
            }
            for holding in holdings {
                <option key={holding.asset.clone()} value={holding.asset.clone()} selected={chosen == Some(holding)}>
                    { format!("{} ({} units)", holding.symbol, grouped(holding.units)) }
                </option>
            }
        </>
    }
}
