//! Finality in words: how far the chain is decided, and why it stands still.

use super::figures::{count_of, grouped, short};
use crate::ipc::{FinalityInfo, FinalityStatus};
use crate::records::Reason;

/// What is said where nobody votes.
pub use crate::records::DEPTH_ALONE;

/// `finality`: what is decided, and what is missing.
#[must_use]
pub fn finality(info: &FinalityInfo, now: u64) -> String {
    if info.authorities == 0 {
        return DEPTH_ALONE.to_owned();
    }
    let mut lines = vec![format!(
        "{}: final up to height {} ({}, epoch {}), justified up to {} (epoch {}); {} above the final one.",
        info.node,
        grouped(info.last_final.height),
        short(&info.last_final.hash),
        info.last_final.epoch,
        grouped(info.justified.height),
        info.justified.epoch,
        count_of(info.lag, "block", "blocks"),
    )];
    lines.extend(of_info(info, now));
    for proof in &info.evidence {
        let [one, other] = &proof.statements;
        lines.push(format!(
            "{} is guilty: {}. Proof: {one}, and {other}.",
            proof.guilty, proof.reason
        ));
    }
    lines.join("\n")
}

/// Why finality stands still by a whole answer, if it does.
#[must_use]
pub fn of_info(info: &FinalityInfo, now: u64) -> Option<String> {
    let status = FinalityStatus {
        final_height: info.last_final.height,
        justified_height: info.justified.height,
        waiting_for: info.waiting_for.clone(),
        silent_since: info.silent_since.clone(),
        needed: info.needed,
        authorities: info.authorities,
    };
    standstill(&status, info.lag, now)
}

/// Up to where the chain of a node at this height is final, in a few words.
#[must_use]
pub fn reached(status: &FinalityStatus, height: u64) -> String {
    if status.authorities == 0 {
        return DEPTH_ALONE.to_owned();
    }
    format!(
        "up to height {}, {} below the head",
        grouped(status.final_height),
        count_of(
            height.saturating_sub(status.final_height),
            "block",
            "blocks"
        )
    )
}

/// Why finality stands still, `lag` blocks below the head, if it does.
#[must_use]
pub fn standstill(status: &FinalityStatus, lag: u64, now: u64) -> Option<String> {
    let reason = Reason::of_finality(status, lag);
    matches!(reason, Reason::VotesMissing { .. }).then(|| reason.explained(now).text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ipc::{CheckpointRecord, EvidenceRecord};

    fn info(lag: u64, waiting_for: &[&str]) -> FinalityInfo {
        let checkpoint = |epoch: u64| CheckpointRecord {
            epoch,
            height: 8 * epoch,
            hash: "ab".repeat(32),
        };
        FinalityInfo {
            node: "pow-1".to_owned(),
            head: checkpoint(5),
            justified: checkpoint(4),
            last_final: checkpoint(3),
            lag,
            waiting_for: waiting_for.iter().map(ToString::to_string).collect(),
            silent_since: waiting_for.iter().map(|_| 1_000).collect(),
            needed: 2,
            authorities: 2,
            members: Vec::new(),
            ordered: Vec::new(),
            evidence: Vec::new(),
        }
    }

    const NOW: u64 = 41_900;

    fn status(waiting_for: &[&str]) -> FinalityStatus {
        FinalityStatus {
            final_height: 24,
            justified_height: 32,
            waiting_for: waiting_for.iter().map(ToString::to_string).collect(),
            silent_since: waiting_for.iter().map(|_| 1_000).collect(),
            needed: 2,
            authorities: 2,
        }
    }

    #[test]
    fn why_finality_stands_still_is_said_in_words_and_only_then() {
        assert_eq!(standstill(&status(&["poa-2"]), 17, NOW), None);
        assert_eq!(
            standstill(&status(&["poa-2"]), 40, NOW).unwrap(),
            "Finality stands still: poa-2 has not voted for 40 s; 2 of 2 are needed."
        );
        let divided = standstill(&status(&[]), 40, NOW).unwrap();
        assert!(divided.contains("different blocks"), "{divided}");
        let text = finality(&info(40, &["poa-2"]), NOW);
        assert!(text.starts_with("pow-1: final up to height 24"), "{text}");
        assert!(text.contains("\nFinality stands still: poa-2"), "{text}");
        assert_eq!(
            reached(&status(&[]), 40),
            "up to height 24, 16 blocks below the head"
        );
    }

    #[test]
    fn without_authorities_depth_is_all_there_is() {
        let none = FinalityInfo {
            authorities: 0,
            ..info(90, &[])
        };
        let nobody = FinalityStatus::default();
        assert_eq!(finality(&none, NOW), DEPTH_ALONE);
        assert_eq!(reached(&nobody, 9), DEPTH_ALONE);
        assert_eq!(standstill(&nobody, 90, NOW), None);
    }

    #[test]
    fn the_guilty_are_named_with_what_they_said() {
        let mut info = info(10, &[]);
        info.evidence.push(EvidenceRecord {
            guilty: "poa-1".to_owned(),
            reason: "it voted twice".to_owned(),
            statements: ["this".to_owned(), "that".to_owned()],
            raw: String::new(),
        });
        let text = finality(&info, NOW);
        assert!(text.ends_with("poa-1 is guilty: it voted twice. Proof: this, and that."));
    }
}
