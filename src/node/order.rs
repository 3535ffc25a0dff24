//! What a message of the page asks of a node and of the worker around it. Every worker, the
//! browser's and one in a test's world, translates messages here and differs only in how it carries
//! an order out.

use crate::consensus::Params;
use crate::ipc::{NodeConfig, Refusal, Request, RequestId, ToNode, Workload};
use crate::ledger::Query;
use crate::links::LinkTable;
use crate::primitives::Keypair;
use crate::refusal::{MessageError, StartupError};

use super::{Input, Setup};

/// A message of the page, read.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Start with this configuration; it comes first, and once.
    Start(NodeConfig),
    /// An input of the node.
    Input(Input),
    /// A request that the node answers.
    Ask(RequestId, Request),
    /// A request that the ledger answers.
    Query(RequestId, Query),
    /// Empty the ledger and start again from genesis.
    Wipe(RequestId),
    /// The miners' workload; it is also an input of the node.
    Workload(Workload),
    /// Rest the miners for a moment.
    Yield,
    /// What the links do to frames from now on.
    Links(LinkTable),
    /// The lowest level of events that are reported from now on.
    Events(crate::ipc::Level),
}

impl Order {
    /// Reads a message.
    ///
    /// # Errors
    /// `not_understood`: a link's id or qualities are malformed.
    pub fn of(message: ToNode) -> Result<Self, Refusal> {
        let malformed = |reason: String| Refusal::from(MessageError::Shape { reason });
        Ok(match message {
            ToNode::Start(config) => Self::Start(config),
            ToNode::Request { id, request } => match request {
                Request::Ledger(query) => Self::Query(id, query),
                Request::Wipe => Self::Wipe(id),
                request @ (Request::Submit { .. }
                | Request::SubmitNext { .. }
                | Request::Account { .. }
                | Request::Accounts
                | Request::Chain { .. }
                | Request::Block { .. }
                | Request::Transaction { .. }
                | Request::Mempool
                | Request::Finality
                | Request::Peers
                | Request::Why { .. }
                | Request::Reorganised { .. }
                | Request::Export
                | Request::Import { .. }) => Self::Ask(id, request),
            },
            ToNode::SetWorkload(workload) => Self::Workload(workload),
            ToNode::Yield => Self::Yield,
            ToNode::SetLink { from, cut } => {
                let parsed = from.parse();
                let from =
                    parsed.map_err(|error| malformed(format!("a link from {from:?}: {error}")))?;
                Self::Input(Input::SetLink { from, cut })
            }
            ToNode::SetLinks { seed, link } => {
                let link = borsh::from_slice(&link)
                    .map_err(|error| malformed(format!("the links' qualities: {error}")))?;
                Self::Links(LinkTable::new(seed, link))
            }
            ToNode::SetEvents(least) => Self::Events(least),
            ToNode::Stop => Self::Input(Input::Stop),
        })
    }
}

impl Setup {
    /// The setup of a configuration, with two random numbers.
    ///
    /// # Errors
    /// `bad_config`: parameters that no network can have, or a key of another length.
    pub fn of(config: &NodeConfig, session: u64, seed: u64) -> Result<Self, Refusal> {
        let params = Params::from_bytes(&config.params).map_err(StartupError::Encoding)?;
        params.validate().map_err(StartupError::Config)?;
        let found = config.secret.len();
        let secret = <[u8; 32]>::try_from(config.secret.as_slice())
            .map_err(|_| StartupError::SecretLength { found })?;
        Ok(Self {
            params,
            key: Keypair::from_secret(&secret),
            name: config.name.clone(),
            kind: config.kind,
            host: config.host.clone(),
            workload: config.workload,
            is_first: config.is_first,
            session,
            seed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ipc::{Level, NodeKind, Speed, TimeShare};
    use crate::links::Link;
    use crate::testkit::{key, params};

    fn config() -> NodeConfig {
        NodeConfig {
            params: params().to_bytes(),
            name: "pow-1".into(),
            kind: NodeKind::Pow,
            secret: key("pow-1").secret().to_vec(),
            host: "tab-1".into(),
            database: None,
            workload: Workload {
                speed: Speed::Paused,
                share: TimeShare::ALL,
                miners: 1,
            },
            is_first: true,
        }
    }

    #[test]
    fn a_request_goes_to_the_one_who_can_answer_it() {
        let id = RequestId(3);
        let order = |request| Order::of(ToNode::Request { id, request }).unwrap();
        let query = Query {
            table: crate::ledger::Table::Blocks,
            index: None,
            key: None,
            descending: false,
            offset: 0,
            limit: 1,
        };
        assert_eq!(
            order(Request::Ledger(query.clone())),
            Order::Query(id, query)
        );
        assert_eq!(order(Request::Wipe), Order::Wipe(id));
        assert_eq!(order(Request::Peers), Order::Ask(id, Request::Peers));
    }

    #[test]
    fn a_malformed_link_is_refused() {
        let from = key("pow-2").node_id();
        let link = |from: String| Order::of(ToNode::SetLink { from, cut: true });
        assert_eq!(
            link(from.to_string()).unwrap(),
            Order::Input(Input::SetLink { from, cut: true })
        );
        assert_eq!(link("pow-2".into()).unwrap_err().code(), "not_understood");
        let links = |link| Order::of(ToNode::SetLinks { seed: 7, link });
        let plain = borsh::to_vec(&Link::default()).unwrap();
        assert_eq!(
            links(plain).unwrap(),
            Order::Links(LinkTable::new(7, Link::default()))
        );
        assert_eq!(links(vec![9]).unwrap_err().code(), "not_understood");
        let least = Level::Debug;
        assert_eq!(
            Order::of(ToNode::SetEvents(least)).unwrap(),
            Order::Events(least)
        );
    }

    #[test]
    fn a_configuration_with_a_wrong_key_or_wrong_parameters_is_refused() {
        let setup = Setup::of(&config(), 1, 2).unwrap();
        assert_eq!(setup.key.node_id(), key("pow-1").node_id());
        let mut short = config();
        short.secret.pop();
        let error = Setup::of(&short, 1, 2).unwrap_err();
        assert!(error.to_string().contains("found 31"), "{error}");
        let mut other = config();
        other.params.clear();
        assert_eq!(Setup::of(&other, 1, 2).unwrap_err().code(), "bad_config");
    }
}
