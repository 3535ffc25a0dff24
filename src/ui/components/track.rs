//! Sent, seen, committed: how far a transaction is.

use yew::prelude::*;

use super::page_link;
use crate::app::pages::transaction::{Progress, fate, seen};
use crate::ipc::TransactionInfo;
use crate::ui::time;
use crate::view::Model;
use crate::view::route::Route;

/// The way of a transaction.
pub(crate) fn track(tx: &TransactionInfo, picture: &Model) -> Html {
    let fate = fate(tx);
    let is_seen = if tx.seen_by > 0 {
        Progress::Done
    } else {
        Progress::Next
    };
    // Of when it was sent no node knows once it is decided: the date is that of the step that it
    // has come to.
    let date: Html = time::of_day(tx.timestamp).into();
    html! {
        <ol class="track" aria-label="How far the transaction is">
            { step(Progress::Done, "Sent".to_owned(), if fate.progress == Progress::Next { date.clone() } else { Html::default() }) }
            { step(is_seen, seen(tx, picture), "nodes of this tab that hold it".into()) }
            { step(fate.progress, fate.title, html! {
                <>
                    { fate.more }
                    if fate.progress != Progress::Next {
                        { ", dated " }{ date }
                    }
                    if !tx.block_id.is_empty() && fate.progress == Progress::Done {
                        { " by its " }{ page_link(&Route::Block(tx.block_id.clone()), "", "block") }
                    }
                </>
            }) }
        </ol>
    }
}

fn step(progress: Progress, title: String, more: Html) -> Html {
    let class = match progress {
        Progress::Done => "track-done",
        Progress::Next => "track-next",
        Progress::Failed => "track-failed",
    };
    html! { <li {class}><strong>{ title }</strong><span>{ more }</span></li> }
}
