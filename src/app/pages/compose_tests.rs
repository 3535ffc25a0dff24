//! The forms of the Transact page: what each needs, refuses and keeps.

use super::*;

fn compose(form: Form, typed: &[(Field, &str)]) -> Compose {
    let mut compose = Compose::new(&["alice".into(), "bob".into()]);
    compose.update(ComposeMessage::Choose(form));
    for (field, text) in typed {
        compose.update(ComposeMessage::Type(*field, (*text).into()));
    }
    compose
}

fn sentence(form: Form, typed: &[(Field, &str)]) -> String {
    let refused = compose(form, typed).draft(&[]);
    refused
        .expect_err("a form that is not finished")
        .to_string()
}

fn gold(units: u64) -> Holding {
    Holding {
        asset: "aa".into(),
        symbol: "GOLD".into(),
        units,
    }
}

#[test]
fn a_new_form_sends_ten_coins_from_the_first_user_to_the_second() {
    let draft = compose(Form::Transfer, &[]).draft(&[]).expect("a draft");
    assert_eq!((draft.from.as_str(), draft.fee), ("alice", DEFAULT_FEE));
    let what = What::Transfer {
        to: "bob".into(),
        amount: 10,
        memo: String::new(),
    };
    assert_eq!(draft.what, what);
}

#[test]
fn a_message_needs_no_receiver_and_a_transfer_does() {
    let nobody = [(Field::To, " "), (Field::Text, "hello")];
    let draft = compose(Form::Message, &nobody).draft(&[]).expect("a draft");
    let what = What::Message {
        text: "hello".into(),
        to: None,
    };
    assert_eq!(draft.what, what);
    assert_eq!(
        sentence(Form::Transfer, &nobody),
        Unfinished::NoReceiver.to_string()
    );
}

#[test]
fn numbers_that_are_none_are_named_with_what_was_found() {
    let amount = sentence(Form::Transfer, &[(Field::Amount, "1.5")]);
    assert!(amount.contains("coins, found \"1.5\""), "{amount}");
    let fee = sentence(Form::Transfer, &[(Field::Fee, "x")]);
    assert!(
        fee.contains("a fee") && fee.contains("found \"x\""),
        "{fee}"
    );
    let zero = sentence(Form::Transfer, &[(Field::Amount, "0")]);
    assert!(zero.contains("at least 1"), "{zero}");
}

#[test]
fn a_new_user_has_a_valid_name_and_gets_its_first_coins() {
    assert_eq!(sentence(Form::NewUser, &[]), Unfinished::NoName.to_string());
    let wrong = sentence(Form::NewUser, &[(Field::Name, "Eve!")]);
    assert!(wrong.contains("found \"Eve!\""), "{wrong}");
    let draft = compose(Form::NewUser, &[(Field::Name, " eve ")]).draft(&[]);
    let what = What::Transfer {
        to: "eve".into(),
        amount: 10,
        memo: "welcome".into(),
    };
    assert_eq!(draft.map(|draft| draft.what), Ok(what));
}

#[test]
fn a_new_asset_needs_a_symbol_a_name_and_decimals_within_their_bounds() {
    let named = [(Field::Symbol, "GOLD"), (Field::AssetName, "Gold")];
    let draft = compose(Form::CreateAsset, &named)
        .draft(&[])
        .expect("a draft");
    let what = What::CreateAsset {
        symbol: "GOLD".into(),
        name: "Gold".into(),
        decimals: 0,
        supply: 1_000,
    };
    assert_eq!(draft.what, what);
    let lower = sentence(Form::CreateAsset, &[(Field::Symbol, "gold")]);
    assert!(lower.contains("found \"gold\""), "{lower}");
    let unnamed = sentence(Form::CreateAsset, &[(Field::Symbol, "GOLD")]);
    assert!(unnamed.contains("asset name"), "{unnamed}");
    for places in ["300", "13", "-1"] {
        let typed = [named[0], named[1], (Field::Decimals, places)];
        let wrong = sentence(Form::CreateAsset, &typed);
        assert!(
            wrong.contains("decimal places") && wrong.contains(places),
            "{wrong}"
        );
    }
    let supply = [named[0], named[1], (Field::Supply, "many")];
    assert!(sentence(Form::CreateAsset, &supply).contains("units, found \"many\""));
}

#[test]
fn an_asset_is_sent_only_by_somebody_who_holds_one() {
    let none = sentence(Form::TransferAsset, &[]);
    assert!(none.starts_with("alice holds no asset"), "{none}");
    let silver = Holding {
        asset: "bb".into(),
        symbol: "SILVER".into(),
        units: 5,
    };
    let holdings = [gold(3), silver];
    let sent = |typed: &[(Field, &str)]| {
        let draft = compose(Form::TransferAsset, typed).draft(&holdings);
        let What::TransferAsset { asset, amount, .. } = draft.expect("a draft").what else {
            panic!("expected units of an asset");
        };
        (asset, amount)
    };
    assert_eq!(sent(&[]), ("aa".into(), 1), "the first without a choice");
    assert_eq!(
        sent(&[(Field::Asset, "bb"), (Field::Units, "4")]),
        ("bb".into(), 4)
    );
    assert_eq!(sent(&[(Field::Asset, "of another sender")]).0, "aa");
}

#[test]
fn what_was_sent_is_cleared_and_people_and_numbers_stay() {
    let mut compose = compose(Form::Transfer, &[(Field::Amount, "7"), (Field::Memo, "hi")]);
    compose.update(ComposeMessage::Send);
    assert_eq!(compose.sending(), &Sending::Underway);
    compose.update(ComposeMessage::Sent);
    assert_eq!(compose.sending(), &Sending::Idle);
    let texts = [Field::From, Field::To, Field::Amount, Field::Memo].map(|f| compose.text(f));
    assert_eq!(texts, ["alice", "bob", "7", ""]);
}

#[test]
fn a_refusal_stays_until_something_is_typed_and_loses_nothing() {
    let mut compose = compose(Form::Transfer, &[(Field::Memo, "hi")]);
    let error = Refusal::from(crate::refusal::NodeError::NotStarted);
    compose.update(ComposeMessage::Refuse(error.clone()));
    assert_eq!(compose.sending(), &Sending::Refused(error));
    assert_eq!(compose.text(Field::Memo), "hi");
    compose.update(ComposeMessage::Type(Field::Amount, "1".into()));
    assert_eq!(compose.sending(), &Sending::Idle);
}

#[test]
fn typing_does_not_end_what_is_underway() {
    let mut compose = compose(Form::Transfer, &[]);
    compose.update(ComposeMessage::Send);
    compose.update(ComposeMessage::Type(Field::Amount, "1".into()));
    assert_eq!(compose.sending(), &Sending::Underway);
}

#[test]
fn every_field_of_every_form_has_a_label_of_its_own() {
    for form in Form::ALL {
        let mut labels: Vec<_> = form
            .fields()
            .iter()
            .map(|field| form.label(*field))
            .collect();
        labels.sort_unstable();
        labels.dedup();
        assert_eq!(labels.len(), form.fields().len(), "{form:?}");
    }
}
