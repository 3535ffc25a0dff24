//! Carries actions out: each goes to the part that it is about. An action that cannot be done
//! changes nothing, and says why.

use super::action::Action;
use super::error::ActError;
use super::moment::Moment;
use super::scenario::Scenario;
use super::{flood, hand, layout, light, nodes, orders, parting};

/// Does what a person does.
///
/// # Errors
/// Why it cannot be done.
pub(super) fn perform(
    moment: &mut Moment,
    scenario: &Scenario,
    action: &Action,
) -> Result<(), ActError> {
    match action {
        Action::Kill { .. }
        | Action::Start { .. }
        | Action::Freeze { .. }
        | Action::Thaw { .. }
        | Action::Clock { .. }
        | Action::Disk { .. }
        | Action::LoseDisk { .. }
        | Action::FlipByte { .. }
        | Action::HashRate { .. }
        | Action::Miss { .. }
        | Action::SealTwice { .. }
        | Action::VoteTwice { .. }
        | Action::VoteBothSides { .. } => nodes::perform(moment, scenario, action),
        Action::Flood {
            node,
            to,
            per_second,
        } => {
            let seat = |name: &str| layout::seat_of(scenario, name).unwrap_or(0);
            flood::begin(moment, (seat(node), seat(to)), *per_second)
        }
        Action::Link { .. }
        | Action::Links { .. }
        | Action::Partition { .. }
        | Action::Mute { .. }
        | Action::Heal => {
            parting::set_links(moment, scenario, action);
            Ok(())
        }
        Action::Pay { .. }
        | Action::Message { .. }
        | Action::Submit { .. }
        | Action::Again { .. }
        | Action::Forge { .. } => orders::hand_in(moment, scenario, action),
        Action::Prove {
            payment,
            node,
            amount,
        } => {
            let seat = layout::seat_of(scenario, node).unwrap_or(0);
            light::ask(moment, seat, (payment, *amount))
        }
        Action::Traffic { per_minute } => {
            orders::set_traffic(moment, *per_minute);
            Ok(())
        }
        Action::Rule(_)
        | Action::Unrule { .. }
        | Action::ReleaseAll { .. }
        | Action::Hold { .. }
        | Action::Release { .. }
        | Action::Drop { .. }
        | Action::Double { .. }
        | Action::Delay { .. }
        | Action::Edit { .. } => hand::perform(moment, action),
    }
}
