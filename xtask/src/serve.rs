//! `cargo xtask serve`: builds the page, serves it on this machine, and rebuilds on every change.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::clock::Clock;
use crate::process::{Outcome, ending, shown};
use crate::project::Project;
use crate::setup::{self, Needs};
use crate::trunk;

const BETWEEN_LOOKS: Duration = Duration::from_millis(200);
/// How long Trunk may take to end by itself after Ctrl-C.
const TO_END: Duration = Duration::from_secs(3);

/// What the words after `serve` ask for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    pub(crate) port: u16,
    /// Open the page in the default browser.
    pub(crate) open: bool,
    /// The dev profile: faster to build, slower to run.
    pub(crate) dev: bool,
}

pub(crate) fn command(project: &mut Project, options: Options) -> Outcome<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
    expect_free(address)?;
    setup::ensure(
        project,
        Needs {
            build_tools: true,
            test_tools: false,
        },
    )?;
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    ctrlc::set_handler(move || asked.store(true, Ordering::Relaxed))
        .map_err(|error| format!("Ctrl-C cannot be listened for: {error}."))?;

    let mut trunk = trunk::command(project, "serve")?;
    trunk
        .args(["--address", "127.0.0.1", "--port"])
        .arg(options.port.to_string())
        .arg("--dist")
        .arg(project.target_folder().join("serve"));
    if !options.dev {
        trunk.arg("--release");
    }
    if options.open {
        trunk.arg("--open");
    }
    let mut child = trunk
        .spawn()
        .map_err(|error| format!("`{}` cannot be started: {error}.", shown(&trunk)))?;
    let ended = watch(&mut child, address, &stop);
    if !stop.load(Ordering::Relaxed) {
        return ended;
    }
    end(&mut child)?;
    println!("Stopped.");
    Ok(())
}

/// Fails before anything is built if the port cannot be had.
fn expect_free(address: SocketAddr) -> Outcome<()> {
    match TcpListener::bind(address) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AddrInUse => Err(format!(
            "Port {0} is taken by another program: choose another, as in `cargo xtask serve --port {1}`.",
            address.port(),
            address.port().checked_add(1).unwrap_or(8080)
        )),
        Err(error) => Err(format!(
            "{address} cannot be listened on: {error}. Choose another port with --port."
        )),
    }
}

/// Tells the address once the page answers, and returns when Trunk ended or someone asked to stop.
fn watch(child: &mut Child, address: SocketAddr, stop: &AtomicBool) -> Outcome<()> {
    let mut told = false;
    while !stop.load(Ordering::Relaxed) {
        if let Some(status) = ended(child)? {
            return Err(format!(
                "`trunk serve` {} before it was asked to stop.",
                ending(status)
            ));
        }
        if !told && answers(address) {
            told = true;
            println!("\nAurex Playground is up: http://{address}/  (Ctrl-C ends it)\n");
        }
        thread::sleep(BETWEEN_LOOKS);
    }
    Ok(())
}

/// Lets Trunk end by itself, which has heard Ctrl-C too, and ends it if it does not.
fn end(child: &mut Child) -> Outcome<()> {
    let clock = Clock::start();
    while clock.elapsed() < TO_END {
        if ended(child)?.is_some() {
            return Ok(());
        }
        thread::sleep(BETWEEN_LOOKS);
    }
    child
        .kill()
        .and_then(|()| child.wait())
        .map(drop)
        .map_err(|error| format!("`trunk serve` cannot be ended: {error}."))
}

fn ended(child: &mut Child) -> Outcome<Option<std::process::ExitStatus>> {
    child
        .try_wait()
        .map_err(|error| format!("`trunk serve` cannot be watched: {error}."))
}

/// Whether a request for the page is answered with success.
fn answers(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect_timeout(&address, BETWEEN_LOOKS)?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        write!(
            stream,
            "GET / HTTP/1.1\r\nHost: {address}\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
        )?;
        let mut start = [0; 12];
        stream.read_exact(&mut start)?;
        Ok(start.ends_with(b" 200"))
    };
    ask().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::{answers, expect_free};
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    #[test]
    fn a_taken_port_is_named_with_another_one() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let problem = expect_free(address).expect_err("taken");
        assert!(
            problem.contains(&format!("Port {} is taken", address.port())),
            "{problem}"
        );
        drop(listener);
        assert_eq!(expect_free(address), Ok(()));
    }

    #[test]
    fn only_a_success_counts_as_up() {
        for (status, up) in [("200 OK", true), ("404 Not Found", false)] {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
            let address = listener.local_addr().expect("an address");
            let server = thread::spawn(move || {
                let (mut stream, _) = listener.accept().expect("a request");
                let mut request = [0; 1024];
                let length = stream.read(&mut request).expect("its text");
                assert!(request[..length].starts_with(b"GET / HTTP/1.1\r\n"));
                write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").expect("sent");
            });
            assert_eq!(answers(address), up);
            server.join().expect("the server's checks");
        }
    }
}
