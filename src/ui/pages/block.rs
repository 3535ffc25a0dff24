//! One block: its header field by field, the proof checked in the page, its transactions, its bytes.

use yew::prelude::*;

use super::fields::{checks, transaction_list};
use crate::ipc::{BlockInfo, BlockSummary};
use crate::primitives::visible;
use crate::records::BlockKind;
use crate::ui::actions::Actions;
use crate::ui::components::{
    block_mark, busy, copied_fact, fact, facts, hash_fact, hash_link, hash_text, hex_dump, refusal,
    to, to_tab,
};
use crate::ui::hooks::{Answer, use_answer, use_checks, use_model};
use crate::ui::markup::html;
use crate::ui::time;
use crate::view::Model;
use crate::view::check::{self, Check};
use crate::view::figures::{bytes, count_of, difficulty, grouped, short};
use crate::view::route::Route;

/// The page of a block: hash, prefix of it, or height.
#[hook]
pub(crate) fn use_block(actions: Actions, which: String) -> Html {
    let (model, now) = (use_model(), time::now());
    // A new head changes the number of confirmations.
    let head = model
        .tips
        .first()
        .map(|tip| tip.hash.as_str())
        .unwrap_or_default();
    let ask = {
        let (host, which) = (actions.host(), which.clone());
        move || async move { host.block(None, &which).await }
    };
    let answer = use_answer(format!("{which} {head}"), ask);
    let info = answer.here().and_then(Option::as_ref);
    // Hashing again is cheap, but not needed while the bytes are the same.
    let raw = info.map(|info| {
        (
            info.raw.clone(),
            info.summary.hash.clone(),
            model.chain_id.clone(),
        )
    });
    let (raw, hash, chain_id) = raw.unwrap_or_default();
    let key = format!("{hash} {raw}");
    let check = move || {
        if raw.is_empty() {
            Vec::new()
        } else {
            check::block(&raw, &hash, &chain_id)
        }
    };
    let checks = use_checks(key, Box::new(check));
    match (&answer, info) {
        (_, Some(info)) => shown(&actions, info, &checks, &model, now),
        (Answer::Waiting, _) => {
            html! { <section class="panel">{ busy("Asking a node for the block…") }</section> }
        }
        (Answer::Refused(error), _) => html! {
            <section class="panel"><h1>{ "Block" }</h1>{ refusal(error) }</section>
        },
        (Answer::Here(_), None) => html! {
            <section class="panel">
                <h1>{ "No such block" }</h1>
                <p>{ "No node of this tab has a block " }<code>{ which }</code>{ "." }</p>
                <p>{ to(&Route::Chain, "", "Go to the block tree".into()) }</p>
            </section>
        },
    }
}

fn shown(actions: &Actions, info: &BlockInfo, checked: &[Check], model: &Model, now: u64) -> Html {
    let block = &info.summary;
    html! {
        <div class="block-page">
            <section key="head" class="panel wide">
                <div class="panel-title">
                    <h1>{ block_mark(block.kind) }{ format!(" Block {}", grouped(block.height)) }</h1>
                    { neighbours(block, model) }
                </div>
                <p class="lead">{ lead(info) }</p>
                <p class="full-hash hash">{ super::fields::digits(&block.hash) }</p>
            </section>
            <section key="fields" class="panel">
                <h2>{ "Header" }</h2>
                <p class="hint">{ "204 bytes. Their SHA-256 is the block's id, so no field can change without another id." }</p>
                { facts("fields", "explained", fields(actions, info, now)) }
            </section>
            <section key="checks" class="panel">
                <h2>{ "Checked in this page" }</h2>
                <p class="hint">{ "Computed here from the block's bytes, without believing the node that sent them." }</p>
                { checks(checked) }
            </section>
            <section key="transactions" class="panel wide">
                <h2>{ format!("Transactions ({})", info.transactions.len()) }</h2>
                if info.transactions.is_empty() {
                    <p class="empty">{ "None: nothing was waiting when the block was made." }</p>
                } else {
                    { transaction_list(&info.transactions) }
                }
            </section>
            <section key="bytes" class="panel wide">
                <h2>{ format!("Bytes ({})", bytes(u64::from(info.size))) }</h2>
                if !info.data.is_empty() {
                    <p>{ "Free data of the maker: " }<q>{ visible(&info.data) }</q></p>
                }
                { hex_dump(actions, &info.raw) }
            </section>
        </div>
    }
}

/// Links to the parent and to the block above.
fn neighbours(block: &BlockSummary, model: &Model) -> Html {
    let children: Vec<_> = model
        .blocks
        .values()
        .filter(|b| b.previous_hash == block.hash)
        .collect();
    let button = |hash: &str, text: String| {
        to_tab(&Route::Block(hash.to_owned()), "button", false, text.into())
    };
    html! {
        <div class="toolbar">
            if block.height > 0 {
                { button(&block.previous_hash, "Parent".to_owned()) }
            }
            { for children.iter().map(|child| {
                let text = if children.len() > 1 { format!("Child {}", short(&child.hash)) } else { "Child".to_owned() };
                button(&child.hash, text)
            }) }
        </div>
    }
}

fn lead(info: &BlockInfo) -> String {
    let block = &info.summary;
    let place = if block.on_best_chain {
        format!(
            "It is on the heaviest chain with {}.",
            count_of(info.confirmations, "confirmation", "confirmations")
        )
    } else {
        "It is beside the heaviest chain: valid, but a heavier branch won.".to_owned()
    };
    if block.height == 0 {
        return format!("The genesis block: all nodes of the network begin with it. {place}");
    }
    let how = if block.kind == BlockKind::Authority {
        format!(
            "{} sealed it in its slot {} by a signature.",
            block.miner,
            grouped(block.slot)
        )
    } else {
        format!("{} found its nonce by trying.", block.miner)
    };
    format!("{how} {place}")
}

fn fields(actions: &Actions, info: &BlockInfo, now: u64) -> Vec<Html> {
    let block = &info.summary;
    let authority = block.kind == BlockKind::Authority;
    let hash = |term: &'static str, hint: &'static str, hash: &str| {
        hash_fact(actions, term, hint, hash, None)
    };
    let parent = if block.height == 0 {
        "none".into()
    } else {
        hash_link(
            &block.previous_hash,
            &Route::Block(block.previous_hash.clone()),
        )
    };
    let made = format!(
        "{} ({})",
        time::exact(block.timestamp),
        time::ago(block.timestamp, now)
    );
    let sealer = html! { <>{ format!("{} ", block.miner) }{ hash_text(&block.miner_id) }</> };
    let weight = if authority {
        "Weight that an authority block adds to its chain."
    } else {
        "Expected tries to find it: the target is 2^256 / difficulty."
    };
    let mut list = vec![
        fact(
            "Kind",
            "Work: anybody, by a hash below the target. Authority: the one whose slot it is, by a signature.",
            block.kind.word().into(),
        ),
        fact(
            "Height",
            "Blocks between it and the genesis block.",
            grouped(block.height).into(),
        ),
        copied_fact(
            actions,
            "Parent",
            "The id of the block below. This is the chain.",
            &block.previous_hash,
            parent,
        ),
        hash(
            "Transaction root",
            "Merkle root over the transactions, signatures included.",
            &info.tx_root,
        ),
        hash(
            "State root",
            "One hash over all accounts, names and assets after this block.",
            &block.state_root,
        ),
        fact(
            "Time",
            "By the maker's clock; later than the parent's and not in the future.",
            made.into(),
        ),
        fact("Difficulty", weight, difficulty(block.difficulty).into()),
        fact(
            "Slot",
            "The authority's turn, counted from the genesis time; 0 for work.",
            grouped(block.slot).into(),
        ),
        copied_fact(
            actions,
            "Sealer",
            "The node that made it and is paid the reward and the fees.",
            &block.miner_id,
            sealer,
        ),
        hash(
            "Data hash",
            "SHA-256 of the maker's free data.",
            &info.data_hash,
        ),
        fact(
            "Nonce",
            "The number that miners vary until the id is low enough; 0 for an authority.",
            block.nonce.to_string().into(),
        ),
    ];
    if authority {
        list.push(hash(
            "Seal",
            "The authority's signature, outside the id.",
            &info.seal,
        ));
    }
    let hint = "Sum of the difficulties up to here: the heaviest chain wins.";
    list.push(fact(
        "Weight of the chain",
        hint,
        grouped(block.weight).into(),
    ));
    list
}
