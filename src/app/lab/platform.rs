//! The laboratory as the place where an app runs: its workers are the seats of the scenario that is
//! open, its clock is theirs. Questions go to the real node of the seat at the present moment; what
//! a person sends becomes an action. All else is as in the page, and nothing is stored.
//!
//! Invariant: what comes back comes later, as from any worker.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use super::commands::actions;
use crate::app::platform::{
    LabHand, LabNode, Lock, LockRequest, OnWorkerEvent, PageEvent, Platform, Reason, Said,
    StorageUse, Worker, WorkerEvent,
};
use crate::command::Command;
use crate::ipc::{FromNode, Refusal, ToNode};
use crate::lab::desk::{Answer, Order};
use crate::lab::{wall_clock, words};
use crate::ledger::{Batch, Durability, Page, Query, StoreError};
use crate::primitives::Timestamp;
use crate::refusal::{MessageError, PlatformError};

/// What an order gives.
pub(super) type Outcome = Result<Answer, Refusal>;
/// Gives an order to the laboratory.
pub(super) type Orders = Rc<dyn Fn(Order) -> LocalBoxFuture<'static, Outcome>>;

/// The laboratory as the place where an app runs.
pub(super) struct LabPlatform {
    /// The page in which it stands.
    pub(super) page: Rc<dyn Platform>,
    /// The way to the nodes.
    pub(super) orders: Orders,
    /// Where time is, in virtual milliseconds.
    pub(super) time: Box<dyn Fn() -> u64>,
    /// What the app keeps: it ends with the scenario.
    pub(super) kept: RefCell<BTreeMap<String, String>>,
}

impl LabHand for LabPlatform {
    fn carry_out(&self, command: &Command, nodes: Vec<LabNode>) -> Option<Said> {
        let actions = actions(command, &nodes)?;
        let orders = Rc::clone(&self.orders);
        let done = async move {
            let mut lines = Vec::new();
            for action in actions? {
                let text = serde_json::to_string(&action).unwrap_or_default();
                orders(Order::Act(text)).await?;
                lines.push(words::action(&action));
            }
            if lines.is_empty() {
                lines.push("There is no such node in the scenario.".to_owned());
            }
            Ok(lines.join("\n"))
        };
        Some(done.boxed_local())
    }
}

impl Platform for LabPlatform {
    fn spawn_node(&self, name: &str, on_event: OnWorkerEvent) -> Result<Box<dyn Worker>, Refusal> {
        Ok(Box::new(Seat {
            name: name.to_owned(),
            orders: Rc::clone(&self.orders),
            page: Rc::clone(&self.page),
            on_event: Rc::new(on_event),
        }))
    }

    fn show_laboratory(&self, _: &'static str) -> LocalBoxFuture<'static, Result<(), Refusal>> {
        // It is where one is.
        async { Ok(()) }.boxed_local()
    }

    fn hide_laboratory(&self) {}

    fn lock(&self, _: String, _: Option<u32>) -> LockRequest {
        // Nobody else has this scenario.
        async { Ok(Some(Lock::new(()))) }.boxed_local()
    }

    fn now(&self) -> Timestamp {
        wall_clock((self.time)())
    }

    fn monotonic(&self) -> f64 {
        self.page.monotonic()
    }

    fn sleep(&self, ms: f64) -> LocalBoxFuture<'static, ()> {
        self.page.sleep(ms)
    }

    fn frame(&self) -> LocalBoxFuture<'static, ()> {
        self.page.frame()
    }

    fn spawn(&self, task: LocalBoxFuture<'static, ()>) {
        self.page.spawn(task);
    }

    fn random(&self, bytes: &mut [u8]) -> Result<(), Refusal> {
        self.page.random(bytes)
    }

    fn load_records(
        &self,
        prefix: String,
        _: u32,
    ) -> LocalBoxFuture<'static, Result<Vec<(String, String)>, Reason>> {
        let kept = self.kept.borrow();
        let found = kept.iter().filter(|(key, _)| key.starts_with(&prefix));
        let found = found
            .map(|(key, text)| (key.clone(), text.clone()))
            .collect();
        async { Ok(found) }.boxed_local()
    }

    fn write_records(
        &self,
        records: Vec<(String, Option<String>)>,
        _: Durability,
    ) -> LocalBoxFuture<'static, Result<(), Reason>> {
        let written = records.into_iter().try_for_each(|(key, text)| match text {
            Some(text) => self.store(&key, &text),
            None => self.remove(&key),
        });
        async { written }.boxed_local()
    }

    fn load(&self, key: &str) -> Result<Option<String>, Reason> {
        Ok(self.kept.borrow().get(key).cloned())
    }

    fn store(&self, key: &str, text: &str) -> Result<(), Reason> {
        self.kept
            .borrow_mut()
            .insert(key.to_owned(), text.to_owned());
        Ok(())
    }

    fn remove(&self, key: &str) -> Result<(), Reason> {
        self.kept.borrow_mut().remove(key);
        Ok(())
    }

    fn delete_database(&self, _: String) -> LocalBoxFuture<'static, Result<(), StoreError>> {
        async { Ok(()) }.boxed_local()
    }

    fn read_ledger(
        &self,
        _: String,
        _: Query,
    ) -> LocalBoxFuture<'static, Result<Page, StoreError>> {
        // A disk of the scenario is the scenario's matter.
        async { Err(StoreError::Unavailable) }.boxed_local()
    }

    fn write_ledger(&self, _: String, _: Batch) -> LocalBoxFuture<'static, Result<(), StoreError>> {
        async { Err(StoreError::Unavailable) }.boxed_local()
    }

    fn save_file(&self, name: &str, bytes: &[u8]) {
        self.page.save_file(name, bytes);
    }

    fn choose_file(&self, limit: usize) -> LocalBoxFuture<'static, Result<Option<Vec<u8>>, u64>> {
        self.page.choose_file(limit)
    }

    fn missing(&self) -> Vec<PlatformError> {
        Vec::new()
    }

    fn cores(&self) -> u32 {
        self.page.cores()
    }

    fn is_hidden(&self) -> bool {
        self.page.is_hidden()
    }

    fn location(&self) -> String {
        self.page.location()
    }

    fn storage_use(&self) -> LocalBoxFuture<'static, Option<StorageUse>> {
        self.page.storage_use()
    }

    fn can_store(&self) -> LocalBoxFuture<'static, bool> {
        self.page.can_store()
    }

    fn keep_storage(&self) -> LocalBoxFuture<'static, ()> {
        self.page.keep_storage()
    }

    fn is_current(&self) -> LocalBoxFuture<'static, Option<bool>> {
        self.page.is_current()
    }

    fn reload(&self) {
        self.page.reload();
    }

    fn watch(&self, on_event: Box<dyn Fn(PageEvent)>) {
        self.page.watch(on_event);
    }
}

/// A seat of the scenario as a node's worker. It does not begin or end with its node, which is the
/// scenario's matter.
struct Seat {
    name: String,
    orders: Orders,
    page: Rc<dyn Platform>,
    on_event: Rc<OnWorkerEvent>,
}

impl Worker for Seat {
    fn post(&self, message: &ToNode) -> Result<(), Refusal> {
        // What it is to do beside answering is the scenario's matter.
        if let ToNode::Request { id, request } = message.clone() {
            let node = self.name.clone();
            let (order, on_event) = (
                (self.orders)(Order::Ask { node, request }),
                Rc::clone(&self.on_event),
            );
            let answer = async move {
                let told = match order.await {
                    Ok(Answer::Node(answer)) => FromNode::Answer {
                        id,
                        answer: *answer,
                    },
                    Ok(_) => FromNode::Refusal {
                        id,
                        error: MessageError::OtherRequest.into(),
                    },
                    Err(error) => FromNode::Refusal { id, error },
                };
                on_event(WorkerEvent::Message(told));
            };
            self.page.spawn(answer.boxed_local());
        }
        Ok(())
    }
}
