//! Test vectors of others, run against the program's own code: Ed25519 (Wycheproof, speccheck),
//! Merkle proofs (RFC 6962), ASERT (aserti3-2d) and Bitcoin's headers and proofs.
//!
//! They are no part of the repository. They are read from the folder `AUREX_VECTORS` names, by
//! default `../shared/vectors` beside the package. Without that variable a file that is not there
//! is said to be skipped; with it, it fails. Every test says how many cases it ran.

use std::path::PathBuf;
use std::{env, fs};

use aurex::bitcoin::{self, BitcoinError, Header};
use aurex::consensus::work::{WorkClock, required_difficulty};
use aurex::primitives::{
    Address, BlockHash, ConsistencyProof, Difficulty, Digest, InclusionProof, MAX_EXACT, Millis,
    Retarget, Signature, TxId, U256, from_hex, sha256, to_hex,
};
use serde_json::Value;

/// The text of a file of vectors, if it is there.
fn read(name: &str) -> Option<String> {
    let named = env::var_os("AUREX_VECTORS").map(PathBuf::from);
    let demanded = named.is_some();
    let folder = named
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors"));
    let text = fs::read_to_string(folder.join(name));
    if let Err(error) = &text {
        assert!(
            !demanded,
            "vectors: expected {name} in {}, found: {error}",
            folder.display()
        );
        println!("vectors: {name}: skipped, not in {}", folder.display());
    }
    text.ok()
}

fn read_json(name: &str) -> Option<Value> {
    read(name).map(|text| serde_json::from_str(&text).unwrap())
}

fn ran(name: &str, cases: usize) {
    assert!(cases > 0, "{name} holds no cases");
    println!("vectors: {name}: {cases} cases");
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

/// Bytes of a hexadecimal text, with or without `0x`.
fn hex(value: &Value) -> Vec<u8> {
    from_hex(text(value).trim_start_matches("0x")).unwrap()
}

fn base64(text: &str) -> Vec<u8> {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = text
        .trim_end_matches('=')
        .chars()
        .map(|digit| u32::try_from(DIGITS.find(digit).unwrap()).unwrap());
    let bits: Vec<bool> = digits
        .flat_map(|digit| (0..6).rev().map(move |bit| digit >> bit & 1 == 1))
        .collect();
    bits.chunks_exact(8)
        .map(|byte| {
            byte.iter()
                .fold(0, |value, bit| value << 1 | u8::from(*bit))
        })
        .collect()
}

/// Whether our strict check takes a signature. What has not the length of a key or signature is
/// none.
fn verifies(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) = (key.try_into(), signature.try_into()) else {
        return false;
    };
    Signature(signature).verifies(&Address(key), b"", message)
}

#[test]
fn strict_ed25519_agrees_with_wycheproof() {
    let Some(file) = read_json("wycheproof-ed25519.json") else {
        return;
    };
    let (mut cases, mut valid) = (0, 0);
    for group in list(&file["testGroups"]) {
        let key = hex(&group["publicKey"]["pk"]);
        for case in list(&group["tests"]) {
            let expected = text(&case["result"]) == "valid";
            let found = verifies(&key, &hex(&case["msg"]), &hex(&case["sig"]));
            assert_eq!(
                found, expected,
                "case {}: {}",
                case["tcId"], case["comment"]
            );
            cases += 1;
            valid += usize::from(expected);
        }
    }
    assert_eq!((cases, valid), (151, 88));
    ran("wycheproof-ed25519.json", cases);
}

#[test]
fn strict_ed25519_takes_only_the_fourth_case_of_speccheck() {
    let Some(file) = read_json("speccheck-ed25519.json") else {
        return;
    };
    let cases = list(&file);
    let taken: Vec<usize> = (0..cases.len())
        .filter(|at| {
            let case = &cases[*at];
            verifies(
                &hex(&case["pub_key"]),
                &hex(&case["message"]),
                &hex(&case["signature"]),
            )
        })
        .collect();
    assert_eq!((cases.len(), taken), (12, vec![3]));
    ran("speccheck-ed25519.json", cases.len());
}

/// A hash of a Merkle case. Where the file has a word instead, it stands for any hash: here its
/// bytes and zeros. Nothing is no hash.
fn digest(value: &Value) -> Option<Digest> {
    let mut bytes = base64(value.as_str().unwrap_or_default());
    (!bytes.is_empty()).then(|| {
        bytes.resize(32, 0);
        Digest(bytes.try_into().unwrap())
    })
}

fn path(value: &Value) -> Option<Vec<Digest>> {
    value
        .as_array()
        .map_or(&[][..], Vec::as_slice)
        .iter()
        .map(digest)
        .collect()
}

fn merkle_cases(name: &str, holds: impl Fn(&Value) -> Option<bool>) {
    let Some(file) = read_json(name) else { return };
    let cases = list(&file);
    for case in cases {
        let refused = !holds(case).unwrap_or(false);
        assert_eq!(
            refused,
            case["wantErr"].as_bool().unwrap(),
            "{}: {}",
            case["name"],
            case["desc"]
        );
    }
    assert_eq!(cases.len(), 98);
    ran(name, cases.len());
}

#[test]
fn inclusion_proofs_hold_exactly_where_rfc_6962_says() {
    merkle_cases("merkle-inclusion.json", |case| {
        let (index, size) = (number(&case["leafIdx"]), number(&case["treeSize"]));
        let proof = InclusionProof {
            index,
            size,
            path: path(&case["proof"])?,
        };
        Some(proof.root(digest(&case["leafHash"])?)? == digest(&case["root"])?)
    });
}

#[test]
fn consistency_proofs_hold_exactly_where_rfc_6962_says() {
    merkle_cases("merkle-consistency.json", |case| {
        let (old_size, new_size) = (number(&case["size1"]), number(&case["size2"]));
        let proof = ConsistencyProof {
            old_size,
            new_size,
            path: path(&case["proof"])?,
        };
        Some(proof.joins(digest(&case["root1"])?, digest(&case["root2"])?))
    });
}

/// What stands after `label` in the head of an ASERT run.
fn labelled<'a>(run: &'a str, label: &str) -> &'a str {
    run.lines()
        .find_map(|line| line.split_once(label))
        .map(|(_, value)| value.trim())
        .unwrap()
}

fn bits(text: &str) -> u32 {
    u32::from_str_radix(text.trim_start_matches("0x"), 16).unwrap()
}

#[test]
fn asert_gives_every_target_of_aserti3_2d() {
    for number in 1..=6 {
        let name = format!("asert-run{number:02}.txt");
        let Some(run) = read(&name) else { continue };
        let anchor_bits = bits(labelled(&run, "anchor nBits:"));
        let anchor_height: i64 = labelled(&run, "anchor height:").parse().unwrap();
        let anchor_time: i64 = labelled(&run, "anchor parent time:").parse().unwrap();
        let mut rows = 0;
        for row in run
            .lines()
            .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        {
            let [_, height, time, expected] = row
                .split_whitespace()
                .collect::<Vec<_>>()
                .try_into()
                .unwrap();
            let blocks = height.parse::<i64>().unwrap() - anchor_height + 1;
            let found = bitcoin::asert(
                anchor_bits,
                blocks,
                time.parse::<i64>().unwrap() - anchor_time,
            )
            .unwrap();
            assert_eq!(format!("0x{found:08x}"), expected, "{name}: {row}");
            rows += 1;
        }
        assert_eq!(
            rows,
            labelled(&run, "iterations:").parse::<usize>().unwrap()
        );
        ran(&name, rows);
    }
}

/// A 256-bit number as closely as a float holds it.
fn float(number: U256) -> f64 {
    number
        .to_be_bytes()
        .iter()
        .fold(0.0, |sum, byte| sum * 256.0 + f64::from(*byte))
}

#[test]
fn the_required_difficulty_moves_as_the_targets_of_aserti3_2d_do() {
    const BASE: u64 = 1 << 32;
    let (ideal, half_life) = (Millis(600_000), Millis(172_800_000));
    let asert = Retarget::Asert {
        ideal,
        half_life,
        min: Difficulty(1),
        max: Difficulty(MAX_EXACT),
    };
    for run_number in 1..=6 {
        let name = format!("asert-run{run_number:02}.txt");
        let Some(run) = read(&name) else { continue };
        let anchor_target = float(bitcoin::target(bits(labelled(&run, "anchor nBits:"))).unwrap());
        let anchor_height: u64 = labelled(&run, "anchor height:").parse().unwrap();
        let anchor = WorkClock::default();
        let (mut clock, mut last, mut compared) = (anchor, 0, 0);
        for row in run
            .lines()
            .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        {
            let [_, height, time, target] = row
                .split_whitespace()
                .collect::<Vec<_>>()
                .try_into()
                .unwrap();
            let (blocks, time) = (
                height.parse::<u64>().unwrap() - anchor_height + 1,
                time.parse::<u64>().unwrap(),
            );
            let gap = Millis((time - last) * 1_000);
            // Some runs jump: those leave out blocks, or leave gaps that the clock does not count
            // whole.
            clock = if blocks == clock.blocks + 1 && gap <= half_life {
                clock.after(gap, asert)
            } else {
                WorkClock {
                    blocks,
                    time: Millis(time * 1_000),
                }
            };
            last = time;
            let found = required_difficulty(Difficulty(BASE), asert, anchor, clock).0 as f64;
            let expected =
                BASE as f64 * anchor_target / float(bitcoin::target(bits(target)).unwrap());
            if !(1.0..MAX_EXACT as f64).contains(&expected) || bits(target) == bitcoin::MAIN_LIMIT {
                continue;
            }
            // The approximation of 2^x is off by at most 0.013 %, for difficulty and target each,
            // and the compact form of a target by less than that. A second block in this row would
            // be 0.24 %.
            let rounding = 1.0 + expected * 0.000_33;
            assert!(
                (found - expected).abs() <= rounding,
                "{name}: {row}: expected {expected}, found {found}"
            );
            compared += 1;
        }
        assert_eq!(
            compared,
            [0, 10, 10, 32, 21, 1_000][run_number - 1],
            "{name}"
        );
        println!("vectors: {name}: {compared} required difficulties");
    }
}

#[test]
fn real_bitcoin_headers_have_valid_work_and_follow_each_other() {
    for (name, count) in [
        ("bitcoin-headers-0-10.txt", 11),
        ("bitcoin-headers-300000-300099.txt", 100),
    ] {
        let Some(file) = read(name) else { continue };
        let headers: Vec<Header> = file
            .split_whitespace()
            .map(|line| Header::from_bytes(&from_hex(line).unwrap()).unwrap())
            .collect();
        assert_eq!(headers.len(), count);
        assert_eq!(bitcoin::check_chain(&headers), Ok(()));
        for (line, header) in file.split_whitespace().zip(&headers) {
            assert_eq!(to_hex(&header.to_bytes()), line, "one header, one encoding");
            assert!(
                bitcoin::inspect(line).unwrap().ends_with("Valid work."),
                "{line}"
            );
        }
        for at in 1..count {
            let mut other = headers.clone();
            other.remove(at - 1);
            let link = matches!(bitcoin::check_chain(&other), Err(BitcoinError::Link { .. }));
            assert!(link || at == 1, "without header {}", at - 1);
        }
        ran(name, count);
    }
}

/// A hash as Bitcoin writes it, least significant byte first.
fn little(bytes: &[u8]) -> [u8; 32] {
    let mut bytes: [u8; 32] = bytes.try_into().unwrap();
    bytes.reverse();
    bytes
}

fn little_path(bytes: &[u8]) -> Vec<Digest> {
    bytes
        .chunks_exact(32)
        .map(|hash| Digest(little(hash)))
        .collect()
}

/// The 32 bytes of a decimal number, most significant first.
fn decimal(text: &str) -> [u8; 32] {
    text.bytes().fold([0; 32], |mut number: [u8; 32], digit| {
        let mut carry = u32::from(digit - b'0');
        for byte in number.iter_mut().rev() {
            carry += u32::from(*byte) * 10;
            *byte = u8::try_from(carry & 0xff).unwrap();
            carry >>= 8;
        }
        number
    })
}

/// Headers as the chain cases give them: one after another.
fn headers(bytes: &[u8]) -> Result<Vec<Header>, BitcoinError> {
    bytes
        .chunks(bitcoin::HEADER_LEN)
        .map(Header::from_bytes)
        .collect()
}

fn header(value: &Value) -> Header {
    Header::from_bytes(&hex(value)).unwrap()
}

#[test]
fn bitcoin_spv_cases_of_headers_give_what_they_say() {
    let name = "bitcoin-spv.json";
    let Some(file) = read_json(name) else { return };
    let mut cases = 0;
    let mut each = |section: &str, check: &dyn Fn(&Value, &Value)| {
        for case in list(&file[section]) {
            check(&case["input"], &case["output"]);
            cases += 1;
        }
    };
    fields_of_headers(&mut each);
    rules_of_headers(&mut each);
    for case in list(&file["validateHeaderChainError"]) {
        let outcome =
            headers(&hex(&case["input"])).and_then(|headers| bitcoin::check_chain(&headers));
        let expected = match text(&case["comment"]) {
            "Header bytes not multiple of 80" => "bitcoin_length",
            "Header bytes not a valid chain" => "bitcoin_link",
            "Header does not meet its own difficulty target" => "bitcoin_work",
            other => panic!("a new kind of case: {other}"),
        };
        assert_eq!(outcome.unwrap_err().code(), expected);
        cases += 1;
    }
    assert_eq!(cases, 21);
    ran("bitcoin-spv.json, headers", cases);
}

/// Calls its second argument with input and output of each case of a section.
type Each<'a> = &'a mut dyn FnMut(&str, &dyn Fn(&Value, &Value));

fn fields_of_headers(each: Each<'_>) {
    each("hash256", &|input, output| {
        assert_eq!(
            to_hex(&sha256(&[&sha256(&[&hex(input)]).0]).0),
            text(output)[2..]
        )
    });
    each("extractPrevBlockLE", &|input, output| {
        assert_eq!(header(input).previous.0, little(&hex(output)))
    });
    each("extractMerkleRootLE", &|input, output| {
        assert_eq!(header(input).merkle_root.0, little(&hex(output)))
    });
    each("extractTimestamp", &|input, output| {
        assert_eq!(u64::from(header(input).time), output.as_u64().unwrap())
    });
    each("extractTarget", &|input, output| {
        assert_eq!(
            bitcoin::target(header(input).bits)
                .unwrap()
                .to_be_bytes()
                .to_vec(),
            hex(output)
        );
    });
    each("work", &|input, output| {
        assert_eq!(header(input).id().0, decimal(text(output)))
    });
    each("workHash", &|input, output| {
        assert_eq!(header(input).id().0, little(&hex(output)))
    });
    each("checkWork", &|input, output| {
        let target = U256::from_be_bytes(&hex(&input["target"]).try_into().unwrap());
        assert_eq!(
            Some(U256::from_be_bytes(&header(&input["header"]).id().0) <= target),
            output.as_bool()
        );
    });
}

fn rules_of_headers(each: Each<'_>) {
    each("hash256MerkleStep", &|input, output| {
        let [left, right] = list(input) else {
            panic!("two hashes")
        };
        let hash = sha256(&[&sha256(&[&hex(left), &hex(right)]).0]);
        assert_eq!(to_hex(&hash.0), text(output)[2..]);
    });
    each("validateHeaderWork", &|input, output| {
        let [digest, target] =
            ["digest", "target"].map(|field| <[u8; 32]>::try_from(hex(&input[field])).unwrap());
        // There zeros stand for a hash that is missing; here a header always has one.
        let meets = digest != [0; 32]
            && U256::from_be_bytes(&little(&digest)) <= U256::from_be_bytes(&target);
        assert_eq!(Some(meets), output.as_bool());
    });
    each("validateHeaderPrevHash", &|input, output| {
        let follows =
            header(&input["header"]).previous == BlockHash(little(&hex(&input["prevHash"])));
        assert_eq!(Some(follows), output.as_bool());
    });
    each("validateHeaderChain", &|input, output| {
        let headers = headers(&hex(input)).unwrap();
        assert_eq!(bitcoin::check_chain(&headers), Ok(()));
        let difficulty =
            |header: &Header| bitcoin::difficulty(header.bits).unwrap().to_u128().unwrap();
        let sum: u128 = headers.iter().map(difficulty).sum();
        assert_eq!(Some(sum), output.as_u64().map(u128::from));
    });
}

#[test]
fn bitcoin_spv_retargets_give_the_bits_of_the_next_header() {
    let Some(file) = read_json("bitcoin-spv.json") else {
        return;
    };
    let cases = list(&file["retargetAlgorithm"]);
    for case in cases {
        let [first, last, next] = list(&case["input"]) else {
            panic!("three headers")
        };
        let [first, last, next] = [first, last, next].map(|value| header(&value["hex"]));
        assert_eq!(
            bitcoin::retarget(last.bits, first.time, last.time),
            Ok(next.bits),
            "{}",
            case["input"][2]["height"]
        );
        let difficulty = bitcoin::difficulty(next.bits).unwrap().to_u128();
        assert_eq!(difficulty, case["output"].as_u64().map(u128::from));
        for (value, header) in list(&case["input"]).iter().zip([first, last, next]) {
            assert_eq!(header.id().to_string(), text(&value["hash"])[2..]);
            assert_eq!(header.check_work(), Ok(()));
        }
    }
    assert_eq!(cases.len(), 9);
    ran("bitcoin-spv.json, retargets", cases.len());
}

#[test]
fn bitcoin_spv_merkle_proofs_hold_exactly_where_they_say() {
    let Some(file) = read_json("bitcoin-spv.json") else {
        return;
    };
    let mut cases = 0;
    for case in list(&file["prove"]) {
        let (input, index) = (
            &case["input"],
            u32::try_from(case["input"]["index"].as_u64().unwrap()).unwrap(),
        );
        let (id, root) = (
            TxId(little(&hex(&input["txIdLE"]))),
            Digest(little(&hex(&input["merkleRootLE"]))),
        );
        let found = bitcoin::proves(&id, index, &little_path(&hex(&input["proof"])), &root);
        assert_eq!(Some(found), case["output"].as_bool(), "{input}");
        cases += 1;
    }
    // These give the transaction's id, the path and the root in one piece; a single hash is both.
    for case in list(&file["verifyHash256Merkle"]) {
        let (input, index) = (
            &case["input"],
            u32::try_from(case["input"]["index"].as_u64().unwrap()).unwrap(),
        );
        let hashes = little_path(&hex(&input["proof"]));
        let path = hashes
            .get(1..hashes.len().saturating_sub(1))
            .unwrap_or_default();
        let found = match (hashes.first(), hashes.last()) {
            (Some(id), Some(root)) => bitcoin::proves(&TxId(id.0), index, path, root),
            _ => false,
        };
        assert_eq!(Some(found), case["output"].as_bool(), "{input}");
        cases += 1;
    }
    assert_eq!(cases, 11);
    ran("bitcoin-spv.json, Merkle proofs", cases);
}
