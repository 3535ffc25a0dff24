//! Aurex Playground.
#[cfg(target_arch = "wasm32")]
pub mod browser {
    //! Shell.
    /// Starts the role this global scope is for.
    pub fn start() {}
}
