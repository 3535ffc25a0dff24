//! What the browser lacks or fails at, with its own reason where it gives one.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};

use crate::primitives::codes;

/// What the browser lacks or fails at.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
pub enum PlatformError {
    /// Nodes could not reach each other.
    #[error(
        "this browser offers no BroadcastChannel here: nodes talk to each other over BroadcastChannel"
    )]
    NoBroadcastChannel,
    /// Neither nodes nor miners could run.
    #[error(
        "this browser offers no Worker here: nodes and miners run in workers, miners in workers started by workers"
    )]
    NoWorkers,
    /// Ledgers could not be stored.
    #[error("this browser offers no indexedDB here: ledgers are kept in IndexedDB")]
    NoIndexedDb,
    /// Two tabs could run the same node.
    #[error(
        "navigator.locks is missing: an identity is held by a lock, which a browser offers only on https and on localhost"
    )]
    NoLocks,
    /// The network's record could not be stored.
    #[error("expected a database for the network's record, found none ({reason})")]
    NoRecordStorage {
        /// The browser's reason.
        reason: String,
    },
    /// No key could be made.
    #[error("the browser gives no random bytes: {reason}")]
    NoEntropy {
        /// The browser's reason.
        reason: String,
    },
    /// Scripts could not reach the program.
    #[error("{place} cannot be set")]
    NoApi {
        /// Where it should be.
        place: String,
    },
    /// What is missing narrows what the page can do.
    #[error("{missing}: {limit}")]
    Limited {
        /// What is missing.
        missing: Box<Self>,
        /// What follows from it.
        limit: Limit,
    },
    /// A channel cannot be opened or used.
    #[error("channel {name} cannot be used: {reason}")]
    Channel {
        /// The channel.
        name: String,
        /// The browser's reason.
        reason: String,
    },
    /// A lock cannot be requested.
    #[error("lock {name} cannot be asked for: {reason}")]
    Lock {
        /// The lock.
        name: String,
        /// The browser's reason.
        reason: String,
    },
    /// A worker cannot be started.
    #[error("worker {name} cannot be started: {reason}")]
    WorkerStart {
        /// The worker.
        name: String,
        /// The browser's reason.
        reason: String,
    },
    /// A worker ended by itself.
    #[error("{reason}")]
    WorkerFailed {
        /// The browser's reason.
        reason: String,
    },
    /// A new release has replaced the page's files.
    #[error(
        "this page is out of date: a new release has replaced its files. What runs goes on, but no node, no miner and no part of the page can start; load the page again, and the network goes on from its ledgers"
    )]
    OutOfDate,
    /// The scope lacks what every page and worker has.
    #[error("this scope has no {name}")]
    Scope {
        /// What it lacks.
        name: String,
    },
    /// The network's record cannot be read again.
    #[error("the network's record cannot be read: {reason}")]
    StorageRead {
        /// The browser's reason.
        reason: String,
    },
    /// The network's record cannot be written.
    #[error("the network's record cannot be written: {reason}")]
    StorageWrite {
        /// The browser's reason.
        reason: String,
    },
    /// The browser's storage is nearly full.
    #[error(
        "the browser allows this page {allowed_mb} MB, and {used_mb} MB are stored: what no longer fits is kept in memory only and ends with its tab. Free space on the disk, or save ledgers as files (Settings, Storage) and wipe a network"
    )]
    StorageShort {
        /// What is stored, in megabytes.
        used_mb: u64,
        /// What may be, in megabytes.
        allowed_mb: u64,
    },
    /// What was signed cannot be written.
    #[error(
        "what was signed cannot be written: {reason}. If this page is closed, the next one does not know of it"
    )]
    SignedWrite {
        /// The browser's reason.
        reason: String,
    },
}

/// What a missing part of the browser means for the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Limit {
    /// The network ends with the tab.
    ThisTab,
    /// No second tab may open the network.
    OneTab,
    /// Names are held by other means.
    OpenDatabases,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ThisTab => "the network lives in this tab only and ends with it",
            Self::OneTab => "open this network in one tab only",
            Self::OpenDatabases => {
                "here a database that is kept open holds it, until its tab or worker ends"
            }
        })
    }
}

impl PlatformError {
    /// This, with what follows from it.
    #[must_use]
    pub fn limited(self, limit: Limit) -> Self {
        let missing = Box::new(self);
        Self::Limited { missing, limit }
    }
}

codes! {
    PlatformError {
        NoBroadcastChannel => "no_broadcast_channel", "the browser offers no BroadcastChannel here";
        NoWorkers => "no_workers", "the browser offers no workers here";
        NoIndexedDb => "no_indexed_db", "the browser offers no database here";
        NoLocks => "no_locks", "the page came neither over https nor from localhost";
        NoRecordStorage => "no_record_storage", "the browser's database takes no record of the network";
        NoEntropy => "no_entropy", "the browser gives no random bytes";
        NoApi => "no_api", "window.aurex cannot be set";
        Channel => "channel_failed", "the browser refused a channel";
        Lock => "lock_failed", "the browser refused a lock";
        WorkerStart => "worker_failed", "a worker did not start, or ended by itself";
        WorkerFailed => "worker_failed", "a worker did not start, or ended by itself";
        OutOfDate => "out_of_date", "a new release has replaced the page's files";
        Scope => "worker_failed", "a worker did not start, or ended by itself";
        StorageRead => "storage_read", "the network's record cannot be read";
        StorageWrite => "storage_write", "the network's record cannot be written";
        StorageShort => "storage_short", "the browser's storage is four fifths full";
        SignedWrite => "storage_write", "the network's record cannot be written";
        + Self::Limited { missing, .. } => missing;
    }
}
