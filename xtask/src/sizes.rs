//! How large the files of the built page are, as they are and as a server sends them (gzip).

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::process::Outcome;

/// The whole page must stay below this, gzipped: it is what a first visit loads. Machines differ by some hundred
/// bytes, as it stands in the program where the libraries' sources lie.
pub(crate) const LIMIT: u64 = 450_000;

/// One file of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Size {
    /// Relative to the folder, with `/` between its parts.
    pub(crate) name: String,
    pub(crate) raw: u64,
    pub(crate) gzipped: u64,
}

/// All files below the folder, in the order of their names.
pub(crate) fn measure(folder: &Path) -> Outcome<Vec<Size>> {
    let mut sizes = Vec::new();
    for file in files_below(folder)? {
        let bytes = fs::read(&file).map_err(|error| unreadable(&file, &error))?;
        let name = file.strip_prefix(folder).unwrap_or(&file).to_string_lossy();
        sizes.push(Size {
            name: name.replace('\\', "/"),
            raw: length(&bytes),
            gzipped: length(&gzip(&bytes)?),
        });
    }
    sizes.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(sizes)
}

/// All files below the folder, in no particular order.
pub(crate) fn files_below(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| unreadable(&folder, &error))? {
            let path = entry.map_err(|error| unreadable(&folder, &error))?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
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
    let (raw, gzipped) = sums(sizes);
    for size in sizes {
        let _infallible = writeln!(
            text,
            "{:width$}  {:>10}  {:>10}",
            size.name, size.raw, size.gzipped
        );
    }
    let _infallible = writeln!(text, "{:width$}  {raw:>10}  {gzipped:>10}", "total");
    text
}

/// Fails if the page has grown beyond the limit.
pub(crate) fn expect_small(sizes: &[Size], limit: u64) -> Outcome<String> {
    let (_, gzipped) = sums(sizes);
    let gzipped_kb = gzipped.div_ceil(1000);
    let limit_kb = limit / 1000;
    if gzipped <= limit {
        return Ok(format!(
            "{gzipped_kb} KB gzipped, of at most {limit_kb} KB."
        ));
    }
    let largest = sizes.iter().max_by_key(|size| size.gzipped);
    let largest = largest.map(|size| size.name.as_str()).unwrap_or_default();
    Err(format!(
        "The page is too large: expected at most {limit_kb} KB gzipped, found {gzipped_kb} KB. The largest file is {largest}."
    ))
}

fn sums(sizes: &[Size]) -> (u64, u64) {
    (
        sizes.iter().map(|size| size.raw).sum(),
        sizes.iter().map(|size| size.gzipped).sum(),
    )
}

fn gzip(bytes: &[u8]) -> Outcome<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .map_err(|error| format!("A file of the page cannot be compressed: {error}."))
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn unreadable(path: &Path, error: &std::io::Error) -> String {
    format!("{} cannot be read: {error}.", path.display())
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
        let problem = expect_small(&sizes(), 459).expect_err("too large");
        assert!(problem.contains("app.wasm"), "{problem}");
    }

    #[test]
    fn repetition_compresses() {
        let packed = gzip(&[7; 10_000]).expect("in memory");
        assert!(packed.len() < 100);
    }
}
