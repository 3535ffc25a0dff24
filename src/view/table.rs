//! Plain text tables: aligned columns of bounded width.

use crate::primitives::visible;

/// Widest cell; longer text ends in an ellipsis.
const MAX_CELL: usize = 64;

/// A table to be rendered as text. A column whose head begins with `>` is aligned to the right.
#[derive(Debug)]
pub(super) struct TextTable {
    heads: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl TextTable {
    pub(super) fn new(heads: &[&'static str]) -> Self {
        Self {
            heads: heads.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row with one cell for each head.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let mut cells: Vec<String> = cells.into_iter().map(|cell| cut(&cell)).collect();
        cells.resize(self.heads.len(), String::new());
        self.rows.push(cells);
    }

    pub(super) fn render(&self) -> String {
        let heads: Vec<&str> = self
            .heads
            .iter()
            .map(|head| head.trim_start_matches('>'))
            .collect();
        let width = |column: usize| {
            let cells = self.rows.iter().map(|row| row[column].chars().count());
            cells
                .chain([heads[column].chars().count()])
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..heads.len()).map(width).collect();
        let line = |cells: &[&str]| {
            let mut text = String::new();
            for (column, cell) in cells.iter().enumerate() {
                let width = widths[column];
                let padded = if self.heads[column].starts_with('>') {
                    format!("{cell:>width$}")
                } else {
                    format!("{cell:width$}")
                };
                text.push_str(&padded);
                text.push_str("  ");
            }
            text.trim_end().to_owned()
        };
        let mut lines = vec![line(&heads)];
        lines.extend(
            self.rows
                .iter()
                .map(|row| line(&row.iter().map(String::as_str).collect::<Vec<_>>())),
        );
        lines.join("\n")
    }
}

/// One line of at most [`MAX_CELL`] characters: ends of lines as blanks, hidden characters as
/// escapes.
fn cut(text: &str) -> String {
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    let text: String = visible(text).chars().map(clean).collect();
    let mut cell: String = text.chars().take(MAX_CELL).collect();
    if text.chars().count() > MAX_CELL {
        cell.pop();
        cell.push('…');
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_and_cells_are_bounded() {
        let mut table = TextTable::new(&["name", ">height"]);
        table.row(["pow-1".to_owned(), "7".to_owned()]);
        table.row(["a\nlong name".to_owned(), "1,234,567".to_owned()]);
        table.row(["é".repeat(100)]);
        table.row(["a\u{202E}b\u{0}".to_owned()]);
        let text = table.render();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 5);
        assert_eq!(lines[4], "a[U+202E]b[U+0000]");
        assert!(lines[1].ends_with("        7"), "{text}");
        assert!(lines[2].starts_with("a long name") && lines[2].ends_with("1,234,567"));
        assert!(lines[3].chars().count() <= MAX_CELL && lines[3].ends_with('…'));
    }
}
