//! Chromium (or Chrome) and ChromeDriver for the tests: where they are, whether they fit each
//! other, and how they are installed on Debian and Ubuntu.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::clock::Clock;
use crate::process::{Outcome, is_program, output_of, run};
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
    let (chromes, drivers) = look(project)?;
    if !chromes.is_empty() && !drivers.is_empty() {
        return pair(&chromes, &drivers);
    }
    let missing = missing_sentence(chromes.is_empty(), drivers.is_empty());
    let advice = format!("{missing} {}", how_to_get(env::consts::OS));
    if !can_install(project) {
        return Err(advice);
    }
    println!("{missing}");
    let clock = Clock::start();
    install_packages(project).map_err(|problem| format!("{problem} {advice}"))?;
    println!("Chromium and ChromeDriver: installed in {clock}");
    let (chromes, drivers) = look(project)?;
    if chromes.is_empty() || drivers.is_empty() {
        let missing = missing_sentence(chromes.is_empty(), drivers.is_empty());
        return Err(format!(
            "The packages are installed, and yet: {missing} Expected their programs on PATH."
        ));
    }
    pair(&chromes, &drivers)
}

/// All browsers and all drivers there are, the likeliest first.
fn look(project: &Project) -> Outcome<(Vec<PathBuf>, Vec<PathBuf>)> {
    Ok((
        candidates(project, "CHROME", &CHROME_NAMES, &CHROME_PLACES)?,
        candidates(project, "CHROMEDRIVER", &["chromedriver"], &DRIVER_PLACES)?,
    ))
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

fn can_install(project: &Project) -> bool {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    packages(&release).is_some()
        && output_of(Command::new("id").arg("-u")).is_ok_and(|user| user.trim() == "0")
        && project.path.find("apt-get").is_some()
}

/// The packages of browser and driver, if the text of `/etc/os-release` is of a system whose
/// packages are known.
fn packages(release: &str) -> Option<[&'static str; 2]> {
    let words: Vec<&str> = release
        .lines()
        .filter_map(|line| {
            line.strip_prefix("ID=")
                .or_else(|| line.strip_prefix("ID_LIKE="))
        })
        .flat_map(|value| value.trim_matches('"').split_whitespace())
        .collect();
    if words.contains(&"ubuntu") {
        Some(["chromium-browser", "chromium-chromedriver"])
    } else if words.contains(&"debian") {
        Some(["chromium", "chromium-driver"])
    } else {
        None
    }
}

fn install_packages(project: &Project) -> Outcome<()> {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let packages = packages(&release).unwrap_or_default();
    println!("Installing the packages {} ...", packages.join(" and "));
    let update: &[&str] = &["update", "-q"];
    let install: &[&str] = &["install", "-q", "-y", "--no-install-recommends"];
    for (arguments, packages) in [(update, &[][..]), (install, &packages[..])] {
        let mut apt = project.path.command("apt-get")?;
        apt.args(arguments)
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive");
        run(&mut apt)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{fit, packages};

    #[test]
    fn a_browser_fits_a_driver_of_its_major_version() {
        assert!(fit(Some(156), Some(156)));
        assert!(!fit(Some(155), Some(156)));
        assert!(fit(None, Some(156)), "chrome.exe does not tell its version");
        assert!(!fit(Some(156), None), "a driver that does not start");
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
