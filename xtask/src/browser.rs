//! Chromium (or Chrome) and ChromeDriver for the tests: where they are, whether they fit each
//! other, and how they are installed on Debian and Ubuntu.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::clock::Clock;
use crate::project::{Project, set};
use crate::tools::version_text;

/// A browser and the driver that fits it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Browser {
    pub(crate) chrome: PathBuf,
    pub(crate) driver: PathBuf,
}

/// A program to look for: the variable that names it, its names on PATH, and where installers put
/// it outside PATH, each below the folder in a variable, if one is named.
struct Wanted {
    variable: &'static str,
    names: &'static [&'static str],
    places: &'static [(&'static str, &'static str)],
}

const CHROME: Wanted = Wanted {
    variable: "CHROME",
    names: &[
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
        "chrome",
    ],
    places: &[
        (
            "",
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        ),
        ("", "/Applications/Chromium.app/Contents/MacOS/Chromium"),
        (
            "HOME",
            "Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        ),
        ("ProgramFiles", "Google/Chrome/Application/chrome.exe"),
        ("ProgramFiles(x86)", "Google/Chrome/Application/chrome.exe"),
        ("LOCALAPPDATA", "Google/Chrome/Application/chrome.exe"),
    ],
};
const DRIVER: Wanted = Wanted {
    variable: "CHROMEDRIVER",
    names: &["chromedriver"],
    places: &[
        ("CHROMEWEBDRIVER", "chromedriver"),
        ("", "/usr/lib/chromium/chromedriver"),
        ("", "/usr/lib/chromium-browser/chromedriver"),
        ("", "/opt/homebrew/bin/chromedriver"),
    ],
};

/// Finds both, after installing them where that can be done.
pub(crate) fn ensure(project: &Project) -> Result<Browser> {
    if let Some(browser) = look(project)? {
        return Ok(browser);
    }
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    match packages(&release) {
        Some(packages) if is_root() => install(project, packages)?,
        Some(_) | None => bail!("{MISSING} {}", how_to_get(env::consts::OS)),
    }
    look(project)?.context("The packages are installed, but their programs are not on PATH")
}

const MISSING: &str =
    "The browser tests need Chromium (or Chrome) and ChromeDriver, and not both are there.";

/// The first browser and driver of the same major version, if both are there.
fn look(project: &Project) -> Result<Option<Browser>> {
    let chromes = CHROME.candidates(project)?;
    let drivers = DRIVER.candidates(project)?;
    for (driver, version) in &drivers {
        if let Some((chrome, _)) = chromes.iter().find(|(_, chrome)| fit(*chrome, *version)) {
            return Ok(Some(Browser {
                chrome: chrome.clone(),
                driver: driver.clone(),
            }));
        }
    }
    if chromes.is_empty() || drivers.is_empty() {
        return Ok(None);
    }
    bail!(
        "No browser fits the ChromeDriver: expected the same major version, found the browsers \
         {chromes:?} and the drivers {drivers:?}. Set CHROME and CHROMEDRIVER to two that fit."
    )
}

impl Wanted {
    /// The program named by the environment, and nothing else, if it is set; otherwise those on
    /// PATH and in the usual places; each with its major version.
    fn candidates(&self, project: &Project) -> Result<Vec<(PathBuf, Option<u32>)>> {
        let files = if let Some(file) = set(self.variable) {
            let file = which::which(&file).with_context(|| {
                format!(
                    "{} is set to {}, which is no program",
                    self.variable,
                    file.display()
                )
            })?;
            vec![file]
        } else {
            let on_path = self.names.iter().flat_map(|name| project.find_all(name));
            let elsewhere = self.places.iter().filter_map(|(variable, rest)| {
                let folder = if variable.is_empty() {
                    Some(PathBuf::new())
                } else {
                    set(variable)
                };
                which::which(folder?.join(rest)).ok()
            });
            on_path.chain(elsewhere).collect()
        };
        let with_major = |file: PathBuf| {
            let major = major(&file);
            (file, major)
        };
        Ok(files.into_iter().map(with_major).collect())
    }
}

/// Chrome on Windows does not tell its version: it is taken at its word.
fn fit(chrome: Option<u32>, driver: Option<u32>) -> bool {
    driver.is_some() && (chrome.is_none() || chrome == driver)
}

fn major(program: &Path) -> Option<u32> {
    // chrome.exe opens a window when asked for its version.
    if cfg!(windows) && program.file_stem().is_some_and(|stem| stem == "chrome") {
        return None;
    }
    major_in(&version_text(program)?)
}

/// The major version in what a browser or a driver prints, which is no semantic version.
fn major_in(text: &str) -> Option<u32> {
    text.split_whitespace()
        .find_map(|word| word.split_once('.')?.0.parse().ok())
}

fn how_to_get(system: &str) -> &'static str {
    match system {
        "macos" => {
            "Install Chrome from https://www.google.com/chrome and `brew install chromedriver`, or set CHROME and \
             CHROMEDRIVER to their programs."
        }
        "windows" => {
            "Install Chrome from https://www.google.com/chrome and the ChromeDriver of the same version from \
             https://googlechromelabs.github.io/chrome-for-testing, then set CHROMEDRIVER to its program."
        }
        _ => {
            "On Debian: `sudo apt-get install chromium chromium-driver`; elsewhere install both with your package \
             manager, or set CHROME and CHROMEDRIVER to their programs."
        }
    }
}

fn is_root() -> bool {
    let user = Command::new("id").arg("-u").output();
    user.is_ok_and(|user| user.stdout.trim_ascii() == b"0")
}

/// The packages of browser and driver, if the text of `/etc/os-release` is of a system whose
/// packages are known.
fn packages(release: &str) -> Option<[&'static str; 2]> {
    let is = |name: &str| {
        release
            .lines()
            .filter_map(|line| line.strip_prefix("ID=").or(line.strip_prefix("ID_LIKE=")))
            .any(|value| {
                value
                    .trim_matches('"')
                    .split_whitespace()
                    .any(|word| word == name)
            })
    };
    if is("ubuntu") {
        Some(["chromium-browser", "chromium-chromedriver"])
    } else if is("debian") {
        Some(["chromium", "chromium-driver"])
    } else {
        None
    }
}

/// Installs system packages, after printing the exact commands.
fn install(project: &Project, packages: [&str; 2]) -> Result<()> {
    let clock = Clock::start();
    let apt = |words: &[&str]| -> Result<_> {
        let apt = project.command("apt-get")?.args(words);
        Ok(apt.env("DEBIAN_FRONTEND", "noninteractive"))
    };
    let update = apt(&["update", "-q"])?;
    let install = apt(&["install", "-q", "-y", "--no-install-recommends"])?.args(packages);
    println!("{MISSING} Installing them as root, by these commands:\n  {update}\n  {install}");
    update.run()?;
    install.run()?;
    println!("Chromium and ChromeDriver: installed in {clock}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{fit, major_in, packages};

    #[test]
    fn a_browser_fits_a_driver_of_its_major_version() {
        assert!(fit(Some(156), Some(156)));
        assert!(!fit(Some(155), Some(156)));
        assert!(fit(None, Some(156)), "chrome.exe does not tell its version");
        assert!(!fit(Some(156), None), "a driver that does not start");
        assert_eq!(
            major_in("Chromium 156.0.8078.79 built on Debian GNU/Linux 12"),
            Some(156)
        );
        assert_eq!(major_in("ChromeDriver 115.0.1 (a.b)"), Some(115));
        assert_eq!(major_in(""), None);
    }

    #[test]
    fn packages_are_known_for_debian_and_its_relatives() {
        let debian = Some(["chromium", "chromium-driver"]);
        let ubuntu = Some(["chromium-browser", "chromium-chromedriver"]);
        assert_eq!(packages("NAME=\"Debian GNU/Linux\"\nID=debian\n"), debian);
        assert_eq!(packages("ID=ubuntu\nID_LIKE=debian\n"), ubuntu);
        assert_eq!(packages("ID=fedora\nVERSION_ID=44\n"), None);
    }
}
