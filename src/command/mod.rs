//! The words of the console, parsed once.
