//! Carries actions out: each goes to the part that it is about. An action that cannot be done changes nothing, and says
//! why.

use super::action::Action;
use super::error::ActError;
use super::moment::Moment;
use super::scenario::Scenario;
use super::{hand, nodes, orders, parting};

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
        | Action::VoteTwice { .. } => nodes::perform(moment, scenario, action),
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
