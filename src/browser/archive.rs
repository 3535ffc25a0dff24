//! A node's archive in a file that only this origin sees (the browser's origin-private file
//! system), which a worker reads and writes at once, without waiting.
//!
//! Invariants: one node has the file at a time: the browser gives a second handle to nobody. The
//! file begins empty and is emptied when its node ends; of one whose worker was killed, the next
//! node of that database, or whoever deletes the database, takes it away.
//!
//! Bounds: what the origin's quota leaves; where it does not suffice the node keeps its blocks in
//! memory.

use std::cell::Cell;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetFileOptions,
    FileSystemReadWriteOptions, FileSystemSyncAccessHandle, StorageManager,
};

use super::js::field;
use crate::chain::Archive;

/// An archive in a file.
#[derive(Debug)]
pub struct FileArchive {
    handle: FileSystemSyncAccessHandle,
    end: Cell<u64>,
}

impl FileArchive {
    /// The archive of the node that keeps its ledger in this database, empty.
    ///
    /// # Errors
    /// What the browser says: it offers no such files here, or somebody has this one.
    pub async fn open(database: &str) -> Result<Self, JsValue> {
        let options = FileSystemGetFileOptions::new();
        options.set_create(true);
        let file = directory()
            .await?
            .get_file_handle_with_options(&file_name(database), &options);
        let file: FileSystemFileHandle = JsFuture::from(file).await?.unchecked_into();
        let handle = JsFuture::from(file.create_sync_access_handle()).await?;
        let archive = Self {
            handle: handle.unchecked_into(),
            end: Cell::new(0),
        };
        archive.clear()?;
        Ok(archive)
    }

    /// Forgets everything.
    ///
    /// # Errors
    /// What the browser says.
    pub fn clear(&self) -> Result<(), JsValue> {
        self.end.set(0);
        self.handle.truncate_with_u32(0)
    }
}

impl Archive for FileArchive {
    fn append(&self, bytes: &[u8]) -> Option<u64> {
        let at = self.end.get();
        let length = u64::try_from(bytes.len()).ok()?;
        let options = options(at);
        let written = self
            .handle
            .write_with_u8_array_and_options(bytes, &options)
            .ok()?;
        if written < number(length) {
            return None;
        }
        self.end.set(at.checked_add(length)?);
        Some(at)
    }

    fn read(&self, at: u64, length: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; length];
        let options = options(at);
        let read = self
            .handle
            .read_with_u8_array_and_options(&mut bytes, &options)
            .ok()?;
        (read >= number(u64::try_from(length).ok()?)).then_some(bytes)
    }
}

impl Drop for FileArchive {
    fn drop(&mut self) {
        // A file that is not emptied now is when it is opened again.
        let _ = self.clear();
        self.handle.close();
    }
}

/// Takes away what a node of this database left: one that runs keeps its file.
pub async fn remove(database: &str) {
    if let Ok(directory) = directory().await {
        // There may be none.
        let _ = JsFuture::from(directory.remove_entry(&file_name(database))).await;
    }
}

async fn directory() -> Result<FileSystemDirectoryHandle, JsValue> {
    let storage = field(&field(&js_sys::global(), "navigator"), "storage");
    if !field(&storage, "getDirectory").is_function() {
        return Err("this page is offered no files of its own".into());
    }
    let storage: StorageManager = storage.unchecked_into();
    let directory = JsFuture::from(storage.get_directory()).await?;
    Ok(directory.unchecked_into())
}

/// Some systems know no colon in a name.
fn file_name(database: &str) -> String {
    format!("{}.blocks", database.replace(':', "-"))
}

fn options(at: u64) -> FileSystemReadWriteOptions {
    let options = FileSystemReadWriteOptions::new();
    options.set_at(number(at));
    options
}

#[expect(clippy::cast_precision_loss, reason = "no quota comes near 2^53 bytes")]
const fn number(bytes: u64) -> f64 {
    bytes as f64
}
