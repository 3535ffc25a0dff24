//! The way from what happens to what the page draws: updates queue up, go into the [`Model`] together in
//! an animation frame, and the new picture goes to the subscribers. Listeners hear each event at once. There is a
//! picture each second, as ages grow; what only changes figures, such as a miner's tries, waits for it: drawing costs
//! more than all paced miners.
//!
//! Bounds: at most [`MAX_QUEUE`] updates wait. A hidden page draws nothing; a timer keeps its model up to date.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::{Rc, Weak};

use gloo::render::{AnimationFrame, request_animation_frame};
use gloo::timers::callback::Timeout;

use crate::browser::js;
use crate::ipc::{ApiError, Event, Level, Topic};
use crate::view::{Model, Problem, Update};

/// Most updates that wait for a frame.
const MAX_QUEUE: usize = 4_000;
/// Least time between two pictures: a person sees no more, and each is a copy of the model.
const LEAST_GAP_MS: f64 = 200.0;
/// Longest time between two pictures.
const LONGEST_GAP_MS: f64 = 1_000.0;
/// Who speaks in log lines of the page itself.
pub(super) const PAGE: &str = "page";

type Subscriber = Rc<dyn Fn(Rc<Model>)>;

/// Who hears events, of which topic and from which level on.
#[derive(Clone)]
struct Listener {
    topic: Option<Topic>,
    least: Level,
    hear: Rc<dyn Fn(&Event)>,
}

/// The model with its queue and its readers.
pub(super) struct Bus {
    me: Weak<Self>,
    model: RefCell<Rc<Model>>,
    queue: RefCell<Vec<Update>>,
    next_frame: RefCell<Option<Scheduled>>,
    /// When the next picture is to be drawn, if one is scheduled.
    due: Cell<f64>,
    drawn_at: Cell<f64>,
    subscribers: RefCell<Vec<(u32, Subscriber)>>,
    listeners: RefCell<Vec<(u32, Listener)>>,
    next_key: Cell<u32>,
}

impl fmt::Debug for Bus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bus").finish_non_exhaustive()
    }
}

/// What will draw the next picture; dropping it takes it back.
enum Scheduled {
    Frame(#[expect(dead_code, reason = "kept so that it is not cancelled")] AnimationFrame),
    Timer(#[expect(dead_code, reason = "kept so that it is not cancelled")] Timeout),
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
    pub(super) fn new(model: Model) -> Rc<Self> {
        Rc::new_cyclic(|me| Self {
            me: me.clone(),
            model: RefCell::new(Rc::new(model)),
            queue: RefCell::default(),
            next_frame: RefCell::default(),
            due: Cell::new(f64::NEG_INFINITY),
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
        self.listeners.borrow_mut().push((
            key,
            Listener {
                topic,
                least,
                hear: Rc::new(happened),
            },
        ));
        Subscription {
            bus: self.me.clone(),
            key,
        }
    }

    /// The lowest level of events that a listener hears.
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

    /// Takes an update; its events are heard now, its picture is drawn in the next frame.
    pub(super) fn push(&self, update: Update) {
        match &update {
            Update::Report(report) => self.tell(&report.events),
            Update::Event(event) => self.tell(std::slice::from_ref(event)),
            Update::Network { .. }
            | Update::Mode(_)
            | Update::Pace(_)
            | Update::LogLevel(_)
            | Update::Node { .. }
            | Update::State { .. }
            | Update::Gone { .. }
            | Update::Blocks(_)
            | Update::Problem(_)
            | Update::Dismiss(_)
            | Update::Name { .. } => {}
        }
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
            self.put_in();
        }
        self.schedule(gap);
    }

    /// A log line of the page itself.
    pub(super) fn say(&self, level: Level, topic: Topic, text: impl Into<String>) {
        let (node, at, text) = (PAGE.to_owned(), js::now().0, text.into());
        self.push(Update::Event(Event {
            node,
            at,
            level,
            topic,
            text,
            block: None,
            tx_hash: None,
            peer: None,
        }));
    }

    /// Something that a person should know, on the page and in the log.
    pub(super) fn problem(&self, error: ApiError) {
        self.say(Level::Warn, Topic::Network, error.message.clone());
        self.push(Update::Problem(Problem {
            code: error.code.clone(),
            message: error.message.clone(),
        }));
    }

    fn tell(&self, events: &[Event]) {
        if events.is_empty() || self.listeners.borrow().is_empty() {
            return;
        }
        let listeners = self.listeners.borrow().clone();
        for event in events {
            for (_, listener) in &listeners {
                if event.level >= listener.least
                    && listener.topic.is_none_or(|topic| topic == event.topic)
                {
                    (listener.hear)(event);
                }
            }
        }
    }

    /// The model with everything that has happened so far.
    pub(super) fn fresh(&self) -> Rc<Model> {
        self.put_in();
        self.model()
    }

    fn put_in(&self) {
        let updates = self.queue.take();
        if !updates.is_empty() {
            Rc::make_mut(&mut self.model.borrow_mut()).apply_all(updates);
        }
    }

    fn schedule(&self, gap: f64) {
        let due = self.drawn_at.get() + gap;
        if self.next_frame.borrow().is_some() && self.due.get() <= due {
            return;
        }
        self.due.set(due);
        let wait = due - js::monotonic();
        let next = if is_hidden() {
            self.timer(LONGEST_GAP_MS, Self::draw)
        } else if wait > 0.0 {
            self.timer(wait, |bus| {
                let frame = bus.frame();
                *bus.next_frame.borrow_mut() = Some(frame);
            })
        } else {
            self.frame()
        };
        *self.next_frame.borrow_mut() = Some(next);
    }

    fn frame(&self) -> Scheduled {
        let bus = self.me.clone();
        Scheduled::Frame(request_animation_frame(move |_| {
            if let Some(bus) = bus.upgrade() {
                bus.draw();
            }
        }))
    }

    fn timer(&self, ms: f64, then: impl FnOnce(&Self) + 'static) -> Scheduled {
        let bus = self.me.clone();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and the longest gap"
        )]
        let ms = ms.ceil() as u32;
        Scheduled::Timer(Timeout::new(ms, move || {
            if let Some(bus) = bus.upgrade() {
                then(&bus);
            }
        }))
    }

    fn draw(&self) {
        let done = self.next_frame.take();
        self.drawn_at.set(js::monotonic());
        let model = self.fresh();
        if !is_hidden() {
            let subscribers = self.subscribers.borrow().clone();
            for (_, subscriber) in subscribers {
                subscriber(Rc::clone(&model));
            }
        }
        // The next second's picture; what happens before brings it forward.
        self.schedule(LONGEST_GAP_MS);
        // A callback must not be dropped while it runs, which it does until here.
        wasm_bindgen_futures::spawn_local(async move { drop(done) });
    }

    /// The page was hidden or shown: the next picture comes by the way that now works.
    pub(super) fn visibility_changed(&self) {
        self.next_frame.take();
        self.schedule(LEAST_GAP_MS);
    }
}

/// Whether nothing happened that a person would wait for.
fn only_figures(update: &Update) -> bool {
    matches!(update, Update::Report(report) if report.events.iter().all(|event| event.level < Level::Info))
}

fn is_hidden() -> bool {
    gloo::utils::document().hidden()
}
