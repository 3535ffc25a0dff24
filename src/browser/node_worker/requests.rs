//! What the page asks and orders. The node answers everything that it knows; the ledger's tables
//! and the wiping of them are answered here. Each request is answered exactly once.

use std::rc::Rc;

use super::shell::Shell;
use crate::browser::js::{self, warn};
use crate::ipc::{Answer, FromNode, Refusal, Request, RequestId, ToNode};
use crate::ledger::{Query, Store};
use crate::node::{Input, Order, Outbox};
use crate::refusal::NodeError;

/// Most messages of the page that wait while there is no node.
const MAX_WAITING: usize = 256;

impl Shell {
    /// Takes a message of the page; it waits if there is no node yet, or none at the moment.
    pub(super) fn receive(self: &Rc<Self>, message: ToNode) {
        if let ToNode::SetEvents(_) = message {
            // It also holds for what the node tells while it starts.
            self.obey(message);
        } else if self.ended.get() {
            self.refuse_message(&message, &NodeError::Stopped.into());
        } else if self.node.borrow().is_none() {
            if self.waiting.borrow().len() < MAX_WAITING || message == ToNode::Stop {
                self.waiting.borrow_mut().push(message);
            } else {
                self.refuse_message(&message, &NodeError::Busy.into());
            }
        } else {
            self.obey(message);
        }
    }

    /// Takes what waited, in order.
    pub(super) fn serve_waiting(self: &Rc<Self>) {
        for message in self.waiting.take() {
            self.receive(message);
        }
    }

    fn obey(self: &Rc<Self>, message: ToNode) {
        let order = match Order::of(message) {
            Ok(order) => order,
            Err(error) => return warn(&error.to_string()),
        };
        match order {
            Order::Start(_) => warn("the node was started before"),
            Order::Input(input) => self.feed(input),
            Order::Ask(id, request) => self.ask(id, request),
            Order::Query(id, query) => {
                let shell = Rc::clone(self);
                wasm_bindgen_futures::spawn_local(async move { shell.query(id, &query).await });
            }
            Order::Wipe(id) => {
                let shell = Rc::clone(self);
                wasm_bindgen_futures::spawn_local(async move { shell.wipe(id).await });
            }
            Order::Workload(workload) => {
                self.workload.set(workload);
                self.fit_miners();
                self.feed(Input::SetWorkload(workload));
            }
            Order::Yield => self.miners.borrow().rest(),
            Order::Links(table) => self.gate.borrow_mut().set(table),
            Order::Events(least) => self.reporter.borrow_mut().set_least(least),
        }
    }

    fn ask(self: &Rc<Self>, id: RequestId, request: Request) {
        let mut out = Outbox::new();
        let answer = match &mut *self.node.borrow_mut() {
            Some(node) => node.answer(js::read_clocks(), request, &mut out),
            None => Err(NodeError::NotStarted.into()),
        };
        self.carry_out(out);
        self.answer(id, answer);
        self.pump();
    }

    async fn query(&self, id: RequestId, query: &Query) {
        let ledger = self.ledger.borrow().clone();
        let answer = match (query.check(), ledger) {
            (Err(error), _) => Err(error.into()),
            (Ok(_), None) => Err(NodeError::NotStarted.into()),
            (Ok(_), Some(ledger)) => ledger.query(query).await.map_err(Refusal::from),
        };
        self.answer(id, answer.map(Answer::Page));
    }

    /// Empties the ledger and starts a new state machine on it. What the old one still asked for is
    /// dropped; if the ledger cannot be emptied, the old one goes on.
    async fn wipe(self: &Rc<Self>, id: RequestId) {
        let Some(ledger) = self.ledger.borrow().clone() else {
            return self.answer(id, Err(NodeError::NotStarted.into()));
        };
        // From here on nothing enters the node: what comes in waits.
        let Some(old) = self.node.take() else {
            return self.answer(id, Err(NodeError::Wiping.into()));
        };
        match ledger.emptied(self.config.database.as_deref()).await {
            Ok(instead) => {
                if let Some(instead) = instead {
                    self.ledger.replace(Some(Rc::new(instead)));
                }
                self.life.set(self.life.get().wrapping_add(1));
                self.forget_inputs();
                match self.anew(false) {
                    Ok(node) => {
                        self.launch(node);
                        self.answer(id, Ok(Answer::Wiped));
                    }
                    Err(error) => {
                        self.answer(id, Err(error.clone()));
                        self.fail(error);
                    }
                }
            }
            Err(error) => {
                *self.node.borrow_mut() = Some(old);
                self.answer(id, Err(error.into()));
                self.pump();
            }
        }
        self.serve_waiting();
    }

    fn answer(&self, id: RequestId, answer: Result<Answer, Refusal>) {
        self.page.tell(&match answer {
            Ok(answer) => FromNode::Answer { id, answer },
            Err(error) => FromNode::Refusal { id, error },
        });
    }

    fn refuse_message(&self, message: &ToNode, error: &Refusal) {
        match message {
            ToNode::Request { id, .. } => self.page.tell(&FromNode::Refusal {
                id: *id,
                error: error.clone(),
            }),
            ToNode::Stop => self.page.tell(&FromNode::Stopped),
            ToNode::Start(_)
            | ToNode::SetWorkload(_)
            | ToNode::Yield
            | ToNode::SetLink { .. }
            | ToNode::SetLinks { .. }
            | ToNode::SetEvents(_) => {
                warn(&error.to_string());
            }
        }
    }
}
