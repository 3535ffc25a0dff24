//! Why something is as it is: the nodes of this tab are asked, and the page adds what only it sees.

use super::machine::App;
use super::side_by_side::side_by_side;
use crate::ipc::{Ask, Reorganisation, Subject, WhyInfo, ask};
use crate::records::Reason;
use crate::refusal::{LookupError, Refusal};
use crate::view::why::{MAX_ANSWERS, Why, joined, known, node_down, transaction, unasked};

/// The word for finality in place of a name.
const FINALITY: &str = "finality";

impl App {
    /// Why a thing is as it is that is named as a person names it: a node, a block, a transaction,
    /// or `finality`.
    ///
    /// # Errors
    /// There is no such thing, or no node answers.
    pub async fn why_named(&self, what: &str) -> Result<Why, Refusal> {
        if what.eq_ignore_ascii_case(FINALITY) {
            return self.why(Subject::Finality).await;
        }
        let name = self.node_name(what);
        let model = self.bus.fresh();
        if model.nodes.iter().any(|node| node.status.name == name) {
            return self.why(Subject::Node(name)).await;
        }
        let block = self.why(Subject::Block(what.to_owned())).await;
        // A transaction's id looks like a block's.
        match block {
            Err(Refusal::Lookup(error)) => {
                let id = Subject::Transaction(what.to_owned());
                self.why(id).await.map_err(|_| error.into())
            }
            answer => answer,
        }
    }

    /// Why something is as it is.
    ///
    /// # Errors
    /// There is no such thing, or no node answers.
    pub async fn why(&self, about: Subject) -> Result<Why, Refusal> {
        match about {
            Subject::Node(name) => self.why_node(&name).await,
            Subject::Finality => {
                let answer = self.ask(None, question(Subject::Finality)).await?;
                let model = self.bus.fresh();
                Ok(joined(Subject::Finality, vec![answer], &model))
            }
            Subject::Block(which) => {
                let answers = self.why_of_all(Subject::Block(which.clone())).await?;
                let model = self.bus.fresh();
                let about = answers.first().map(|one| one.about.clone());
                let nowhere = || LookupError::BlockNowhere { which };
                let why = about.map(|about| joined(about, answers, &model));
                Ok(why.filter(known).ok_or_else(nowhere)?)
            }
            Subject::Transaction(id) => {
                let answers = self.why_of_all(Subject::Transaction(id.clone())).await?;
                let (model, now) = (self.bus.fresh(), self.platform.now().0);
                let why = transaction(answers, &id, &model, now);
                let unknown = || LookupError::Transaction { which: id };
                Ok(Some(why).filter(known).ok_or_else(unknown)?)
            }
        }
    }

    /// What a change of a node from one head to another did.
    ///
    /// # Errors
    /// The node's refusal, an unknown or foreign node, or no answer within ten seconds.
    pub async fn reorganised(
        &self,
        node: &str,
        before: &str,
        after: &str,
    ) -> Result<Reorganisation, Refusal> {
        let (before, after) = (before.to_owned(), after.to_owned());
        self.ask(Some(node), ask::Reorganised { before, after })
            .await
    }

    async fn why_node(&self, name: &str) -> Result<Why, Refusal> {
        let (model, now) = (self.bus.fresh(), self.platform.now().0);
        let mut nodes = model.nodes.iter();
        let view = nodes.find(|node| node.status.name == name);
        if let Some(reason) = view.and_then(unasked) {
            return Ok(node_down(name, reason, &model, now));
        }
        let about = Subject::Node(name.to_owned());
        let answer = self.ask(Some(name), question(about.clone())).await?;
        Ok(joined(about, vec![answer], &model))
    }

    /// The answers of all running nodes of this tab; one that knows nothing says so.
    async fn why_of_all(&self, about: Subject) -> Result<Vec<WhyInfo>, Refusal> {
        self.node_for(None)?;
        let mut nodes = self.roster.up();
        nodes.truncate(MAX_ANSWERS);
        let asked = nodes
            .iter()
            .map(|node| self.ask_node(node, question(about.clone())));
        let mut answers = Vec::new();
        for (node, answer) in nodes.iter().zip(side_by_side(asked.collect()).await) {
            answers.push(match answer {
                Ok(answer) => answer,
                Err(Refusal::Lookup(error)) if error.is_unknown() => WhyInfo {
                    about: about.clone(),
                    node: node.name.clone(),
                    reasons: vec![Reason::Unknown.explained(0)],
                },
                Err(error) => return Err(error),
            });
        }
        // Who knows it, knows its whole id.
        if let Some(first) = answers.iter().position(|answer| !answer.knows_nothing()) {
            answers.swap(0, first);
        }
        Ok(answers)
    }
}

fn question(about: Subject) -> impl Ask<Answer = WhyInfo> {
    ask::Why { about }
}
