//! JSON text in lines, as people read it in a file. The text itself stays: no number is read, so
//! none is rounded.

/// Spaces of one step.
const STEP: usize = 1;

/// A JSON text with a line for each entry.
#[must_use]
pub fn pretty(text: &str) -> String {
    let mut lines = String::new();
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if in_text {
            lines.push(character);
            in_text = escaped || character != '"';
            escaped = !escaped && character == '\\';
            continue;
        }
        match character {
            '{' | '[' if matches!(characters.peek(), Some('}' | ']')) => lines.push(character),
            '{' | '[' => {
                depth += 1;
                lines.push(character);
                begin_line(&mut lines, depth);
            }
            '}' | ']' => {
                if !lines.ends_with(['{', '[']) {
                    depth = depth.saturating_sub(1);
                    begin_line(&mut lines, depth);
                }
                lines.push(character);
            }
            ',' => {
                lines.push(character);
                begin_line(&mut lines, depth);
            }
            ':' => lines.push_str(": "),
            other => {
                in_text = other == '"';
                if !other.is_whitespace() {
                    lines.push(other);
                }
            }
        }
    }
    lines.push('\n');
    lines
}

fn begin_line(lines: &mut String, depth: usize) {
    lines.push('\n');
    lines.extend(std::iter::repeat_n(' ', depth * STEP));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_in_lines_says_the_same() {
        let text = r#"{"seed":18446744073709551615,"title":"a, \"b\": {c} \\","users":[],"link":{},"nodes":[{"name":"x"},2]}"#;
        let lines = pretty(text);
        assert!(lines.contains("\n \"nodes\": [\n  {\n   \"name\": \"x\"\n  },\n  2\n ]\n}\n"));
        assert!(lines.contains("18446744073709551615") && lines.contains("\"users\": []"));
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(value(&lines), value(text));
    }
}
