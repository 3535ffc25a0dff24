//! Elements, written as in yew's own `html!` and built by calls at run time.
//!
//! yew's macro writes out the building of each element in full, some 300 bytes of code apiece; the page
//! has several hundred. This one becomes a call for each tag, attribute and child, a tenth of that. It
//! takes elements, keyed fragments and expressions; components stay with [`yew::html!`].
//!
//! Attributes keep yew's fast comparison: their names are one static list per place in the code. A
//! closing tag with another name than the opening one stops a debug build.

use yew::html::IntoPropValue;
use yew::prelude::*;
use yew::virtual_dom::{
    AttributeOrProperty, Attributes, Key, Listener, ListenerKind, VList, VNode, VTag, VText,
};

use std::rc::Rc;
use wasm_bindgen::JsCast;

/// A piece of the page that is being written.
#[derive(Default)]
pub(crate) struct Markup {
    /// What encloses the place of writing, the innermost last, each with what was written before it.
    open: Vec<(Open, Vec<VNode>)>,
    /// What was written since the innermost tag.
    nodes: Vec<VNode>,
}

/// An element or fragment whose end is not written yet.
pub(crate) struct Open {
    /// `None` for a fragment.
    tag: Option<&'static str>,
    names: &'static [&'static str],
    values: Vec<Option<AttrValue>>,
    listeners: Vec<Option<Rc<dyn Listener>>>,
    key: Option<Key>,
    place: NodeRef,
}

impl Markup {
    /// Begins an element whose attributes have these names; a fragment has no tag.
    pub(crate) fn open(&mut self, tag: Option<&'static str>, names: &'static [&'static str]) {
        let open = Open {
            tag,
            names,
            values: Vec::with_capacity(names.len()),
            listeners: Vec::new(),
            key: None,
            place: NodeRef::default(),
        };
        self.open.push((open, std::mem::take(&mut self.nodes)));
    }

    fn innermost(&mut self) -> &mut Open {
        &mut self
            .open
            .last_mut()
            .expect("an attribute is inside a tag")
            .0
    }

    /// The value of the next attribute, or what happens on the event of that name.
    pub(crate) fn value(&mut self, value: impl Value) {
        value.add_to(self.innermost());
    }

    /// Names the innermost element among its siblings.
    pub(crate) fn key(&mut self, key: impl Into<Key>) {
        self.innermost().key = Some(key.into());
    }

    /// Where to find the innermost element later.
    pub(crate) fn place(&mut self, place: NodeRef) {
        self.innermost().place = place;
    }

    /// A child of the innermost element.
    pub(crate) fn add(&mut self, child: impl Child) {
        child.add_to(&mut self.nodes);
    }

    /// Several children of the innermost element.
    pub(crate) fn add_each<C: Child>(&mut self, children: impl IntoIterator<Item = C>) {
        children.into_iter().for_each(|child| self.add(child));
    }

    /// Ends the innermost element, whose tag is `tag`.
    pub(crate) fn close(&mut self, tag: &'static str) {
        let Some((open, before)) = self.open.pop() else {
            panic!("</{tag}> closes nothing")
        };
        debug_assert_eq!(
            open.tag.unwrap_or_default(),
            tag,
            "the innermost tag is closed first"
        );
        let children = std::mem::replace(&mut self.nodes, before);
        self.nodes.push(open.close(children));
    }

    /// What was written.
    pub(crate) fn done(mut self) -> Html {
        debug_assert!(self.open.is_empty(), "every tag is closed");
        if self.nodes.len() == 1 {
            self.nodes.remove(0)
        } else {
            VList::with_children(self.nodes, None).into()
        }
    }
}

impl Open {
    fn set(&mut self, value: Option<AttrValue>) {
        self.values.push(value);
    }

    /// An event stands among the attributes, and is left out of them.
    fn listen(&mut self, listener: impl FnOnce(ListenerKind) -> Rc<dyn Listener>) {
        let kind = match self.names[self.values.len()] {
            "onclick" => ListenerKind::onclick,
            "onchange" => ListenerKind::onchange,
            "oninput" => ListenerKind::oninput,
            "onsubmit" => ListenerKind::onsubmit,
            "onkeydown" => ListenerKind::onkeydown,
            "onfocusout" => ListenerKind::onfocusout,
            name => panic!("{name} is no event that the page listens to"),
        };
        self.listeners.push(Some(listener(kind)));
        self.set(None);
    }

    fn close(self, children: Vec<VNode>) -> VNode {
        let Some(name) = self.tag else {
            return VList::with_children(children, self.key).into();
        };
        let mut tag = VTag::new(name);
        let mut values = self.values;
        // What a person typed is a property of the element; the attribute is only where it began.
        if let Some(at) = self
            .names
            .iter()
            .position(|found| *found == "value")
            .filter(|_| name == "input")
        {
            tag.set_value(values[at].take());
        }
        let values = values
            .into_iter()
            .map(|value| value.map(AttributeOrProperty::Attribute))
            .collect();
        tag.attributes = Attributes::Dynamic {
            keys: self.names,
            values,
        };
        if !self.listeners.is_empty() {
            tag.set_listeners(self.listeners.into());
        }
        tag.key = self.key;
        tag.node_ref = self.place;
        if !children.is_empty() {
            tag.add_children(children);
        }
        tag.into()
    }
}

/// A callback for events of one kind.
struct On<E> {
    kind: ListenerKind,
    callback: Callback<E>,
}

impl<E: JsCast> Listener for On<E> {
    fn kind(&self) -> ListenerKind {
        self.kind.clone()
    }

    fn handle(&self, event: Event) {
        self.callback.emit(event.unchecked_into());
    }

    fn passive(&self) -> bool {
        false
    }
}

/// What an attribute or event can be set to.
pub(crate) trait Value {
    /// Sets the next attribute or event.
    fn add_to(self, open: &mut Open);
}

impl Value for AttrValue {
    fn add_to(self, open: &mut Open) {
        open.set(Some(self));
    }
}

impl Value for &'static str {
    fn add_to(self, open: &mut Open) {
        open.set(Some(AttrValue::Static(self)));
    }
}

impl Value for String {
    fn add_to(self, open: &mut Open) {
        open.set(Some(self.into()));
    }
}

impl Value for Classes {
    fn add_to(self, open: &mut Open) {
        open.set(self.into_prop_value());
    }
}

impl Value for bool {
    fn add_to(self, open: &mut Open) {
        open.set(self.then_some(AttrValue::Static("")));
    }
}

/// Without a value the attribute is left out.
impl<T: Into<AttrValue>> Value for Option<T> {
    fn add_to(self, open: &mut Open) {
        open.set(self.map(Into::into));
    }
}

impl<E: JsCast + 'static> Value for Callback<E> {
    fn add_to(self, open: &mut Open) {
        open.listen(|kind| {
            Rc::new(On {
                kind,
                callback: self,
            })
        });
    }
}

/// What can stand inside an element. Text is always a text node.
pub(crate) trait Child {
    /// Adds itself to the children.
    fn add_to(self, children: &mut Vec<VNode>);
}

impl Child for Html {
    fn add_to(self, children: &mut Vec<VNode>) {
        children.push(self);
    }
}

impl Child for &'static str {
    fn add_to(self, children: &mut Vec<VNode>) {
        children.push(VText::new(self).into());
    }
}

impl Child for String {
    fn add_to(self, children: &mut Vec<VNode>) {
        children.push(VText::new(self).into());
    }
}

impl<T: Child> Child for Option<T> {
    fn add_to(self, children: &mut Vec<VNode>) {
        if let Some(child) = self {
            child.add_to(children);
        }
    }
}

/// Writes a piece of the page: `<tag name="text" other={expression} {shorthand}> { child } </tag>`.
macro_rules! html {
    ($($tokens:tt)*) => {{
        #[allow(unused_mut, reason = "nothing may be written")]
        let mut markup = $crate::ui::markup::Markup::default();
        $crate::ui::markup::content!(markup; $($tokens)*);
        markup.done()
    }};
}

/// The calls that write children and tags.
macro_rules! content {
    ($to:ident;) => {};
    ($to:ident; < / > $($rest:tt)*) => {
        $to.close("");
        $crate::ui::markup::content!($to; $($rest)*);
    };
    ($to:ident; < / $tag:ident > $($rest:tt)*) => {
        $to.close(stringify!($tag));
        $crate::ui::markup::content!($to; $($rest)*);
    };
    ($to:ident; < > $($rest:tt)*) => {
        $to.open(None, &[]);
        $crate::ui::markup::content!($to; $($rest)*);
    };
    ($to:ident; < key = $key:tt > $($rest:tt)*) => {
        $to.open(None, &[]);
        $to.key($key);
        $crate::ui::markup::content!($to; $($rest)*);
    };
    ($to:ident; < $tag:ident $($rest:tt)*) => {
        $crate::ui::markup::opening!($to $tag [] [] $($rest)*);
    };
    ($to:ident; if $($rest:tt)*) => {
        $crate::ui::markup::either!($to [] $($rest)*);
    };
    ($to:ident; { for $($children:tt)* } $($rest:tt)*) => {
        $to.add_each($($children)*);
        $crate::ui::markup::content!($to; $($rest)*);
    };
    ($to:ident; { $($child:tt)* } $($rest:tt)*) => {
        $to.add($($child)*);
        $crate::ui::markup::content!($to; $($rest)*);
    };
}

/// The calls that write children on a condition. They stand in a fragment of their own, so that what
/// follows keeps its place.
macro_rules! either {
    ($to:ident [$($condition:tt)*] { $($then:tt)* } else { $($otherwise:tt)* } $($rest:tt)*) => {
        $to.open(None, &[]);
        if $($condition)* {
            $crate::ui::markup::content!($to; $($then)*);
        } else {
            $crate::ui::markup::content!($to; $($otherwise)*);
        }
        $to.close("");
        $crate::ui::markup::content!($to; $($rest)*);
    };
    ($to:ident [$($condition:tt)*] { $($then:tt)* } $($rest:tt)*) => {
        $crate::ui::markup::either!($to [$($condition)*] { $($then)* } else {} $($rest)*);
    };
    ($to:ident [$($condition:tt)*] $next:tt $($rest:tt)*) => {
        $crate::ui::markup::either!($to [$($condition)* $next] $($rest)*);
    };
}

/// The calls that write an opening tag.
macro_rules! opening {
    ($to:ident $tag:ident [$($name:expr => $value:expr;)*] [$($also:tt)*] > $($rest:tt)*) => {
        $to.open(Some(stringify!($tag)), &[$($name),*]);
        $($to.value($value);)*
        $($also)*
        $crate::ui::markup::content!($to; $($rest)*);
    };
    ($to:ident $tag:ident [$($name:expr => $value:expr;)*] [$($also:tt)*] / > $($rest:tt)*) => {
        $to.open(Some(stringify!($tag)), &[$($name),*]);
        $($to.value($value);)*
        $($also)*
        $to.close(stringify!($tag));
        $crate::ui::markup::content!($to; $($rest)*);
    };
    ($to:ident $tag:ident [$($values:tt)*] [$($also:tt)*] key = $key:tt $($rest:tt)*) => {
        $crate::ui::markup::opening!($to $tag [$($values)*] [$($also)* $to.key($key);] $($rest)*);
    };
    ($to:ident $tag:ident [$($values:tt)*] [$($also:tt)*] ref = $place:tt $($rest:tt)*) => {
        $crate::ui::markup::opening!($to $tag [$($values)*] [$($also)* $to.place($place);] $($rest)*);
    };
    ($to:ident $tag:ident [$($values:tt)*] $also:tt $name:ident = $value:tt $($rest:tt)*) => {
        $crate::ui::markup::opening!($to $tag [$($values)* stringify!($name) => $value;] $also $($rest)*);
    };
    ($to:ident $tag:ident [$($values:tt)*] $also:tt $first:ident - $second:ident = $value:tt $($rest:tt)*) => {
        $crate::ui::markup::opening!(
            $to $tag [$($values)* concat!(stringify!($first), "-", stringify!($second)) => $value;] $also $($rest)*
        );
    };
    ($to:ident $tag:ident [$($values:tt)*] $also:tt { key } $($rest:tt)*) => {
        compile_error!("a key is no attribute: write key={key}")
    };
    ($to:ident $tag:ident [$($values:tt)*] $also:tt { $name:ident } $($rest:tt)*) => {
        $crate::ui::markup::opening!($to $tag [$($values)* stringify!($name) => $name;] $also $($rest)*);
    };
}

pub(crate) use {content, either, html, opening};
