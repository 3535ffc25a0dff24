//! The charts of the network, from the nodes' own reports and ledgers.

use yew::prelude::*;

use crate::app::pages::charts;
use crate::ui::components::{ChartView, page_link};
use crate::ui::context::{use_actions, use_picture};
use crate::ui::hooks::use_answer;
use crate::view::chart::Chart;
use crate::view::charts::storage;
use crate::view::route::Route;

/// The page. The pictures change when what they show does.
#[component]
pub(crate) fn ChartsPage() -> Html {
    let (actions, picture) = (use_actions(), use_picture());
    let app = actions.app().rc();
    // The ledgers are asked for once in ten blocks, and when a node comes or goes.
    let height = picture.tips.first().map_or(0, |tip| tip.height) / 10;
    let up = picture.nodes.iter().filter(|node| node.is_up()).count();
    let stored = use_answer((height, up), move |_| async move { Ok(app.stored().await) });
    let stored = stored.here().map(|nodes| storage(nodes));
    html! {
        <>
            <div class="panel-title charts-title">
                <h1>{ "Charts" }</h1>
                { page_link(&Route::Chain, "text-more", "Block tree") }
            </div>
            <div class="charts">
                for chart in charts::of(&picture).into_iter().chain(stored) {
                    { keyed(chart) }
                }
            </div>
        </>
    }
}

fn keyed(chart: Chart) -> Html {
    let key = chart.title;
    html! { <ChartView {key} {chart} /> }
}
