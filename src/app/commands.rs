//! Carrying out commands: what the console, the scripting API and the page's buttons do is the
//! same.

use std::rc::Rc;

use futures_util::FutureExt;

use super::machine::App;
use super::nodes::stopped;
use super::output::Output;
use super::record::{MAX_NODES, NodeEntry, node_key};
use super::roster::Member;
use super::side_by_side::side_by_side;
use crate::bitcoin;
use crate::command::{Command, Target, help, parse, queries};
use crate::consensus::MAX_AUTHORITIES;
use crate::ipc::{Level, NodeKind, Refusal, Topic, ask};
use crate::ledger::{Row, Table};
use crate::primitives::visible;
use crate::refusal::{LookupError, NetworkError, StartupError};
use crate::view::{TabMode, figures, finality, rows, text};

/// How long `add` and `start` wait for a node's name that another tab may be letting go.
const NAME_WAIT_MS: u32 = 3_000;

impl App {
    /// Runs one console line and gives what the console prints, refusals included.
    pub async fn command(&self, line: &str) -> String {
        let outcome = match parse(line) {
            Ok(command) => self.execute(command).await,
            Err(error) => Err(error.into()),
        };
        match outcome {
            // Names and memos of others are part of it.
            Ok(output) => visible(&output.text),
            Err(error) => visible(&format!("Refused ({}): {error}", error.code())),
        }
    }

    /// Runs a command.
    ///
    /// # Errors
    /// The refusal with its rule.
    pub async fn execute(&self, command: Command) -> Result<Output, Refusal> {
        if let Some(outcome) = self.act_in_scenario(&command).await {
            return outcome;
        }
        match command {
            Command::Inspect { hex } => bitcoin::inspect(&hex)
                .map(Output::text)
                .map_err(Refusal::from),
            Command::Help { word } => Ok(Output::text(help(word))),
            Command::Status => Ok(Output::text(text::status(
                &self.bus.fresh(),
                self.platform.now().0,
            ))),
            Command::Chain { count } => Ok(Output::text(text::chain(
                &self.chains(count).await,
                self.platform.now().0,
            ))),
            Command::Block { which } => self.show_block(&which).await,
            Command::User { who } => Ok(Output::text(text::account(&self.account(&who).await?))),
            Command::Finality { node } => Ok(Output::text(finality::finality(
                &self.finality(node.as_deref()).await?,
                self.platform.now().0,
            ))),
            Command::Why { what } => Ok(Output::text(self.why_named(&what).await?.text())),
            Command::Authority { add, node } => self.set_authority(&node, add).await,
            Command::Mempool => Ok(Output::text(text::mempool(
                &self.mempool(None).await?,
                self.platform.now().0,
            ))),
            Command::Ledger { table, filter } => self.show_ledger(table, filter.as_deref()).await,
            Command::Tx(draft) => self.send_and_show(draft).await,
            Command::Resend { who } => self.send_again(&who).await,
            Command::Forget { who } => self.give_up(&who).await,
            Command::Kill(target) => self.for_each(target, Action::Kill).await,
            Command::Start(target) => self.for_each(target, Action::Start).await,
            Command::Stop(target) => self.for_each(target, Action::Stop).await,
            Command::Wipe(Target::Node(name)) => self.wipe_node(&name).await,
            Command::Wipe(Target::All) => self.wipe_all().await,
            Command::Export { node } => self.save_ledger(&node).await,
            Command::Import { node } => self.choose_ledger(&node).await,
            Command::Compare { a, b } => self.compare(&a, &b).await,
            Command::Tamper { node, height, harm } => self.tamper(&node, height, harm).await,
            Command::Add(kind) => self.add(kind).await,
            Command::Difficulty(choice) => self.set_difficulty(choice).await,
            Command::Pace(pace) => self.set_pace(pace).await,
            Command::Traffic(per_minute) => self.set_traffic(per_minute).await,
            Command::Miners(count) => self.set_miners(count).await,
            Command::Log(level) => self.set_log_level(level).await,
            Command::Cut { a, b } => self.link_both_ways(&a, &b, true),
            Command::Heal { a, b } => self.link_both_ways(&a, &b, false),
            Command::Links(change) => self.change_links(&change),
            Command::Tour => {
                self.begin_tour();
                Ok(Output::text(
                    "The tour begins in the corner of the page; `Escape` ends it.".to_owned(),
                ))
            }
            Command::Quit => {
                let output = self.for_each(Target::All, Action::Stop).await?;
                Ok(Output::text(format!(
                    "{}\n`start all` starts them again.",
                    output.text
                )))
            }
        }
    }

    async fn show_block(&self, which: &str) -> Result<Output, Refusal> {
        match self.block(None, which).await? {
            Some(block) => Ok(Output::text(text::block(&block, self.platform.now().0))),
            None => {
                let which = which.to_owned();
                Err(LookupError::BlockNowhere { which }.into())
            }
        }
    }

    async fn show_ledger(
        &self,
        table: Option<Table>,
        filter: Option<&str>,
    ) -> Result<Output, Refusal> {
        let node = self.node_for(None)?;
        let name = Some(node.name.as_str());
        let Some(table) = table else {
            let counts = self.row_counts(&node.name).await?;
            return Ok(Output::text(rows::counts(&node.name, &counts)));
        };
        let (mut found, mut total) = (Vec::<Row>::new(), 0_u32);
        for query in queries(table, filter) {
            let page = self.ledger(name, query).await?;
            total = total.saturating_add(page.total);
            for row in page.rows {
                if found.iter().any(|other| other.key() == row.key()) {
                    total = total.saturating_sub(1);
                } else {
                    found.push(row);
                }
            }
        }
        Ok(Output::text(rows::rows(
            &node.name,
            table,
            &found,
            total,
            self.platform.now().0,
        )))
    }

    /// Does the same to one node or to all that it can be done to.
    async fn for_each(&self, target: Target, action: Action) -> Result<Output, Refusal> {
        match target {
            Target::Node(name) => {
                if action == Action::Start {
                    self.take_recorded(&self.node_name(&name)).await?;
                }
                let node = self.own_node(&name)?;
                Ok(Output {
                    node: Some(node.name.clone()),
                    ..Output::text(self.act_on(&node, action).await?)
                })
            }
            Target::All => {
                self.network()?;
                let mut nodes = self.roster.all();
                nodes.retain(|node| node.has_worker() != (action == Action::Start));
                let acts = nodes
                    .iter()
                    .map(|node| self.act_on(node, action).boxed_local());
                let done = side_by_side(acts.collect()).await;
                let lines: Vec<String> = done
                    .into_iter()
                    .map(|line| line.unwrap_or_else(|error| error.to_string()))
                    .collect();
                let nothing = || format!("There is no node to {} in this tab.", action.word());
                Ok(Output::text(if lines.is_empty() {
                    nothing()
                } else {
                    lines.join("\n")
                }))
            }
        }
    }

    /// A recorded node that this tab does not have yet, because another tab had it, is taken now if
    /// it is free.
    async fn take_recorded(&self, name: &str) -> Result<(), Refusal> {
        let here = self.roster.has(name);
        let entry = self
            .record()?
            .nodes
            .into_iter()
            .find(|node| node.name == name);
        if let (false, Some(entry)) = (here, entry) {
            self.take(&entry, NAME_WAIT_MS).await?;
        }
        Ok(())
    }

    async fn act_on(&self, node: &Rc<Member>, action: Action) -> Result<String, Refusal> {
        let name = &node.name;
        match action {
            Action::Kill => {
                self.kill_node(node)?;
                Ok(format!(
                    "{name} was killed: its worker was ended at once. `start {name}` brings it back from its ledger."
                ))
            }
            Action::Stop => {
                let clean = self.stop_node(node).await?;
                Ok(format!("{name} {}.", stopped(clean)))
            }
            Action::Start => {
                self.start_node(node).await?;
                let model = self.bus.fresh();
                let status = model
                    .nodes
                    .iter()
                    .find(|view| view.own && view.status.name == *name)
                    .map(|view| &view.status);
                let height = status.map_or(0, |status| status.height);
                let how = status.map_or("", |status| status.ledger_start.word());
                Ok(format!(
                    "{name} runs at height {}; its ledger: {how}.",
                    figures::grouped(height)
                ))
            }
        }
    }

    async fn add(&self, kind: NodeKind) -> Result<Output, Refusal> {
        let poa = kind == NodeKind::Poa;
        let mut added = None;
        self.change_record(|record| {
            let authorities = record
                .nodes
                .iter()
                .filter(|node| node.kind == NodeKind::Poa)
                .count();
            if record.nodes.len() >= MAX_NODES {
                return Err(NetworkError::TooManyNodes { limit: MAX_NODES }.into());
            }
            if poa && authorities >= MAX_AUTHORITIES {
                let limit = MAX_AUTHORITIES;
                return Err(NetworkError::TooManyAuthorities { limit }.into());
            }
            let entry = NodeEntry {
                name: record.free_name(kind),
                kind,
            };
            record.nodes.push(entry.clone());
            record.check_workers(record.miners)?;
            added = Some(entry);
            Ok(())
        })
        .await?;
        let entry = added.ok_or_else(|| self.opening.not_open())?;
        self.bring_up(&entry, NAME_WAIT_MS).await?;
        let text = format!("{} runs.", entry.name);
        if !poa {
            return Ok(Output {
                node: Some(entry.name),
                ..Output::text(text)
            });
        }
        let mut authorities = self.ordered_authorities().await?;
        authorities.push(node_key(&self.network()?.seed, &entry.name).address());
        let ordered = self.order_authorities(authorities, &entry.name, true);
        let ordered = ordered.await?;
        Ok(Output {
            text: format!("{text} {}", ordered.text),
            ..ordered
        })
    }

    async fn set_log_level(&self, level: Level) -> Result<Output, Refusal> {
        self.change_record(|record| {
            record.log = level;
            Ok(())
        })
        .await?;
        let word = match level {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
        };
        Ok(Output::text(format!(
            "The log keeps lines of level {word} and above."
        )))
    }

    async fn wipe_node(&self, name: &str) -> Result<Output, Refusal> {
        let node = self.own_node(name)?;
        let name = &node.name;
        let text = if node.has_worker() {
            self.ask_node(&node, ask::Wipe {}).await?;
            // With its ledger goes what waited at it.
            self.look_for_unsent();
            format!("The ledger of {name} was emptied; it fetches the chain again from its peers.")
        } else if let Some(database) = &node.database {
            self.platform
                .delete_database(database.clone())
                .await
                .map_err(StartupError::Delete)?;
            format!(
                "The ledger of {name} was deleted; `start {name}` lets it fetch the chain again."
            )
        } else {
            format!("{name} keeps no ledger while it does not run.")
        };
        self.bus.log(Level::Info, Topic::Storage, text.clone());
        Ok(Output {
            node: Some(name.clone()),
            ..Output::text(text)
        })
    }

    /// Begins the network again. Emptying one ledger after the other would not do: those that still
    /// have the chain would give it back to the others. So the new chain has a new genesis block.
    async fn wipe_all(&self) -> Result<Output, Refusal> {
        if self.opening.mode() != TabMode::Host {
            return Err(NetworkError::Watching.into());
        }
        let databases = self.databases()?;
        for node in self.roster.all() {
            self.abandon(&node);
        }
        let (network, now) = (self.name.clone(), self.platform.now());
        self.links.reset();
        let secrets = self.store.secrets()?;
        // Other tabs hear of it and let go of their nodes.
        self.change_record(|record| {
            record.begin_again(&network, secrets, now);
            Ok(())
        })
        .await?;
        self.delete_databases(&databases).await;
        self.start_recorded_nodes().await?;
        let chain = self.network()?.chain_id.short();
        let text =
            format!("All ledgers were deleted; network {network} begins again as chain {chain}.");
        self.bus.log(Level::Info, Topic::Storage, text.clone());
        Ok(Output::text(text))
    }
}

/// What can be done to a node or to all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Kill,
    Start,
    Stop,
}

impl Action {
    const fn word(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Start => "start",
            Self::Stop => "stop",
        }
    }
}
