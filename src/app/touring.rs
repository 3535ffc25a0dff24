//! The tour of the page: whether it is offered, which is once, and that it was asked for.

use super::machine::App;
use super::page_link::PageLink;
use crate::view::Update;

/// Where it is kept that the tour was offered.
const OFFERED: &str = "aurex-tour-offered";

impl App {
    /// Whether the tour may be offered now. It is once in a browser, and never where a link asks
    /// for a certain network, as in a lesson; nor where nothing can be kept, as it would come back
    /// each time.
    #[must_use]
    pub fn may_offer_tour(&self) -> bool {
        self.page_link == PageLink::default()
            && self.platform.load(OFFERED) == Ok(None)
            && self.platform.store(OFFERED, "1").is_ok()
    }

    /// Begins the tour on this page.
    pub fn begin_tour(&self) {
        self.bus.push(Update::Tour);
    }
}
