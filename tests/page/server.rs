//! A plain static file server: the built files below a sub-path, the right MIME types, real 404s, and a
//! strict Content-Security-Policy on everything. It remembers what it was asked for.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Where the page lies on the server.
const BASE: &str = "/some/sub-path/";
/// Another page of the same origin, for what a stranger does there.
const OTHER: &str = "/other-page/";
const OTHER_PAGE: &str =
    "<!doctype html><title>Another page</title><link rel=\"icon\" href=\"icon.svg\">";
const OTHER_ICON: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"/>";
/// What the issue asks for and no more than the page's own policy. It applies to workers as well.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; worker-src 'self'; base-uri 'self'; form-action 'none'";

/// One answered request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) status: u16,
}

pub(crate) struct Server {
    origin: String,
    requests: Arc<Mutex<Vec<Request>>>,
    closing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves the folder until this is dropped.
    pub(crate) fn start(dist: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let (requests, closing) = (
            Arc::<Mutex<Vec<Request>>>::default(),
            Arc::<AtomicBool>::default(),
        );
        let (dist, log, end) = (
            dist.to_path_buf(),
            Arc::clone(&requests),
            Arc::clone(&closing),
        );
        let thread = thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if end.load(Ordering::SeqCst) {
                    break;
                }
                let (dist, log) = (dist.clone(), Arc::clone(&log));
                thread::spawn(move || {
                    // A browser that hangs up early is no concern of the server.
                    if let Ok(Some(request)) = answer(stream, &dist) {
                        log.lock().expect("no other thread panicked").push(request);
                    }
                });
            }
        });
        Self {
            origin,
            requests,
            closing,
            thread: Some(thread),
        }
    }

    /// The page's address with a query, which may be empty.
    pub(crate) fn page(&self, query: &str) -> String {
        self.address(&format!("{BASE}{query}"))
    }

    /// The address of a page of the same origin that is not the program.
    pub(crate) fn other_page(&self) -> String {
        self.address(OTHER)
    }

    /// The address of a path of this origin.
    pub(crate) fn address(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// What was asked for up to now.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests
            .lock()
            .expect("no other thread panicked")
            .clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::SeqCst);
        // Wakes the listener.
        drop(TcpStream::connect(
            self.origin.trim_start_matches("http://"),
        ));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Reads one request and answers it; nothing where the browser opened a connection in reserve.
fn answer(mut stream: TcpStream, dist: &Path) -> std::io::Result<Option<Request>> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut lines = BufReader::new((&mut stream).take(64 * 1024)).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let mut words = first.split(' ');
    let (Some(method), Some(target)) = (words.next().filter(|word| !word.is_empty()), words.next())
    else {
        return Ok(None);
    };
    let path = target
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .to_owned();
    let (status, kind, body) = content(method, &path, dist);
    let reason = if status == 200 { "OK" } else { "Refused" };
    write!(
        stream,
        "HTTP/1.1 {status} {reason}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nCache-Control: max-age=600\r\n\
         Content-Security-Policy: {POLICY}\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
        body.len(),
    )?;
    if method != "HEAD" {
        stream.write_all(&body)?;
    }
    stream.flush()?;
    Ok(Some(Request { path, status }))
}

fn content(method: &str, path: &str, dist: &Path) -> (u16, &'static str, Vec<u8>) {
    const TEXT: &str = "text/plain; charset=utf-8";
    if !["GET", "HEAD"].contains(&method) {
        return (405, TEXT, b"only GET and HEAD".to_vec());
    }
    match path.strip_prefix(OTHER) {
        Some("") => return (200, kind(Path::new("index.html")), OTHER_PAGE.into()),
        Some("icon.svg") => return (200, kind(Path::new("icon.svg")), OTHER_ICON.into()),
        Some(_) | None => {}
    }
    let found = path.strip_prefix(BASE).and_then(|name| file(name, dist));
    match found.and_then(|file| Some((kind(&file), std::fs::read(file).ok()?))) {
        Some((kind, body)) => (200, kind, body),
        None => (404, TEXT, b"there is no such file".to_vec()),
    }
}

fn file(name: &str, dist: &Path) -> Option<PathBuf> {
    let name = if name.is_empty() { "index.html" } else { name };
    let plain = name
        .split('/')
        .all(|part| !part.is_empty() && !part.starts_with('.'));
    plain.then(|| dist.join(name)).filter(|file| file.is_file())
}

fn kind(file: &Path) -> &'static str {
    match file.extension().and_then(|ending| ending.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("json" | "webmanifest") => "application/json",
        _ => "application/octet-stream",
    }
}
