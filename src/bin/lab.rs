//! The laboratory's program: it runs in the worker of that name and is fetched when a scenario is opened, not before, so that
//! the first visit does not pay for it.

#[cfg(target_arch = "wasm32")]
fn main() {
    aurex::browser::serve_laboratory();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("The laboratory runs in a browser, and natively by `cargo xtask sim --scenario`.");
    std::process::exit(2);
}
