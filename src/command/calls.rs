//! What scripts can call on `window.aurex`: one table for the page, which offers these, and for the
//! reference.

/// A function or value that scripts see.
#[derive(Debug, PartialEq, Eq)]
pub struct Call {
    /// Its name on `window.aurex`.
    pub name: &'static str,
    /// How it is called, each way on its own.
    pub usage: &'static [&'static str],
    /// What it gives, as the reference prints it.
    pub gives: &'static str,
    /// What comes of calling it.
    pub kind: CallKind,
}

/// What a script gets hold of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallKind {
    /// A function of one argument that gives a promise.
    Promise,
    /// A function that answers at once.
    Function,
    /// No function.
    Value,
}

macro_rules! calls {
    ($($kind:ident $name:ident [$($usage:literal)+] $gives:literal)+) => {
        &[$(Call {
            name: stringify!($name),
            usage: &[$($usage),+],
            gives: $gives,
            kind: CallKind::$kind,
        }),+]
    };
}

/// All of them, in the order of the reference.
pub const CALLS: &[Call] = calls! {
    Promise ready ["ready()"] "as `status()`, once a node of this tab runs"
    Promise status ["status()"] "`{ network, nodes, in_consensus, tips, problems }`"
    Promise chain ["chain({ node, from, count })"]
        "`{ node, height, head, blocks }`, oldest block first; 20 without `count`, at most 500"
    Promise block ["block(hash or height)"]
        "the block with `transactions`, `seal`, `size`, `finality` (`plain`, `justified` or `final`) and `raw` bytes in hex"
    Promise transaction ["transaction(id)"]
        "`{ tx_hash, status, block_id, height, confirmations, finality, seen_by, ... }`"
    Promise ledger ["ledger({ table, node, index, key, descending, offset, limit })"]
        "`{ total, rows }` as they are stored"
    Promise accounts ["accounts(node)"]
        "all accounts as that node has them; without a node, the one with the heaviest chain"
    Promise mempool ["mempool(node)"] "the transactions that wait there"
    Promise finality ["finality(node)"]
        "`{ head, justified, final, lag, waiting_for, ... }`: the first three `{ epoch, height, hash }`, `lag` in blocks"
    Promise why ["why(node)" "why(hash or id)" "why(\"finality\")"]
        "`{ about, reasons: [{ code, text, rule, expected, found, nodes, standing }], event }`"
    Promise reorganised ["reorganised({ node, before, after })"]
        "`{ fork, left, joined, transactions, balances, ... }`: what a change between two heads did; a `reorg` event has both"
    Promise peers ["peers(node)"] "the nodes that it has heard, with score, round trip and head"
    Promise tx ["tx(words)" "tx({ kind, from, ... })"]
        "the transaction with its `id`; kinds: `transfer`, `message`, `register_user`, `create_asset`, `transfer_asset`"
    Promise kill ["kill(node)"] "`{ node, id, text }`; `\"all\"` means all nodes of this tab"
    Promise stop ["stop(node)"] "the same"
    Promise start ["start(node)"] "the same"
    Promise wipe ["wipe(node)"] "the same"
    Promise export ["export(node)"] "the node's ledger as a file: an `Uint8Array`"
    Promise import ["import({ node, bytes })"]
        "`{ blocks, new, height, on_best_chain }`; every block is checked first, and a file that is refused changes nothing"
    Promise add ["add(\"pow\")" "add(\"poa\")"]
        "`{ node, id, text }`; `id` is the operator's transaction for a new authority"
    Promise set ["set({ difficulty, pace, miners })"] "`{ node, id, text }`; one of them, or more"
    Promise traffic ["traffic(per_minute)" "traffic(\"off\")"] "`{ node, id, text }`; `status()` says how it goes"
    Promise links ["links()" "links([{ from, to }])" "links({ shape, latency, jitter, loss, copies, reorder, bandwidth })"]
        "the directed links that are cut; with a list, exactly these are cut from now on; with an object, what every link does to frames (`help links`)"
    Promise command ["command(line)"] "the text that the console would print, refusals included"
    Function on ["on(event, handler)"]
        "a function that ends the subscription; an event is a topic, or `log` for all"
    Value version ["version"] "the program's version, a text"
};

/// The calls of the laboratory, on `window.aurex.lab`, in the order of the reference.
pub const LAB_CALLS: &[Call] = calls! {
    Promise open ["open(name)" "open(text)" "open({ version, ... })"]
        "opens an exercise by its name, or a scenario as text or object; as `state()`"
    Promise close ["close()"] "`undefined`; what was done is gone unless it was exported"
    Promise state ["state()"]
        "`{ title, time, after, playing, speed, end, branch, branches, digest, events, goal, violation }`, times in virtual ms; `after` within a millisecond: how many events have happened"
    Promise play ["play({ speed, until })"]
        "lets time go on at `speed` times that of real time; `until`: `event`, `message`, `block`, `reorganisation`, `refusal`, `agreement`, `goal`, `violation` or `{ height }`; as `state()`, at once"
    Promise pause ["pause()"] "as `state()`"
    Promise step ["step(\"event\")" "step(\"message\")" "step(\"block\")"]
        "goes to what comes next; as `state()` then. All other words of `until` are understood too"
    Promise seek ["seek(ms)" "seek(ms, after)"]
        "goes to a moment, forward or back: everything up to then has happened, or only so many events; as `state()` then"
    Promise act ["act(action)"] "does an action of a scenario now; in the past a branch begins; as `state()`"
    Promise frames ["frames()"]
        "`[{ id, from, to, type, sent, due, held, bytes, fields }]`, those that arrive first, then those that are held"
    Promise hold ["hold(id)" "hold({ kind, from, to })"]
        "takes a frame off its link, or from now on every one that fits; `from` and `to` are lists of names"
    Promise release ["release(id)" "release()"]
        "lets a held frame go, or all of them; as `state()`"
    Promise drop ["drop(id)"] "the frame never arrives; as `state()`"
    Promise edit ["edit(id, { field, value, sign })" "edit(id, { offset, value, sign })"]
        "changes a field or a byte of a frame; with `sign` its sender signs it again"
    Promise branch ["branch()" "branch(name)"] "goes to a branch of time; `[{ name, from, parted, end, actions }]`"
    Promise compare ["compare(one, other)"]
        "two branches at the latest moment of both: `[{ branch, at, heads, balances, digest }]`"
    Promise status ["status()"] "as `aurex.status()`, of the nodes of the scenario at this moment; so are the next ones"
    Promise chain ["chain({ node, from, count })"] "as `aurex.chain()`"
    Promise block ["block(hash or height)"] "as `aurex.block()`"
    Promise transaction ["transaction(id)"] "as `aurex.transaction()`"
    Promise ledger ["ledger({ table, node, index, key, descending, offset, limit })"] "as `aurex.ledger()`"
    Promise accounts ["accounts(node)"] "as `aurex.accounts()`"
    Promise mempool ["mempool(node)"] "as `aurex.mempool()`"
    Promise finality ["finality(node)"] "as `aurex.finality()`"
    Promise why ["why(node)" "why(hash or id)" "why(\"finality\")"] "as `aurex.why()`"
    Promise reorganised ["reorganised({ node, before, after })"] "as `aurex.reorganised()`"
    Promise peers ["peers(node)"] "as `aurex.peers()`"
    Promise tx ["tx(words)" "tx({ kind, from, ... })"]
        "as `aurex.tx()`; the transaction becomes an action of the scenario"
    Promise command ["command(line)"]
        "as `aurex.command()`; what is done to nodes and links becomes an action of the scenario"
    Promise export ["export()"] "the scenario with everything that was done, as text"
};

#[cfg(test)]
mod tests {
    use super::{CALLS, LAB_CALLS};

    #[test]
    fn every_call_is_named_once_and_its_usage_begins_with_its_name() {
        for calls in [CALLS, LAB_CALLS] {
            let names: std::collections::BTreeSet<_> = calls.iter().map(|call| call.name).collect();
            assert_eq!(names.len(), calls.len());
            for call in calls {
                assert!(call.usage.iter().all(|usage| usage.starts_with(call.name)));
            }
        }
    }
}
