//! The charts: pictures of what the nodes reported, each with its text.

use serde::Deserialize;

use crate::visit::Visit;

/// A chart as it stands on the page.
#[derive(Debug, Deserialize)]
struct Chart {
    title: String,
    lead: String,
    label: Option<String>,
    marks: u32,
    rows: u32,
}

fn charts(visit: &Visit) -> Vec<Chart> {
    visit.ask(
        "return [...document.querySelectorAll('.chart')].map((chart) => ({
           title: chart.querySelector('h2').textContent,
           lead: chart.querySelector('p').textContent,
           label: chart.querySelector('svg')?.getAttribute('aria-label') ?? null,
           marks: chart.querySelectorAll('svg rect, svg polyline').length,
           rows: chart.querySelectorAll('details tbody tr').length,
         }))",
    )
}

#[test]
#[ignore = "run by cargo xtask test"]
fn every_chart_is_drawn_in_time_and_says_the_same_as_text() {
    let mut visit = Visit::open("?pow=3&poa=2&difficulty=1&pace=1&traffic=120");
    visit.agreed(5, 1, 60);
    visit.value("location.hash = '#/charts'");
    let early = visit.wait("the charts", 15, |visit| {
        let found = charts(visit);
        (found.len() == 7).then_some(found)
    });
    for chart in early.iter().filter(|chart| chart.label.is_none()) {
        assert!(chart.lead.ends_with('.'), "why it is empty: {chart:?}");
        assert_eq!((chart.marks, chart.rows), (0, 0), "nothing is invented");
    }
    let drawn = visit.wait("seven pictures", 90, |visit| {
        let found = charts(visit);
        found
            .iter()
            .all(|chart| chart.label.is_some())
            .then_some(found)
    });
    for chart in &drawn {
        eprintln!("    {}: {}", chart.title, chart.lead);
        let label = chart.label.as_deref().unwrap_or_default();
        assert!(
            label.contains(&chart.title) && label.contains(&chart.lead),
            "{chart:?}"
        );
        assert!(chart.marks > 0 && chart.rows > 0, "{chart:?}");
    }
    visit.value("document.querySelector('.chart summary').click()");
    visit.wait("the table of the first chart", 5, |visit| {
        visit
            .text_of(".chart details")
            .contains("expected")
            .then_some(())
    });
    visit.expect_quiet();
}
