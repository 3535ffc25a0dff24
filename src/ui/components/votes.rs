//! Finality in a panel: what is decided, who votes and who is missed, and who is proven guilty,
//! checked again here.

use yew::prelude::*;

use super::{
    Column, Confirm, RunButton, busy, check_list, fact, fact_with_hint, refusal, short_hash,
    table_of,
};
use crate::app::pages::finality::{VoterLine, check_evidence, mark, voters};
use crate::command::Command;
use crate::ipc::{CheckpointRecord, EvidenceRecord, FinalityInfo};
use crate::ui::context::{use_actions, use_picture};
use crate::ui::hooks::{Answer, use_answer};
use crate::ui::time;
use crate::view::figures::{count_of, grouped};
use crate::view::finality::{DEPTH_ALONE, of_info};
use crate::view::route::Route;

/// The columns of the table.
const COLUMNS: &[Column] = &[
    Column::Words("Authority"),
    Column::Words("Vote"),
    Column::Unseen("Actions"),
];

/// The panel of finality.
#[component]
pub(crate) fn Votes() -> Html {
    let (actions, picture) = (use_actions(), use_picture());
    let answer = use_answer(mark(&picture), move |_| {
        let app = actions.app().rc();
        async move { app.finality(None).await }
    });
    match &answer {
        Answer::Waiting => busy("Asking the nodes what is final…"),
        Answer::Refused(error) => refusal(error),
        Answer::Here(info) if info.authorities == 0 => html! { <p>{ DEPTH_ALONE }</p> },
        Answer::Here(info) => html! {
            <>
                { facts(info) }
                { table(&voters(info, &picture, time::now())) }
                // Nothing can be checked before the picture has the network's id: that is no
                // verdict.
                if !info.evidence.is_empty() && !picture.chain_id.is_empty() {
                    <h3>{ "Proven offences" }</h3>
                    for record in &info.evidence {
                        <Proof key={record.raw.clone()} record={record.clone()} chain_id={picture.chain_id.clone()} />
                    }
                }
            </>
        },
    }
}

fn facts(info: &FinalityInfo) -> Html {
    html! {
        <>
            <dl class="facts">
                { fact_with_hint("Final", "Never given up: to undo it, a third of the authorities must be caught lying.", html! {
                    <>
                        { checkpoint(&info.last_final) }
                        { format!(", {} below the head", count_of(info.lag, "block", "blocks")) }
                    </>
                }) }
                { fact_with_hint("Justified", "Two thirds of the authorities confirmed it once; the head is chosen above it.",
                    checkpoint(&info.justified)) }
                { fact("Votes needed", format!("{} of {}", info.needed, info.authorities)) }
            </dl>
            if let Some(why) = of_info(info, time::now()) {
                <p class="text-warning" role="status">{ why }</p>
            }
        </>
    }
}

fn checkpoint(record: &CheckpointRecord) -> Html {
    html! {
        <>
            { format!("height {} (epoch {}) ", grouped(record.height), grouped(record.epoch)) }
            { short_hash(&record.hash, Some(Route::Block(record.hash.clone()))) }
        </>
    }
}

fn table(lines: &[VoterLine]) -> Html {
    let last = lines.iter().filter(|line| line.is_authority).count() == 1;
    let rows = html! {
        for line in lines {
            <tr key={line.name.clone()} class={classes!((!line.is_authority).then_some("row-muted"))}>
                <th scope="row">{ &line.name }</th>
                <td>{ line.says() }</td>
                <td class="cell-actions">{ order(line, last) }</td>
            </tr>
        }
    };
    table_of("Table of votes", COLUMNS, rows)
}

fn order(line: &VoterLine, last: bool) -> Html {
    if !line.is_known || (line.is_authority && last) {
        return Html::default();
    }
    let command = Command::Authority {
        add: !line.is_authority,
        node: line.name.clone(),
    };
    if line.is_authority {
        let name = format!("Remove {} from the authorities", line.name);
        return html! { <Confirm label="Remove" question={format!("{name}?")} {name} {command} /> };
    }
    let label = format!("Make {} an authority", line.name);
    html! {
        <RunButton {command} {label} title="The operator signs a change of the parameters; it is in force some blocks after the one that holds it">
            { "Make it an authority" }
        </RunButton>
    }
}

#[derive(Properties, PartialEq)]
struct ProofProps {
    record: EvidenceRecord,
    chain_id: String,
}

/// One offence, with the check of it.
#[component]
fn Proof(props: &ProofProps) -> Html {
    let record = &props.record;
    let about = (record.clone(), props.chain_id.clone());
    let list = use_memo(about, |(record, chain)| vec![check_evidence(record, chain)]);
    html! {
        <div class="proof">
            <p><strong>{ &record.guilty }</strong>{ format!(" is guilty: {}.", record.reason) }</p>
            { check_list(&list) }
        </div>
    }
}
