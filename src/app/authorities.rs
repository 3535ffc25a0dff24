//! Who votes and seals, by the operator's order.

use super::machine::App;
use super::output::{Output, in_force};
use super::record::node_key;
use crate::consensus::MAX_AUTHORITIES;
use crate::ipc::{NodeKind, Refusal};
use crate::primitives::{Address, ParamsChange};
use crate::refusal::NetworkError;
use crate::view::figures;

impl App {
    /// Has a proof-of-authority node of this network vote and seal, or no more. It need not run:
    /// one that is lost for good is taken away like any other.
    ///
    /// # Errors
    /// No such node, or one of another kind; nobody would be left; no room.
    pub(super) async fn set_authority(&self, name: &str, add: bool) -> Result<Output, Refusal> {
        let (record, seed) = (self.record()?, self.network()?.seed);
        let given = self.node_name(name);
        let mut nodes = record.nodes.iter();
        let Some(node) = nodes.find(|node| node.name.eq_ignore_ascii_case(&given)) else {
            let known = record.nodes.iter().map(|node| node.name.clone());
            let (known, found) = (known.collect(), name.to_owned());
            return Err(NetworkError::UnknownNode { known, found }.into());
        };
        let name = node.name.as_str();
        if node.kind != NodeKind::Poa {
            let node = name.to_owned();
            return Err(NetworkError::NoAuthority { node }.into());
        }
        let address = node_key(&seed, name).address();
        let mut authorities = self.ordered_authorities().await?;
        if authorities.contains(&address) == add {
            let already = if add { "is one already" } else { "is none" };
            return Ok(Output::text(format!(
                "Nothing changes: of the authorities {name} {already}."
            )));
        }
        if add {
            authorities.push(address);
        } else {
            authorities.retain(|one| *one != address);
        }
        if authorities.is_empty() {
            let node = name.to_owned();
            return Err(NetworkError::LastAuthority { node }.into());
        }
        self.order_authorities(authorities, name, add).await
    }

    /// The authorities once every order that was given is in force: a new order gives the whole
    /// list.
    pub(super) async fn ordered_authorities(&self) -> Result<Vec<Address>, Refusal> {
        let ordered = self.finality(None).await?.ordered;
        Ok(ordered.iter().filter_map(|id| id.parse().ok()).collect())
    }

    /// Has the operator order who the authorities are, where `name` is added or removed.
    ///
    /// # Errors
    /// No room, or the refusal of the order.
    pub(super) async fn order_authorities(
        &self,
        authorities: Vec<Address>,
        name: &str,
        add: bool,
    ) -> Result<Output, Refusal> {
        let count = authorities.len();
        if count > MAX_AUTHORITIES {
            let limit = MAX_AUTHORITIES;
            return Err(NetworkError::TooManyAuthorities { limit }.into());
        }
        let change = ParamsChange {
            authorities: Some(authorities),
            ..ParamsChange::default()
        };
        let sent = self.change_params(change).await?;
        let what = if add {
            "votes and seals"
        } else {
            "votes and seals no more"
        };
        let text = format!(
            "The operator's change of parameters to {} was sent ({}): {name} {what} once that is in force, {}.",
            figures::count_of(count as u64, "authority", "authorities"),
            figures::short(&sent.tx_hash),
            in_force()
        );
        Ok(Output {
            text,
            sent: Some(sent),
            node: Some(name.to_owned()),
        })
    }
}
