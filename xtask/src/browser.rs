//! Chromium (or Chrome) and ChromeDriver for the tests: where they are, whether they fit each
//! other, and how they are installed on Debian and Ubuntu.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Outcome, is_program, output_of, run};
use crate::progress::Clock;
use crate::project::Project;
use crate::tools::version_of;

/// A browser and the driver that fits it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Browser {
    pub(crate) chrome: PathBuf,
    pub(crate) driver: PathBuf,
}

const CHROME_NAMES: [&str; 5] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
];

/// Folders outside PATH in which installers put a browser or a driver, below the variable named
/// first, if any.
const CHROME_PLACES: [(&str, &str); 6] = [
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
];
const DRIVER_PLACES: [(&str, &str); 6] = [
    ("CHROMEWEBDRIVER", "chromedriver"),
    ("CHROMEWEBDRIVER", "chromedriver.exe"),
    ("", "/usr/lib/chromium/chromedriver"),
    ("", "/usr/lib/chromium-browser/chromedriver"),
    ("", "/opt/homebrew/bin/chromedriver"),
    ("", "/usr/local/bin/chromedriver"),
];

/// Finds both, after installing them where that can be done.
pub(crate) fn ensure(project: &Project) -> Outcome<Browser> {
    let chromes = candidates(project, "CHROME", &CHROME_NAMES, &CHROME_PLACES)?;
    let drivers = candidates(project, "CHROMEDRIVER", &["chromedriver"], &DRIVER_PLACES)?;
    if !chromes.is_empty() && !drivers.is_empty() {
        return pair(&chromes, &drivers);
    }
    let missing = missing_sentence(chromes.is_empty(), drivers.is_empty());
    if !is_debian_root(project) {
        return Err(format!("{missing} {}", how_to_get(env::consts::OS)));
    }
    println!("{missing} Installing Debian's packages chromium and chromium-driver ...");
    let clock = Clock::start();
    install_packages(project)?;
    println!("Chromium and ChromeDriver: installed in {clock}");
    let chromes = candidates(project, "CHROME", &CHROME_NAMES, &CHROME_PLACES)?;
    let drivers = candidates(project, "CHROMEDRIVER", &["chromedriver"], &DRIVER_PLACES)?;
    pair(&chromes, &drivers)
}

/// The program named by the environment, and nothing else, if it is set; otherwise those on PATH
/// and in the usual places.
fn candidates(
    project: &Project,
    variable: &str,
    names: &[&str],
    places: &[(&str, &str)],
) -> Outcome<Vec<PathBuf>> {
    if let Some(value) = env::var_os(variable).filter(|value| !value.is_empty()) {
        let file = PathBuf::from(value);
        if is_program(&file) {
            return Ok(vec![file]);
        }
        return Err(format!(
            "{variable} is set to {}, which is no program: expected the path of one.",
            file.display()
        ));
    }
    let on_path = names.iter().flat_map(|name| project.path.find_all(name));
    let elsewhere = places.iter().filter_map(|(variable, rest)| {
        if variable.is_empty() {
            return Some(PathBuf::from(rest));
        }
        env::var_os(variable).map(|folder| Path::new(&folder).join(rest))
    });
    Ok(on_path
        .chain(elsewhere.filter(|file| is_program(file)))
        .collect())
}

/// The first browser and driver of the same major version. Chrome on Windows does not tell its
/// version: it is taken at its word.
fn pair(chromes: &[PathBuf], drivers: &[PathBuf]) -> Outcome<Browser> {
    let with_majors = |files: &[PathBuf]| -> Vec<(PathBuf, Option<u32>)> {
        files
            .iter()
            .map(|file| (file.clone(), major(file)))
            .collect()
    };
    let (chromes, drivers) = (with_majors(chromes), with_majors(drivers));
    for (driver, driver_major) in &drivers {
        for (chrome, chrome_major) in &chromes {
            if fit(*chrome_major, *driver_major) {
                return Ok(Browser {
                    chrome: chrome.clone(),
                    driver: driver.clone(),
                });
            }
        }
    }
    let list = |files: &[(PathBuf, Option<u32>)]| -> String {
        files
            .iter()
            .map(|(file, major)| match major {
                Some(major) => format!("{} ({major})", file.display()),
                None => format!("{} (unknown)", file.display()),
            })
            .collect::<Vec<_>>()
            .join(", ")
    };
    Err(format!(
        "No browser fits the ChromeDriver: expected the same major version, found the browsers {} and the drivers {}. \
         Set CHROME and CHROMEDRIVER to two that fit.",
        list(&chromes),
        list(&drivers)
    ))
}

fn fit(chrome: Option<u32>, driver: Option<u32>) -> bool {
    driver.is_some() && (chrome.is_none() || chrome == driver)
}

fn major(program: &Path) -> Option<u32> {
    // chrome.exe opens a window when asked for its version.
    if cfg!(windows) && program.file_stem().is_some_and(|stem| stem == "chrome") {
        return None;
    }
    version_of(program).map(|version| version.major)
}

fn missing_sentence(chrome: bool, driver: bool) -> String {
    let what = match (chrome, driver) {
        (true, true) => "Chromium (or Chrome) and ChromeDriver are",
        (true, false) => "Chromium (or Chrome) is",
        (false, _) => "ChromeDriver is",
    };
    format!("{what} missing: the browser tests need both.")
}

fn how_to_get(system: &str) -> &'static str {
    match system {
        "macos" => {
            "Install Chrome from https://www.google.com/chrome and `brew install chromedriver`, or set CHROME and CHROMEDRIVER to their programs."
        }
        "windows" => {
            "Install Chrome from https://www.google.com/chrome and the ChromeDriver of the same version from https://googlechromelabs.github.io/chrome-for-testing, then set CHROMEDRIVER to its program."
        }
        _ => {
            "On Debian: `sudo apt-get install chromium chromium-driver`; elsewhere install both with your package manager, or set CHROME and CHROMEDRIVER to their programs."
        }
    }
}

fn is_debian_root(project: &Project) -> bool {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    names_debian(&release)
        && output_of(Command::new("id").arg("-u")).is_ok_and(|user| user.trim() == "0")
        && project.path.find("apt-get").is_some()
}

/// Whether the text of `/etc/os-release` is Debian's, Ubuntu's or a relative's.
fn names_debian(release: &str) -> bool {
    release
        .lines()
        .filter_map(|line| {
            line.strip_prefix("ID=")
                .or_else(|| line.strip_prefix("ID_LIKE="))
        })
        .flat_map(|value| value.trim_matches('"').split_whitespace())
        .any(|word| word == "debian" || word == "ubuntu")
}

fn install_packages(project: &Project) -> Outcome<()> {
    for arguments in [
        &["update", "-q"][..],
        &[
            "install",
            "-q",
            "-y",
            "--no-install-recommends",
            "chromium",
            "chromium-driver",
        ],
    ] {
        let mut apt = project.path.command("apt-get")?;
        apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        run(&mut apt)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{fit, names_debian};

    #[test]
    fn a_browser_fits_a_driver_of_its_major_version() {
        assert!(fit(Some(156), Some(156)));
        assert!(!fit(Some(155), Some(156)));
        assert!(fit(None, Some(156)), "chrome.exe does not tell its version");
        assert!(!fit(Some(156), None), "a driver that does not start");
    }

    #[test]
    fn debian_and_its_relatives_are_known() {
        assert!(names_debian("NAME=\"Debian GNU/Linux\"\nID=debian\n"));
        assert!(names_debian("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"));
        assert!(!names_debian("ID=fedora\nVERSION_ID=44\n"));
    }
}
