//! The places of the page, as the part of the address after `#`. Written here and not by a router
//! crate, as any text can stand in an address: what is not understood becomes [`Route::Missing`],
//! never a panic.

/// The word for the scenario that is open, in place of an exercise's name.
pub const OPEN: &str = "open";

/// A place of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// The nodes and what they do.
    Network,
    /// The block tree.
    Chain,
    /// Charts of what the nodes reported.
    Charts,
    /// One block: hash, prefix of it, or height.
    Block(String),
    /// What a change of a node from one head to another did: the node's name and both ids.
    Reorganisation(String, String, String),
    /// One transaction: id or prefix of it.
    Transaction(String),
    /// The tables of a node: name of the table and text to filter by, both may be empty.
    Ledger(String, String),
    /// Users, transfers and the mempool.
    Transact,
    /// Commands and the log.
    Console,
    /// The laboratory: the list of its exercises.
    Lab,
    /// The scenario that is open in the laboratory.
    Bench,
    /// A built-in exercise by its name.
    Exercise(String),
    /// A scenario in a link: what stands after its question mark.
    LabLink(String),
    /// A page of the network on the nodes of a scenario: the exercise's name, or `open` for what is
    /// open.
    Within(String, Box<Route>),
    /// Network, pace, theme and storage.
    Settings,
    /// None of these.
    Missing(String),
}

impl Route {
    /// The place that a fragment names, with or without its `#`.
    #[must_use]
    pub fn parse(fragment: &str) -> Self {
        let text = fragment.strip_prefix('#').unwrap_or(fragment);
        if let Some(query) = text.strip_prefix("/lab?") {
            return Self::LabLink(query.to_owned());
        }
        let mut parts = text
            .split('/')
            .filter(|part| !part.is_empty())
            .map(ToOwned::to_owned);
        let (first, second, third) = (parts.next(), parts.next(), parts.next());
        let (fourth, fifth) = (parts.next(), parts.next());
        if let (
            Some("chain"),
            Some("reorganisation"),
            Some(node),
            Some(before),
            Some(after),
            None,
        ) = (
            first.as_deref(),
            second.as_deref(),
            &third,
            &fourth,
            &fifth,
            parts.next(),
        ) {
            return Self::Reorganisation(node.clone(), before.clone(), after.clone());
        }
        let more = fourth.is_some();
        if let (Some("lab"), Some(name), Some(_)) = (first.as_deref(), &second, &third) {
            return Self::within(name, text);
        }
        match (first.as_deref(), second, third, more) {
            // The page that is open at first has no word of its own, but people type the one on its
            // tab.
            (None, ..) | (Some("network"), None, ..) => Self::Network,
            (Some("chain"), None, ..) => Self::Chain,
            (Some("chain"), Some(word), Some(which), false) if word == "block" => {
                Self::Block(which)
            }
            (Some("charts"), None, ..) => Self::Charts,
            (Some("tx"), Some(id), None, false) => Self::Transaction(id),
            (Some("ledger"), table, filter, false) => {
                Self::Ledger(table.unwrap_or_default(), filter.unwrap_or_default())
            }
            (Some("transact"), None, ..) => Self::Transact,
            (Some("console"), None, ..) => Self::Console,
            (Some("lab"), None, ..) => Self::Lab,
            (Some("lab"), Some(name), None, _) if name == OPEN => Self::Bench,
            (Some("lab"), Some(name), None, _) => Self::Exercise(name),
            (Some("settings"), None, ..) => Self::Settings,
            _ => Self::Missing(text.to_owned()),
        }
    }

    /// A page of a scenario by the whole text of its place; what is no page of one is missing
    /// there.
    fn within(name: &str, text: &str) -> Self {
        let rest = text.trim_start_matches('/').splitn(3, '/').nth(2);
        let room = match Self::parse(rest.unwrap_or_default()) {
            room @ (Self::Network
            | Self::Chain
            | Self::Charts
            | Self::Block(_)
            | Self::Reorganisation(..)
            | Self::Transaction(_)
            | Self::Ledger(..)
            | Self::Transact
            | Self::Console) => room,
            Self::Lab
            | Self::Bench
            | Self::Exercise(_)
            | Self::LabLink(_)
            | Self::Within(..)
            | Self::Settings
            | Self::Missing(_) => Self::Missing(rest.unwrap_or_default().to_owned()),
        };
        Self::Within(name.to_owned(), Box::new(room))
    }

    /// The fragment of the place, with its `#`.
    #[must_use]
    pub fn fragment(&self) -> String {
        match self {
            Self::Network => "#/".to_owned(),
            Self::Chain => "#/chain".to_owned(),
            Self::Charts => "#/charts".to_owned(),
            Self::Block(which) => format!("#/chain/block/{which}"),
            Self::Reorganisation(node, before, after) => {
                format!("#/chain/reorganisation/{node}/{before}/{after}")
            }
            Self::Transaction(id) => format!("#/tx/{id}"),
            Self::Ledger(table, filter) if filter.is_empty() && table.is_empty() => {
                "#/ledger".to_owned()
            }
            Self::Ledger(table, filter) if filter.is_empty() => format!("#/ledger/{table}"),
            Self::Ledger(table, filter) => format!("#/ledger/{table}/{filter}"),
            Self::Transact => "#/transact".to_owned(),
            Self::Console => "#/console".to_owned(),
            Self::Lab => "#/lab".to_owned(),
            Self::Bench => "#/lab/open".to_owned(),
            Self::Exercise(name) => format!("#/lab/{name}"),
            Self::LabLink(query) => format!("#/lab?{query}"),
            // The network's own page has no word of its own elsewhere.
            Self::Within(name, room) if **room == Self::Network => format!("#/lab/{name}/network"),
            Self::Within(name, room) => {
                let room = room.fragment();
                format!("#/lab/{name}/{}", room.trim_start_matches(['#', '/']))
            }
            Self::Settings => "#/settings".to_owned(),
            Self::Missing(text) => format!("#{text}"),
        }
    }

    /// The title of the place.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        match self {
            Self::Network => "Network",
            Self::Chain => "Chain",
            Self::Charts => "Charts",
            Self::Block(_) => "Block",
            Self::Reorganisation(..) => "Reorganisation",
            Self::Transaction(_) => "Transaction",
            Self::Ledger(..) => "Ledger",
            Self::Transact => "Transact",
            Self::Console => "Console",
            Self::Lab | Self::Bench | Self::Exercise(_) | Self::LabLink(_) | Self::Within(..) => {
                "Laboratory"
            }
            Self::Settings => "Settings",
            Self::Missing(_) => "Not found",
        }
    }

    /// The tab that the place belongs to.
    #[must_use]
    pub fn tab(&self) -> Self {
        match self {
            Self::Block(_) | Self::Reorganisation(..) | Self::Charts => Self::Chain,
            Self::Transaction(_) => Self::Transact,
            Self::Ledger(..) => Self::Ledger(String::new(), String::new()),
            Self::Lab | Self::Bench | Self::Exercise(_) | Self::LabLink(_) | Self::Within(..) => {
                Self::Lab
            }
            Self::Network
            | Self::Chain
            | Self::Transact
            | Self::Console
            | Self::Settings
            | Self::Missing(_) => self.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_is_found_again_by_its_fragment() {
        for route in [
            Route::Network,
            Route::Chain,
            Route::Charts,
            Route::Block("00ab".into()),
            Route::Reorganisation("pow-1".into(), "00ab".into(), "00cd".into()),
            Route::Transaction("ff01".into()),
            Route::Ledger(String::new(), String::new()),
            Route::Ledger("users".into(), String::new()),
            Route::Ledger("users".into(), "alice".into()),
            Route::Transact,
            Route::Console,
            Route::Lab,
            Route::Bench,
            Route::Exercise("double-spend".into()),
            Route::LabLink("t=5&s=%7B%2F%7D".into()),
            Route::Within(OPEN.into(), Box::new(Route::Network)),
            Route::Within("fork".into(), Box::new(Route::Block("12".into()))),
            Route::Within(
                "fork".into(),
                Box::new(Route::Ledger("users".into(), "bob".into())),
            ),
            Route::Within("fork".into(), Box::new(Route::Missing("settings".into()))),
            Route::Settings,
        ] {
            assert_eq!(Route::parse(&route.fragment()), route);
        }
    }

    #[test]
    fn any_text_is_a_place_or_missing() {
        assert_eq!(Route::parse(""), Route::Network);
        assert_eq!(Route::parse("#"), Route::Network);
        assert_eq!(Route::parse("#/network"), Route::Network);
        assert_eq!(Route::parse("#chain/"), Route::Chain);
        for odd in [
            "#foo",
            "#/chain/blocks/1",
            "#/chain/reorganisation/pow-1/ab",
            "#/chain/reorganisation/pow-1/ab/cd/ef",
            "#/tx",
            "#/tx/a/b",
            "#/ledger/a/b/c",
            "#//%zz//",
        ] {
            assert!(matches!(Route::parse(odd), Route::Missing(_)), "{odd}");
        }
    }
}
