//! Requests to a node of this tab, and their answers.

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use super::machine::App;
use super::platform::within;
use super::roster::{Node, Reply};
use crate::ipc::{Answer, ApiError, Request, ToNode};
use crate::refusal::NodeError;

/// Longest wait for an answer.
const ANSWER_MS: f64 = 10_000.0;

impl App {
    /// Asks a node and waits for its answer.
    ///
    /// # Errors
    /// The node's refusal, `not_running`, `node_gone` or `timeout`.
    pub(super) async fn reply_of(&self, node: &Node, request: Request) -> Result<Reply, ApiError> {
        let id = self.roster.next_request();
        node.post(&ToNode::Request { id, request })?;
        let receiver = node.expect(id);
        match within(&*self.platform, ANSWER_MS, receiver).await {
            Some(Ok(answer)) => answer,
            Some(Err(_)) | None => {
                node.forget(id);
                let node = node.name.clone();
                Err(NodeError::Timeout { node }.into())
            }
        }
    }

    /// Asks a node for anything but a page of a table.
    ///
    /// # Errors
    /// See [`App::reply_of`].
    pub(super) fn ask_node<'a>(
        &'a self,
        node: &'a Node,
        request: Request,
    ) -> LocalBoxFuture<'a, Result<Answer, ApiError>> {
        async move {
            match self.reply_of(node, request).await? {
                Reply::Answer(answer) => Ok(answer),
                Reply::Page(_) => Err(Answer::mixed_up()),
            }
        }
        .boxed_local()
    }
}
