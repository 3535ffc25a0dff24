//! `cargo xtask pack`: makes the release build's program smaller to download without changing what it does. Trunk
//! runs it by the hook in `Trunk.toml`, on the files that it is about to put into the folder of the page.
//!
//! - The functions of the module are put into an order in which the compressor of a server finds
//!   alike ones near each other ([`module`], [`order`]).
//! - The long names under which module and glue script find each other are replaced by short ones, and the
//!   script's comments and indentation are left out ([`glue`]).

mod glue;
mod module;
mod order;

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::process::Outcome;
use crate::sizes::files_below;

/// What trunk says about a build to its hooks.
const PROFILE: &str = "TRUNK_PROFILE";
const FOLDER: &str = "TRUNK_STAGING_DIR";

/// Packs the page that trunk has built, if it is for publishing.
pub(crate) fn command() -> Outcome<()> {
    let folder = env::var_os(FOLDER)
        .ok_or("Expected to be run by trunk, which names a folder; found none.")?;
    if env::var(PROFILE).is_ok_and(|profile| profile == "release") {
        pack(Path::new(&folder))
    } else {
        Ok(())
    }
}

fn pack(folder: &Path) -> Outcome<()> {
    let files = files_below(folder)?;
    let program = only(&files, "_bg.wasm")?;
    let script = program.with_file_name(name_of(program).replace("_bg.wasm", ".js"));
    let bytes = fs::read(program).map_err(|error| cannot("read", program, &error))?;
    let text = fs::read_to_string(&script).map_err(|error| cannot("read", &script, &error))?;

    let names = short_names(module::imported(&bytes)?);
    let bytes = module::packed(&bytes, &names)?;
    let text = glue::packed(&text, &names)?;
    fs::write(program, bytes).map_err(|error| cannot("written", program, &error))?;
    fs::write(&script, text).map_err(|error| cannot("written", &script, &error))
}

/// A short name for each, by its place in their order.
fn short_names(mut names: Vec<String>) -> BTreeMap<String, String> {
    names.sort();
    names.dedup();
    names
        .into_iter()
        .enumerate()
        .map(|(number, name)| (name, format!("i{number}")))
        .collect()
}

fn only<'a>(files: &'a [PathBuf], ending: &str) -> Outcome<&'a PathBuf> {
    let mut found = files.iter().filter(|file| name_of(file).ends_with(ending));
    match (found.next(), found.next()) {
        (Some(file), None) => Ok(file),
        _ => Err(format!(
            "Expected one file whose name ends with {ending}, found another number of them."
        )),
    }
}

fn name_of(file: &Path) -> String {
    file.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn cannot(what: &str, file: &Path, error: &std::io::Error) -> String {
    format!("{} cannot be {what}: {error}.", file.display())
}

#[cfg(test)]
mod tests {
    use super::short_names;

    #[test]
    fn the_same_names_get_the_same_short_ones_in_any_order() {
        let names = |list: [&str; 3]| short_names(list.map(str::to_owned).to_vec());
        assert_eq!(names(["b", "a", "c"]), names(["c", "b", "a"]));
        assert_eq!(names(["b", "a", "b"]).len(), 2);
    }
}
