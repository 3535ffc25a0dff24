//! The page of the laboratory as a program of its own: below the head that the live network's
//! program draws, in an element that belongs to this one alone. It reads the address by itself.
//!
//! Invariant: each time that it is shown it gets a new element; what listens there goes with it.

use std::fmt;
use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use super::bridge::use_page;
use super::components::{Footer, NoticeList};
use super::hooks::use_route;
use super::notifier::Notifier;
use super::pages::LabPage;
use super::shared::Shared;
use crate::app::lab::Laboratory;
use crate::app::pages::notices::Notices;
use crate::view::route::Route;

/// The page of the laboratory, as long as it is shown.
pub struct LaboratoryPage {
    handle: yew::AppHandle<Root>,
    element: Element,
}

impl fmt::Debug for LaboratoryPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LaboratoryPage").finish_non_exhaustive()
    }
}

impl LaboratoryPage {
    /// Shows a laboratory in the element of this id; `None` where there is none.
    #[must_use]
    pub fn show(laboratory: &Rc<Laboratory>, element: &str) -> Option<Self> {
        let document = gloo::utils::document();
        let parent = document.get_element_by_id(element)?;
        let element = document.create_element("div").ok()?;
        parent.append_child(&element).ok()?;
        let laboratory = Rc::clone(laboratory).into();
        let props = RootProps { laboratory };
        let handle = yew::Renderer::<Root>::with_root_and_props(element.clone(), props).render();
        Some(Self { handle, element })
    }

    /// Takes it off the page.
    pub fn hide(self) {
        self.handle.destroy();
        self.element.remove();
    }
}

#[derive(Properties, PartialEq)]
struct RootProps {
    laboratory: Shared<Laboratory>,
}

/// The root component: it provides every context that the laboratory's page reads.
#[component]
fn Root(props: &RootProps) -> Html {
    let notices = use_page(Notices::default);
    let notifier = Notifier::new(notices.dispatcher());
    let route = use_route();
    if route.tab() != Route::Lab {
        // It is about to be hidden.
        return html! {};
    }
    // A scenario is opened while the page stays.
    let key = if route == Route::Lab {
        "Course"
    } else {
        "Bench"
    };
    html! {
        <ContextProvider<Notifier> context={notifier}>
        <ContextProvider<Notices> context={(**notices).clone()}>
            <div class="page page-lab">
                <main {key} id="content" tabindex="-1">
                    <LabPage {route} laboratory={props.laboratory.clone()} />
                </main>
                <Footer />
            </div>
            <NoticeList />
        </ContextProvider<Notices>>
        </ContextProvider<Notifier>>
    }
}
