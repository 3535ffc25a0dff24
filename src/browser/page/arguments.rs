//! Arguments of the scripting API, read from JavaScript values. What a script passes may be
//! anything.

use js_sys::Object;
use wasm_bindgen::{JsCast, JsValue};

use crate::browser::js::field;
use crate::command::{
    self, DifficultyChoice, Draft, DraftError, LinkChange, Quality, Shape, What, only_known,
    parse_tx,
};
use crate::ipc::{NodeKind, Pace, Refusal, Topic};
use crate::ledger::{Query, Table};
use crate::primitives::MAX_EXACT;
use crate::refusal::ArgumentError;

/// Rows of a ledger page without a limit.
const DEFAULT_LIMIT: u32 = 100;

/// 2^53 - 1, the largest number that is exact.
const LARGEST: f64 = 9_007_199_254_740_991.0;

/// A refusal of an argument.
pub(in crate::browser) fn wrong(name: &str, expected: &str, found: &JsValue) -> Refusal {
    let found = match found.as_string() {
        Some(text) => format!("\"{}\"", text.chars().take(40).collect::<String>()),
        None => shown(found),
    };
    let (name, expected) = (name.to_owned(), expected.to_owned());
    ArgumentError::Wrong {
        name,
        expected,
        found,
    }
    .into()
}

/// A value as a script would write it, cut short.
fn shown(value: &JsValue) -> String {
    if value.is_undefined() {
        return "nothing".to_owned();
    }
    // Of a function there is no text, although the call succeeds.
    let text = js_sys::JSON::stringify(value)
        .ok()
        .and_then(|text| text.as_string());
    text.unwrap_or_else(|| "a value that is no plain object".to_owned())
        .chars()
        .take(60)
        .collect()
}

fn is_missing(value: &JsValue) -> bool {
    value.is_undefined() || value.is_null()
}

/// An object's fields, or no fields where there is no object.
#[derive(Debug)]
pub(in crate::browser) struct Fields(JsValue);

impl Fields {
    /// The fields of what a call is given: none but those that it knows.
    ///
    /// # Errors
    /// A value that is neither an object nor missing, or a field that the call does not know.
    pub(in crate::browser) fn of(
        call: &'static str,
        known: &[&'static str],
        value: JsValue,
    ) -> Result<Self, Refusal> {
        let fields = Self::any(call, value)?;
        fields.only(call, known)?;
        Ok(fields)
    }

    fn any(call: &str, value: JsValue) -> Result<Self, Refusal> {
        if is_missing(&value) || (value.is_object() && !js_sys::Array::is_array(&value)) {
            Ok(Self(value))
        } else {
            Err(wrong(call, "an object", &value))
        }
    }

    fn only(&self, call: &'static str, known: &[&'static str]) -> Result<(), Refusal> {
        let Some(object) = self.0.dyn_ref::<Object>() else {
            return Ok(());
        };
        let names = Object::keys(object);
        only_known(
            call,
            known,
            names.iter().filter_map(|name| name.as_string()),
        )?;
        Ok(())
    }

    pub(in crate::browser) fn get(&self, name: &str) -> JsValue {
        if is_missing(&self.0) {
            JsValue::UNDEFINED
        } else {
            field(&self.0, name)
        }
    }

    pub(in crate::browser) fn optional_text(&self, name: &str) -> Result<Option<String>, Refusal> {
        let value = self.get(name);
        if is_missing(&value) {
            Ok(None)
        } else {
            text(name, &value).map(Some)
        }
    }

    fn text(&self, name: &str) -> Result<String, Refusal> {
        text(name, &self.get(name))
    }

    pub(in crate::browser) fn optional_number(
        &self,
        name: &str,
        highest: u64,
    ) -> Result<Option<u64>, Refusal> {
        let value = self.get(name);
        if is_missing(&value) {
            Ok(None)
        } else {
            number(name, &value, highest).map(Some)
        }
    }

    fn number(&self, name: &str, highest: u64) -> Result<u64, Refusal> {
        number(name, &self.get(name), highest)
    }

    pub(in crate::browser) fn optional_u32(&self, name: &str) -> Result<Option<u32>, Refusal> {
        let number = self.optional_number(name, u64::from(u32::MAX))?;
        Ok(number.and_then(|number| u32::try_from(number).ok()))
    }
}

/// A text that is not empty.
///
/// # Errors
/// Anything else.
pub(in crate::browser) fn text(name: &str, value: &JsValue) -> Result<String, Refusal> {
    value
        .as_string()
        .filter(|text| !text.is_empty())
        .ok_or_else(|| wrong(name, "a text", value))
}

/// A whole number from 0 to `highest`.
///
/// # Errors
/// Anything else.
pub(in crate::browser) fn number(
    name: &str,
    value: &JsValue,
    highest: u64,
) -> Result<u64, Refusal> {
    let number = value
        .as_f64()
        .filter(|number| number.fract() == 0.0 && (0.0..=LARGEST).contains(number));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number of at most 2^53 - 1"
    )]
    let number = number.map(|number| number as u64);
    number
        .filter(|number| *number <= highest)
        .ok_or_else(|| wrong(name, &format!("a whole number from 0 to {highest}"), value))
}

/// Coins, or units of an asset. The draft's own check says the rest.
fn amount(fields: &Fields, name: &str) -> Result<u64, Refusal> {
    let value = fields.get(name);
    if value.as_f64().is_some_and(|number| number > LARGEST) {
        return Err(DraftError::AmountOverflow {
            found: shown(&value),
        }
        .into());
    }
    if value
        .as_f64()
        .is_some_and(|number| number < 0.0 || number.fract() != 0.0)
    {
        return Err(DraftError::amount_malformed(&shown(&value)).into());
    }
    fields.number(name, MAX_EXACT)
}

/// `pow` or `poa`.
///
/// # Errors
/// Anything else.
pub(in crate::browser) fn node_kind(value: &JsValue) -> Result<NodeKind, Refusal> {
    let kinds = [NodeKind::Pow, NodeKind::Poa];
    let word = value.as_string();
    kinds
        .into_iter()
        .find(|kind| word.as_deref() == Some(kind.word()))
        .ok_or_else(|| wrong("kind", "\"pow\" or \"poa\"", value))
}

/// Leading zero digits or `"auto"`, if they are given.
///
/// # Errors
/// Anything else.
pub(in crate::browser) fn difficulty(fields: &Fields) -> Result<Option<DifficultyChoice>, Refusal> {
    word(
        fields,
        "difficulty",
        "1 to 8 zero digits, or \"auto\"",
        command::difficulty,
    )
}

/// Miner workers of each node, if they are given.
///
/// # Errors
/// Anything but a whole number within the bounds.
pub(in crate::browser) fn miners(fields: &Fields) -> Result<Option<u32>, Refusal> {
    word(fields, "miners", "1 to 8 miner workers", command::miners)
}

/// Payments and messages a minute, or `"off"`, which is 0.
///
/// # Errors
/// Anything else.
pub(super) fn traffic(value: &JsValue) -> Result<u32, Refusal> {
    word_of("traffic", value, command::TRAFFIC, command::traffic)
}

/// A field that is a number or a word, as the console understands it.
fn word<T>(
    fields: &Fields,
    name: &str,
    expected: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Refusal> {
    let value = fields.get(name);
    if is_missing(&value) {
        return Ok(None);
    }
    word_of(name, &value, expected, read).map(Some)
}

/// A value that is a number or a word.
fn word_of<T>(
    name: &str,
    value: &JsValue,
    expected: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<T, Refusal> {
    let number = || {
        number(name, value, MAX_EXACT)
            .ok()
            .map(|number| number.to_string())
    };
    let word = value.as_string().or_else(number);
    word.and_then(|word| read(&word))
        .ok_or_else(|| wrong(name, expected, value))
}

/// Seconds between work blocks or `"full"`, `"max"`, `"pause"`, if it is given.
///
/// # Errors
/// Anything else.
pub(in crate::browser) fn pace(fields: &Fields) -> Result<Option<Pace>, Refusal> {
    word(
        fields,
        "pace",
        "1 to 600 seconds, \"full\", \"max\" or \"pause\"",
        command::pace,
    )
}

/// A page of a ledger table.
///
/// # Errors
/// An unknown table or index, or a field of another type.
pub(in crate::browser) fn query(fields: &Fields) -> Result<Query, Refusal> {
    let name = fields.get("table");
    let tables: Vec<&str> = Table::ALL.into_iter().map(Table::name).collect();
    let table = name.as_string().and_then(|name| Table::from_name(&name));
    let table =
        table.ok_or_else(|| wrong("table", &format!("one of {}", tables.join(", ")), &name))?;
    let index = fields.optional_text("index")?;
    if let Some(index) = &index
        && !table.indexes().contains(&index.as_str())
        && table.key_field() != index
    {
        let known = [&[table.key_field()], table.indexes()].concat().join(", ");
        return Err(wrong(
            "index",
            &format!("one of {known}"),
            &index.as_str().into(),
        ));
    }
    let key = match fields.get("key").as_f64() {
        Some(_) => Some(fields.number("key", MAX_EXACT)?.to_string()),
        None => fields.optional_text("key")?,
    };
    Ok(Query {
        table,
        index: index.filter(|index| table.key_field() != index),
        key,
        descending: fields.get("descending").is_truthy(),
        offset: fields.optional_u32("offset")?.unwrap_or(0),
        limit: fields.optional_u32("limit")?.unwrap_or(DEFAULT_LIMIT),
    })
}

/// What `aurex.tx` is given: words as in the console, or an object.
///
/// # Errors
/// The words' or the fields' mistake.
pub(in crate::browser) fn draft(value: JsValue) -> Result<Draft, Refusal> {
    if let Some(words) = value.as_string() {
        let words = words.trim();
        // As in the console, where the word is understood in any case.
        let begins = words
            .get(..3)
            .is_some_and(|word| word.eq_ignore_ascii_case("tx "));
        return Ok(parse_tx(if begins { &words[3..] } else { words })?);
    }
    if !value.is_object() {
        return Err(wrong("tx", "words, or an object with `kind`", &value));
    }
    let fields = Fields::any("tx", value)?;
    let kind = fields.text("kind")?;
    let known: &[&str] = match kind.as_str() {
        "transfer" => &["kind", "from", "to", "amount", "memo", "fee"],
        "message" => &["kind", "from", "to", "text", "fee"],
        "register_user" => &["kind", "from", "name", "fee"],
        "create_asset" => &[
            "kind", "from", "symbol", "name", "decimals", "supply", "fee",
        ],
        "transfer_asset" => &["kind", "from", "asset", "to", "amount", "fee"],
        _ => &[],
    };
    if !known.is_empty() {
        fields.only("tx", known)?;
    }
    let what = match kind.as_str() {
        "transfer" => What::Transfer {
            to: fields.text("to")?,
            amount: amount(&fields, "amount")?,
            memo: fields
                .optional_text("memo")
                .or_else(|error| empty(&fields, "memo", error))?
                .unwrap_or_default(),
        },
        "message" => What::Message {
            text: fields.text("text")?,
            to: fields.optional_text("to")?,
        },
        "register_user" => What::RegisterUser {
            name: fields.text("name")?,
        },
        "create_asset" => What::CreateAsset {
            symbol: fields.text("symbol")?,
            name: fields.text("name")?,
            decimals: u8::try_from(fields.optional_number("decimals", 255)?.unwrap_or(0))
                .unwrap_or(u8::MAX),
            supply: amount(&fields, "supply")?,
        },
        "transfer_asset" => What::TransferAsset {
            asset: fields.text("asset")?,
            to: fields.text("to")?,
            amount: amount(&fields, "amount")?,
        },
        _ => {
            let expected = "one of transfer, message, register_user, create_asset, transfer_asset";
            return Err(wrong("kind", expected, &kind.into()));
        }
    };
    let mut draft = Draft::new(&fields.text("from")?, what);
    if let Some(fee) = fields.optional_number("fee", MAX_EXACT)? {
        draft.fee = fee;
    }
    Ok(draft.checked()?)
}

/// An empty text is as good as none.
fn empty(fields: &Fields, name: &str, error: Refusal) -> Result<Option<String>, Refusal> {
    if fields
        .get(name)
        .as_string()
        .is_some_and(|text| text.is_empty())
    {
        Ok(None)
    } else {
        Err(error)
    }
}

/// The event of a name: `None` for `log`, which is every event.
///
/// # Errors
/// An unknown name.
pub(in crate::browser) fn topic(value: &JsValue) -> Result<Option<Topic>, Refusal> {
    let name = value.as_string().unwrap_or_default();
    if name == "log" {
        return Ok(None);
    }
    let found = Topic::of_word(&name).map(Some);
    found.ok_or_else(|| wrong("event", Topic::EXPECTED, value))
}

/// Directed links that are to be cut, as pairs of names, `[{ from, to }]`; or else a change of all
/// links, `{ shape, latency, jitter, loss, copies, reorder, bandwidth }`.
///
/// # Errors
/// Anything else.
pub(in crate::browser) fn links(
    value: &JsValue,
) -> Result<Result<Vec<(String, String)>, LinkChange>, Refusal> {
    if js_sys::Array::is_array(value) {
        return js_sys::Array::from(value)
            .iter()
            .map(pair)
            .collect::<Result<_, _>>()
            .map(Ok);
    }
    let known = Quality::ALL.map(Quality::word);
    let known = [&["shape"], &known[..]].concat();
    let fields = Fields::of("links", &known, value.clone())?;
    let mut change = LinkChange::default();
    if let Some(word) = fields.optional_text("shape")? {
        let shape = Shape::ALL.into_iter().find(|shape| shape.word() == word);
        let wrong = || wrong("shape", "mesh, ring, star or random", &fields.get("shape"));
        change.shape = Some(shape.ok_or_else(wrong)?);
    }
    for quality in Quality::ALL {
        let value = fields.optional_number(quality.word(), quality.most().into())?;
        change.values.extend(
            value
                .and_then(|value| u32::try_from(value).ok())
                .map(|value| (quality, value)),
        );
    }
    Ok(Err(change))
}

fn pair(item: JsValue) -> Result<(String, String), Refusal> {
    let fields = Fields::of("link", &["from", "to"], item)?;
    Ok((
        fields.text("from")?.to_ascii_lowercase(),
        fields.text("to")?.to_ascii_lowercase(),
    ))
}
