//! Channels and locks between workers, and what the browser offers.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use aurex::browser::js::{monotonic, sleep};
use aurex::browser::{Channel, MAX_PAYLOAD, Received, Senders, capability, locks};
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{fresh, until};

type Heard = Rc<RefCell<Vec<Received>>>;

fn listen(name: &str) -> (Channel, Heard) {
    let heard = Heard::default();
    let sink = Rc::clone(&heard);
    let channel = Channel::open(name, move |received| sink.borrow_mut().push(received)).unwrap();
    (channel, heard)
}

#[wasm_bindgen_test]
async fn a_channel_delivers_bytes_to_others_and_never_to_itself() {
    let name = fresh("channel");
    let (one, heard_by_one) = listen(&name);
    let (_two, heard_by_two) = listen(&name);
    let (_other, heard_by_other) = listen(&fresh("channel"));
    one.post(&[0, 1, 255]).unwrap();
    one.post(&[]).unwrap();
    until(|| heard_by_two.borrow().len() == 2).await;
    assert_eq!(
        *heard_by_two.borrow(),
        [Received::Frame(vec![0, 1, 255]), Received::Frame(vec![])]
    );
    sleep(20.0).await;
    assert!(heard_by_one.borrow().is_empty());
    assert!(heard_by_other.borrow().is_empty());
}

#[wasm_bindgen_test]
async fn nothing_is_lost_by_closing_right_after_sending() {
    let name = fresh("inbox");
    let (_inbox, heard) = listen(&name);
    for number in 0..500_u32 {
        let mut senders = Senders::default();
        senders.send(name.clone(), &number.to_le_bytes()).unwrap();
        senders.send(name.clone(), &[7; 3_000]).unwrap();
        senders.close();
    }
    until(|| heard.borrow().len() == 1_000).await;
    let numbers = heard
        .borrow()
        .iter()
        .step_by(2)
        .cloned()
        .collect::<Vec<_>>();
    assert!(
        numbers
            .iter()
            .zip(0_u32..)
            .all(|(got, number)| *got == Received::Frame(number.to_le_bytes().to_vec()))
    );
}

#[wasm_bindgen_test]
async fn what_is_no_frame_is_named_and_does_no_harm() {
    let name = fresh("foreign");
    let (_channel, heard) = listen(&name);
    let foreign = web_sys::BroadcastChannel::new(&name).unwrap();
    foreign.post_message(&"hello".into()).unwrap();
    foreign.post_message(&JsValue::NULL).unwrap();
    foreign.post_message(&js_sys::ArrayBuffer::new(8)).unwrap();
    foreign
        .post_message(&Uint8Array::new_with_length(MAX_PAYLOAD + 1))
        .unwrap();
    foreign
        .post_message(&Uint8Array::new_with_length(1))
        .unwrap();
    until(|| heard.borrow().len() == 5).await;
    let kinds: Vec<bool> = heard
        .borrow()
        .iter()
        .map(|it| matches!(it, Received::Foreign(_)))
        .collect();
    assert_eq!(kinds, [true, true, true, true, false]);
    foreign.close();
}

#[wasm_bindgen_test]
async fn a_lock_has_one_holder_at_a_time() {
    let name = fresh("lock");
    let held = locks::try_acquire(&name).await.unwrap();
    assert!(held.is_some());
    assert!(locks::try_acquire(&name).await.unwrap().is_none());
    let began = monotonic();
    assert!(locks::acquire(&name, Some(100)).await.unwrap().is_none());
    assert!(monotonic() - began >= 95.0);

    let got = Rc::new(Cell::new(false));
    let waiter = {
        let (name, got) = (name.clone(), Rc::clone(&got));
        async move {
            let guard = locks::acquire(&name, Some(5_000)).await.unwrap();
            got.set(guard.is_some());
            sleep(30.0).await;
            drop(guard);
        }
    };
    wasm_bindgen_futures::spawn_local(waiter);
    sleep(30.0).await;
    assert!(!got.get());
    drop(held);
    until(|| got.get()).await;
    // Waits for the waiter, and then for the one before.
    for _ in 0..2 {
        assert!(locks::acquire(&name, None).await.unwrap().is_some());
    }
}

/// As the lock above, in a browser that offers no Web Locks.
#[wasm_bindgen_test]
async fn a_database_in_place_of_a_lock_has_one_holder_at_a_time() {
    let name = fresh("held");
    let acquire = |limit| locks::acquire_by_database(&name, limit);
    let held = acquire(Some(5_000)).await.unwrap().expect("nobody has it");
    let began = monotonic();
    assert!(acquire(Some(100)).await.unwrap().is_none());
    assert!(acquire(Some(100)).await.unwrap().is_none());
    assert!(monotonic() - began >= 190.0);

    let (order, inside) = (Rc::new(RefCell::new(Vec::new())), Rc::new(Cell::new(0_u32)));
    for number in 0..4 {
        let (name, order, inside) = (name.clone(), Rc::clone(&order), Rc::clone(&inside));
        wasm_bindgen_futures::spawn_local(async move {
            let guard = locks::acquire_by_database(&name, None).await.unwrap();
            assert!(guard.is_some());
            inside.set(inside.get() + 1);
            assert_eq!(inside.get(), 1, "one at a time");
            order.borrow_mut().push(number);
            sleep(30.0).await;
            inside.set(inside.get() - 1);
            drop(guard);
        });
    }
    sleep(100.0).await;
    assert!(order.borrow().is_empty(), "it is held");
    drop(held);
    until(|| order.borrow().len() == 4).await;
    // Those who gave up left nothing behind.
    until(|| inside.get() == 0).await;
    assert!(acquire(Some(5_000)).await.unwrap().is_some());
}

#[wasm_bindgen_test]
fn this_browser_offers_everything() {
    assert_eq!(capability::broadcast_channel(), Ok(()));
    assert_eq!(capability::workers(), Ok(()));
    assert_eq!(capability::indexed_db(), Ok(()));
    assert_eq!(capability::locks(), Ok(()));
}
