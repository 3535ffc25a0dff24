//! The form that changes a stored block of a node that does not run, as an attacker of its disk
//! would, and what the node's next start says of it.

use super::PageModel;
use crate::command::{Command, Harm, number_in};
use crate::ipc::Topic;
use crate::view::Model;

/// Lines of the last start that are shown.
const LINES: usize = 3;

/// What is to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tampering {
    height: String,
    byte: String,
    kind: Kind,
}

/// The kinds of change, in the order of the choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A byte in the middle.
    Middle,
    /// A byte by its number.
    Byte,
    /// The amount of the first transfer.
    Amount,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Middle, Self::Byte, Self::Amount];

    /// Its name in the choice.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Middle => "a byte in its middle",
            Self::Byte => "the byte of this number",
            Self::Amount => "the amount of its first transfer",
        }
    }
}

/// What changes the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TamperMessage {
    /// Another height.
    Height(String),
    /// Another number of a byte.
    Byte(String),
    /// Another kind of change, by its name.
    Kind(String),
}

impl Default for Tampering {
    fn default() -> Self {
        Self {
            height: "1".to_owned(),
            byte: "0".to_owned(),
            kind: Kind::Middle,
        }
    }
}

impl Tampering {
    /// The height as it is typed.
    #[must_use]
    pub fn height(&self) -> &str {
        &self.height
    }

    /// The number of the byte as it is typed.
    #[must_use]
    pub fn byte(&self) -> &str {
        &self.byte
    }

    /// The kind of change.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The command, or what is wrong in the form.
    ///
    /// # Errors
    /// A field is no number.
    pub fn command(&self, node: &str) -> Result<Command, &'static str> {
        let height = number_in(self.height.trim(), &(1..=u64::MAX));
        let height = height.ok_or("The height is a whole number from 1 on.")?;
        let harm = match self.kind {
            Kind::Middle => Harm::Middle,
            Kind::Amount => Harm::Amount,
            Kind::Byte => {
                let byte = number_in(self.byte.trim(), &(0..=u32::MAX));
                Harm::Byte(byte.ok_or("The byte is a whole number from 0 on.")?)
            }
        };
        let node = node.to_owned();
        Ok(Command::Tamper { node, height, harm })
    }
}

impl PageModel for Tampering {
    type Message = TamperMessage;

    fn update(&mut self, message: TamperMessage) {
        match message {
            TamperMessage::Height(text) => self.height = text,
            TamperMessage::Byte(text) => self.byte = text,
            TamperMessage::Kind(name) => {
                let found = Kind::ALL.into_iter().find(|kind| kind.name() == name);
                self.kind = found.unwrap_or(self.kind);
            }
        }
    }
}

/// What a node said of its ledger lately, oldest first: what its start found, above all.
#[must_use]
pub fn said(model: &Model, node: &str) -> Vec<String> {
    let lines = model.log.iter().rev();
    let own = lines.filter(|event| event.node == node && event.topic == Topic::Storage);
    let found = own
        .filter(|event| event.text.starts_with("The ledger") || event.text.starts_with("Started"));
    let mut last: Vec<String> = found.take(LINES).map(|event| event.text.clone()).collect();
    last.reverse();
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ipc::{Event, Level};
    use crate::view::Update;

    #[test]
    fn the_form_gives_the_command_or_says_which_field_is_no_number() {
        let mut form = Tampering::default();
        let command = |form: &Tampering| form.command("pow-1");
        let of = |height, harm| {
            let node = "pow-1".to_owned();
            Ok(Command::Tamper { node, height, harm })
        };
        assert_eq!(command(&form), of(1, Harm::Middle));
        form.update(TamperMessage::Height("1,234".to_owned()));
        form.update(TamperMessage::Kind(Kind::Byte.name().to_owned()));
        form.update(TamperMessage::Byte("77".to_owned()));
        assert_eq!(command(&form), of(1_234, Harm::Byte(77)));
        form.update(TamperMessage::Byte("-1".to_owned()));
        assert_eq!(command(&form), Err("The byte is a whole number from 0 on."));
        form.update(TamperMessage::Kind(Kind::Amount.name().to_owned()));
        assert_eq!(command(&form), of(1_234, Harm::Amount));
        form.update(TamperMessage::Height("0".to_owned()));
        assert!(command(&form).is_err());
    }

    #[test]
    fn what_the_last_start_said_is_that_of_this_node_and_of_its_ledger() {
        let mut model = Model::new("test");
        let mut tell = |node: &str, topic, text: &str| {
            let event = Event::plain(node.to_owned(), 0, Level::Warn, topic, text.to_owned());
            model.apply(Update::Event(event));
        };
        tell("pow-2", Topic::Storage, "The ledger of another");
        tell("pow-1", Topic::Storage, "The ledger was changed: a");
        tell("pow-1", Topic::Storage, "10 rows are durable");
        tell("pow-1", Topic::Block, "Started");
        assert_eq!(said(&model, "pow-1"), ["The ledger was changed: a"]);
    }
}
