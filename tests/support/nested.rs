//! Miner workers of the test's own binary.

use std::cell::RefCell;
use std::rc::Rc;

use aurex::browser::js::unpack;
use aurex::browser::spawn::spawn_from;
use aurex::browser::{WorkerHandle, miner_worker_name};
use aurex::ipc::FromMiner;
use aurex::primitives::{
    BlockHash, Difficulty, Digest, Header, Height, Kind, NodeId, Slot, Timestamp,
};

use super::loader::loader;

pub(crate) type Messages = Rc<RefCell<Vec<FromMiner>>>;
pub(crate) type Errors = Rc<RefCell<Vec<String>>>;

/// Some candidate's header.
pub(crate) fn header(difficulty: u64) -> Vec<u8> {
    let header = Header {
        kind: Kind::Work,
        height: Height(1),
        parent: BlockHash::ZERO,
        tx_root: Digest::ZERO,
        state_root: Digest::ZERO,
        time: Timestamp(1),
        difficulty: Difficulty(difficulty),
        slot: Slot(0),
        sealer: NodeId([7; 32]),
        data_hash: Digest::ZERO,
        nonce: 0,
    };
    header.to_bytes().to_vec()
}

pub(crate) fn miner() -> (WorkerHandle, Messages, Errors) {
    start(&loader(), &miner_worker_name("test", 0))
}

pub(crate) fn start(loader: &str, name: &str) -> (WorkerHandle, Messages, Errors) {
    let (messages, errors) = (Messages::default(), Errors::default());
    let (heard, failed) = (Rc::clone(&messages), Rc::clone(&errors));
    let handle = spawn_from(
        loader,
        name,
        move |message| heard.borrow_mut().push(unpack(&message).unwrap()),
        move |error| {
            wasm_bindgen_test::console_log!("a worker failed: {error}");
            failed.borrow_mut().push(error);
        },
    );
    (handle.unwrap(), messages, errors)
}
