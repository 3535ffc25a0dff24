//! Page, node or miner: one binary, which looks at where it runs.

#[cfg(target_arch = "wasm32")]
fn main() {
    if !aurex::browser::serve_worker() {
        aurex::ui::start(aurex::browser::page::open());
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("Aurex Playground runs in a browser: use `cargo xtask serve`.");
    std::process::exit(2);
}
