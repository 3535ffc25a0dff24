//! The course: the exercises in their order, as a list shows them. The page has only this; their
//! texts are in the laboratory's own program, and a test holds that both say the same.

/// An exercise in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What is to be reached.
    pub goal: &'static str,
}

/// All of them, in the order of the course.
pub const COURSE: [Entry; 29] = [
    Entry {
        name: "nonce",
        title: "A hash and a nonce",
        goal: "viewer-1 refused a block with a bad nonce, and took a block whose nonce you found.",
    },
    Entry {
        name: "changed-byte",
        title: "The chain breaks when a byte changes",
        goal: "A block that was changed on its way is refused, and all nodes still agree on a chain of 10 blocks.",
    },
    Entry {
        name: "signature",
        title: "A signature cannot be moved",
        goal: "The forged payment is refused for its signature, and the true one has one confirmation everywhere.",
    },
    Entry {
        name: "replay",
        title: "A payment counts once",
        goal: "A payment is refused for its nonce, and Bob has been paid once.",
    },
    Entry {
        name: "fees",
        title: "A fee buys a place",
        goal: "One replacement is refused for its fee, \"fast\" is committed everywhere, and \"slow\" can never be confirmed any more.",
    },
    Entry {
        name: "lottery",
        title: "A lottery without memory",
        goal: "pow-1 began again five times, and of at least 60 blocks of both it made 40 of 100 or more.",
    },
    Entry {
        name: "twice-the-power",
        title: "Twice the power, twice the blocks",
        goal: "Of at least 80 blocks of both, pow-1 made 60 of 100 or more.",
    },
    Entry {
        name: "difficulty",
        title: "Difficulty follows the power",
        goal: "On all nodes the next work block needs 1,000 tries or more.",
    },
    Entry {
        name: "miners-leave",
        title: "When miners leave",
        goal: "On all nodes the next work block needs 250 tries or fewer.",
    },
    Entry {
        name: "fork",
        title: "Two blocks at once",
        goal: "The chain was in two, a block was left behind, and both nodes have one head again.",
    },
    Entry {
        name: "latency",
        title: "Slow messages waste work",
        goal: "15 good blocks or more are on no node's chain.",
    },
    Entry {
        name: "partition",
        title: "Partition and heal",
        goal: "The chains were three blocks apart, a node gave three blocks up at once, and all have one head again.",
    },
    Entry {
        name: "double-spend",
        title: "A double spend",
        goal: "\"order\" had two confirmations, and can never be confirmed any more; Bob has no more coins than at the beginning.",
    },
    Entry {
        name: "majority",
        title: "More than half of the power",
        goal: "Both pow-1 and pow-2 gave up four blocks at once.",
    },
    Entry {
        name: "selfish",
        title: "Keeping blocks back",
        goal: "Of 30 blocks or more on the chain, the share of pow-3 is 6 of a hundred above its share of all blocks made, and it did not have more power.",
    },
    Entry {
        name: "withheld",
        title: "A small hash kept back",
        goal: "pow-3 was in four races of two blocks for one place on the chain, and lost three blocks or more.",
    },
    Entry {
        name: "eclipse",
        title: "A shop that hears only one voice",
        goal: "\"order\" had two confirmations at the shop, and can never be confirmed any more; pow-1 never gave two blocks up.",
    },
    Entry {
        name: "wrong-clock",
        title: "A clock that lies",
        goal: "Three blocks were put aside for their date, three good blocks are on no chain, and all nodes have one head at height 15 or more.",
    },
    Entry {
        name: "turns",
        title: "Authorities in turn",
        goal: "A slot of poa-2 went by without a block, and all nodes agree at height 8.",
    },
    Entry {
        name: "sealed-twice",
        title: "An authority seals twice",
        goal: "Some node has the proof that poa-2 sealed two blocks in one slot, and all agree at height 6.",
    },
    Entry {
        name: "voted-twice",
        title: "An authority votes twice",
        goal: "Some node has the proof that poa-2 voted twice, and a block of height 16 or more is final everywhere.",
    },
    Entry {
        name: "finality",
        title: "Two thirds decide for good",
        goal: "A block of height 8 or more is final on all nodes that run.",
    },
    Entry {
        name: "a-third-away",
        title: "Finality stops, the chain goes on",
        goal: "A node has 40 blocks or more above its last final block.",
    },
    Entry {
        name: "two-thirds-lie",
        title: "When two thirds lie",
        goal: "Two blocks are final that contradict each other, and there is proof against both poa-1 and poa-2.",
    },
    Entry {
        name: "crash",
        title: "Crash and recovery",
        goal: "pow-2 found its ledger as it was written, and has the head of all others at height 15 or more.",
    },
    Entry {
        name: "lost-disk",
        title: "A lost disk",
        goal: "pow-2 started without a ledger, and has the head of all others at height 15 or more.",
    },
    Entry {
        name: "tampered-ledger",
        title: "A changed ledger",
        goal: "pow-2 cut its ledger off below the damage, and has the head of all others at height 15 or more.",
    },
    Entry {
        name: "light-client",
        title: "A light client's proof",
        goal: "A light client has seen the proof of \"order\", and did not believe another amount.",
    },
    Entry {
        name: "flood",
        title: "An attacker floods",
        goal: "The shop listens to mallory no more and has turned 2,000 frames away, and \"order\" has three confirmations everywhere.",
    },
];

#[cfg(test)]
mod tests {
    use super::COURSE;
    use crate::lab::exercises::{find, names};

    #[test]
    fn the_list_says_what_the_exercises_say() {
        assert!(names().eq(COURSE.iter().map(|entry| entry.name)));
        for entry in COURSE {
            let scenario = find(entry.name).unwrap().unwrap().scenario;
            assert_eq!(scenario.title, entry.title);
            assert_eq!(
                scenario.goal.map(|goal| goal.text).as_deref(),
                Some(entry.goal)
            );
        }
    }
}
