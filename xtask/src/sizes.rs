//! How large the files of the built page are, as they are and as a server sends them (gzip).
//!
//! A first visit loads every file of the page but the icon, and all of them count, except the
//! laboratory's program and its style sheet, which are fetched when a scenario is opened.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;

/// Most bytes of the first load, gzipped: 0.8 s of a line of 10 Mbit/s, which leaves 2.2 of the
/// 3 s that a visitor may wait for the first block. Less would be no gain that anybody feels.
pub(crate) const LIMIT: u64 = 1_000_000;

/// What the names of files begin with that a first visit does not load.
const LATER: &str = "aurex-lab";

/// One file of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Size {
    /// Relative to the folder, with `/` between its parts.
    pub(crate) name: String,
    pub(crate) raw: u64,
    pub(crate) gzipped: u64,
}

/// All files below the folder, in the order of their names.
pub(crate) fn measure(folder: &Path) -> Result<Vec<Size>> {
    let mut sizes = Vec::new();
    for file in files_below(folder)? {
        let bytes = fs::read(&file).with_context(|| unreadable(&file))?;
        let name = file.strip_prefix(folder).unwrap_or(&file).to_string_lossy();
        sizes.push(Size {
            name: name.replace('\\', "/"),
            raw: bytes.len() as u64,
            gzipped: gzip(&bytes)?.len() as u64,
        });
    }
    sizes.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(sizes)
}

/// All files below the folder, in no particular order.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| unreadable(folder))? {
        let path = entry?.path();
        if path.is_dir() {
            files.append(&mut files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

/// The table of files and their sum.
pub(crate) fn table(sizes: &[Size]) -> String {
    let width = sizes
        .iter()
        .map(|size| size.name.len())
        .max()
        .unwrap_or(0)
        .max(5);
    let mut text = format!("{:width$}  {:>10}  {:>10}\n", "file", "bytes", "gzipped");
    let total = Size {
        name: "total".to_owned(),
        raw: sizes.iter().map(|size| size.raw).sum(),
        gzipped: gzipped(sizes),
    };
    for Size { name, raw, gzipped } in sizes.iter().chain([&total]) {
        let _infallible = writeln!(text, "{name:width$}  {raw:>10}  {gzipped:>10}");
    }
    text
}

/// Fails if the page has grown beyond the limit.
pub(crate) fn expect_small(sizes: &[Size], limit: u64) -> Result<String> {
    let (later, first): (Vec<Size>, Vec<Size>) = sizes
        .iter()
        .cloned()
        .partition(|size| size.name.starts_with(LATER));
    let (found, limit_kb) = (gzipped(&first), limit / 1000);
    let largest = first.iter().max_by_key(|size| size.gzipped);
    ensure!(
        found <= limit,
        "The page is too large: expected at most {limit_kb} KB gzipped, found {} KB. The largest file is {}.",
        found.div_ceil(1000),
        largest.map(|size| size.name.as_str()).unwrap_or_default()
    );
    Ok(format!(
        "{} KB gzipped at first, of at most {limit_kb} KB; {} KB more for the laboratory.",
        found.div_ceil(1000),
        gzipped(&later).div_ceil(1000)
    ))
}

fn gzipped(sizes: &[Size]) -> u64 {
    sizes.iter().map(|size| size.gzipped).sum()
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

fn unreadable(path: &Path) -> String {
    format!("{} cannot be read", path.display())
}

#[cfg(test)]
mod tests {
    use super::{Size, expect_small, gzip, table};

    fn sizes() -> Vec<Size> {
        let size = |name: &str, raw, gzipped| Size {
            name: name.to_owned(),
            raw,
            gzipped,
        };
        vec![size("app.wasm", 900, 400), size("index.html", 100, 60)]
    }

    #[test]
    fn the_table_ends_with_the_sums() {
        let table = table(&sizes());
        let last = table.lines().last().unwrap_or_default();
        assert_eq!(
            last.split_whitespace().collect::<Vec<_>>(),
            ["total", "1000", "460"]
        );
    }

    #[test]
    fn the_limit_itself_is_allowed_and_a_byte_more_is_not() {
        assert!(expect_small(&sizes(), 460).is_ok());
        let problem = expect_small(&sizes(), 459)
            .expect_err("too large")
            .to_string();
        assert!(problem.contains("app.wasm"), "{problem}");
    }

    #[test]
    fn what_is_fetched_later_is_no_part_of_the_first_load() {
        let mut sizes = sizes();
        sizes.push(Size {
            name: "aurex-lab_bg.wasm".to_owned(),
            raw: 9_000,
            gzipped: 5_000,
        });
        let said = expect_small(&sizes, 460).expect("small at first");
        assert!(said.contains("5 KB more for the laboratory"), "{said}");
    }

    #[test]
    fn repetition_compresses() {
        let packed = gzip(&[7; 10_000]).expect("in memory");
        assert!(packed.len() < 100);
    }
}
