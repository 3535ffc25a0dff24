//! Bitcoin headers in words: what the word `inspect` of the console and the Chain page show.

use std::fmt::Write as _;

use super::{BitcoinError, HEADER_LEN, Header, MAIN_LIMIT, check_chain, difficulty, target};
use crate::primitives::{Date, Digest, from_hex};

/// Most headers that are looked at together.
pub const MAX_HEADERS: usize = 10;

/// The header of Bitcoin's first block, of 2009-01-03, in hexadecimal.
pub const GENESIS: &str = "0100000000000000000000000000000000000000000000000000000000000000\
     000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c";

/// Explains 1 to [`MAX_HEADERS`] headers that stand one after another in hexadecimal, blanks
/// between them or not: each field, and whether the work is valid and each follows the one before.
///
/// # Errors
/// Text that is no such headers. Headers that are not valid are explained, with what is wrong.
pub fn inspect(text: &str) -> Result<String, BitcoinError> {
    let bytes = from_hex(&text.split_whitespace().collect::<String>())?;
    let found = bytes.len();
    if found == 0 || found % HEADER_LEN != 0 || found > HEADER_LEN * MAX_HEADERS {
        return Err(BitcoinError::Length { found });
    }
    let headers = bytes
        .chunks_exact(HEADER_LEN)
        .map(Header::from_bytes)
        .collect::<Result<Vec<_>, _>>()?;
    let mut text = String::new();
    for header in &headers {
        describe(header, &mut text);
    }
    let (count, verdict) = (
        headers.len(),
        check_chain(&headers).and_then(|()| headers.iter().try_for_each(check_limit)),
    );
    // Writing to memory does not fail.
    let _ = match verdict {
        Ok(()) if count == 1 => write!(text, "Valid work."),
        Ok(()) => write!(
            text,
            "Valid work in all {count} headers, each follows the one before."
        ),
        Err(error) => write!(text, "Not valid: {error}."),
    };
    Ok(text)
}

fn check_limit(header: &Header) -> Result<(), BitcoinError> {
    let (limit, found) = (target(MAIN_LIMIT)?, target(header.bits)?);
    if found <= limit {
        return Ok(());
    }
    Err(BitcoinError::EasyTarget {
        limit: Digest(limit.to_be_bytes()),
        found: Digest(found.to_be_bytes()),
    })
}

fn describe(header: &Header, text: &mut String) {
    let Header {
        version,
        previous,
        merkle_root,
        time,
        bits,
        nonce,
    } = header;
    let _ = write!(
        text,
        "Block        {}\nversion      {version:#010x}\nprevious     {previous}\nMerkle root  {merkle_root}\n\
         time         {} ({time})\nbits         {bits:#010x}\nnonce        {nonce}\n",
        header.id(),
        date(*time)
    );
    if let (Ok(target), Ok(difficulty), Ok(work)) =
        (target(*bits), difficulty(*bits), header.work())
    {
        let number = |value: crate::primitives::U256| value.to_u128().unwrap_or(u128::MAX);
        let _ = writeln!(
            text,
            "target       {}\ndifficulty   {}: about {} hashes",
            Digest(target.to_be_bytes()),
            number(difficulty),
            number(work)
        );
    }
}

/// Date and time of day, UTC.
fn date(seconds: u32) -> String {
    let date = Date::of(seconds.into());
    format!("{} {} UTC", date.day(), date.time())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::ParseHexError;

    #[test]
    fn the_genesis_header_is_explained_field_by_field() {
        let text = inspect(GENESIS).unwrap();
        for part in [
            "Block        000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f\n",
            "version      0x00000001\n",
            "Merkle root  4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b\n",
            "time         2009-01-03 18:15:05 UTC (1231006505)\n",
            "bits         0x1d00ffff\n",
            "nonce        2083236893\n",
            "target       00000000ffff0000000000000000000000000000000000000000000000000000\n",
            "difficulty   1: about 4295032833 hashes\n",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(text.ends_with("Valid work."), "{text}");
    }

    #[test]
    fn what_is_not_valid_is_said_with_what_was_expected_and_found() {
        let other = GENESIS.replace("1dac2b7c", "1dac2b7d");
        let text = inspect(&other).unwrap();
        let expected = "Not valid: expected an id of at most 00000000ffff0000000000000000000000000000000000000000000000000000, found ";
        assert!(text.contains(expected), "{text}");
        let text = inspect(&format!("{GENESIS} {GENESIS}")).unwrap();
        assert!(
            text.contains("Not valid: expected header 2 to follow 000000000019d668"),
            "{text}"
        );
        // A test network's easy target is no work on the main one.
        let easy = GENESIS.replace("ffff001d", "ffff7f20");
        let text = inspect(&easy).unwrap();
        assert!(text.contains("Not valid: expected "), "{text}");
        assert!(
            inspect(&GENESIS.replace("ffff001d", "00000000"))
                .unwrap()
                .contains("at least 1, found 0")
        );
    }

    #[test]
    fn text_that_is_no_header_is_refused_with_its_length_or_its_digit() {
        assert_eq!(
            inspect("zz"),
            Err(BitcoinError::Hex(ParseHexError::Digit {
                at: 0,
                found: 'z'
            }))
        );
        assert_eq!(
            inspect(&GENESIS[2..]),
            Err(BitcoinError::Length { found: 79 })
        );
        assert_eq!(inspect(""), Err(BitcoinError::Length { found: 0 }));
        assert_eq!(
            inspect(&GENESIS.repeat(11)),
            Err(BitcoinError::Length { found: 880 })
        );
        assert!(inspect(&GENESIS.repeat(10)).is_ok());
    }

    #[test]
    fn dates_count_leap_days() {
        assert_eq!(date(0), "1970-01-01 00:00:00 UTC");
        assert_eq!(date(951_782_399), "2000-02-28 23:59:59 UTC");
        assert_eq!(date(951_782_400), "2000-02-29 00:00:00 UTC");
        assert_eq!(date(u32::MAX), "2106-02-07 06:28:15 UTC");
    }
}
