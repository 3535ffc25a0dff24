//! The forms of the Transact page: transfer, message, and a new user. What can be checked without a
//! ledger is said while typing; the rest is the nodes' answer.
//!
//! A new user needs coins before the network takes its registration, as that costs a fee: so making
//! one sends it coins first, and the list of users offers the registration once they are there.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, HtmlSelectElement, SubmitEvent};
use yew::prelude::*;

use crate::app::{App as Host, WalletUser};
use crate::command::{Draft, What, read_amount, read_fee};
use crate::ipc::{ApiError, TransactionInfo};
use crate::ui::actions::Actions;
use crate::ui::kept::{Kept, use_kept};
use crate::ui::markup::html;

/// The three forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Transfer,
    Message,
    User,
}

/// The fields as they are typed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fields {
    form: Form,
    from: String,
    to: String,
    amount: String,
    fee: String,
    memo: String,
    text: String,
    name: String,
}

enum Typed {
    Form(Form),
    From(String),
    To(String),
    Amount(String),
    Fee(String),
    Memo(String),
    Text(String),
    Name(String),
    Sent,
}

impl Reducible for Fields {
    type Action = Typed;

    fn reduce(self: Rc<Self>, action: Typed) -> Rc<Self> {
        let mut next = (*self).clone();
        match action {
            Typed::Form(form) => next.form = form,
            Typed::From(value) => next.from = value,
            Typed::To(value) => next.to = value,
            Typed::Amount(value) => next.amount = value,
            Typed::Fee(value) => next.fee = value,
            Typed::Memo(value) => next.memo = value,
            Typed::Text(value) => next.text = value,
            Typed::Name(value) => next.name = value,
            // The people and the amount stay, as one often sends again.
            Typed::Sent => {
                (next.memo, next.text, next.name) = (String::new(), String::new(), String::new())
            }
        }
        Rc::new(next)
    }
}

impl Fields {
    fn new(users: &[WalletUser]) -> Self {
        let name = |at: usize| {
            users
                .get(at)
                .map(|user| user.name.clone())
                .unwrap_or_default()
        };
        Self {
            form: Form::Transfer,
            from: name(0),
            to: name(1),
            amount: "10".to_owned(),
            fee: "1".to_owned(),
            memo: String::new(),
            text: String::new(),
            name: String::new(),
        }
    }

    /// The draft, or why there is none yet.
    fn draft(&self) -> Result<Draft, ApiError> {
        let fee = read_fee(&self.fee)?;
        let to = self.to.trim();
        let what = match self.form {
            Form::Transfer if to.is_empty() => {
                return Err(ApiError::new(
                    "receiver_empty",
                    "Say who receives the coins.",
                ));
            }
            Form::Transfer => {
                let amount = read_amount(&self.amount)?;
                What::Transfer {
                    to: to.to_owned(),
                    amount,
                    memo: self.memo.clone(),
                }
            }
            Form::Message => What::Message {
                text: self.text.clone(),
                to: (!to.is_empty()).then(|| to.to_owned()),
            },
            Form::User => {
                let name = self.name.trim().to_owned();
                if name.is_empty() {
                    return Err(ApiError::new("name_empty", "Say the new user's name."));
                }
                Draft::new("", What::RegisterUser { name: name.clone() }).checked()?;
                let amount = read_amount(&self.amount)?;
                // The receiver is the new key's address, known only when the key is made.
                What::Transfer {
                    to: name,
                    amount,
                    memo: "welcome".to_owned(),
                }
            }
        };
        let draft = Draft {
            from: self.from.clone(),
            fee,
            what,
        };
        Ok(draft.checked()?)
    }
}

/// What came of sending.
#[derive(Clone, PartialEq)]
enum Outcome {
    None,
    Sending,
    Refused(ApiError),
}

/// What the forms need to know.
#[derive(Clone, PartialEq)]
pub(crate) struct Composed {
    pub(super) users: Rc<Vec<WalletUser>>,
    /// Called with each transaction that a node took.
    pub(super) on_sent: Callback<TransactionInfo>,
    /// Called after a key was made.
    pub(super) on_user: Callback<()>,
}

/// Composes, signs and sends.
#[hook]
pub(crate) fn use_compose(actions: Actions, composed: Composed) -> Html {
    let host = actions.host();
    let fields = {
        let users = composed.users.clone();
        use_kept(move || Fields::new(&users))
    };
    let outcome = use_kept(|| Outcome::None);
    let draft = fields.draft();
    let sending = *outcome == Outcome::Sending;
    let onsubmit = {
        let (draft, form) = (draft.clone(), fields.form);
        let (setter, dispatcher) = (outcome.keeper(), fields.keeper());
        let (on_sent, on_user) = (composed.on_sent.clone(), composed.on_user.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let draft = match &draft {
                Ok(draft) => draft.clone(),
                Err(error) => return setter.set(Outcome::Refused(error.clone())),
            };
            setter.set(Outcome::Sending);
            let (host, setter, dispatcher) = (host.clone(), setter.clone(), dispatcher.clone());
            let (on_sent, on_user) = (on_sent.clone(), on_user.clone());
            spawn_local(async move {
                let result = if form == Form::User {
                    welcome(&host, draft, &on_user).await
                } else {
                    host.send(draft).await
                };
                match result {
                    Ok(info) => {
                        dispatcher.dispatch(Typed::Sent);
                        setter.set(Outcome::None);
                        on_sent.emit(info);
                    }
                    Err(error) => setter.set(Outcome::Refused(error)),
                }
            });
        })
    };
    html! {
        <form class="compose" {onsubmit}>
            { form_tabs(&fields) }
            <div key="fields" class="fields">{ inputs(&fields, &composed.users) }</div>
            { verdict(draft.as_ref().err(), &outcome) }
            <button key="send" type="submit" class="primary" disabled={sending || draft.is_err()}>
                { if sending { "Signing and sending…" } else { "Sign and send" } }
            </button>
        </form>
    }
}

/// Makes a key for a new person and sends it its first coins.
async fn welcome(
    host: &Host,
    mut draft: Draft,
    on_user: &Callback<()>,
) -> Result<TransactionInfo, ApiError> {
    if let What::Transfer { to, .. } = &mut draft.what {
        let user = host.create_user(to).await?;
        on_user.emit(());
        *to = user.address;
    }
    host.send(draft).await
}

/// Why the draft cannot be sent, or why it was refused.
fn verdict(draft: Option<&ApiError>, outcome: &Outcome) -> Html {
    let (class, text) = match (outcome, draft) {
        (Outcome::Refused(error), _) => (
            "refusal",
            format!("Refused: {} ({})", error.message, error.code),
        ),
        (_, Some(error)) => ("hint", error.message.clone()),
        (_, None) => (
            "hint",
            "It will be signed in this page and handed to a node.".to_owned(),
        ),
    };
    html! { <p key="verdict" class={class} role="status" aria-live="polite">{ text }</p> }
}

fn form_tabs(fields: &Kept<Fields>) -> Html {
    let tab = |form: Form, word: &'static str| {
        let dispatcher = fields.keeper();
        let onclick = Callback::from(move |_: MouseEvent| dispatcher.dispatch(Typed::Form(form)));
        html! {
            <button key={word} type="button" class="subtab" aria-pressed={(form == fields.form).to_string()} {onclick}>{ word }</button>
        }
    };
    html! {
        <div key="tabs" class="subtabs" role="group" aria-label="Kind of transaction">
            { tab(Form::Transfer, "Transfer") }{ tab(Form::Message, "Message") }{ tab(Form::User, "New user") }
        </div>
    }
}

fn inputs(fields: &Kept<Fields>, users: &[WalletUser]) -> Html {
    let input = |label: &'static str, value: &str, numeric: bool, action: fn(String) -> Typed| {
        let dispatcher = fields.keeper();
        let oninput = Callback::from(move |event: InputEvent| {
            dispatcher.dispatch(action(
                event.target_unchecked_into::<HtmlInputElement>().value(),
            ));
        });
        html! {
            <label key={label}>
                <span>{ label }</span>
                <input type="text" inputmode={if numeric { "numeric" } else { "text" }} autocomplete="off"
                    value={value.to_owned()} {oninput} list={label.starts_with("To").then_some("people")} />
            </label>
        }
    };
    let from = {
        let dispatcher = fields.keeper();
        let onchange = Callback::from(move |event: Event| {
            dispatcher.dispatch(Typed::From(
                event.target_unchecked_into::<HtmlSelectElement>().value(),
            ));
        });
        html! {
            <label key="From">
                <span>{ if fields.form == Form::User { "Coins from" } else { "From" } }</span>
                <select {onchange}>
                    { for users.iter().map(|user| html! {
                        <option key={user.name.clone()} value={user.name.clone()} selected={user.name == fields.from}>{ user.name.clone() }</option>
                    }) }
                </select>
            </label>
        }
    };
    let people = html! {
        <datalist key="people" id="people">
            { for users.iter().map(|user| html! { <option key={user.name.clone()} value={user.name.clone()} /> }) }
        </datalist>
    };
    let fee = input("Fee", &fields.fee, true, Typed::Fee);
    match fields.form {
        Form::Transfer => html! {
            <>
                { from }
                { input("To: user or address", &fields.to, false, Typed::To) }
                { input("Amount", &fields.amount, true, Typed::Amount) }
                { fee }
                { input("Memo", &fields.memo, false, Typed::Memo) }
                { people }
            </>
        },
        Form::Message => html! {
            <>
                { from }
                { input("To: user or address, or nobody", &fields.to, false, Typed::To) }
                { input("Message", &fields.text, false, Typed::Text) }
                { fee }
                { people }
            </>
        },
        Form::User => html! {
            <>
                { input("Name", &fields.name, false, Typed::Name) }
                { from }
                { input("First coins", &fields.amount, true, Typed::Amount) }
                { fee }
                <p key="hint" class="hint span">
                    { "Makes a key in this browser and sends it its first coins. When they are committed, the list of users offers to register the name." }
                </p>
            </>
        },
    }
}
