//! Splits the text of a document into tokens (specification 2.1).

use super::error::RequestError;
use crate::graphql::error::ErrorCode;
use async_graphql::Pos;
use std::str::Chars;

/// A lexical token.
#[derive(Debug, Clone, PartialEq)]
pub enum Token<'a> {
    /// One of `! $ & ( ) : = @ [ ] { | }`.
    Punctuator(char),
    /// `...`
    Spread,
    /// A name.
    Name(&'a str),
    /// An integer.
    Int(&'a str),
    /// A number with a fraction or an exponent.
    Float(&'a str),
    /// The value of a string or block string.
    String(String),
    /// The end of the document.
    End,
}

/// Reads tokens one by one.
pub struct Lexer<'a> {
    rest: Chars<'a>,
    position: Pos,
}

impl<'a> Lexer<'a> {
    /// A lexer at the start of `text`.
    pub fn new(text: &'a str) -> Self {
        Self { rest: text.chars(), position: Pos { line: 1, column: 1 } }
    }

    fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    /// Reads one character. Columns count UTF-16 code units, as graphql-js and editors do.
    fn advance(&mut self) -> Option<char> {
        let read = self.rest.next()?;
        if read == '\n' || (read == '\r' && self.peek() != Some('\n')) {
            self.position.line += 1;
            self.position.column = 1;
        } else {
            self.position.column += read.len_utf16();
        }
        Some(read)
    }

    fn advance_by(&mut self, count: usize) {
        for _ in 0..count {
            self.advance();
        }
    }

    fn error<T>(&self, message: impl Into<String>) -> Result<T, RequestError> {
        Err(RequestError::at(ErrorCode::GraphqlParseFailed, message, self.position))
    }

    /// The next token and where it starts.
    pub fn next_token(&mut self) -> Result<(Token<'a>, Pos), RequestError> {
        self.skip_ignored();
        let start = self.position;
        let text = self.rest.as_str();
        let token = match self.peek() {
            None => Token::End,
            Some(
                punctuator @ ('!' | '$' | '&' | '(' | ')' | ':' | '=' | '@' | '[' | ']' | '{' | '|' | '}'),
            ) => {
                self.advance();
                Token::Punctuator(punctuator)
            }
            Some('.') if text.starts_with("...") => {
                self.advance_by(3);
                Token::Spread
            }
            Some('"') if text.starts_with("\"\"\"") => Token::String(self.block_string()?),
            Some('"') => Token::String(self.string()?),
            Some('-' | '0'..='9') => self.number()?,
            Some(letter) if is_name_start(letter) => {
                let length =
                    text.find(|c: char| !is_name_start(c) && !c.is_ascii_digit()).unwrap_or(text.len());
                self.advance_by(length);
                Token::Name(text.get(..length).unwrap_or_default())
            }
            Some(other) => return self.error(format!("unexpected character `{}`", other.escape_debug())),
        };
        Ok((token, start))
    }

    fn skip_ignored(&mut self) {
        while let Some(next) = self.peek() {
            match next {
                '\u{feff}' | ' ' | '\t' | '\n' | '\r' | ',' => {
                    self.advance();
                }
                '#' => {
                    while self.peek().is_some_and(|c| c != '\n' && c != '\r') {
                        self.advance();
                    }
                }
                _ => return,
            }
        }
    }

    fn digits(&mut self) -> Result<(), RequestError> {
        if !self.peek().is_some_and(|c| c.is_ascii_digit()) {
            return self.error("a digit is expected here");
        }
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.advance();
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Token<'a>, RequestError> {
        let text = self.rest.as_str();
        if self.peek() == Some('-') {
            self.advance();
        }
        if self.peek() == Some('0') {
            self.advance();
            if self.peek().is_some_and(|c| c.is_ascii_digit()) {
                return self.error("a number does not start with 0");
            }
        } else {
            self.digits()?;
        }
        let mut is_float = false;
        if self.peek() == Some('.') {
            is_float = true;
            self.advance();
            self.digits()?;
        }
        if matches!(self.peek(), Some('e' | 'E')) {
            is_float = true;
            self.advance();
            if matches!(self.peek(), Some('+' | '-')) {
                self.advance();
            }
            self.digits()?;
        }
        if self.peek().is_some_and(|c| c == '.' || is_name_start(c)) {
            return self.error("a number ends before this character");
        }
        let number = text.get(..text.len() - self.rest.as_str().len()).unwrap_or_default();
        Ok(if is_float { Token::Float(number) } else { Token::Int(number) })
    }

    fn string(&mut self) -> Result<String, RequestError> {
        self.advance();
        let mut value = String::new();
        loop {
            match self.peek() {
                None | Some('\n' | '\r') => return self.error("the string has no end"),
                Some('"') => {
                    self.advance();
                    return Ok(value);
                }
                Some('\\') => value.push(self.escape()?),
                Some(other) => {
                    value.push(other);
                    self.advance();
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, RequestError> {
        let start = self.position;
        self.advance();
        let escaped = match self.advance() {
            Some(same @ ('"' | '\\' | '/')) => Some(same),
            Some('b') => Some('\u{8}'),
            Some('f') => Some('\u{c}'),
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            Some('u') => self.unicode_escape(),
            _ => None,
        };
        escaped.ok_or_else(|| {
            RequestError::at(
                ErrorCode::GraphqlParseFailed,
                "this is not an escape sequence of GraphQL",
                start,
            )
        })
    }

    /// Reads what follows `\u`: four digits, a surrogate pair, or a code point in braces.
    fn unicode_escape(&mut self) -> Option<char> {
        if self.peek() == Some('{') {
            self.advance();
            let text = self.rest.as_str();
            let digits = text.split_once('}')?.0;
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return None;
            }
            self.advance_by(digits.len() + 1);
            return u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
        }
        let first = self.four_digits()?;
        if let Some(plain) = char::from_u32(first) {
            return Some(plain);
        }
        if self.advance() != Some('\\') || self.advance() != Some('u') {
            return None;
        }
        let pair = [u16::try_from(first).ok()?, u16::try_from(self.four_digits()?).ok()?];
        char::decode_utf16(pair).next()?.ok()
    }

    fn four_digits(&mut self) -> Option<u32> {
        let digits =
            self.rest.as_str().get(..4).filter(|it| it.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        let value = u32::from_str_radix(digits, 16).ok();
        self.advance_by(4);
        value
    }

    fn block_string(&mut self) -> Result<String, RequestError> {
        self.advance_by(3);
        let mut raw = String::new();
        loop {
            let text = self.rest.as_str();
            if text.starts_with("\"\"\"") {
                self.advance_by(3);
                return Ok(block_string_value(&raw));
            }
            if text.starts_with("\\\"\"\"") {
                raw.push_str("\"\"\"");
                self.advance_by(4);
                continue;
            }
            match self.advance() {
                None => return self.error("the block string has no end"),
                Some('\r') => {
                    if self.peek() == Some('\n') {
                        self.advance();
                    }
                    raw.push('\n');
                }
                Some(other) => raw.push(other),
            }
        }
    }
}

fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

/// Removes the common indentation and the blank lines at both ends (specification: `BlockStringValue`).
fn block_string_value(raw: &str) -> String {
    let is_blank = |line: &str| line.bytes().all(|byte| byte == b' ' || byte == b'\t');
    let indent_of = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let lines: Vec<&str> = raw.split('\n').collect();
    let indented = lines.iter().skip(1).filter(|line| !is_blank(line));
    let common = indented.map(|line| indent_of(line)).min().unwrap_or(0);
    let mut kept: Vec<&str> = lines
        .iter()
        .enumerate()
        .map(|(index, line)| if index == 0 { *line } else { line.get(common..).unwrap_or_default() })
        .skip_while(|line| is_blank(line))
        .collect();
    while kept.last().is_some_and(|line| is_blank(line)) {
        kept.pop();
    }
    kept.join("\n")
}
