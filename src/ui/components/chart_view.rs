//! A chart: its sentence, its picture, and its figures as a table behind "As text".

use yew::prelude::*;

use super::table_box;

use crate::view::chart::{Chart, Drawing, Lines};

/// Size of the picture in its own units, and where its axes lie.
const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 230.0;
const LEFT: f64 = 46.0;
const RIGHT: f64 = 10.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 40.0;
/// Names along the bottom are written aslant from so many on.
const CROWD: usize = 7;

#[derive(Properties, PartialEq)]
pub(crate) struct ChartViewProps {
    pub(crate) chart: Chart,
}

/// The chart. It is drawn again only when it reads differently.
#[component]
pub(crate) fn ChartView(props: &ChartViewProps) -> Html {
    let chart = &props.chart;
    html! {
        <section class="panel chart" aria-label={chart.title}>
            <h2>{ chart.title }</h2>
            <p class="text-hint">{ &chart.lead }</p>
            if let Some(drawing) = &chart.drawing {
                { picture(chart, drawing) }
                <details>
                    <summary>{ "As text" }<span class="visually-hidden">{ format!(": {}", chart.title) }</span></summary>
                    { table(&chart.table) }
                </details>
            }
        </section>
    }
}

fn across(share: f64) -> f64 {
    LEFT + share * (WIDTH - LEFT - RIGHT)
}

fn up(share: f64) -> f64 {
    HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
}

fn number(value: f64) -> String {
    format!("{value:.1}")
}

fn picture(chart: &Chart, drawing: &Drawing) -> Html {
    let points: Vec<String> = drawing
        .line
        .iter()
        .map(|(x, y)| format!("{:.1},{:.1}", across(*x), up(*y)))
        .collect();
    let [first, second, line] = drawing.legend;
    let legend = [
        (first, "chart-key-first"),
        (second, "chart-key-second"),
        (line, "chart-key-line"),
    ];
    html! {
        <>
            <svg class="chart-picture" viewBox={format!("0 0 {WIDTH} {HEIGHT}")} role="img" aria-label={format!("{}. {}", chart.title, chart.lead)}>
                { for drawing.y.ticks.iter().map(|tick| html! {
                    <g key={tick.text.clone()}>
                        <line class="chart-grid" x1={number(LEFT)} x2={number(WIDTH - RIGHT)} y1={number(up(tick.at))} y2={number(up(tick.at))} />
                        <text class="chart-mark" text-anchor="end" x={number(LEFT - 6.0)} y={number(up(tick.at) + 4.0)}>{ &tick.text }</text>
                    </g>
                }) }
                { for drawing.bars.iter().map(|bar| html! {
                    <rect class={if bar.second { "chart-bar chart-bar-second" } else { "chart-bar" }}
                        x={number(across(bar.across.0))} width={number(across(bar.across.1) - across(bar.across.0))}
                        y={number(up(bar.up.1))} height={number(up(bar.up.0) - up(bar.up.1))} />
                }) }
                if !points.is_empty() {
                    <polyline class="chart-line" points={points.join(" ")} />
                }
                { marks(drawing) }
            </svg>
            if first.is_some() {
                <p class="legend">
                    for (word, class) in legend {
                        if let Some(word) = word {
                            <span key={class}><i class={classes!("chart-key", class)}></i>{ format!(" {word}") }</span>
                        }
                    }
                </p>
            }
        </>
    }
}

/// What stands along the bottom and above the other axis.
fn marks(drawing: &Drawing) -> Html {
    let ticks = &drawing.x.ticks;
    let crowded = ticks.len() >= CROWD;
    let mark = |text: &str, at: f64| {
        let (x, y) = (across(at), HEIGHT - BOTTOM + 15.0);
        let anchor = match at {
            _ if crowded => "end",
            0.0..0.05 => "start",
            0.95.. => "end",
            _ => "middle",
        };
        let transform = crowded.then(|| format!("rotate(-24 {x:.1} {y:.1})"));
        html! {
            <text class="chart-mark" text-anchor={anchor} x={number(x)} y={number(y)} {transform}>{ text }</text>
        }
    };
    html! {
        <>
            { for ticks.iter().map(|tick| mark(&tick.text, tick.at)) }
            if !crowded {
                <text class="chart-axis" text-anchor="end" x={number(WIDTH - RIGHT)} y={number(HEIGHT - 6.0)}>{ drawing.x.name }</text>
            }
            <text class="chart-axis" x="0" y={number(HEIGHT - 6.0)}>{ format!("Upwards: {}", drawing.y.name) }</text>
        </>
    }
}

fn table(lines: &Lines) -> Html {
    let table = html! {
        <table>
            <thead><tr>{ for lines.head.iter().map(|word| html! { <th scope="col">{ *word }</th> }) }</tr></thead>
            <tbody>
                for row in &lines.rows {
                    <tr key={row.join(" ")}>
                        { for row.iter().enumerate().map(|(at, text)| match at {
                            0 => html! { <th scope="row">{ text }</th> },
                            _ => html! { <td>{ text }</td> },
                        }) }
                    </tr>
                }
            </tbody>
        </table>
    };
    table_box("Table", table)
}
