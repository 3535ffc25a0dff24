//! Finality against published definitions: the vectors, quorums and properties of
//! `ffg_vectors.json`, a reference evaluation after Buterin and Griffith, and properties of made-up
//! votes over made-up trees.
//!
//! The file is no part of the repository. It is read from the folder `AUREX_TRUTH` names, by
//! default `../shared/truth` next to the package. Without that variable a missing file is reported
//! as skipped; with it, the test fails. The properties run without the file.

mod network;
mod properties;
mod tree;
mod vectors;
