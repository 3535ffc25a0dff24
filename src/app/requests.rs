//! Requests to a node of this tab, and their answers.

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use super::machine::App;
use super::platform::within;
use super::roster::Member;
use crate::ipc::{Answer, Ask, Refusal, Request, ToNode};
use crate::refusal::{MessageError, NodeError};

/// Longest wait for an answer.
const ANSWER_MS: f64 = 10_000.0;
/// Longest wait for a ledger's file, of which every block is checked twice.
const FILE_MS: f64 = 120_000.0;

impl App {
    /// Asks a node and waits for its answer.
    ///
    /// # Errors
    /// The node's refusal, `not_running`, `node_gone` or `timeout`.
    async fn reply_of(&self, node: &Member, request: Request) -> Result<Answer, Refusal> {
        let id = self.roster.next_request();
        let is_file = matches!(request, Request::Import { .. } | Request::Export);
        let limit_ms = if is_file { FILE_MS } else { ANSWER_MS };
        node.post(&ToNode::Request { id, request })?;
        let receiver = node.expect(id);
        match within(&*self.platform, limit_ms, receiver).await {
            Some(Ok(answer)) => answer,
            Some(Err(_)) | None => {
                node.forget(id);
                let (node, seconds) = (node.name.clone(), if is_file { 120 } else { 10 });
                Err(NodeError::Timeout { node, seconds }.into())
            }
        }
    }

    /// Asks a node and waits for the answer to this question.
    ///
    /// # Errors
    /// The node's refusal, `not_running`, `node_gone` or `timeout`.
    pub(super) fn ask_node<'a, A: Ask + 'a>(
        &'a self,
        node: &'a Member,
        ask: A,
    ) -> LocalBoxFuture<'a, Result<A::Answer, Refusal>> {
        async move {
            let answer = self.reply_of(node, ask.request()).await?;
            A::answer(answer).ok_or_else(|| MessageError::OtherRequest.into())
        }
        .boxed_local()
    }
}
