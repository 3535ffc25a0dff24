//! Trunk, as the commands of this project start it.

use std::env;
use std::process::Command;

use crate::process::Outcome;
use crate::project::Project;

/// `trunk <subcommand>` in the repository's root.
pub(crate) fn command(project: &Project, subcommand: &str) -> Outcome<Command> {
    let mut trunk = project.path.command("trunk")?;
    trunk
        .current_dir(&project.root)
        .arg(subcommand)
        .env("TRUNK_SKIP_VERSION_CHECK", "true");
    // Elsewhere any value of NO_COLOR counts, but Trunk refuses all but these two.
    if let Some(value) = env::var_os("NO_COLOR")
        && value != "true"
        && value != "false"
    {
        trunk.env("NO_COLOR", if value.is_empty() { "false" } else { "true" });
    }
    Ok(trunk)
}
