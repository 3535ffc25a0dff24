//! The laboratory of a page: one worker that plays a scenario, the orders that are under way to it,
//! and the picture of it that the page draws. The live network goes on beside it.
//!
//! Invariants: each order is answered once; a scenario that is refused leaves the one that was open
//! as it is. No cell is borrowed while a subscriber runs.

mod bench;
mod commands;
pub mod page_link;
mod platform;
mod pretty;
mod solved;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::rc::{Rc, Weak};

use futures_channel::oneshot;
use futures_util::FutureExt;

use super::machine::App;
use super::platform::{LabEvent, LabWorker, Platform, SpawnLab};
use crate::ipc::{Refusal, RequestId};
use crate::lab::desk::{Answer, FromLab, Order, SolvedSight, State, ToLab};
use crate::lab::{Action, Comparison, Until};
use crate::refusal::LabRefusal;
pub use bench::{Bench, Mark, MarkKind};
use page_link::Shared;
use platform::{LabPlatform, Orders, Outcome};
pub use pretty::pretty;
use solved::Solutions;

/// The file in which a person's results are saved.
const RESULTS: &str = "aurex-results.json";

type Subscriber = Rc<dyn Fn(Rc<Bench>)>;

/// What is to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A built-in exercise.
    Exercise(String),
    /// The text of a scenario, from a file or a script.
    Text(String),
    /// What a link carries.
    PageLink(Shared),
}

/// The laboratory of a page.
pub struct Laboratory {
    me: Weak<Self>,
    platform: Rc<dyn Platform>,
    spawn: SpawnLab,
    worker: RefCell<Option<Box<dyn LabWorker>>>,
    /// Workers so far: an event of an earlier one is none of the present one.
    run: Cell<u32>,
    asked: Cell<u32>,
    waiting: RefCell<BTreeMap<u32, oneshot::Sender<Outcome>>>,
    bench: RefCell<Rc<Bench>>,
    /// What was opened last.
    opened: RefCell<Option<Source>>,
    /// The app on the nodes of the scenario that is open, once somebody looked at them.
    network: RefCell<Option<Rc<App>>>,
    solutions: Solutions,
    subscribers: RefCell<Vec<(u32, Subscriber)>>,
    next_key: Cell<u32>,
}

impl fmt::Debug for Laboratory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Laboratory").finish_non_exhaustive()
    }
}

/// Keeps a subscriber; dropping it ends the subscription.
#[must_use]
#[derive(Debug)]
pub struct LabSubscription {
    laboratory: Weak<Laboratory>,
    key: u32,
}

impl Drop for LabSubscription {
    fn drop(&mut self) {
        if let Some(laboratory) = self.laboratory.upgrade() {
            let mut subscribers = laboratory.subscribers.borrow_mut();
            subscribers.retain(|(key, _)| *key != self.key);
        }
    }
}

impl Laboratory {
    /// A laboratory in which nothing is open.
    #[must_use]
    pub fn new(platform: Rc<dyn Platform>, spawn: SpawnLab) -> Rc<Self> {
        let bench = Bench {
            solved: Rc::new(solved::names(&*platform)),
            ..Bench::default()
        };
        Rc::new_cyclic(|me| Self {
            me: me.clone(),
            platform,
            spawn,
            worker: RefCell::default(),
            run: Cell::new(0),
            asked: Cell::new(0),
            waiting: RefCell::default(),
            bench: RefCell::new(Rc::new(bench)),
            opened: RefCell::default(),
            solutions: Solutions::default(),
            network: RefCell::default(),
            subscribers: RefCell::default(),
            next_key: Cell::new(0),
        })
    }

    /// The picture as it is.
    #[must_use]
    pub fn bench(&self) -> Rc<Bench> {
        Rc::clone(&self.bench.borrow())
    }

    /// Calls `changed` with each new picture.
    pub fn subscribe(&self, changed: impl Fn(Rc<Bench>) + 'static) -> LabSubscription {
        let key = self.next_key.get();
        self.next_key.set(key.wrapping_add(1));
        self.subscribers.borrow_mut().push((key, Rc::new(changed)));
        LabSubscription {
            laboratory: self.me.clone(),
            key,
        }
    }

    fn change(&self, change: impl FnOnce(&mut Bench)) {
        change(Rc::make_mut(&mut self.bench.borrow_mut()));
        let subscribers = self.subscribers.borrow().clone();
        let bench = self.bench();
        for (_, changed) in subscribers {
            changed(Rc::clone(&bench));
        }
    }

    /// Opens a scenario unless it is the one that is open.
    ///
    /// # Errors
    /// See [`Self::open`].
    pub async fn show(&self, source: Source) -> Result<(), Refusal> {
        if self.opened.borrow().as_ref() == Some(&source) {
            self.change(|bench| bench.problem = None);
            return Ok(());
        }
        self.open(source).await
    }

    /// Opens a scenario, in place of the one that was open.
    ///
    /// # Errors
    /// Why it is not opened; what was open stays.
    pub async fn open(&self, source: Source) -> Result<(), Refusal> {
        self.change(|bench| (bench.opening, bench.problem) = (true, None));
        let kept = source.clone();
        let (order, moment) = match source {
            Source::Exercise(name) => (Order::Exercise(name), None),
            Source::Text(text) => (Order::Open(text), None),
            Source::PageLink(Shared { text, at, after }) => {
                (Order::Open(text), at.map(|at| (at, after)))
            }
        };
        let outcome = self.order(order).await;
        let failed = outcome.as_ref().err().cloned();
        self.change(|bench| (bench.opening, bench.problem) = (false, failed));
        outcome?;
        self.opened.replace(Some(kept));
        if let Some((at, after)) = moment {
            self.seek(at, after).await?;
        }
        Ok(())
    }

    /// Closes the laboratory: its worker ends, and everything that was done is gone unless it was
    /// saved.
    pub fn close(&self) {
        self.end();
        self.change(|bench| {
            *bench = Bench {
                solved: Rc::clone(&bench.solved),
                ..Bench::default()
            };
        });
    }

    fn end(&self) {
        self.run.set(self.run.get().wrapping_add(1));
        self.worker.take();
        self.opened.take();
        drop(self.network.take());
        for (_, sender) in self.waiting.take() {
            let _ = sender.send(Err(LabRefusal::Closed.into()));
        }
    }

    /// Lets time go on.
    ///
    /// # Errors
    /// Nothing is open.
    pub async fn play(&self, speed: Option<u32>, until: Option<Until>) -> Result<State, Refusal> {
        self.state_of(Order::Play { speed, until }).await
    }

    /// Stops time.
    ///
    /// # Errors
    /// Nothing is open.
    pub async fn pause(&self) -> Result<State, Refusal> {
        self.state_of(Order::Pause).await
    }

    /// Goes to what comes next of this.
    ///
    /// # Errors
    /// Nothing is open.
    pub async fn step(&self, until: Until) -> Result<State, Refusal> {
        self.state_of(Order::Step(until)).await
    }

    /// Goes to a moment, in virtual milliseconds; within one of them after so many events of the
    /// whole run.
    ///
    /// # Errors
    /// Nothing is open, or it is too late a moment.
    pub async fn seek(&self, to: u64, after: Option<u64>) -> Result<State, Refusal> {
        let order = after.map_or(Order::Seek(to), |after| Order::Return { to, after });
        self.state_of(order).await
    }

    /// Does something now.
    ///
    /// # Errors
    /// Why it is not done.
    pub async fn act(&self, action: &Action) -> Result<State, Refusal> {
        let text = serde_json::to_string(action).unwrap_or_default();
        self.act_text(text).await
    }

    /// Does an action that is written as JSON.
    ///
    /// # Errors
    /// Why it is not done.
    pub async fn act_text(&self, text: String) -> Result<State, Refusal> {
        self.state_of(Order::Act(text)).await
    }

    /// Compares two branches at a time.
    ///
    /// # Errors
    /// There is no such branch, or it is too late a moment.
    pub async fn compare(
        &self,
        one: &str,
        other: &str,
        at: u64,
    ) -> Result<[Comparison; 2], Refusal> {
        let (one, other) = (one.to_owned(), other.to_owned());
        let answer = self.order(Order::Compare { one, other, at }).await?;
        let Answer::Comparison(compared) = answer else {
            return Err(foreign());
        };
        let shown = Rc::new((*compared).clone());
        self.change(|bench| bench.compared = Some(shown));
        Ok(*compared)
    }

    /// Takes the comparison away.
    pub fn forget_comparison(&self) {
        self.change(|bench| bench.compared = None);
    }

    /// The scenario with everything that was done on this branch, as a text.
    ///
    /// # Errors
    /// Nothing is open.
    pub async fn export(&self) -> Result<String, Refusal> {
        let answer = self.order(Order::Export).await?;
        let Answer::Text(text) = answer else {
            return Err(foreign());
        };
        Ok(text)
    }

    /// The fragment of a link to this moment.
    ///
    /// # Errors
    /// Nothing is open.
    pub async fn page_link(&self) -> Result<String, Refusal> {
        let text = self.export().await?;
        let State { time, after, .. } = self.state_of(Order::State).await?;
        let at = Some(time);
        Ok(Shared { text, at, after }.fragment())
    }

    /// Where it stands after an order.
    ///
    /// # Errors
    /// Why the order is not done.
    pub async fn state_of(&self, order: Order) -> Result<State, Refusal> {
        let answer = self.order(order).await?;
        let Answer::State(state) = answer else {
            return Err(foreign());
        };
        Ok(state)
    }

    /// What an order gives.
    ///
    /// # Errors
    /// Why it is not done.
    pub async fn order(&self, order: Order) -> Outcome {
        let opens = matches!(order, Order::Open(_) | Order::Exercise(_));
        if !opens && self.worker.borrow().is_none() {
            return Err(LabRefusal::Closed.into());
        }
        self.run_worker()?;
        let id = self.asked.get();
        self.asked.set(id.wrapping_add(1));
        let (sender, receiver) = oneshot::channel();
        self.waiting.borrow_mut().insert(id, sender);
        let message = ToLab {
            id: RequestId(id),
            order,
        };
        let posted = self
            .worker
            .borrow()
            .as_ref()
            .map(|worker| worker.post(&message));
        if let Some(Err(error)) = posted {
            self.waiting.borrow_mut().remove(&id);
            return Err(error);
        }
        receiver
            .await
            .unwrap_or_else(|_| Err(LabRefusal::Closed.into()))
    }

    /// The app that shows the nodes of the scenario that is open as the live page shows its own;
    /// `None` where none is.
    #[must_use]
    pub fn network(&self) -> Option<Rc<App>> {
        let known = self.network.borrow().clone();
        if known.is_some() {
            return known;
        }
        let about = self.bench().about.clone()?;
        let me = self.me.clone();
        let orders: Orders = Rc::new(move |order| {
            let me = me.clone();
            async move {
                match me.upgrade() {
                    Some(laboratory) => laboratory.order(order).await,
                    None => Err(LabRefusal::Closed.into()),
                }
            }
            .boxed_local()
        });
        let me = self.me.clone();
        let time = move || {
            let bench = me.upgrade().map(|laboratory| laboratory.bench());
            let clock = bench.and_then(|bench| bench.clock.clone());
            clock.map_or(0, |clock| clock.time)
        };
        let watch = orders(Order::Watch(true));
        let platform = Rc::new(LabPlatform {
            page: Rc::clone(&self.platform),
            orders,
            time: Box::new(time),
            kept: RefCell::default(),
        });
        let hand = Rc::clone(&platform);
        let app = App::open_scenario(platform, hand, &about);
        self.network.replace(Some(Rc::clone(&app)));
        // A laboratory that is gone has nothing to watch.
        self.platform.spawn(watch.map(drop).boxed_local());
        Some(app)
    }

    fn run_worker(&self) -> Result<(), Refusal> {
        if self.worker.borrow().is_some() {
            return Ok(());
        }
        let (me, run) = (self.me.clone(), self.run.get());
        let worker = (self.spawn)(
            run,
            Box::new(move |event| {
                if let Some(laboratory) = me.upgrade()
                    && laboratory.run.get() == run
                {
                    laboratory.hear(event);
                }
            }),
        )?;
        self.worker.replace(Some(worker));
        Ok(())
    }

    fn hear(&self, event: LabEvent) {
        match event {
            LabEvent::Message(FromLab::View(mut view)) => {
                let solved = view.solved.take();
                let network = self.network.borrow().clone();
                if let Some(network) = network {
                    network.follow(&view);
                }
                self.change(|bench| bench.take(view));
                if let Some(solved) = solved {
                    self.note_solved(*solved);
                }
            }
            LabEvent::Message(FromLab::Done { id, outcome }) => {
                if let Ok(Answer::Opened(about)) = &outcome {
                    let about = about.clone();
                    drop(self.network.take());
                    self.change(|bench| bench.open(about));
                }
                let waits = self.waiting.borrow_mut().remove(&id.0);
                if let Some(sender) = waits {
                    // One who does not wait any more needs no answer.
                    let _ = sender.send(outcome);
                }
            }
            LabEvent::Unreadable(error) => self.change(|bench| bench.problem = Some(error)),
            LabEvent::Crashed(reason) => {
                self.end();
                let problem = LabRefusal::Crashed { reason }.into();
                self.change(|bench| {
                    *bench = Bench {
                        solved: Rc::clone(&bench.solved),
                        problem: Some(problem),
                        ..Bench::default()
                    };
                });
            }
        }
    }

    /// Keeps how the exercise that is open was solved.
    fn note_solved(&self, solved: SolvedSight) {
        let bench = self.bench();
        let about = bench.about.as_ref();
        let Some(name) = about.and_then(|about| about.exercise.clone()) else {
            return;
        };
        self.solutions.note(&*self.platform, &name, solved);
        if !bench.solved.contains(&name) {
            self.change(|bench| Rc::make_mut(&mut bench.solved).push(name));
            solved::keep_names(&*self.platform, &self.bench().solved);
        }
    }

    /// Hands a person's results to them as a file; what is said of it. The name may be empty.
    pub fn save_results(&self, name: &str) -> String {
        let platform = &*self.platform;
        let (solved, now) = (Rc::clone(&self.bench().solved), platform.now());
        let results = self.solutions.results(platform, &solved, (name, now));
        platform.save_file(RESULTS, results.to_text().as_bytes());
        let count = results.exercises.iter().filter(|one| one.solved).count();
        let all = results.exercises.len();
        format!("Your results were saved as {RESULTS}: {count} of {all} exercises solved.")
    }
}

fn foreign() -> Refusal {
    crate::refusal::MessageError::Foreign.into()
}
