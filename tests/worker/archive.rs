//! The file in which a node keeps its old blocks: what goes in comes out, and one node has it at a
//! time.

use aurex::browser::{FileArchive, archive};
use aurex::chain::Archive;
use wasm_bindgen_test::wasm_bindgen_test;

const NAME: &str = "aurex-test:archive";

#[wasm_bindgen_test]
async fn what_is_put_into_a_nodes_file_is_read_back_until_it_is_cleared() {
    let file = FileArchive::open(NAME).await.unwrap();
    assert_eq!(file.append(b"first"), Some(0));
    let long: Vec<u8> = (0..300_000_u32).map(|at| at.to_le_bytes()[0]).collect();
    assert_eq!(file.append(&long), Some(5));
    assert_eq!(file.append(b"last"), Some(300_005));
    assert_eq!(file.read(0, 5).unwrap(), b"first");
    assert_eq!(file.read(5, 300_000).unwrap(), long);
    assert_eq!(file.read(300_005, 4).unwrap(), b"last");
    assert_eq!(file.read(300_005, 5), None, "more than was put");
    file.clear().unwrap();
    assert_eq!(file.read(0, 5), None, "nothing is left");
    assert_eq!(file.append(b"again"), Some(0));
    assert_eq!(file.read(0, 5).unwrap(), b"again");
    drop(file);
    archive::remove(NAME).await;
}

#[wasm_bindgen_test]
async fn one_node_has_the_file_at_a_time_and_the_next_finds_it_empty() {
    let name = format!("{NAME}-2");
    let file = FileArchive::open(&name).await.unwrap();
    file.append(b"of the first").unwrap();
    assert!(FileArchive::open(&name).await.is_err());
    archive::remove(&name).await;
    assert_eq!(file.read(0, 12).unwrap(), b"of the first", "it is in use");
    drop(file);
    let next = FileArchive::open(&name).await.unwrap();
    assert_eq!(next.read(0, 1), None);
    drop(next);
    archive::remove(&name).await;
}
