//! The laboratory's program on this page, with its style sheet: loaded when somebody goes there or
//! a script calls it, then kept. Nothing is shown before both are there.
//!
//! The page says under which name its files were published, with a hash of them. While it is
//! developed there is none, so that they are asked for under the name of this page's own script. A
//! load that failed is tried under an address of its own, as a browser may keep the failure of the
//! first.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{HtmlElement, Url};

use super::outcome::{no_api, thrown};
use crate::browser::js::explain;
use crate::browser::spawn::glue_url;
use crate::command::LAB_CALLS;
use crate::ipc::Refusal;
use crate::refusal::LabRefusal;

/// The element of the page that names the program.
const NAME: &str = "meta[name=laboratory]";
/// How the names of its script, of its WebAssembly and of its style sheet end; they lie beside the
/// page's own.
const FILES: [&str; 3] = [".js", "_bg.wasm", ".css"];

#[wasm_bindgen]
extern "C" {
    /// The module at an address.
    #[wasm_bindgen(js_name = import)]
    fn import(address: &str) -> Promise;

    /// The script of the laboratory's program.
    type Module;

    #[wasm_bindgen(method, js_name = default)]
    fn start(this: &Module, options: &Object) -> Promise;

    #[wasm_bindgen(method)]
    fn show(this: &Module, element: &str);

    #[wasm_bindgen(method)]
    fn hide(this: &Module);

    #[wasm_bindgen(method, catch)]
    fn calls(this: &Module) -> Result<JsValue, JsValue>;
}

/// The program; clones are the same one.
#[derive(Clone, Default)]
pub(super) struct Program(Rc<Inner>);

#[derive(Default)]
struct Inner {
    loading: RefCell<Option<Promise>>,
    loaded: RefCell<Option<Module>>,
    failures: Cell<u32>,
}

impl Program {
    /// Shows the laboratory in an element; nothing, if that was left in the meantime.
    pub(super) async fn show(&self, element: &str) -> Result<(), Refusal> {
        self.load().await?;
        if let Some(module) = &*self.0.loaded.borrow() {
            module.show(element);
        }
        Ok(())
    }

    /// Takes the laboratory off the page, if it is there.
    pub(super) fn hide(&self) {
        if let Some(module) = &*self.0.loaded.borrow() {
            module.hide();
        }
    }

    async fn load(&self) -> Result<(), Refusal> {
        if self.0.loaded.borrow().is_some() {
            return Ok(());
        }
        let promise = self
            .0
            .loading
            .borrow_mut()
            .get_or_insert_with(|| future_to_promise(load(self.0.failures.get())))
            .clone();
        match JsFuture::from(promise).await {
            Ok(module) => {
                self.0.loaded.replace(Some(module.unchecked_into()));
                Ok(())
            }
            Err(error) => {
                if self.0.loading.take().is_some() {
                    self.0.failures.set(self.0.failures.get().wrapping_add(1));
                }
                let reason = explain(&error);
                Err(LabRefusal::Program { reason }.into())
            }
        }
    }

    /// `aurex.lab`: its calls load the program and hand on to it.
    ///
    /// # Errors
    /// The browser does not let the object be made.
    pub(super) fn calls(&self) -> Result<JsValue, Refusal> {
        let object = Object::new();
        for call in LAB_CALLS {
            let (program, name) = (self.clone(), call.name);
            let closure = Closure::<dyn Fn(JsValue, JsValue) -> Promise>::new(
                move |first: JsValue, second: JsValue| {
                    let program = program.clone();
                    future_to_promise(async move {
                        let loaded = program.load().await;
                        loaded.map_err(|error| thrown(&error))?;
                        program.call(name, &first, &second).await
                    })
                },
            );
            let done = Reflect::set(&object, &name.into(), &closure.into_js_value());
            done.map_err(|_| no_api(&format!("aurex.lab.{name}")))?;
        }
        Ok(object.into())
    }

    async fn call(
        &self,
        name: &str,
        first: &JsValue,
        second: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let calls = match &*self.0.loaded.borrow() {
            Some(module) => module.calls()?,
            None => return Ok(JsValue::UNDEFINED),
        };
        let call: Function = Reflect::get(&calls, &name.into())?.dyn_into()?;
        let arguments = Array::of2(first, second);
        let answer: Promise = call.apply(&calls, &arguments)?.dyn_into()?;
        JsFuture::from(answer).await
    }
}

/// The program's module, started.
async fn load(failures: u32) -> Result<JsValue, JsValue> {
    let own = glue_url();
    let named = gloo::utils::document().query_selector(NAME)?;
    let name = named.and_then(|element| element.get_attribute("content"));
    let name = name.unwrap_or_default();
    let address = |ending: &str| {
        let url = Url::new_with_base(&format!("{name}{ending}"), &own)?;
        let query = url.search_params();
        query.set("of", own.rsplit('/').next().unwrap_or_default());
        if failures > 0 {
            query.set("try", &failures.to_string());
        }
        Ok::<_, JsValue>(url.href())
    };
    let [script, code, style] = FILES.map(address);
    // Both are on their way at once.
    let looks = JsFuture::from(load_style(&style?)?);
    let module: Module = JsFuture::from(import(&script?)).await?.unchecked_into();
    let options = Object::new();
    Reflect::set(&options, &"module_or_path".into(), &code?.into())?;
    JsFuture::from(module.start(&options)).await?;
    looks.await?;
    Ok(module.into())
}

/// Puts a style sheet into the page, after those that are there; what is kept when it is in force.
/// One that fails is taken out again.
fn load_style(address: &str) -> Result<Promise, JsValue> {
    let document = gloo::utils::document();
    let link: HtmlElement = document.create_element("link")?.unchecked_into();
    link.set_attribute("rel", "stylesheet")?;
    link.set_attribute("href", address)?;
    let reason = JsValue::from_str(&format!("{address} cannot be loaded"));
    let promise = Promise::new(&mut |resolve, reject| {
        let (element, reason) = (link.clone(), reason.clone());
        let failed = Closure::once_into_js(move || {
            element.remove();
            reject.call1(&JsValue::UNDEFINED, &reason)
        });
        link.set_onload(Some(&resolve));
        link.set_onerror(Some(failed.unchecked_ref()));
    });
    let head = document.query_selector("head")?.ok_or(reason)?;
    head.append_child(&link)?;
    Ok(promise)
}
