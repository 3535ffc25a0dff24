//! Actions on links: setting them, parting the network, and healing it.

#![expect(clippy::wildcard_enum_match_arm, reason = "it is about links only")]

use crate::primitives::NodeId;

use super::action::Action;
use super::layout;
use super::moment::Moment;
use super::scenario::Scenario;

pub(super) fn set_links(moment: &mut Moment, scenario: &Scenario, action: &Action) {
    let ids: Vec<(NodeId, &str)> = scenario
        .nodes
        .iter()
        .map(|node| (layout::id_of(scenario, &node.name), node.name.as_str()))
        .collect();
    let pairs: Vec<_> = ids
        .iter()
        .flat_map(|from| ids.iter().map(move |to| (*from, *to)))
        .filter(|(from, to)| from.0 != to.0)
        .collect();
    let links = &mut moment.world.links;
    for ((from, sender), (to, receiver)) in pairs {
        let within = |side: &[String], name: &str| side.iter().any(|other| other == name);
        match action {
            Action::Link {
                from: wanted,
                to: other,
                set,
            } if wanted == sender && other == receiver => {
                let link = set.on(links.link(&from, &to));
                links.set(from, to, link);
                moment
                    .whole
                    .set(from, to, set.on(moment.whole.link(&from, &to)));
            }
            Action::Links { set } => {
                links.set(from, to, set.on(links.link(&from, &to)));
                moment
                    .whole
                    .set(from, to, set.on(moment.whole.link(&from, &to)));
            }
            Action::Partition { side } if within(side, sender) != within(side, receiver) => {
                links.set_cut(from, to, true);
            }
            Action::Mute { side } if within(side, sender) && !within(side, receiver) => {
                links.set_cut(from, to, true);
            }
            _ => {}
        }
    }
    if *action == Action::Heal {
        moment.world.links = moment.whole.clone();
    }
}
