//! The way from what happens to what the page draws: updates queue up, go into the [`Model`]
//! together in an animation frame, and the new picture goes to the subscribers. Listeners get each
//! event at once. There is a picture each second, as ages grow; what only changes figures, such as
//! a miner's tries, waits for it: drawing costs more than all paced miners.
//!
//! Bounds: at most [`MAX_QUEUE`] updates wait. A hidden page draws nothing; a timer keeps its model
//! up to date.
//!
//! Invariant: no cell is borrowed while a subscriber or a listener runs.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::{Rc, Weak};

use futures_util::FutureExt;

use super::platform::Platform;
use crate::ipc::{Event, Level, Topic};
use crate::primitives::visible;
use crate::refusal::{PlatformError, Refusal, StartupError};
use crate::view::{Model, Offer, Problem, Update};

/// Most updates that wait for a frame.
const MAX_QUEUE: usize = 4_000;
/// Least time between two pictures: a person sees no more, and each is a copy of the model.
const LEAST_GAP_MS: f64 = 200.0;
/// Longest time between two pictures.
const LONGEST_GAP_MS: f64 = 1_000.0;
/// Sender of the log lines of the page itself.
pub(super) const PAGE: &str = "page";

type Subscriber = Rc<dyn Fn(Rc<Model>)>;

/// Takes the events of a topic from a level on.
#[derive(Clone)]
struct Listener {
    topic: Option<Topic>,
    least: Level,
    happened: Rc<dyn Fn(&Event)>,
}

/// The model with its queue and its readers.
pub(super) struct Bus {
    me: Weak<Self>,
    platform: Rc<dyn Platform>,
    model: RefCell<Rc<Model>>,
    queue: RefCell<Vec<Update>>,
    next: Next,
    drawn_at: Cell<f64>,
    subscribers: RefCell<Vec<(u32, Subscriber)>>,
    listeners: RefCell<Vec<(u32, Listener)>>,
    next_key: Cell<u32>,
}

/// The next picture: only the latest one that was scheduled is drawn.
#[derive(Default)]
struct Next {
    number: Cell<u64>,
    due: Cell<Option<f64>>,
}

impl fmt::Debug for Bus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bus").finish_non_exhaustive()
    }
}

/// Keeps a subscriber or a listener; dropping it ends the subscription.
#[must_use]
#[derive(Debug)]
pub struct Subscription {
    bus: Weak<Bus>,
    key: u32,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(bus) = self.bus.upgrade() {
            // What is dropped may itself end subscriptions: it goes when nothing is borrowed.
            let subscriber = take(&mut bus.subscribers.borrow_mut(), self.key);
            let listener = take(&mut bus.listeners.borrow_mut(), self.key);
            drop((subscriber, listener));
        }
    }
}

/// Takes the entry of a key out; the others keep their order.
fn take<T>(entries: &mut Vec<(u32, T)>, key: u32) -> Option<T> {
    let at = entries.iter().position(|(other, _)| *other == key)?;
    Some(entries.remove(at).1)
}

impl Bus {
    pub(super) fn new(platform: Rc<dyn Platform>, model: Model) -> Rc<Self> {
        Rc::new_cyclic(|me| Self {
            me: me.clone(),
            platform,
            model: RefCell::new(Rc::new(model)),
            queue: RefCell::default(),
            next: Next::default(),
            drawn_at: Cell::new(f64::NEG_INFINITY),
            subscribers: RefCell::default(),
            listeners: RefCell::default(),
            next_key: Cell::new(0),
        })
    }

    pub(super) fn model(&self) -> Rc<Model> {
        Rc::clone(&self.model.borrow())
    }

    pub(super) fn subscribe(&self, changed: impl Fn(Rc<Model>) + 'static) -> Subscription {
        let key = self.new_key();
        self.subscribers.borrow_mut().push((key, Rc::new(changed)));
        Subscription {
            bus: self.me.clone(),
            key,
        }
    }

    pub(super) fn listen(
        &self,
        topic: Option<Topic>,
        least: Level,
        happened: impl Fn(&Event) + 'static,
    ) -> Subscription {
        let key = self.new_key();
        let listener = Listener {
            topic,
            least,
            happened: Rc::new(happened),
        };
        self.listeners.borrow_mut().push((key, listener));
        Subscription {
            bus: self.me.clone(),
            key,
        }
    }

    /// The lowest level of events that a listener takes.
    pub(super) fn least_heard(&self) -> Level {
        self.listeners
            .borrow()
            .iter()
            .map(|(_, listener)| listener.least)
            .fold(Level::Info, Level::min)
    }

    fn new_key(&self) -> u32 {
        self.next_key.replace(self.next_key.get().wrapping_add(1))
    }

    /// Takes an update; its events go to the listeners now, its picture is drawn in the next frame.
    pub(super) fn push(&self, update: Update) {
        match &update {
            Update::Report(report) => self.call_listeners(&report.events),
            Update::Event(event) => self.call_listeners(std::slice::from_ref(event)),
            Update::Network { .. }
            | Update::Mode(_)
            | Update::Pace(_)
            | Update::Traffic(_)
            | Update::LogLevel(_)
            | Update::Again
            | Update::Node { .. }
            | Update::State { .. }
            | Update::Gone { .. }
            | Update::Blocks(_)
            | Update::Moment(_)
            | Update::Sent(_)
            | Update::Tour
            | Update::Problem(_)
            | Update::Dismiss(_)
            | Update::Name { .. } => {}
        }
        self.recall(update);
    }

    /// Takes an update of which nobody is told but by the picture: it happened before.
    pub(super) fn recall(&self, update: Update) {
        let gap = if only_figures(&update) {
            LONGEST_GAP_MS
        } else {
            LEAST_GAP_MS
        };
        let waiting = {
            let mut queue = self.queue.borrow_mut();
            queue.push(update);
            queue.len()
        };
        if waiting >= MAX_QUEUE {
            self.apply_queue();
        }
        self.schedule(gap);
    }

    /// A log line of the page itself.
    pub(super) fn log(&self, level: Level, topic: Topic, text: impl Into<String>) {
        let (node, at, text) = (PAGE.to_owned(), self.platform.now().0, text.into());
        self.push(Update::Event(Event::plain(node, at, level, topic, text)));
    }

    /// Something that a person should know, on the page and in the log.
    pub(super) fn problem(&self, error: impl Into<Refusal>) {
        let error = error.into();
        self.log(Level::Warn, Topic::Network, error.to_string());
        self.push(Update::Problem(as_problem(&error)));
    }

    /// Says a trouble as it is found now, in place of what was said of it before.
    pub(super) fn follow(&self, said: &mut Option<Refusal>, found: Option<Refusal>) {
        if *said == found {
            return;
        }
        if let Some(old) = said {
            self.solved(old);
        }
        if let Some(new) = &found {
            self.problem(new.clone());
        }
        *said = found;
    }

    /// Takes a problem off the page that is none any more.
    pub(super) fn solved(&self, error: &Refusal) {
        self.push(Update::Dismiss(as_problem(error)));
    }

    fn call_listeners(&self, events: &[Event]) {
        if events.is_empty() || self.listeners.borrow().is_empty() {
            return;
        }
        let listeners = self.listeners.borrow().clone();
        for event in events {
            for (_, listener) in &listeners {
                if event.level >= listener.least
                    && listener.topic.is_none_or(|topic| topic == event.topic)
                {
                    (listener.happened)(event);
                }
            }
        }
    }

    /// The model with everything that has happened so far.
    pub(super) fn fresh(&self) -> Rc<Model> {
        self.apply_queue();
        self.model()
    }

    fn apply_queue(&self) {
        let updates = self.queue.take();
        if !updates.is_empty() {
            Rc::make_mut(&mut self.model.borrow_mut()).apply_all(updates);
        }
    }

    fn schedule(&self, gap: f64) {
        let due = self.drawn_at.get() + gap;
        if self.next.due.get().is_some_and(|next| next <= due) {
            return;
        }
        self.next.due.set(Some(due));
        let number = self.next.number.get().wrapping_add(1);
        self.next.number.set(number);
        let (bus, platform) = (self.me.clone(), Rc::clone(&self.platform));
        let task = async move {
            if platform.is_hidden() {
                platform.sleep(LONGEST_GAP_MS).await;
            } else {
                let wait = due - platform.monotonic();
                if wait > 0.0 {
                    platform.sleep(wait.ceil()).await;
                }
                platform.frame().await;
            }
            if let Some(bus) = bus.upgrade()
                && bus.next.number.get() == number
            {
                bus.draw();
            }
        };
        self.platform.spawn(task.boxed_local());
    }

    fn draw(&self) {
        self.next.due.set(None);
        self.drawn_at.set(self.platform.monotonic());
        self.measure();
        let model = self.fresh();
        if !self.platform.is_hidden() {
            let subscribers = self.subscribers.borrow().clone();
            for (_, subscriber) in subscribers {
                subscriber(Rc::clone(&model));
            }
        }
        // The next second's picture; what happens before brings it forward.
        self.schedule(LONGEST_GAP_MS);
    }

    /// Has the model measure what it measures over time. Where no node runs nothing changes, and
    /// nothing is drawn.
    fn measure(&self) {
        let at = self.platform.now().0;
        let model = self.fresh();
        let runs = model.nodes.iter().any(|node| node.own && node.is_up());
        if runs && model.measured.is_due(at) {
            self.queue.borrow_mut().push(Update::Moment(at));
        }
    }

    /// The page was hidden or shown: the next picture comes by the way that now works.
    pub(super) fn visibility_changed(&self) {
        self.next.due.set(None);
        self.schedule(LEAST_GAP_MS);
    }
}

/// Whether nothing happened that a person would wait for.
fn only_figures(update: &Update) -> bool {
    matches!(update, Update::Traffic(_))
        || matches!(update, Update::Report(report) if report.events.iter().all(|event| event.level < Level::Info))
}

/// A refusal that a person should know of, with what can be done about it.
fn as_problem(error: &Refusal) -> Problem {
    Problem {
        code: error.code().to_owned(),
        message: visible(&error.to_string()),
        offers: offers(error),
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "of all others the person knows more than the page"
)]
fn offers(error: &Refusal) -> Vec<Offer> {
    let run = |label, line| Offer::Run { label, line };
    match error {
        Refusal::Startup(StartupError::Unsent { who, .. }) => vec![
            run("Send it again", format!("resend {who}")),
            run("Give it up", format!("forget {who}")),
        ],
        Refusal::Platform(PlatformError::OutOfDate) => vec![Offer::Reload],
        _ => Vec::new(),
    }
}
