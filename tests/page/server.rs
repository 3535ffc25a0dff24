//! A plain static file server: the built files below a sub-path, the right MIME types, real 404s,
//! and a strict Content-Security-Policy on everything. It remembers what it was asked for. It
//! compresses if it is asked to, as static hosts do.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

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
    /// Bytes of the body as it was sent.
    pub(crate) bytes: usize,
}

/// What is served.
#[derive(Clone)]
struct Site {
    dist: PathBuf,
    /// The files of the page gzipped, by their paths; empty if nothing is compressed.
    gzipped: Arc<BTreeMap<PathBuf, Vec<u8>>>,
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
        Self::serve(Site {
            dist: dist.to_path_buf(),
            gzipped: Arc::default(),
        })
    }

    /// The same, with every file gzipped for browsers that take it so.
    pub(crate) fn compressing(dist: &Path) -> Self {
        let files = std::fs::read_dir(dist).expect("the folder of the page");
        let gzipped = files.map(|file| {
            let path = file.expect("an entry of the folder").path();
            let bytes = std::fs::read(&path).expect("a file of the page");
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(&bytes).expect("memory takes it");
            (path, encoder.finish().expect("memory takes it"))
        });
        Self::serve(Site {
            dist: dist.to_path_buf(),
            gzipped: Arc::new(gzipped.collect()),
        })
    }

    fn serve(site: Site) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let (requests, closing) = (
            Arc::<Mutex<Vec<Request>>>::default(),
            Arc::<AtomicBool>::default(),
        );
        let (log, end) = (Arc::clone(&requests), Arc::clone(&closing));
        let thread = thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if end.load(Ordering::SeqCst) {
                    break;
                }
                let (site, log) = (site.clone(), Arc::clone(&log));
                thread::spawn(move || {
                    // A browser that hangs up early is no concern of the server.
                    if let Ok(Some(request)) = answer(stream, &site) {
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
fn answer(mut stream: TcpStream, site: &Site) -> std::io::Result<Option<Request>> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut lines = BufReader::new((&mut stream).take(64 * 1024)).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let mut takes_gzip = false;
    for line in lines {
        let line = line?.to_ascii_lowercase();
        takes_gzip |= line.starts_with("accept-encoding:") && line.contains("gzip");
        if line.is_empty() {
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
    let (status, kind, mut body) = content(method, &path, &site.dist);
    let mut encoding = "";
    let named = path
        .strip_prefix(BASE)
        .and_then(|name| file(name, &site.dist));
    if let Some(gzipped) = named
        .and_then(|file| site.gzipped.get(&file))
        .filter(|_| takes_gzip)
    {
        body.clone_from(gzipped);
        encoding = "Content-Encoding: gzip\r\n";
    }
    let reason = if status == 200 { "OK" } else { "Refused" };
    write!(
        stream,
        "HTTP/1.1 {status} {reason}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n{encoding}Cache-Control: max-age=600\r\n\
         Content-Security-Policy: {POLICY}\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
        body.len(),
    )?;
    if method != "HEAD" {
        stream.write_all(&body)?;
    }
    stream.flush()?;
    Ok(Some(Request {
        path,
        status,
        bytes: body.len(),
    }))
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
