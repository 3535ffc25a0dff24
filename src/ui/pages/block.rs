//! One block: its header field by field, the proof checked in the page, its transactions, its
//! bytes.

use yew::prelude::*;

use crate::app::pages::block::{children, lead};
use crate::ipc::{BlockInfo, Subject};
use crate::primitives::visible;
use crate::records::BlockKind;
use crate::ui::components::{
    Bytes, WhyPanel, block_mark, busy, check_list, empty, fact_to_copy, fact_with_hint,
    hash_digits, page_link, refusal, short_hash, told, transaction_table,
};
use crate::ui::context::{use_actions, use_picture};
use crate::ui::hooks::{Answer, use_answer};
use crate::ui::time;
use crate::view::check;
use crate::view::figures::{ago, bytes, difficulty, grouped};
use crate::view::route::Route;

#[derive(Properties, PartialEq)]
pub(crate) struct BlockPageProps {
    /// Hash, prefix of it, or height.
    pub(crate) which: String,
}

/// The page of a block.
#[component]
pub(crate) fn BlockPage(props: &BlockPageProps) -> Html {
    let (actions, picture) = (use_actions(), use_picture());
    // A new head changes the number of confirmations.
    let head = picture.tips.first().map(|tip| tip.hash.clone());
    let answer = use_answer((props.which.clone(), head), move |(which, _)| {
        let (app, which) = (actions.app().rc(), which.clone());
        async move { app.block(None, &which).await }
    });
    match &answer {
        Answer::Waiting => html! {
            <section class="panel">{ busy("Asking a node for the block…") }</section>
        },
        Answer::Refused(error) => html! {
            <section class="panel"><h1>{ "Block" }</h1>{ refusal(error) }</section>
        },
        Answer::Here(info) => match &**info {
            Some(info) => html! { <Block info={info.clone()} /> },
            None => html! {
                <section class="panel">
                    <h1>{ "No such block" }</h1>
                    <p>{ "No node of this tab has a block " }<code>{ &props.which }</code>{ "." }</p>
                    <WhyPanel about={Subject::Block(props.which.clone())} title="Why it is not on the chain" />
                    <p>{ page_link(&Route::Chain, "", "Go to the block tree") }</p>
                </section>
            },
        },
    }
}

#[derive(Properties, PartialEq)]
struct BlockProps {
    info: BlockInfo,
}

/// A block that a node has.
#[component]
fn Block(props: &BlockProps) -> Html {
    let (picture, info) = (use_picture(), &props.info);
    let block = &info.summary;
    // Hashing again is cheap, but not needed while the bytes are the same.
    let about = (
        info.raw.clone(),
        block.hash.clone(),
        picture.chain_id.clone(),
    );
    let checks = use_memo(about, |(raw, hash, chain_id)| {
        check::block(raw, hash, chain_id)
    });
    html! {
        <div class="block-page">
            <section class="panel panel-full">
                <div class="panel-title">
                    <h1>{ block_mark(block.kind) }{ format!(" Block {}", grouped(block.height)) }</h1>
                    <div class="toolbar">
                        if block.height > 0 {
                            { page_link(&Route::Block(block.previous_hash.clone()), "button", "Parent") }
                        }
                        for (hash, text) in children(block, &picture) {
                            { page_link(&Route::Block(hash), "button", text) }
                        }
                    </div>
                </div>
                <p class="text-lead">{ told(&lead(info)) }</p>
                <p class="full-hash hash">{ hash_digits(&block.hash) }</p>
                <WhyPanel about={Subject::Block(block.hash.clone())} title="Why it is not on the chain" />
            </section>
            <section class="panel">
                <h2>{ "Header" }</h2>
                <p class="text-hint">{ "204 bytes. Their SHA-256 is the block's id, so no field can change without another id." }</p>
                { fields(info, time::now()) }
            </section>
            <section class="panel">
                <h2>{ "Checked in this page" }</h2>
                <p class="text-hint">{ "Computed here from the block's bytes, without believing the node that sent them." }</p>
                { check_list(&checks) }
            </section>
            <section class="panel panel-full">
                <h2>{ format!("Transactions ({})", info.transactions.len()) }</h2>
                if info.transactions.is_empty() {
                    { empty("None: nothing was waiting when the block was made.") }
                } else {
                    { transaction_table(&info.transactions) }
                }
            </section>
            <section class="panel panel-full">
                <h2>{ format!("Bytes ({})", bytes(u64::from(info.size))) }</h2>
                if !info.data.is_empty() {
                    <p>{ "Free data of the maker: " }<q><bdi>{ visible(&info.data) }</bdi></q></p>
                }
                <Bytes hex={info.raw.clone()} />
            </section>
        </div>
    }
}

fn fields(info: &BlockInfo, now: u64) -> Html {
    let block = &info.summary;
    let authority = block.kind == BlockKind::Authority;
    let weight = if authority {
        "Weight that an authority block adds to its chain."
    } else {
        "Expected tries to find it: the target is 2^256 / difficulty."
    };
    html! {
        <dl class="facts">
            { fact_with_hint("Kind", "Work: anybody, by a hash below the target. Authority: the one whose slot it is, by a signature.",
                block.kind.word()) }
            { fact_with_hint("Height", "Blocks below it, the genesis block among them.", grouped(block.height)) }
            { fact_to_copy("Parent", "The id of the block below. This is the chain.", &block.previous_hash, html! {
                if block.height == 0 {
                    { "none" }
                } else {
                    { short_hash(&block.previous_hash, Some(Route::Block(block.previous_hash.clone()))) }
                }
            }) }
            { hash("Transaction root", "Merkle root over the transactions, signatures included.", &info.tx_root) }
            { hash("State root", "One hash over all accounts, names and assets after this block.", &block.state_root) }
            { fact_with_hint("Time", "By the maker's clock; later than the parent's and not in the future.",
                format!("{} ({})", time::exact(block.timestamp), ago(block.timestamp, now))) }
            { fact_with_hint("Difficulty", weight, difficulty(block.difficulty)) }
            { fact_with_hint("Slot", "The authority's turn, counted from the genesis time; 0 for work.",
                grouped(block.slot)) }
            { fact_to_copy("Sealer", "The node that made it and is paid the reward and the fees.", &block.miner_id, html! {
                <>
                    { told(&format!("{} ", block.miner)) }{ short_hash(&block.miner_id, None) }
                </>
            }) }
            { hash("Data hash", "SHA-256 of the maker's free data.", &info.data_hash) }
            { fact_with_hint("Nonce", "The number that miners vary until the id is low enough; 0 for an authority.",
                block.nonce) }
            if authority {
                { hash("Seal", "The authority's signature, outside the id.", &info.seal) }
            }
            { fact_with_hint("Weight of the chain", "Sum of the difficulties up to here: the heaviest chain wins.",
                grouped(block.weight)) }
        </dl>
    }
}

fn hash(term: &'static str, hint: &'static str, hash: &str) -> Html {
    fact_to_copy(term, hint, hash, short_hash(hash, None))
}
