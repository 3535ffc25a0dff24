//! A headless Chromium with a fresh profile, driven by a ChromeDriver on a free port. Both end when
//! this is dropped. It keeps what the console said and which requests were made.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, fs, thread};

use serde_json::{Value, json};
use thirtyfour::prelude::*;
use thirtyfour::{ChromeCapabilities, ChromiumLikeCapabilities, WindowHandle};
use tokio::runtime::Runtime;

use crate::clock::Clock;

/// Longest time that one script in the page may take.
const SCRIPT_SECONDS: u64 = 120;

const FLAGS: [&str; 15] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-default-apps",
    // A tab behind another one goes on as fast as the one in front.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    // Nothing but this machine can be reached, whatever a page asks for; by its other name it is no
    // secure context.
    "--host-resolver-rules=MAP aurex.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

/// A refusal of the page: what a promise was rejected with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: String,
    pub(crate) message: String,
}

pub(crate) struct Browser {
    runtime: Runtime,
    driver: Option<WebDriver>,
    process: Process,
    watched: bool,
    console: Vec<String>,
    requested: Vec<String>,
}

/// ChromeDriver, and the profile of the browser that it started.
struct Process {
    child: Child,
    profile: PathBuf,
    /// Whether another browser goes on with the profile.
    keeps_profile: bool,
}

impl Browser {
    /// A browser that keeps the addresses of all requests if it is `watched`, which costs it time
    /// with each.
    pub(crate) fn start(watched: bool) -> Self {
        Self::start_with(watched, None)
    }

    /// A browser whose profile lies in a folder of the caller's choice, which is removed with it.
    pub(crate) fn start_in(profile: PathBuf) -> Self {
        Self::start_with(true, Some(profile))
    }

    /// The same with a profile of the caller's, or the one that a killed browser left, if there is
    /// one.
    fn start_with(watched: bool, profile: Option<PathBuf>) -> Self {
        let (process, address) = Process::start(profile);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let capabilities = capabilities(&process.profile, watched);
        let driver = runtime
            .block_on(async {
                let driver = WebDriver::new(address, capabilities).await?;
                driver
                    .set_script_timeout(Duration::from_secs(SCRIPT_SECONDS))
                    .await?;
                Ok::<_, WebDriverError>(driver)
            })
            .unwrap_or_else(|error| panic!("the browser does not start: {error}"));
        Self {
            runtime,
            driver: Some(driver),
            process,
            watched,
            console: Vec::new(),
            requested: Vec::new(),
        }
    }

    /// Kills all processes of this browser at once, as a power cut would, and starts another with
    /// the same profile.
    pub(crate) fn kill_and_start_again(&mut self) {
        let profile = self.process.profile.clone();
        self.process.keeps_profile = true;
        // Without its browser the session has nobody to end it.
        if let Some(driver) = self.driver.take() {
            let _ = driver.leak();
        }
        let own = profile.display().to_string();
        let is_own = |id: &u32| {
            let words = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
            *id != std::process::id() && String::from_utf8_lossy(&words).contains(&own)
        };
        let ids = fs::read_dir("/proc").expect("a list of processes");
        let ids = ids.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
        for id in ids.filter(is_own).collect::<Vec<_>>() {
            let _ = Command::new("kill").args(["-9", &id.to_string()]).status();
        }
        let watched = self.watched;
        self.process.end();
        for name in ["SingletonLock", "SingletonSocket", "SingletonCookie"] {
            let _ = fs::remove_file(profile.join(name));
        }
        *self = Self::start_with(watched, Some(profile));
    }

    fn driver(&self) -> &WebDriver {
        self.driver
            .as_ref()
            .expect("the browser runs until it is dropped")
    }

    fn run<T>(&self, what: impl Future<Output = WebDriverResult<T>>) -> T {
        self.runtime
            .block_on(what)
            .unwrap_or_else(|error| panic!("the browser refuses: {error}"))
    }

    pub(crate) fn go(&self, address: &str) {
        self.run(self.driver().goto(address));
    }

    pub(crate) fn reload(&self) {
        self.run(self.driver().refresh());
    }

    /// Runs the body of an async function in the page and gives what it returns.
    pub(crate) fn ask(&self, body: &str) -> Result<Value, Refusal> {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             (async () => {{ {body} }})().then(
               (value) => done({{ value: value === undefined ? null : value }}),
               (error) => done({{ code: String(error?.code ?? error?.name), message: String(error?.message ?? error) }}));"
        );
        let answer = self.run(async { self.driver().execute_async(script, Vec::new()).await });
        let text = |name: &str| answer.json()[name].as_str().map(ToOwned::to_owned);
        match (text("code"), text("message")) {
            (Some(code), Some(message)) => Err(Refusal { code, message }),
            _ => Ok(answer.json()["value"].clone()),
        }
    }

    /// The number of the driver's process, from which all of the browser's descend.
    pub(crate) fn driver_process(&self) -> u32 {
        self.process.child.id()
    }

    /// A command of the browser's developer tools.
    pub(crate) fn devtools(&self, method: &str, parameters: Value) -> Value {
        self.run(self.driver().cdp().send_raw(method, parameters))
    }

    pub(crate) fn element(&self, selector: &str) -> WebElement {
        self.run(self.driver().find(By::Css(selector)))
    }

    pub(crate) fn type_into(&self, selector: &str, keys: &str) {
        let element = self.element(selector);
        self.run(element.send_keys(keys));
    }

    pub(crate) fn click(&self, selector: &str) {
        let element = self.element(selector);
        self.run(element.click());
    }

    /// A new window of the same browser, in front from now on.
    pub(crate) fn new_window(&self) -> WindowHandle {
        let window = self.run(self.driver().new_window());
        self.switch_to(&window);
        window
    }

    pub(crate) fn window(&self) -> WindowHandle {
        self.run(self.driver().window())
    }

    pub(crate) fn switch_to(&self, window: &WindowHandle) {
        self.run(self.driver().switch_to_window(window.clone()));
    }

    pub(crate) fn close_window(&self) {
        self.run(self.driver().close_window());
    }

    /// All lines of the console up to now, with their level first.
    pub(crate) fn console(&mut self) -> &[String] {
        self.fetch_logs();
        &self.console
    }

    /// The addresses of all requests that the page made up to now.
    pub(crate) fn requested(&mut self) -> &[String] {
        self.fetch_logs();
        &self.requested
    }

    fn fetch_logs(&mut self) {
        let Some(driver) = &self.driver else { return };
        let fetched = self.runtime.block_on(async {
            let console = driver.get_log("browser").await?;
            let traffic = if self.watched {
                driver.get_log("performance").await?
            } else {
                Vec::new()
            };
            Ok::<_, WebDriverError>((console, traffic))
        });
        // A browser that is gone has no more to say.
        let Ok((console, traffic)) = fetched else {
            return;
        };
        self.console.extend(
            console
                .into_iter()
                .map(|entry| format!("{} {}", entry.level, entry.message)),
        );
        let events = traffic
            .iter()
            .filter_map(|entry| serde_json::from_str::<Value>(&entry.message).ok());
        self.requested.extend(events.filter_map(|event| {
            let message = &event["message"];
            let begun = message["method"] == "Network.requestWillBeSent";
            let address = &message["params"]["request"]["url"];
            address.as_str().filter(|_| begun).map(ToOwned::to_owned)
        }));
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(driver) = self.driver.take() {
            // The browser ends with its session; what goes wrong here must not hide a test's
            // failure.
            let _ = self.runtime.block_on(driver.quit());
        }
        self.process.end();
    }
}

impl Process {
    fn start(profile: Option<PathBuf>) -> (Self, String) {
        let program = env::var_os("CHROMEDRIVER").unwrap_or_else(|| "chromedriver".into());
        let port = free_port();
        let fresh = || env::temp_dir().join(format!("aurex-page-{}-{port}", std::process::id()));
        let profile = profile.unwrap_or_else(fresh);
        let child = Command::new(&program)
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", program.display()));
        let process = Self {
            child,
            profile,
            keeps_profile: false,
        };
        let clock = Clock::start();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                !clock.is_past(20),
                "ChromeDriver does not listen on port {port}"
            );
            thread::sleep(Duration::from_millis(20));
        }
        (process, format!("http://127.0.0.1:{port}"))
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if self.keeps_profile {
            return;
        }
        // The browser may still be closing its files.
        for _ in 0..50 {
            if fs::remove_dir_all(&self.profile).is_ok() || !self.profile.exists() {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

fn capabilities(profile: &Path, watched: bool) -> ChromeCapabilities {
    let mut capabilities = DesiredCapabilities::chrome();
    let set = || -> WebDriverResult<()> {
        for flag in FLAGS {
            capabilities.add_arg(flag)?;
        }
        capabilities.add_arg("--window-size=1440,900")?;
        capabilities.add_arg(&format!("--user-data-dir={}", profile.display()))?;
        if let Some(chrome) = env::var_os("CHROME") {
            capabilities.set_binary(&chrome.to_string_lossy())?;
        }
        capabilities.set(
            "goog:loggingPrefs",
            if watched {
                json!({ "browser": "ALL", "performance": "ALL" })
            } else {
                json!({ "browser": "ALL" })
            },
        )
    };
    let mut set = set;
    set().expect("capabilities are plain values");
    capabilities
}
