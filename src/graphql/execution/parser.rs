//! Parses executable documents (specification 2). async-graphql's own parser refuses `\u{1F600}` and surrogate pairs in
//! strings, keeps only one of two fields with the same name in an input object, and takes variable directives before the
//! default value.

use super::error::RequestError;
use super::lexer::{Lexer, Token};
use crate::graphql::error::ErrorCode;
use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{
    BaseType, Directive, DocumentOperations, ExecutableDocument, Field, FragmentDefinition, FragmentSpread,
    InlineFragment, OperationDefinition, OperationType, Selection, SelectionSet, Type, TypeCondition,
    VariableDefinition,
};
use async_graphql::{Name, Number, Pos, Positioned};
use async_graphql_value::Value;
use std::collections::HashMap;

/// Deepest nesting of selections, values and types. Parsing, validation and execution recurse.
const DEPTH_MAX: usize = 64;

type Parsed<T> = Result<T, RequestError>;

/// Parses a document.
pub fn parse(text: &str) -> Parsed<ExecutableDocument> {
    let mut parser = Parser::new(text)?;
    let mut anonymous = None;
    let mut named: HashMap<Name, Positioned<OperationDefinition>> = HashMap::new();
    let mut fragments = HashMap::new();
    loop {
        let start = parser.position;
        match parser.definition()? {
            ExecutableDefinition::Fragment(name, fragment) => {
                if fragments.insert(name.clone(), Positioned::new(fragment, start)).is_some() {
                    return invalid(format!("there are two fragments `{name}`"), start);
                }
            }
            ExecutableDefinition::Operation(Some(name), operation) => {
                if named.insert(name.clone(), Positioned::new(operation, start)).is_some() {
                    return invalid(format!("there are two operations `{name}`"), start);
                }
            }
            ExecutableDefinition::Operation(None, operation) => {
                if anonymous.replace(Positioned::new(operation, start)).is_some() {
                    return invalid("an operation without a name must be the only operation", start);
                }
            }
        }
        if parser.token == Token::End {
            break;
        }
    }
    let operations = match anonymous {
        Some(operation) if named.is_empty() => DocumentOperations::Single(operation),
        Some(operation) => {
            return invalid("an operation without a name must be the only operation", operation.pos);
        }
        None => DocumentOperations::Multiple(named),
    };
    Ok(ExecutableDocument { operations, fragments })
}

enum ExecutableDefinition {
    Operation(Option<Name>, OperationDefinition),
    Fragment(Name, FragmentDefinition),
}

fn invalid<T>(message: impl Into<String>, position: Pos) -> Parsed<T> {
    Err(RequestError::at(ErrorCode::GraphqlValidationFailed, message, position))
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    token: Token<'a>,
    position: Pos,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Parsed<Self> {
        let mut lexer = Lexer::new(text);
        let (token, position) = lexer.next_token()?;
        Ok(Self { lexer, token, position, depth: 0 })
    }

    /// Replaces the current token by the next one and returns it.
    fn advance(&mut self) -> Parsed<Token<'a>> {
        let (next, position) = self.lexer.next_token()?;
        self.position = position;
        Ok(std::mem::replace(&mut self.token, next))
    }

    fn unexpected<T>(&self, expected: &str) -> Parsed<T> {
        let found = match &self.token {
            Token::Punctuator(punctuator) => format!("`{punctuator}`"),
            Token::Spread => "`...`".to_owned(),
            Token::Name(text) | Token::Int(text) | Token::Float(text) => format!("`{text}`"),
            Token::String(_) => "a string".to_owned(),
            Token::End => "the end of the document".to_owned(),
        };
        let message = format!("{expected} is expected here, not {found}");
        Err(RequestError::at(ErrorCode::GraphqlParseFailed, message, self.position))
    }

    fn is_at(&self, punctuator: char) -> bool {
        self.token == Token::Punctuator(punctuator)
    }

    fn is_at_keyword(&self, keyword: &str) -> bool {
        self.token == Token::Name(keyword)
    }

    fn take(&mut self, punctuator: char) -> Parsed<bool> {
        let is_there = self.is_at(punctuator);
        if is_there {
            self.advance()?;
        }
        Ok(is_there)
    }

    fn expect_punctuator(&mut self, punctuator: char) -> Parsed<()> {
        if self.take(punctuator)? { Ok(()) } else { self.unexpected(&format!("`{punctuator}`")) }
    }

    fn name(&mut self) -> Parsed<Positioned<Name>> {
        let position = self.position;
        match self.token {
            Token::Name(name) => {
                self.advance()?;
                Ok(Positioned::new(Name::new(name), position))
            }
            _ => self.unexpected("a name"),
        }
    }

    /// Parses one or more items between `open` and `close`.
    fn many<T>(&mut self, open: char, close: char, item: impl Fn(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        self.expect_punctuator(open)?;
        let mut items = vec![item(self)?];
        while !self.take(close)? {
            items.push(item(self)?);
        }
        Ok(items)
    }

    fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEPTH_MAX {
            let message = format!("a document is nested at most {DEPTH_MAX} deep");
            return Err(RequestError::at(ErrorCode::GraphqlParseFailed, message, self.position));
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn definition(&mut self) -> Parsed<ExecutableDefinition> {
        if self.is_at('{') {
            let selection_set = self.selection_set()?;
            let operation = OperationDefinition {
                ty: OperationType::Query,
                variable_definitions: Vec::new(),
                directives: Vec::new(),
                selection_set,
            };
            return Ok(ExecutableDefinition::Operation(None, operation));
        }
        let ty = match self.token {
            Token::Name("query") => OperationType::Query,
            Token::Name("mutation") => OperationType::Mutation,
            Token::Name("subscription") => OperationType::Subscription,
            Token::Name("fragment") => return self.fragment(),
            _ => return self.unexpected("an operation or a fragment"),
        };
        self.advance()?;
        let name = if matches!(self.token, Token::Name(_)) { Some(self.name()?.node) } else { None };
        let variable_definitions =
            if self.is_at('(') { self.many('(', ')', Self::variable_definition)? } else { Vec::new() };
        let directives = self.directives()?;
        let selection_set = self.selection_set()?;
        let operation = OperationDefinition { ty, variable_definitions, directives, selection_set };
        Ok(ExecutableDefinition::Operation(name, operation))
    }

    fn fragment(&mut self) -> Parsed<ExecutableDefinition> {
        self.advance()?;
        if self.is_at_keyword("on") {
            return self.unexpected("the name of a fragment");
        }
        let name = self.name()?.node;
        let type_condition = self.type_condition()?;
        let directives = self.directives()?;
        let selection_set = self.selection_set()?;
        Ok(ExecutableDefinition::Fragment(
            name,
            FragmentDefinition { type_condition, directives, selection_set },
        ))
    }

    fn type_condition(&mut self) -> Parsed<Positioned<TypeCondition>> {
        let position = self.position;
        if !self.is_at_keyword("on") {
            return self.unexpected("`on`");
        }
        self.advance()?;
        Ok(Positioned::new(TypeCondition { on: self.name()? }, position))
    }

    fn variable_definition(&mut self) -> Parsed<Positioned<VariableDefinition>> {
        let position = self.position;
        self.expect_punctuator('$')?;
        let name = self.name()?;
        self.expect_punctuator(':')?;
        let type_position = self.position;
        let var_type = Positioned::new(self.ty()?, type_position);
        let default_value = if self.take('=')? {
            let position = self.position;
            let value = self.value()?.into_const();
            let Some(value) = value else {
                return invalid("a default value has no variables", position);
            };
            Some(Positioned::new(value, position))
        } else {
            None
        };
        let directives = self.directives()?;
        Ok(Positioned::new(VariableDefinition { name, var_type, directives, default_value }, position))
    }

    fn ty(&mut self) -> Parsed<Type> {
        let base = if self.take('[')? {
            let item = self.deeper(Self::ty)?;
            self.expect_punctuator(']')?;
            BaseType::List(Box::new(item))
        } else {
            BaseType::Named(self.name()?.node)
        };
        Ok(Type { base, nullable: !self.take('!')? })
    }

    fn selection_set(&mut self) -> Parsed<Positioned<SelectionSet>> {
        let position = self.position;
        let items = self.deeper(|parser| parser.many('{', '}', Self::selection))?;
        Ok(Positioned::new(SelectionSet { items }, position))
    }

    fn selection(&mut self) -> Parsed<Positioned<Selection>> {
        let position = self.position;
        if self.token != Token::Spread {
            return Ok(Positioned::new(Selection::Field(Positioned::new(self.field()?, position)), position));
        }
        self.advance()?;
        if matches!(self.token, Token::Name(name) if name != "on") {
            let spread = FragmentSpread { fragment_name: self.name()?, directives: self.directives()? };
            return Ok(Positioned::new(
                Selection::FragmentSpread(Positioned::new(spread, position)),
                position,
            ));
        }
        let type_condition = if self.is_at_keyword("on") { Some(self.type_condition()?) } else { None };
        let directives = self.directives()?;
        let selection_set = self.selection_set()?;
        let inline = InlineFragment { type_condition, directives, selection_set };
        Ok(Positioned::new(Selection::InlineFragment(Positioned::new(inline, position)), position))
    }

    fn field(&mut self) -> Parsed<Field> {
        let first = self.name()?;
        let (alias, name) = if self.take(':')? { (Some(first), self.name()?) } else { (None, first) };
        let arguments = self.arguments()?;
        let directives = self.directives()?;
        let selection_set = if self.is_at('{') {
            self.selection_set()?
        } else {
            Positioned::new(SelectionSet::default(), self.position)
        };
        Ok(Field { alias, name, arguments, directives, selection_set })
    }

    fn arguments(&mut self) -> Parsed<Vec<(Positioned<Name>, Positioned<Value>)>> {
        if self.is_at('(') { self.many('(', ')', Self::argument) } else { Ok(Vec::new()) }
    }

    fn argument(&mut self) -> Parsed<(Positioned<Name>, Positioned<Value>)> {
        let name = self.name()?;
        self.expect_punctuator(':')?;
        let position = self.position;
        Ok((name, Positioned::new(self.value()?, position)))
    }

    fn directives(&mut self) -> Parsed<Vec<Positioned<Directive>>> {
        let mut directives = Vec::new();
        while self.is_at('@') {
            let position = self.position;
            self.advance()?;
            let directive = Directive { name: self.name()?, arguments: self.arguments()? };
            directives.push(Positioned::new(directive, position));
        }
        Ok(directives)
    }

    fn value(&mut self) -> Parsed<Value> {
        self.deeper(Self::shallow_value)
    }

    fn shallow_value(&mut self) -> Parsed<Value> {
        match &self.token {
            Token::Punctuator('$') => {
                self.advance()?;
                Ok(Value::Variable(self.name()?.node))
            }
            Token::Punctuator('[') => {
                self.advance()?;
                let mut items = Vec::new();
                while !self.take(']')? {
                    items.push(self.value()?);
                }
                Ok(Value::List(items))
            }
            Token::Punctuator('{') => self.object(),
            Token::Int(text) | Token::Float(text) => {
                let Some(number) = number(text) else { return self.unexpected("a number of 64 bits") };
                self.advance()?;
                Ok(Value::Number(number))
            }
            Token::Name(name) => {
                let value = match *name {
                    "true" => Value::Boolean(true),
                    "false" => Value::Boolean(false),
                    "null" => Value::Null,
                    name => Value::Enum(Name::new(name)),
                };
                self.advance()?;
                Ok(value)
            }
            Token::String(_) => match self.advance()? {
                Token::String(text) => Ok(Value::String(text)),
                _ => self.unexpected("a string"),
            },
            _ => self.unexpected("a value"),
        }
    }

    fn object(&mut self) -> Parsed<Value> {
        self.advance()?;
        let mut fields = IndexMap::new();
        while !self.take('}')? {
            let name = self.name()?;
            self.expect_punctuator(':')?;
            if fields.insert(name.node.clone(), self.value()?).is_some() {
                return invalid(format!("`{}` is given twice", name.node), name.pos);
            }
        }
        Ok(Value::Object(fields))
    }
}

/// Numbers without a fraction that have more than 64 bits become floating-point numbers: `Int` refuses those.
fn number(text: &str) -> Option<Number> {
    if let Ok(integer) = text.parse::<i64>() {
        return Some(integer.into());
    }
    text.parse().ok().and_then(Number::from_f64)
}
