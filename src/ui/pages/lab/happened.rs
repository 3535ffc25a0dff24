//! What happened up to the moment that is looked at, the latest first.

use std::rc::Rc;

use yew::prelude::*;

use crate::app::pages::lab::timeline::time_text;
use crate::app::pages::lab::words::{class_of, happening};
use crate::lab::Happening;
use crate::lab::desk::Order;
use crate::ui::components::Empty;
use crate::ui::lab::{use_bench, use_hands};

/// Lines that are drawn.
const LINES: usize = 60;

/// The panel.
#[component]
pub(super) fn Happened() -> Html {
    let bench = use_bench();
    let lines = bench.happenings.iter().rev().take(LINES);
    html! {
        <section class="panel lab-happened" aria-label="What happened">
            <h2>{ "What happened" }</h2>
            <div class="lab-lines" id="lab-lines" tabindex="0" role="group" aria-label="What happened, the latest first, scrolls">
                if bench.happenings.is_empty() {
                    <Empty text="Nothing yet." />
                }
                for (number, one) in lines.enumerate() {
                    <Line key={bench.happenings.len() - number} one={Rc::clone(one)} />
                }
            </div>
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct LineProps {
    one: Rc<Happening>,
}

#[component]
fn Line(props: &LineProps) -> Html {
    let (hands, one) = (use_hands(), &props.one);
    let at = one.at;
    let go = move |_: MouseEvent| hands.order(Order::Seek(at));
    html! {
        <p class={classes!("lab-entry-line", class_of(one.what))}>
            <button type="button" class="button-plain lab-entry-time" title="Go to this moment" onclick={go}>{ time_text(at) }</button>
            if let Some(node) = &one.node {
                <strong>{ node }</strong>{ " " }
            }
            { happening(one) }
        </p>
    }
}
