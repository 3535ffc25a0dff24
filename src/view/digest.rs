//! What happened, told once: every node logs the same block and the same transaction, which is one
//! line for a person. The console shows the log as it is.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::ipc::{Event, Level, Topic};

use super::figures::count_of;

/// Log lines looked at, from the newest on.
const SCANNED: usize = 600;

/// What it is about, the event that tells it, and the nodes that did.
type Told<'a> = ((Topic, &'a str), &'a Rc<Event>, Vec<&'a str>);

/// One line for each thing that happened, newest first, at most `limit`. Lines of several nodes
/// about one block become the maker's line with the number of nodes that accepted it.
#[must_use]
pub fn digest(log: &VecDeque<Rc<Event>>, limit: usize) -> Vec<Rc<Event>> {
    let mut order: Vec<Told<'_>> = Vec::new();
    for event in log
        .iter()
        .rev()
        .take(SCANNED)
        .filter(|event| matters(event))
    {
        let key = (
            event.topic,
            event
                .block
                .as_ref()
                .map_or(event.text.as_str(), |block| block.hash.as_str()),
        );
        let room = order.len() < limit;
        match order.iter_mut().find(|(known, ..)| *known == key) {
            Some((_, first, nodes)) => {
                if !nodes.contains(&event.node.as_str()) {
                    nodes.push(&event.node);
                }
                if is_makers(event) {
                    *first = event;
                }
            }
            None if room => order.push((key, event, vec![&event.node])),
            None => {}
        }
    }
    order
        .into_iter()
        .map(|(_, event, nodes)| told(event, nodes.len()))
        .collect()
}

/// Progress, single frames and ledger commits are for the console.
fn matters(event: &Event) -> bool {
    event.level >= Level::Warn
        || (event.level == Level::Info
            && !matches!(event.topic, Topic::Message | Topic::Mining | Topic::Storage))
}

fn is_makers(event: &Event) -> bool {
    event
        .block
        .as_ref()
        .is_some_and(|block| block.miner == event.node)
}

fn told(event: &Rc<Event>, nodes: usize) -> Rc<Event> {
    let others = u64::try_from(nodes).unwrap_or(u64::MAX).saturating_sub(1);
    let mut told = Rc::clone(event);
    if is_makers(event) && others > 0 {
        Rc::make_mut(&mut told).text = format!(
            "{} Accepted by {}.",
            event.text,
            count_of(others, "other node", "other nodes")
        );
    } else if event.old_head.is_some() && others > 0 {
        // The report that it leads to is that of one node.
        let others = count_of(others, "other node", "other nodes");
        Rc::make_mut(&mut told).text = format!("{} So did {others}.", event.text);
    } else if others > 0 {
        Rc::make_mut(&mut told).node = count_of(others + 1, "node", "nodes");
    }
    told
}

#[cfg(test)]
mod tests {
    use super::super::testing::{block, event};
    use super::*;

    fn log<const N: usize>(events: [Event; N]) -> VecDeque<Rc<Event>> {
        events.map(Rc::new).into()
    }

    fn about(node: &str, hash: &str, text: &str) -> Event {
        Event {
            topic: Topic::Block,
            text: text.into(),
            block: Some(block(hash, "g", 1)),
            ..event(node, 1, Level::Info)
        }
    }

    #[test]
    fn a_block_is_told_once_by_its_maker_with_the_nodes_that_accepted_it() {
        let log = log([
            about("pow-1", "a", "Block found."),
            about("pow-2", "a", "Validated."),
            about("poa-1", "a", "Validated."),
        ]);
        let lines = digest(&log, 10);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].node, "pow-1");
        assert_eq!(lines[0].text, "Block found. Accepted by 2 other nodes.");
    }

    #[test]
    fn the_same_sentence_of_several_nodes_counts_them() {
        let log = log([
            event("pow-1", 1, Level::Info),
            event("pow-2", 2, Level::Info),
        ]);
        let lines = digest(&log, 10);
        assert_eq!(
            (lines.len(), lines[0].node.as_str(), lines[0].at),
            (1, "2 nodes", 2)
        );
    }

    #[test]
    fn a_reorganisation_of_several_nodes_keeps_the_name_of_one_to_lead_to_its_report() {
        let reorganised = |node: &str| Event {
            old_head: Some("a".into()),
            block_hash: Some("b".into()),
            ..event(node, 1, Level::Info)
        };
        let lines = digest(&log([reorganised("pow-1"), reorganised("pow-2")]), 10);
        assert_eq!((lines.len(), lines[0].node.as_str()), (1, "pow-2"));
        assert_eq!(lines[0].text, "something happened So did 1 other node.");
    }

    #[test]
    fn progress_is_left_out_and_refusals_are_not() {
        let with = |topic, level| Event {
            topic,
            ..event("pow-1", 1, level)
        };
        let log = log([
            with(Topic::Mining, Level::Info),
            with(Topic::Message, Level::Debug),
            with(Topic::Storage, Level::Info),
            with(Topic::Storage, Level::Warn),
            with(Topic::Refused, Level::Warn),
        ]);
        let topics: Vec<Topic> = digest(&log, 10).iter().map(|event| event.topic).collect();
        assert_eq!(topics, [Topic::Refused, Topic::Storage]);
        assert_eq!(digest(&log, 1).len(), 1);
    }
}
