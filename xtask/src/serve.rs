//! `cargo xtask serve`: builds the page, serves it on this machine, and rebuilds on every change.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};

use crate::project::Project;
use crate::setup::{self, Needs};
use crate::trunk;

const BETWEEN_LOOKS: Duration = Duration::from_millis(200);
/// How long the page may take to answer before the next look.
const PATIENCE: Duration = Duration::from_secs(2);

/// Serves the page of the release profile, or of the dev profile, which is faster to build and
/// slower to run; with `open`, in the default browser.
pub(crate) fn command(project: &mut Project, port: u16, open: bool, dev: bool) -> Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    expect_free(address)?;
    setup::ensure(project, Needs::Build)?;
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    ctrlc::set_handler(move || asked.store(true, Ordering::Relaxed))?;
    let trunk = trunk::command(project, "serve")?
        .args(["--address", "127.0.0.1", "--port", &port.to_string()])
        .arg("--dist")
        .arg(project.target_folder().join("serve"))
        .args((!dev).then_some("--release"))
        .args(open.then_some("--open"));
    let mut trunk = Command::from(trunk)
        .spawn()
        .context("`trunk serve` cannot be started")?;
    let ended = watch(&mut trunk, address, &stop);
    if !stop.load(Ordering::Relaxed) {
        return ended;
    }
    // Ctrl-C reached Trunk too; another signal did not.
    trunk.kill()?;
    trunk.wait()?;
    println!("Stopped.");
    Ok(())
}

/// Fails before anything is built if the port cannot be had.
fn expect_free(address: SocketAddr) -> Result<()> {
    TcpListener::bind(address).map(drop).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow!(
            "Port {0} is taken by another program: choose another, as in `cargo xtask serve --port {1}`.",
            address.port(),
            address.port().checked_add(1).unwrap_or(8080)
        ),
        _ => anyhow!("{address} cannot be listened on: {error}. Choose another port with --port."),
    })
}

/// Prints the address once the page answers; returns when Trunk ended or someone asked to stop.
fn watch(trunk: &mut Child, address: SocketAddr, stop: &AtomicBool) -> Result<()> {
    let mut is_up = false;
    while !stop.load(Ordering::Relaxed) {
        if let Some(status) = trunk.try_wait()? {
            bail!("`trunk serve` ended before it was asked to stop ({status}).");
        }
        if !is_up && answers(address, PATIENCE) {
            is_up = true;
            println!("\nAurex Playground is up: http://{address}/  (Ctrl-C ends it)\n");
        }
        thread::sleep(BETWEEN_LOOKS);
    }
    Ok(())
}

/// Whether a request for the page is answered with success within `patience`.
fn answers(address: SocketAddr, patience: Duration) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect_timeout(&address, patience)?;
        stream.set_read_timeout(Some(patience))?;
        // In one piece, so that a server that answers early finds nothing left to read.
        let request = format!("GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes())?;
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
    use std::time::Duration;

    #[test]
    fn a_taken_port_is_named_with_another_one() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let problem = expect_free(address).expect_err("taken").to_string();
        assert!(
            problem.contains(&format!("Port {} is taken", address.port())),
            "{problem}"
        );
        drop(listener);
        assert!(expect_free(address).is_ok());
    }

    #[test]
    fn only_a_success_counts_as_up() {
        for (status, up) in [("200 OK", true), ("404 Not Found", false)] {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
            let address = listener.local_addr().expect("an address");
            let server = thread::spawn(move || {
                let (mut stream, _) = listener.accept().expect("a request");
                // A request may arrive in pieces.
                let mut request = Vec::new();
                let mut piece = [0; 256];
                while !request.ends_with(b"\r\n\r\n") {
                    let length = stream.read(&mut piece).expect("its text");
                    request.extend_from_slice(&piece[..length]);
                }
                assert!(request.starts_with(b"GET / HTTP/1.1\r\n"));
                write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").expect("sent");
            });
            // No machine is so busy that this decides: the server answers at once.
            assert_eq!(answers(address, Duration::from_secs(60)), up);
            server.join().expect("the server's checks");
        }
    }
}
