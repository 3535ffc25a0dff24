//! What the app posts to its nodes without being asked: the events that somebody listens to, what
//! the links do to frames, and what the miners are to do.

use super::bus::Subscription;
use super::machine::App;
use super::mining::{speed, time_share};
use super::roster::Member;
use crate::ipc::{Event, Level, Pace, Refusal, TimeShare, ToNode, Topic, Workload};
use crate::links::Link;

impl App {
    /// Calls `happened` with each event of a topic (of all, without one) from a level on, whatever
    /// the log's level. A level below those that nodes report makes them report more.
    pub fn listen(
        &self,
        topic: Option<Topic>,
        least: Level,
        happened: impl Fn(&Event) + 'static,
    ) -> Subscription {
        let subscription = self.bus.listen(topic, least, happened);
        self.share_events();
        subscription
    }

    /// Asks all workers for the events that somebody listens to.
    pub(super) fn share_events(&self) {
        for node in self.roster.all() {
            self.post_events(&node);
        }
    }

    /// Asks a node's worker for the events that somebody listens to, if they have changed.
    pub(super) fn post_events(&self, node: &Member) {
        let logged = self.store.read(|record| record.log);
        let least = logged.unwrap_or(Level::Info).min(self.bus.least_heard());
        if node.has_worker() && node.events.replace(least) != least {
            // A worker that is gone is asked when it starts again.
            let _ = node.post(&ToNode::SetEvents(least));
        }
    }

    /// Posts to a node that starts which of its links are cut.
    pub(super) fn post_cuts(&self, node: &Member) {
        for from in self.links.cut_senders(&node.name) {
            if let Ok(from) = self.id_of(&from)
                && let Err(error) = node.post(&ToNode::SetLink { from, cut: true })
            {
                self.bus.problem(error);
            }
        }
    }

    /// Posts to a node that starts what its links do to frames, if they do anything.
    pub(super) fn post_first_quality(&self, node: &Member) -> Result<(), Refusal> {
        let link = self.links.quality();
        if link == Link::default() {
            return Ok(());
        }
        self.post_quality(node, link)
    }

    pub(super) fn post_quality(&self, node: &Member, link: Link) -> Result<(), Refusal> {
        node.post(&ToNode::SetLinks {
            seed: self.link_seed()?,
            link: borsh::to_vec(&link).unwrap_or_default(),
        })
    }

    /// All random choices of the links follow from the network.
    pub(super) fn link_seed(&self) -> Result<u64, Refusal> {
        let chain_id = self.network()?.chain_id.0;
        let first = chain_id.first_chunk();
        Ok(first.map_or(0, |bytes| u64::from_le_bytes(*bytes)))
    }

    /// What the miners of a node are to do.
    pub(super) fn workload(&self, node: &Member) -> Result<Workload, Refusal> {
        let record = self.record()?;
        let difficulty = match node.difficulty.get() {
            Some(difficulty) => difficulty,
            None => self.network()?.params.difficulty,
        };
        let share = if record.pace == Pace::Full {
            time_share(self.position_of(node), record.miners, self.platform.cores())
        } else {
            TimeShare::ALL
        };
        Ok(Workload {
            speed: speed(&record, difficulty),
            share,
            miners: record.miners,
        })
    }

    /// A node's position among those of this tab that mine, and their number; one that is about to
    /// start comes last.
    pub(super) fn position_of(&self, node: &Member) -> (u32, u32) {
        let (mut position, mut count) = (None, 0);
        for other in self.roster.all().iter().filter(|other| other.mines()) {
            if other.name == node.name {
                position = Some(count);
            }
            count += 1;
        }
        (
            position.unwrap_or(count),
            position.map_or(count + 1, |_| count),
        )
    }

    /// Tells all running nodes what their miners are to do: when that changed, or how many share
    /// the machine.
    pub(super) fn share_out(&self) {
        for node in self.roster.all().iter().filter(|node| node.mines()) {
            let Ok(workload) = self.workload(node) else {
                return;
            };
            if node.workload.replace(Some(workload)) != Some(workload) {
                // A worker that is gone is started again with what holds then.
                let _ = node.post(&ToNode::SetWorkload(workload));
            }
        }
    }

    /// At full speed with a core left to the page, that core may be a slow one: miners rest for a
    /// moment when somebody clicks or types, so that the page answers at once.
    pub(super) fn let_page_go_first(&self) {
        let full = self.store.read(|record| record.pace == Pace::Full);
        if full != Some(true) || !self.mining.may_yield(self.platform.monotonic()) {
            return;
        }
        for node in self.roster.all().iter().filter(|node| node.mines()) {
            // A worker that is gone has nothing to rest from.
            let _ = node.post(&ToNode::Yield);
        }
    }
}
