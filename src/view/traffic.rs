//! What the page says of traffic: payments and messages that it sends by itself, so that blocks are
//! not empty.

use serde::Serialize;

use super::figures::{count_of, grouped};

/// How traffic goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Traffic {
    /// Payments and messages a minute that are asked for; 0 while it is off.
    pub per_minute: u32,
    /// What happens to them now.
    pub state: TrafficState,
    /// How many were taken by a node since traffic was switched on in this tab.
    pub sent: u64,
    /// How many were refused since then.
    pub refused: u64,
    /// Why the last of those was refused, in words; `None` where none was.
    pub last_refusal: Option<String>,
    /// So many times slower than asked for, because a mempool is full; 1 at the rate that is asked
    /// for.
    pub slowed: u32,
}

/// What happens to traffic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TrafficState {
    /// This tab sends it.
    #[default]
    Here,
    /// The tab that runs the nodes sends it, if it is on.
    Elsewhere,
    /// No node runs that would take it.
    NoNode,
    /// No user has coins for a fee.
    NoCoins,
}

impl Traffic {
    /// Payments and messages a minute that are sent now.
    #[must_use]
    pub fn pace(&self) -> u32 {
        self.per_minute.div_ceil(self.slowed.max(1))
    }
}

/// What traffic does, in sentences.
#[must_use]
pub fn sentence(traffic: &Traffic) -> String {
    if traffic.per_minute == 0 {
        return "Traffic is off.".to_owned();
    }
    let wanted = rate(traffic.per_minute);
    let waits = match traffic.state {
        TrafficState::Elsewhere => {
            return format!("Traffic: {wanted}, sent by the tab that runs the nodes.");
        }
        TrafficState::Here => "",
        TrafficState::NoNode => " It waits, as no node runs.",
        TrafficState::NoCoins => " It waits, as no user has coins.",
    };
    let mut text = format!("Traffic: {wanted}; {} sent", grouped(traffic.sent));
    if traffic.refused > 0 {
        text.push_str(&format!(", {} refused", grouped(traffic.refused)));
    }
    if let Some(why) = &traffic.last_refusal {
        text.push_str(&format!(", the last because: {why}"));
    }
    text.push('.');
    text.push_str(waits);
    if traffic.slowed > 1 {
        text.push_str(&format!(
            " Slowed to {} a minute until there is room in the mempool.",
            grouped(traffic.pace().into())
        ));
    }
    text
}

/// A rate in words, such as `60 payments and messages a minute`.
#[must_use]
pub fn rate(per_minute: u32) -> String {
    let count = count_of(
        per_minute.into(),
        "payment or message",
        "payments and messages",
    );
    format!("{count} a minute")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_it_does_and_what_was_refused() {
        let mut traffic = Traffic {
            slowed: 1,
            ..Traffic::default()
        };
        assert_eq!(sentence(&traffic), "Traffic is off.");
        (traffic.per_minute, traffic.sent) = (60, 1_234);
        let plain = "Traffic: 60 payments and messages a minute; 1,234 sent";
        assert_eq!(sentence(&traffic), format!("{plain}."));
        (traffic.refused, traffic.slowed) = (2, 4);
        traffic.last_refusal = Some("the mempool is full".to_owned());
        assert_eq!(
            sentence(&traffic),
            format!(
                "{plain}, 2 refused, the last because: the mempool is full. Slowed to 15 a minute until there is room in the mempool."
            )
        );
        traffic.state = TrafficState::Elsewhere;
        assert!(sentence(&traffic).ends_with("sent by the tab that runs the nodes."));
    }

    #[test]
    fn what_it_waits_for_is_said() {
        let waits = |state| {
            sentence(&Traffic {
                per_minute: 1,
                state,
                ..Traffic::default()
            })
        };
        assert!(waits(TrafficState::NoNode).contains("1 payment or message a minute"));
        assert!(waits(TrafficState::NoNode).ends_with("no node runs."));
        assert!(waits(TrafficState::NoCoins).ends_with("no user has coins."));
    }
}
