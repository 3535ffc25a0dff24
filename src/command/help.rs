//! The commands with their usage and meaning: what `help` prints and completion offers.

use std::fmt::Write as _;

/// What may follow a command, for completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// A node's name.
    Node,
    /// A node's name, or `all`.
    NodeOrAll,
    /// One of these words.
    Of(&'static [&'static str]),
}

/// One command.
#[derive(Debug, PartialEq, Eq)]
pub struct Word {
    /// The word.
    pub name: &'static str,
    /// How it is used, such as `chain [n]`.
    pub usage: &'static str,
    /// What it does, in one line.
    pub about: &'static str,
    /// More for `help <word>`; may be empty.
    pub more: &'static str,
    /// Its arguments, as far as they can be completed.
    pub arguments: &'static [Argument],
}

const TABLES: &[&str] = &[
    "blocks",
    "transactions",
    "nodes",
    "assets",
    "users",
    "mining_pool",
];

macro_rules! words {
    ($($name:ident $usage:literal $about:literal $more:literal [$($argument:expr),*])+) => {
        &[$(Word { name: stringify!($name), usage: $usage, about: $about, more: $more, arguments: &[$($argument),*] }),+]
    };
}

/// All commands, in the order `help` lists them.
pub const WORDS: &[Word] = words! {
    status "status" "nodes with state, height, head, peers and hash rate; difficulty; whether all agree" "" []
    chain "chain [n]" "the last n blocks (10) and whether all nodes have the same" "" []
    block "block <hash|height>" "one block with its transactions"
        "A prefix of at least 4 digits stands for the hash; a height may have groups of three, as in 1,234." []
    ledger "ledger [table] [filter]" "what the database holds: counts, or rows of a table"
        "Tables: blocks, transactions, nodes, assets, users, mining_pool. A filter is what an index holds: for blocks a \
         height or hash, for transactions a user, status or id, for nodes a kind or status, for users a name."
        [Argument::Of(TABLES)]
    finality "finality [node]" "what the authorities' votes have made final, and why it stands still" "" [Argument::Node]
    why "why <what>" "why a node makes no block, a block is not on the chain, a transaction waits"
        "A block by hash or height, a transaction by its id; 4 digits of them are enough. `why finality` says why it stands still. \
         The answers are those of the nodes of this tab, with the rule and what was expected and found."
        [Argument::Node]
    mempool "mempool" "transactions that wait for a block" "" []
    user "user <name>" "an account: balance, nonce and assets" "An address in hexadecimal works too." []
    tx "tx <words>" "sends a transfer, or a message where the words do not look like a payment"
        "tx Transfer 100 coins alice to bob [fee 2] [memo for tea]\ntx 1,000 alice to bob      (plain digits, or groups of \
         three as the page prints them)\ntx message pay bob 5      (a message signed by alice, whatever it says)\n\
         tx any other words      (the same; what looks like a payment and is no transfer is refused)"
        [Argument::Of(&["Transfer", "message"])]
    resend "resend <user>" "sends again what a user signed here and no running node has"
        "A node that ends right after it took a transaction may not have passed it on: the page says so." []
    forget "forget <user>" "gives up what a user signed here and no running node has" "" []
    kill "kill <node|all>" "ends a node's worker at once, as a power cut would" "" [Argument::NodeOrAll]
    stop "stop <node|all>" "stops a node cleanly: it says goodbye and closes its ledger" "" [Argument::NodeOrAll]
    start "start <node|all>" "starts a node again from its own ledger" "" [Argument::NodeOrAll]
    add "add pow|poa" "adds a node"
        "A new authority takes turns once the operator's change of parameters is in force: at the next multiple of 8 blocks."
        [Argument::Of(&["pow", "poa"])]
    authority "authority add|remove <node>" "has a poa node vote and seal, or no more, by the operator's signed change"
        "A change is in force at the next multiple of 8 blocks, at least two blocks later. Until the block with it is final, the \
         authorities before it must agree as well, but for those that it takes away: one may be lost for good."
        [Argument::Of(&["add", "remove"]), Argument::Node]
    wipe "wipe [node|all]" "empties a node's ledger; it fetches the chain again. `all` begins a new chain" "" [Argument::NodeOrAll]
    export "export <node>" "saves a node's ledger as a file: the blocks of its best chain, no keys" "" [Argument::Node]
    import "import <node>" "takes the blocks of a file into a node's ledger, if every one of them is valid"
        "The file is chosen in a dialog. A node that does not run is started. The whole file is checked first; one that is \
         refused changes nothing, and what the node had is not lost: the fork choice decides which chain is the best."
        [Argument::Node]
    compare "compare <node> <node>" "where the ledgers of two nodes differ first, and why" "" [Argument::Node, Argument::Node]
    tamper "tamper <node> <height> [what]" "changes a stored block of a node that does not run, as an attacker of its disk would"
        "A byte in the middle of the block, with `byte <n>` that of a number, or with `amount` what its first transfer pays. \
         `start <node>` then finds it, says which rule it breaks, keeps the bytes in its table `meta` as `quarantine`, and \
         fetches the block again."
        [Argument::Node]
    difficulty "difficulty <1-8|auto>" "leading zero digits of a work block's hash, by the operator's signed change"
        "`auto` lets the network itself keep the time between work blocks, at any hash rate (ASERT). A change is in force \
         at the next multiple of 8 blocks, at least two blocks later. Where no authority runs, a great difficulty puts \
         the next block, and the way back, hours away: the answer warns of it."
        [Argument::Of(&["auto"])]
    pace "pace <seconds|full|max|pause>" "hash budget: seconds between work blocks, full speed, or a pause"
        "`full` leaves one core of the machine to the page; `max` does not, which may make the page stutter."
        [Argument::Of(&["full", "max", "pause"])]
    miners "miners <1-8>" "miner workers of each proof-of-work node of this tab"
        "Nodes and miners are workers; one tab gets at most 64 of them." []
    traffic "traffic <1-600|off>" "payments and messages a minute that the page sends between the users by itself"
        "Users without coins are left out. Where a mempool is full it slows down, and `status` says so. It is kept with \
         the network and sent by the tab that runs the nodes."
        [Argument::Of(&["off"])]
    cut "cut <node> <node>" "simulates a cut cable between two nodes, both ways" "" [Argument::Node, Argument::Node]
    heal "heal <node> <node>" "takes a cut back" "" [Argument::Node, Argument::Node]
    links "links [ring|star|...] [latency=n]" "the network's shape, and what every link does to frames: simulated by the receivers"
        "Shapes: mesh, ring, star, random. Qualities: latency and jitter in milliseconds, loss, copies and reorder in \
         percent, bandwidth in kB/s (0: no limit). `links reset` makes them plain again."
        [Argument::Of(&["mesh", "ring", "star", "random", "reset"])]
    log "log debug|info|warn|error" "the lowest level of a log line that is kept" ""
        [Argument::Of(&["debug", "info", "warn", "error"])]
    inspect "inspect <header>" "a real Bitcoin header in words, and whether its work is valid"
        "A header is 160 hexadecimal digits. Up to 10, one after another, are also checked to follow each other." []
    tour "tour" "begins the tour of the page in seven steps" "" []
    help "help [word]" "this list, or more about a command" "" []
    quit "quit" "stops all nodes of this tab cleanly" "" []
};

impl Word {
    /// The command of a name, in any case.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        WORDS
            .iter()
            .find(|word| word.name.eq_ignore_ascii_case(name))
    }
}

/// The text of `help`, or of `help <word>`.
#[must_use]
pub fn help(word: Option<&Word>) -> String {
    let Some(word) = word else {
        let width = WORDS.iter().map(|word| word.usage.len()).max().unwrap_or(0);
        let lines = WORDS
            .iter()
            .map(|word| format!("{:width$}  {}", word.usage, word.about));
        return lines.collect::<Vec<_>>().join("\n");
    };
    let mut text = format!("{}\n{}", word.usage, word.about);
    if !word.more.is_empty() {
        // Writing to memory does not fail.
        let _ = write!(text, "\n{}", word.more);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_explained_once_in_a_line_that_fits() {
        let list = help(None);
        for word in WORDS {
            assert_eq!(
                WORDS.iter().filter(|other| other.name == word.name).count(),
                1,
                "{}",
                word.name
            );
            assert!(word.usage.starts_with(word.name));
            assert!(help(Some(word)).contains(word.about));
        }
        assert_eq!(list.lines().count(), WORDS.len());
        for line in list.lines() {
            assert!(line.chars().count() <= 120, "{line}");
        }
    }

    #[test]
    fn the_limits_that_the_help_names_are_those_that_count() {
        let more = |name: &str| Word::find(name).expect("a command").more;
        let workers = format!("at most {}", crate::command::MAX_WORKERS);
        assert!(more("miners").contains(&workers), "{}", more("miners"));
    }

    #[test]
    fn the_tables_offered_are_those_for_people() {
        let names: Vec<_> = crate::ledger::Table::FOR_PEOPLE
            .iter()
            .map(|table| table.name())
            .collect();
        assert_eq!(names, TABLES);
    }
}
