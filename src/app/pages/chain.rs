//! The page of the chain: which window of heights is shown, and the texts of its two inputs.

use super::PageModel;
use crate::bitcoin;
use crate::command::shortened;
use crate::ipc::NodeKind;
use crate::primitives::read_number;
use crate::view::figures::{count_of, grouped};
use crate::view::tree::Tree;
use crate::view::{Model, NodeView, Tip};

/// Columns of the picture on a wide and on a narrow window.
const COLUMNS: (u32, u32) = (12, 6);

/// Columns of the picture: fewer in a narrow window.
#[must_use]
pub const fn columns(narrow: bool) -> u32 {
    if narrow { COLUMNS.1 } else { COLUMNS.0 }
}

/// The page's state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChainPage {
    top: Option<u64>,
    height: String,
    headers: String,
}

/// What changes the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChainMessage {
    /// The window ends at this height; without one it follows the newest block.
    Show(Option<u64>),
    /// A height was typed.
    Height(String),
    /// Bitcoin headers were typed or pasted.
    Headers(String),
    /// Bitcoin's first header is shown.
    FirstHeader,
}

impl ChainPage {
    /// Highest height of the window; `None` while it follows the newest block.
    #[must_use]
    pub const fn top(&self) -> Option<u64> {
        self.top
    }

    /// Whether the window follows the newest block.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        self.top.is_none()
    }

    /// The height as it is typed.
    #[must_use]
    pub fn height(&self) -> &str {
        &self.height
    }

    /// The height to go to, if it is a number.
    #[must_use]
    pub fn wanted(&self) -> Option<u64> {
        read_number(self.height.trim()).ok()
    }

    /// What is wrong with the height as it is typed; `None` while nothing is.
    #[must_use]
    pub fn height_problem(&self) -> Option<String> {
        let typed = self.height.trim();
        let is_wrong = !typed.is_empty() && self.wanted().is_none();
        is_wrong.then(|| {
            format!(
                "expected a height, such as 12, found \"{}\"",
                shortened(typed)
            )
        })
    }

    /// The headers as they are typed.
    #[must_use]
    pub fn headers(&self) -> &str {
        &self.headers
    }

    /// The headers in words, as the console's word `inspect` explains them; empty without any.
    #[must_use]
    pub fn explained(&self) -> String {
        match self.headers.trim() {
            "" => String::new(),
            text => bitcoin::inspect(text).unwrap_or_else(|error| format!("Refused: {error}.")),
        }
    }
}

impl PageModel for ChainPage {
    type Message = ChainMessage;

    fn update(&mut self, message: ChainMessage) {
        match message {
            ChainMessage::Show(top) => self.top = top,
            ChainMessage::Height(text) => self.height = text,
            ChainMessage::Headers(text) => self.headers = text,
            ChainMessage::FirstHeader => bitcoin::GENESIS.clone_into(&mut self.headers),
        }
    }
}

/// The top of the window half a window below this one.
#[must_use]
pub fn older(tree: &Tree, columns: u32) -> u64 {
    highest(tree)
        .saturating_sub(half(columns))
        .max(u64::from(columns.saturating_sub(1)))
}

/// The top of the window half a window above this one.
#[must_use]
pub fn newer(tree: &Tree, columns: u32) -> u64 {
    highest(tree) + half(columns)
}

fn half(columns: u32) -> u64 {
    u64::from(columns / 2).max(1)
}

fn highest(tree: &Tree) -> u64 {
    tree.lowest + u64::from(tree.columns.saturating_sub(1))
}

/// The heights of a window in words.
#[must_use]
pub fn range(tree: &Tree) -> String {
    match tree.columns {
        0 => String::new(),
        1 => grouped(tree.lowest),
        _ => format!("{} to {}", grouped(tree.lowest), grouped(highest(tree))),
    }
}

/// How many heads there are, and which one wins.
#[must_use]
pub fn tips_sentence(tips: &[Tip]) -> String {
    match tips {
        [] => "No node has a head yet.".to_owned(),
        [tip] => format!(
            "One tip: {} at height {}.",
            tip.nodes.join(", "),
            grouped(tip.height)
        ),
        [best, ..] => {
            let count = u64::try_from(tips.len()).unwrap_or(u64::MAX);
            let (count, nodes) = (count_of(count, "tip", "tips"), best.nodes.join(", "));
            format!(
                "{count}: nodes have different newest blocks. The heaviest chain wins: for now that of {nodes}."
            )
        }
    }
}

/// Who searches or waits for a slot on top of each head: the head and a few words.
#[must_use]
pub fn candidates(model: &Model) -> Vec<(String, String)> {
    let mut makers: Vec<(&str, u32, u32)> = Vec::new();
    let makes = |node: &&NodeView| {
        node.is_up() && node.own && node.status.kind != NodeKind::Viewer && !node.is_paused()
    };
    for node in model.nodes.iter().filter(makes) {
        let head = node.status.head.as_str();
        let mines = u32::from(node.status.kind == NodeKind::Pow);
        match makers.iter_mut().find(|(other, ..)| *other == head) {
            Some((_, mining, waiting)) => {
                (*mining, *waiting) = (*mining + mines, *waiting + 1 - mines)
            }
            None => makers.push((head, mines, 1 - mines)),
        }
    }
    let text = |mining, waiting| match (mining, waiting) {
        (0, 1) => "1 waits".to_owned(),
        (0, waiting) => format!("{waiting} wait"),
        (1, 0) => "1 mines".to_owned(),
        (mining, 0) => format!("{mining} mine"),
        (mining, waiting) => format!("{mining} mine, {waiting} wait"),
    };
    makers
        .into_iter()
        .map(|(head, mining, waiting)| (head.to_owned(), text(mining, waiting)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ipc::NodeState;
    use crate::records::MinerState;
    use crate::view::testing::{miner, status};

    fn tree(lowest: u64, columns: u32) -> Tree {
        Tree {
            lowest,
            columns,
            ..Tree::default()
        }
    }

    fn tip(hash: &str, height: u64, nodes: &[&str]) -> Tip {
        Tip {
            hash: hash.into(),
            height,
            nodes: nodes.iter().map(|node| (*node).to_owned()).collect(),
        }
    }

    fn node(name: &str, head: &str) -> NodeView {
        NodeView {
            status: status(name, head, 3),
            miners: vec![miner(MinerState::Searching)],
            peers: Vec::new(),
            own: true,
        }
    }

    #[test]
    fn the_window_moves_by_half_and_never_below_the_first_block() {
        assert_eq!(
            (older(&tree(88, 12), 12), newer(&tree(88, 12), 12)),
            (93, 105)
        );
        assert_eq!(
            older(&tree(1, 12), 12),
            11,
            "heights 0 to 11 are the lowest window"
        );
        assert_eq!(newer(&tree(0, 1), 1), 1, "one column moves by one");
    }

    #[test]
    fn the_window_follows_the_newest_block_until_another_is_chosen() {
        let mut page = ChainPage::default();
        assert!(page.is_live());
        page.update(ChainMessage::Show(Some(40)));
        assert_eq!((page.is_live(), page.top()), (false, Some(40)));
        page.update(ChainMessage::Show(None));
        assert!(page.is_live());
    }

    #[test]
    fn only_a_number_is_a_height_to_go_to() {
        let mut page = ChainPage::default();
        for (text, wanted) in [
            (" 12 ", Some(12)),
            ("1,234", Some(1_234)),
            ("-1", None),
            ("", None),
            ("0x3", None),
        ] {
            page.update(ChainMessage::Height(text.into()));
            assert_eq!(page.wanted(), wanted, "{text}");
            let is_wrong = wanted.is_none() && !text.is_empty();
            assert_eq!(page.height_problem().is_some(), is_wrong, "{text}");
        }
        page.update(ChainMessage::Height("1.5".into()));
        let problem = page.height_problem().expect("it is no height");
        assert!(
            problem.contains("expected a height, such as 12, found \"1.5\""),
            "{problem}"
        );
    }

    #[test]
    fn headers_are_explained_and_nonsense_is_refused_in_words() {
        let mut page = ChainPage::default();
        assert_eq!(page.explained(), "");
        page.update(ChainMessage::FirstHeader);
        assert_eq!(page.headers(), bitcoin::GENESIS);
        assert!(
            !page.explained().starts_with("Refused"),
            "{}",
            page.explained()
        );
        page.update(ChainMessage::Headers("abc".into()));
        assert!(
            page.explained().starts_with("Refused: "),
            "{}",
            page.explained()
        );
    }

    #[test]
    fn ranges_and_tips_are_sentences() {
        assert_eq!(
            [
                range(&tree(5, 0)),
                range(&tree(5, 1)),
                range(&tree(999, 12))
            ],
            ["", "5", "999 to 1,010"]
        );
        assert_eq!(tips_sentence(&[]), "No node has a head yet.");
        let one = tips_sentence(&[tip("a", 1_000, &["pow-1", "poa-1"])]);
        assert_eq!(one, "One tip: pow-1, poa-1 at height 1,000.");
        let two = tips_sentence(&[tip("a", 2, &["pow-1"]), tip("b", 1, &["pow-2"])]);
        assert_eq!(
            two,
            "2 tips: nodes have different newest blocks. The heaviest chain wins: for now that of pow-1."
        );
    }

    #[test]
    fn makers_are_counted_for_each_head_and_only_those_that_work() {
        let mut model = Model::new("main");
        let mut stopped = node("pow-3", "a");
        stopped.status.state = NodeState::Stopped;
        let mut resting = node("pow-4", "a");
        resting.miners = vec![miner(MinerState::Paused)];
        let mut foreign = node("pow-5", "a");
        foreign.own = false;
        model.nodes = vec![
            node("pow-1", "a"),
            node("poa-1", "a"),
            node("poa-2", "b"),
            stopped,
            resting,
            foreign,
        ];
        let wanted = [("a", "1 mine, 1 wait"), ("b", "1 waits")];
        let wanted = wanted.map(|(head, text)| (head.to_owned(), text.to_owned()));
        assert_eq!(candidates(&model), wanted);
    }
}
