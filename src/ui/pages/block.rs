//! One block: its header field by field, the proof checked in the page, its transactions, its bytes.

use yew::prelude::*;

use super::fields::{Checks, TransactionList};
use crate::ipc::{BlockInfo, BlockSummary};
use crate::ui::components::{BlockMark, Busy, Fact, Facts, HashLink, HexDump, Refusal, To};
use crate::ui::hooks::{Answer, use_answer, use_model, use_now};
use crate::ui::time;
use crate::view::check;
use crate::view::figures::{bytes, count_of, difficulty, grouped, short};
use crate::view::route::Route;

#[derive(Properties, PartialEq)]
pub(crate) struct BlockProps {
    /// Hash, prefix of it, or height.
    pub(crate) which: String,
}

/// The page of a block.
#[component]
pub(crate) fn Block(props: &BlockProps) -> Html {
    let model = use_model();
    // A new head changes the number of confirmations.
    let head = model.tips.first().map(|tip| tip.hash.clone()).unwrap_or_default();
    let answer =
        use_answer((props.which.clone(), head), |host, (which, _)| async move { host.block(None, &which).await });
    match &answer {
        Answer::Waiting => html! { <section class="panel"><Busy text="Asking a node for the block…" /></section> },
        Answer::Refused(error) => html! {
            <section class="panel"><h1>{ "Block" }</h1><Refusal error={error.clone()} /></section>
        },
        Answer::Here(info) => match info.as_ref() {
            Some(info) => html! { <Shown info={info.clone()} chain_id={model.chain_id.clone()} /> },
            None => html! {
                <section class="panel">
                    <h1>{ "No such block" }</h1>
                    <p>{ "No node of this tab has a block " }<code>{ props.which.clone() }</code>{ "." }</p>
                    <p><To route={Route::Chain}>{ "Go to the block tree" }</To></p>
                </section>
            },
        },
    }
}

#[derive(Properties, PartialEq)]
struct ShownProps {
    info: BlockInfo,
    chain_id: String,
}

#[component]
fn Shown(props: &ShownProps) -> Html {
    let info = &props.info;
    let block = &info.summary;
    // Hashing again is cheap, but not needed while the bytes are the same.
    let checks = use_memo((info.raw.clone(), block.hash.clone(), props.chain_id.clone()), |(raw, hash, chain_id)| {
        check::block(raw, hash, chain_id)
    });
    html! {
        <div class="block-page">
            <section key="head" class="panel wide">
                <div class="panel-title">
                    <h1><BlockMark kind={block.kind.clone()} />{ format!(" Block {}", grouped(block.height)) }</h1>
                    <Neighbours block={block.clone()} />
                </div>
                <p class="lead">{ lead(info) }</p>
                <p class="full-hash hash">{ super::fields::digits(&block.hash) }</p>
            </section>
            <section key="fields" class="panel">
                <h2>{ "Header" }</h2>
                <p class="hint">{ "204 bytes. Their SHA-256 is the block's id, so no field can change without another id." }</p>
                <Facts class="explained">{ fields(info) }</Facts>
            </section>
            <section key="checks" class="panel">
                <h2>{ "Checked in this page" }</h2>
                <p class="hint">{ "Computed here from the block's bytes, without believing the node that sent them." }</p>
                <Checks checks={(*checks).clone()} />
            </section>
            <section key="transactions" class="panel wide">
                <h2>{ format!("Transactions ({})", info.transactions.len()) }</h2>
                if info.transactions.is_empty() {
                    <p class="empty">{ "None: nothing was waiting when the block was made." }</p>
                } else {
                    <TransactionList transactions={info.transactions.clone()} />
                }
            </section>
            <section key="bytes" class="panel wide">
                <h2>{ format!("Bytes ({})", bytes(u64::from(info.size))) }</h2>
                if !info.data.is_empty() {
                    <p>{ "Free data of the maker: " }<q>{ info.data.clone() }</q></p>
                }
                <HexDump hex={info.raw.clone()} />
            </section>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct NeighboursProps {
    block: BlockSummary,
}

/// Links to the parent and to the block above.
#[component]
fn Neighbours(props: &NeighboursProps) -> Html {
    let model = use_model();
    let block = &props.block;
    let children: Vec<&BlockSummary> = model.blocks.values().filter(|b| b.previous_hash == block.hash).collect();
    html! {
        <div class="toolbar">
            if block.height > 0 {
                <To key="parent" route={Route::Block(block.previous_hash.clone())} class="button">{ "Parent" }</To>
            }
            { for children.iter().map(|child| html! {
                <To key={child.hash.clone()} route={Route::Block(child.hash.clone())} class="button">
                    { if children.len() > 1 { format!("Child {}", short(&child.hash)) } else { "Child".to_owned() } }
                </To>
            }) }
        </div>
    }
}

fn lead(info: &BlockInfo) -> String {
    let block = &info.summary;
    let place = if block.on_best_chain {
        format!("It is on the heaviest chain with {}.", count_of(info.confirmations, "confirmation", "confirmations"))
    } else {
        "It is beside the heaviest chain: valid, but a heavier branch won.".to_owned()
    };
    if block.height == 0 {
        return format!("The genesis block: all nodes of the network begin with it. {place}");
    }
    let how = if block.kind == "authority" {
        format!("{} sealed it in its slot {} by a signature.", block.miner, grouped(block.slot))
    } else {
        format!("{} found its nonce by trying.", block.miner)
    };
    format!("{how} {place}")
}

fn fields(info: &BlockInfo) -> Html {
    let block = &info.summary;
    let authority = block.kind == "authority";
    html! {
        <>
            <Fact key="kind" term="Kind" hint="Work: anybody, by a hash below the target. Authority: the one whose slot it is, by a signature.">{ block.kind.clone() }</Fact>
            <Fact key="height" term="Height" hint="Blocks between it and the genesis block.">{ grouped(block.height) }</Fact>
            <Fact key="parent" term="Parent" copy={block.previous_hash.clone()} hint="The id of the block below. This is the chain.">
                if block.height == 0 { { "none" } } else {
                    <HashLink hash={block.previous_hash.clone()} route={Route::Block(block.previous_hash.clone())} />
                }
            </Fact>
            <Fact key="tx_root" term="Transaction root" copy={info.tx_root.clone()} hint="Merkle root over the transactions, signatures included.">
                <HashLink hash={info.tx_root.clone()} />
            </Fact>
            <Fact key="state_root" term="State root" copy={block.state_root.clone()} hint="One hash over all accounts, names and assets after this block.">
                <HashLink hash={block.state_root.clone()} />
            </Fact>
            <Fact key="time" term="Time" hint="By the maker's clock; later than the parent's and not in the future.">
                <Made at={block.timestamp} />
            </Fact>
            <Fact key="difficulty" term="Difficulty" hint={if authority { "Weight that an authority block adds to its chain." } else { "Expected tries to find it: the target is 2^256 / difficulty." }}>
                { difficulty(block.difficulty) }
            </Fact>
            <Fact key="slot" term="Slot" hint="The authority's turn, counted from the genesis time; 0 for work.">{ grouped(block.slot) }</Fact>
            <Fact key="sealer" term="Sealer" copy={block.miner_id.clone()} hint="The node that made it and is paid the reward and the fees.">
                { format!("{} ", block.miner) }<HashLink hash={block.miner_id.clone()} />
            </Fact>
            <Fact key="data_hash" term="Data hash" copy={info.data_hash.clone()} hint="SHA-256 of the maker's free data.">
                <HashLink hash={info.data_hash.clone()} />
            </Fact>
            <Fact key="nonce" term="Nonce" hint="The number that miners vary until the id is low enough; 0 for an authority.">{ block.nonce.to_string() }</Fact>
            if authority {
                <Fact key="seal" term="Seal" copy={info.seal.clone()} hint="The authority's signature, outside the id.">
                    <HashLink hash={info.seal.clone()} />
                </Fact>
            }
            <Fact key="weight" term="Weight of the chain" hint="Sum of the difficulties up to here: the heaviest chain wins.">{ grouped(block.weight) }</Fact>
        </>
    }
}

#[derive(Properties, PartialEq)]
struct MadeProps {
    at: u64,
}

#[component]
fn Made(props: &MadeProps) -> Html {
    let now = use_now();
    html! { { format!("{} ({})", time::exact(props.at), time::ago(props.at, now)) } }
}
