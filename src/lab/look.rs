//! A moment as plain values: nodes, links, frames, coins, payments and blocks.

use std::collections::BTreeMap;

use crate::gossip::kind_of;
use crate::links::Link;
use crate::primitives::{Height, Transaction, to_hex};
use crate::records::BlockSummary;
use crate::sim::event::Event;
use crate::sim::seat::Seat;

use super::action::DiskState;
use super::clock::begin;
use super::control::Lab;
use super::desk::{
    FrameDetail, FrameSight, Life, LinkSight, NodeSight, PaymentSight, RuleSight, Standing,
    UserSight,
};
use super::facts::running;
use super::layout::{self, number};
use super::moment::Misdeed;
use super::payments::confirmations;
use super::words;

/// Heights below a head in which the blocks of other branches are shown too.
type Known = BTreeMap<String, BlockSummary>;

impl Lab {
    /// The nodes in their order.
    #[must_use]
    pub fn nodes(&self) -> Vec<NodeSight> {
        let seats = self.moment.world.seats.iter().enumerate();
        seats
            .map(|(number, seat)| self.node_sight(number, seat))
            .collect()
    }

    fn node_sight(&self, place: usize, seat: &Seat) -> NodeSight {
        let moment = &self.moment;
        let node = seat.node.as_ref();
        let life = match node {
            None => Life::Down,
            Some(_) if moment.world.is_frozen(place) => Life::Frozen,
            Some(_) => Life::Runs,
        };
        let armed = moment.misdeeds.iter().filter(|(of, _)| *of == place);
        let misdeeds = armed.map(|(_, misdeed)| match misdeed {
            Misdeed::SealTwice => "seals its next slot twice".to_owned(),
            Misdeed::VoteTwice => "votes twice".to_owned(),
            Misdeed::VoteBothSides => "votes on both sides of a cut".to_owned(),
        });
        let flood = moment.floods.get(&place).map(|flood| {
            let (to, per_second) = (moment.name(flood.to), flood.per_second);
            format!("floods {to} with {per_second} frames a second")
        });
        let sleeps = moment.sleeps.iter().any(|(of, ..)| *of == place);
        let sleeps = sleeps.then(|| "sleeps through its next slot".to_owned());
        NodeSight {
            name: seat.plan.name.clone(),
            kind: seat.plan.kind,
            life,
            height: node.map_or(0, |node| node.chain().height().0),
            head: node.map_or_else(String::new, |node| node.chain().head().to_string()),
            decided: node.map_or(0, |node| node.last_final().height().0),
            waiting: node.map_or(0, |node| number(node.mempool().iter().count())),
            made: moment.facts.made(place),
            rate: seat
                .rate
                .filter(|_| seat.plan.kind == crate::primitives::NodeKind::Pow),
            clock: seat.clock,
            disk: moment.disks.get(&place).copied().unwrap_or(DiskState::Well),
            intends: misdeeds.chain(sleeps).chain(flood).collect(),
        }
    }

    /// All links, both ways of each.
    #[must_use]
    pub fn links(&self) -> Vec<LinkSight> {
        let world = &self.moment.world;
        let seats = || world.seats.iter().zip(0_u8..);
        let pairs = seats().flat_map(|one| seats().map(move |other| (one, other)));
        let pairs = pairs.filter(|((_, from), (_, to))| from != to);
        let sight = |((sender, from), (receiver, to)): ((&Seat, u8), (&Seat, u8))| {
            let link: Link = world.links.link(&sender.id, &receiver.id);
            LinkSight {
                from,
                to,
                cut: link.cut,
                latency: link.latency.0,
                jitter: link.jitter.0,
                loss: link.loss.0,
                bandwidth: link.bandwidth.unwrap_or(0),
            }
        };
        pairs.map(sight).collect()
    }

    /// The first `limit` frames on their way, and how many more there are.
    #[must_use]
    pub fn frame_sights(&self, limit: usize) -> (Vec<FrameSight>, u32) {
        let flying = self.moment.world.queue.iter();
        let flying =
            flying.filter_map(|((at, id), event)| sight(*id, Some(at.since(begin()).0), event));
        let held = self.moment.held.iter();
        let held: Vec<FrameSight> = held
            .filter_map(|(id, event)| sight(*id, None, event))
            .collect();
        let room = limit.saturating_sub(held.len());
        let mut shown: Vec<FrameSight> = flying.collect();
        let more = shown.len().saturating_sub(room);
        shown.truncate(room);
        shown.extend(held);
        (shown, u32::try_from(more).unwrap_or(u32::MAX))
    }

    /// A frame on its way with all that it says.
    #[must_use]
    pub fn frame(&self, id: u64) -> Option<FrameDetail> {
        self.details().into_iter().find(|frame| frame.id == id)
    }

    /// All frames on their way with all that they say.
    #[must_use]
    pub fn details(&self) -> Vec<FrameDetail> {
        let frames = self.frames().into_iter();
        let detail = frames.map(|frame| FrameDetail {
            id: frame.id,
            from: frame.from,
            to: frame.to,
            kind: frame.kind.to_owned(),
            sent: frame.sent,
            due: frame.due,
            held: frame.due.is_none(),
            bytes: to_hex(&frame.bytes),
            fields: frame.fields,
        });
        detail.collect()
    }

    /// The coins of each user on each node.
    #[must_use]
    pub fn users(&self) -> Vec<UserSight> {
        let scenario = &self.branch().course.scenario;
        let users = scenario.users.iter().map(|user| {
            let address = layout::user_key(scenario, &user.name).address();
            let coins = self.moment.world.seats.iter().map(|seat| {
                let node = seat.node.as_ref()?;
                Some(node.chain().head_state().account(&address).balance.0)
            });
            UserSight {
                name: user.name.clone(),
                coins: coins.collect(),
            }
        });
        users.collect()
    }

    /// The payments with a name, and how they stand with each node.
    #[must_use]
    pub fn payments(&self) -> Vec<PaymentSight> {
        let all = self.moment.facts.payments.all();
        let sight = all.map(|(name, transaction)| PaymentSight {
            name: name.clone(),
            at: self.standings(transaction),
        });
        sight.collect()
    }

    fn standings(&self, transaction: &Transaction) -> Vec<Standing> {
        let seats = self.moment.world.seats.iter();
        let standing = seats.map(|seat| {
            let Some(node) = &seat.node else {
                return Standing::Down;
            };
            let body = &transaction.body;
            match confirmations(node, transaction) {
                Some(count) => Standing::Confirmed(count),
                None if node.mempool().get(&transaction.id()).is_some() => Standing::Waits,
                None if node.chain().head_state().account(&body.from).nonce > body.nonce => {
                    Standing::Never
                }
                None => Standing::Unknown,
            }
        });
        standing.collect()
    }

    /// The standing rules.
    #[must_use]
    pub fn rules(&self) -> Vec<RuleSight> {
        let rules = self.moment.rules.iter().map(|rule| RuleSight {
            name: rule.name.clone(),
            text: words::rule(rule),
        });
        rules.collect()
    }

    /// The heads of the nodes that run: while they are the same, so are [`Self::blocks`].
    #[must_use]
    pub fn heads(&self) -> Vec<String> {
        let nodes = running(&self.moment.world);
        nodes
            .map(|(_, node)| node.chain().head().to_string())
            .collect()
    }

    /// The blocks of the highest `columns` heights that any running node knows, on any branch.
    #[must_use]
    pub fn blocks(&self, columns: u64) -> Vec<BlockSummary> {
        let heights = running(&self.moment.world).map(|(_, node)| node.chain().height().0);
        let lowest = heights
            .max()
            .unwrap_or(0)
            .saturating_sub(columns.saturating_sub(1));
        let mut known = Known::new();
        for (_, node) in running(&self.moment.world) {
            let chain = node.chain();
            for (id, entry) in chain.in_memory_from(Height(lowest)) {
                let on_best = chain.on_best(id);
                let hash = id.to_string();
                if let Some(block) = known.get_mut(&hash) {
                    block.record.on_best_chain |= on_best;
                    continue;
                }
                let header = &entry.block.header;
                let mut seats = self.moment.world.seats.iter();
                let miner = seats.find(|seat| seat.id == header.sealer);
                known.insert(
                    hash,
                    BlockSummary {
                        record: node.block_record(id, entry),
                        miner: miner.map_or_else(String::new, |seat| seat.plan.name.clone()),
                        weight: u64::try_from(entry.weight.0).unwrap_or(u64::MAX),
                        state_root: header.state_root.to_string(),
                    },
                );
            }
        }
        known.into_values().collect()
    }
}

fn sight(id: u64, due: Option<u64>, event: &Event) -> Option<FrameSight> {
    let Event::Frame {
        from,
        to,
        sent,
        frame,
        ..
    } = event
    else {
        return None;
    };
    Some(FrameSight {
        id,
        from: u8::try_from(*from).ok()?,
        to: u8::try_from(*to).ok()?,
        kind: kind_of(frame).map_or("?", |kind| kind.name()).to_owned(),
        sent: sent.since(begin()).0,
        due,
        size: u32::try_from(frame.len()).unwrap_or(u32::MAX),
    })
}
