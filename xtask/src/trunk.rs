//! Trunk, as the commands of this project start it.

use std::env;

use anyhow::Result;
use xshell::Cmd;

use crate::project::Project;

/// `trunk <subcommand>` in the repository's root.
pub(crate) fn command<'a>(project: &'a Project, subcommand: &str) -> Result<Cmd<'a>> {
    let trunk = project
        .command("trunk")?
        .arg(subcommand)
        .env("TRUNK_SKIP_VERSION_CHECK", "true");
    // Elsewhere any value of NO_COLOR counts, but Trunk refuses all but these two.
    Ok(match env::var_os("NO_COLOR") {
        Some(value) if value != "true" && value != "false" => {
            trunk.env("NO_COLOR", if value.is_empty() { "false" } else { "true" })
        }
        Some(_) | None => trunk,
    })
}
