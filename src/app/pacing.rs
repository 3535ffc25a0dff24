//! What a person asks of the miners of this tab: their pace, how many there are, and the network's
//! difficulty.

use super::machine::App;
use super::output::{Output, in_force};
use super::record::Record;
use crate::command::DifficultyChoice;
use crate::ipc::{Pace, Refusal, TransactionInfo};
use crate::primitives::{Difficulty, Millis, ParamsChange, Retarget};
use crate::view::{figures, words};

/// With an automatic difficulty this many work blocks ahead of time double it: few enough to follow
/// a miner that comes or goes within a minute, enough to be steady.
const BLOCKS_TO_DOUBLE: u64 = 8;
/// What to do about blocks that come too quickly.
const KEEP: &str = "`difficulty auto` keeps the time between work blocks.";
/// Bounds of an automatic difficulty in zero digits.
const AUTOMATIC: [u8; 2] = [1, 10];

impl App {
    pub(super) async fn set_difficulty(&self, choice: DifficultyChoice) -> Result<Output, Refusal> {
        let (change, what) = match choice {
            DifficultyChoice::Digits(digits) => {
                let difficulty = Difficulty::from_zero_digits(digits);
                let change = ParamsChange {
                    difficulty: Some(difficulty),
                    retarget: Some(Retarget::Fixed),
                    ..ParamsChange::default()
                };
                (change, figures::difficulty(difficulty.0))
            }
            DifficultyChoice::Automatic => {
                let ideal = self.ideal_interval()?;
                let what = format!(
                    "automatic, with a work block about every {}",
                    figures::interval(ideal.0)
                );
                (self.automatic(ideal), what)
            }
        };
        let sent: TransactionInfo = self.change_params(change).await?;
        let mut text = format!(
            "The operator's change of the difficulty to {what} was sent ({}); it is in force {}.",
            figures::short(&sent.tx_hash),
            in_force()
        );
        if let DifficultyChoice::Digits(digits) = choice {
            let difficulty = Difficulty::from_zero_digits(digits);
            text.extend(words::far_away(&self.bus.fresh(), difficulty.0));
        }
        Ok(Output {
            text,
            sent: Some(sent),
            node: None,
        })
    }

    /// The interval that the pace aims at, or the usual one.
    fn ideal_interval(&self) -> Result<Millis, Refusal> {
        Ok(match self.record()?.pace {
            Pace::Interval { ms } => Millis(ms),
            Pace::Full | Pace::Max | Pace::Paused => Pace::DEFAULT_INTERVAL,
        })
    }

    /// An automatic difficulty that begins where this tab's hash rate puts it, or where it is.
    fn automatic(&self, ideal: Millis) -> ParamsChange {
        let [min, max] = AUTOMATIC.map(Difficulty::from_zero_digits);
        let model = self.bus.fresh();
        let own = model.nodes.iter().filter(|node| node.own && node.is_up());
        let now = own
            .clone()
            .map(|node| node.status.difficulty)
            .max()
            .unwrap_or(0);
        let rate: f64 = own.map(|node| node.status.hash_rate).sum();
        let paced = model
            .nodes
            .iter()
            .any(|node| node.status.hash_budget.is_some());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a start that need not be exact; a float becomes the nearest integer and never wraps"
        )]
        let reached = (rate * ideal.0 as f64 / 1_000.0) as u64;
        let base = Difficulty(if paced { now } else { now.max(reached) }.clamp(min.0, max.0));
        let half_life = Millis(ideal.0.saturating_mul(BLOCKS_TO_DOUBLE));
        ParamsChange {
            difficulty: Some(base),
            retarget: Some(Retarget::Asert {
                ideal,
                half_life,
                min,
                max,
            }),
            ..ParamsChange::default()
        }
    }

    pub(super) async fn set_pace(&self, pace: Pace) -> Result<Output, Refusal> {
        self.change_workload(|record| record.pace = pace).await?;
        let text = match pace {
            Pace::Full => format!(
                "Miners hash as fast as the machine can with one core left to the page, and rest a moment when you click or type. {KEEP}"
            ),
            Pace::Max => format!("Miners hash as fast as the machine can. {KEEP}"),
            Pace::Paused => "Miners rest until they are given a pace.".to_owned(),
            Pace::Interval { ms } => {
                format!(
                    "Miners have a hash budget for one work block about every {}.",
                    figures::interval(ms)
                )
            }
        };
        Ok(Output::text(text))
    }

    pub(super) async fn set_miners(&self, count: u32) -> Result<Output, Refusal> {
        self.record()?.check_workers(count)?;
        self.change_workload(|record| record.miners = count).await?;
        Ok(Output::text(format!(
            "Each proof-of-work node has {} now.",
            figures::count_of(count.into(), "miner worker", "miner workers")
        )))
    }

    /// Has the miners follow a change at once, and writes it then: another tab may have the record
    /// for seconds.
    async fn change_workload(&self, change: impl Fn(&mut Record)) -> Result<(), Refusal> {
        let before = self.record()?;
        let mut changed = before.clone();
        change(&mut changed);
        self.store.replace(changed);
        self.share_out();
        let written = self.change_record(|record| {
            change(record);
            Ok(())
        });
        let written = written.await;
        if written.is_err() {
            self.store.replace(before);
            self.share_out();
        }
        written
    }
}
