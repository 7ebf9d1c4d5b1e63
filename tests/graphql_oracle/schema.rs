//! The test schema in Rust. `record/schema.mjs` is the same schema in graphql-js: change both together.

use async_graphql::{
    Context, EmptySubscription, Enum, Error, ID, InputObject, Interface, MaybeUndefined, Object, Result,
    Schema, SchemaBuilder, Union,
};
use std::fmt::Display;
use std::sync::Mutex;

pub type Builder = SchemaBuilder<Query, Mutation, EmptySubscription>;

pub fn builder() -> Builder {
    Schema::build(Query, Mutation, EmptySubscription)
}

/// The state that the mutations of one request share.
#[derive(Default)]
pub struct Count(Mutex<Vec<i32>>);

fn fail<T>(what: &str) -> Result<T> {
    Err(Error::new(format!("{what} fails")))
}

#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Colour {
    Red,
    Green,
    Blue,
}

#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    Cm,
    Inch,
}

/// How an argument is shown: the same text as in graphql-js.
trait Show {
    fn show(&self) -> String;
}

macro_rules! show {
    ($($ty:ty: |$value:ident| $shown:expr;)*) => {$(
        impl Show for $ty {
            fn show(&self) -> String {
                let $value = self;
                $shown
            }
        }
    )*};
}

show! {
    i32: |value| value.to_string();
    f64: |value| value.to_string();
    bool: |value| value.to_string();
    String: |value| value.clone();
    ID: |value| value.to_string();
    Colour: |value| format!("{value:?}").to_uppercase();
    Unit: |value| format!("{value:?}").to_uppercase();
    Size: |value| format!("{{{}}}", fields(&[
        ("width", value.width.show()),
        ("height", value.height.show()),
        ("unit", value.unit.show()),
        ("tags", value.tags.show()),
        ("inner", value.inner.show()),
    ]));
}

impl<T: Show> Show for Box<T> {
    fn show(&self) -> String {
        T::show(self)
    }
}

impl<T: Show> Show for Option<T> {
    fn show(&self) -> String {
        self.as_ref().map_or("null".to_owned(), T::show)
    }
}

impl<T: Show> Show for Vec<T> {
    fn show(&self) -> String {
        format!("[{}]", self.iter().map(T::show).collect::<Vec<_>>().join(" "))
    }
}

impl<T: Show> Show for MaybeUndefined<T> {
    fn show(&self) -> String {
        match self {
            Self::Undefined => "absent".to_owned(),
            Self::Null => "null".to_owned(),
            Self::Value(value) => value.show(),
        }
    }
}

fn fields(fields: &[(&str, String)]) -> String {
    let shown: Vec<String> = fields.iter().map(|(name, value)| format!("{name}:{value}")).collect();
    shown.join(" ")
}

#[derive(InputObject)]
pub struct Size {
    #[graphql(default = 1)]
    width: i32,
    height: MaybeUndefined<i32>,
    #[graphql(default_with = "Unit::Cm")]
    unit: Unit,
    #[graphql(default_with = "Some(vec![\"a\".to_owned()])")]
    tags: Option<Vec<String>>,
    inner: MaybeUndefined<Box<Size>>,
}

impl Size {
    fn of_width(width: i32) -> Self {
        Self {
            width,
            height: MaybeUndefined::Undefined,
            unit: Unit::Cm,
            tags: Some(vec!["a".to_owned()]),
            inner: MaybeUndefined::Undefined,
        }
    }
}

#[derive(InputObject)]
pub struct Shape {
    sides: Vec<i32>,
    size: Size,
    colours: MaybeUndefined<Vec<Option<Vec<Option<Colour>>>>>,
    note: MaybeUndefined<String>,
}

fn name_of(id: &str) -> Option<String> {
    let name = match id {
        "d1" => "Rex",
        "c1" => "Tom",
        "c2" => "Uma",
        "p1" => "Ann \u{1F600}",
        "p2" => "Ben \"b\"\n",
        _ => return None,
    };
    Some(name.to_owned())
}

fn tagged(tag: impl Display, id: &str) -> String {
    format!("{tag}:{id}")
}

#[derive(Interface)]
#[graphql(
    field(name = "id", ty = "ID"),
    field(name = "name", ty = "Option<String>"),
    field(
        name = "tagged",
        ty = "String",
        arg(name = "tag", ty = "String", default_with = "\"x\".to_owned()")
    )
)]
pub enum Node {
    Dog(Dog),
    Cat(Cat),
    Person(Person),
}

#[derive(Union)]
pub enum Pet {
    Dog(Dog),
    Cat(Cat),
}

#[derive(Union)]
pub enum Thing {
    Dog(Dog),
    Cat(Cat),
    Person(Person),
}

fn dog(id: &'static str) -> Pet {
    Pet::Dog(Dog(id))
}

fn cat(id: &'static str) -> Pet {
    Pet::Cat(Cat(id))
}

pub struct Dog(&'static str);

#[Object]
impl Dog {
    async fn id(&self) -> ID {
        self.0.into()
    }

    async fn name(&self) -> Option<String> {
        name_of(self.0)
    }

    async fn tagged(&self, #[graphql(default_with = "\"x\".to_owned()")] tag: String) -> String {
        tagged(tag, self.0)
    }

    async fn barks(&self) -> Result<i32> {
        if self.0 == "d1" { Ok(3) } else { fail("barks") }
    }

    async fn colour(&self) -> Option<Colour> {
        (self.0 == "d1").then_some(Colour::Red)
    }

    async fn friend(&self) -> Option<Pet> {
        (self.0 == "d1").then(|| cat("c1"))
    }

    async fn friends(&self) -> Vec<Pet> {
        if self.0 == "d1" { vec![cat("c1"), dog("d2")] } else { vec![dog("d1")] }
    }

    async fn owner(&self) -> Result<Option<Person>> {
        if self.0 == "d1" { Ok(Some(Person("p1"))) } else { fail("owner") }
    }

    async fn tricks(&self, #[graphql(default_with = "Some(2)")] first: Option<i32>) -> Vec<&str> {
        // graphql-js slices from the end for a negative number.
        let end = first.unwrap_or(3);
        let end = if end < 0 { 3_i32.saturating_add(end).max(0) } else { end.min(3) };
        ["sit", "roll", "fetch"][..usize::try_from(end).unwrap()].to_vec()
    }

    async fn label(
        &self,
        #[graphql(default_with = "\"dog\".to_owned()")] prefix: String,
        #[graphql(default = false)] loud: bool,
    ) -> String {
        format!("{prefix} {loud}")
    }
}

pub struct Cat(&'static str);

#[Object]
impl Cat {
    async fn id(&self) -> ID {
        self.0.into()
    }

    async fn name(&self) -> Option<String> {
        name_of(self.0)
    }

    async fn tagged(&self, #[graphql(default_with = "\"x\".to_owned()")] tag: String) -> String {
        tagged(tag, self.0)
    }

    async fn lives(&self) -> i32 {
        if self.0 == "c1" { 9 } else { 7 }
    }

    async fn colour(&self) -> Result<Colour> {
        if self.0 == "c1" { Ok(Colour::Blue) } else { fail("colour") }
    }

    async fn friend(&self) -> Result<Pet> {
        if self.0 == "c1" { Ok(dog("d1")) } else { fail("friend") }
    }

    async fn owner(&self) -> Option<Person> {
        Some(Person("p2"))
    }

    async fn label(&self, prefix: MaybeUndefined<String>) -> Option<String> {
        match prefix {
            MaybeUndefined::Undefined => Some("no prefix".to_owned()),
            MaybeUndefined::Null => None,
            MaybeUndefined::Value(prefix) => Some(prefix),
        }
    }
}

type Item<T> = Option<Result<T>>;

fn failing<T>() -> Item<T> {
    Some(fail("item"))
}

pub struct Person(&'static str);

#[Object]
impl Person {
    async fn id(&self) -> ID {
        self.0.into()
    }

    async fn name(&self) -> Option<String> {
        name_of(self.0)
    }

    async fn tagged(&self, #[graphql(default_with = "\"x\".to_owned()")] tag: String) -> String {
        tagged(tag, self.0)
    }

    async fn pets(&self) -> Option<Vec<Option<Pet>>> {
        Some(vec![Some(dog("d1")), None, Some(cat("c2")), Some(dog("d2"))])
    }

    async fn pets_hard(&self) -> Result<Vec<Pet>> {
        if self.0 == "p1" { Ok(vec![dog("d1"), cat("c1")]) } else { fail("petsHard") }
    }

    async fn pets_some(&self) -> Option<Vec<Pet>> {
        (self.0 == "p1").then(|| vec![cat("c2"), dog("d2")])
    }

    async fn nodes(&self) -> Option<Vec<Node>> {
        let other = if self.0 == "p1" { "p2" } else { "p1" };
        Some(vec![Node::Dog(Dog("d2")), Node::Cat(Cat("c1")), Node::Person(Person(other))])
    }

    async fn matrix(&self) -> Option<Vec<Option<Vec<Item<i32>>>>> {
        Some(vec![Some(vec![Some(Ok(1)), None]), None, Some(Vec::new()), Some(vec![Some(Ok(2)), failing()])])
    }

    // async-graphql tells only the outer index of an item that fails in a list of lists: a whole list fails here.
    async fn matrix_hard(&self) -> Option<Vec<Result<Vec<i32>>>> {
        Some(if self.0 == "p1" {
            vec![Ok(vec![1, 2]), Ok(Vec::new())]
        } else {
            vec![Ok(vec![1]), fail("item")]
        })
    }

    async fn numbers(&self) -> Option<Vec<Item<i32>>> {
        Some(vec![Some(Ok(1)), failing(), None, Some(Ok(4))])
    }

    async fn numbers_hard(&self) -> Vec<Result<i32>> {
        if self.0 == "p1" { vec![Ok(1), Ok(2)] } else { vec![Ok(1), fail("item"), Ok(3)] }
    }

    async fn grid(&self) -> Option<Vec<Option<Vec<Option<Pet>>>>> {
        Some(vec![Some(vec![Some(dog("d1")), Some(cat("c2"))]), None, Some(vec![None, Some(dog("d2"))])])
    }

    async fn colours(&self) -> Vec<Colour> {
        vec![Colour::Green, Colour::Blue]
    }

    async fn fails(&self) -> Result<Option<String>> {
        fail("fails")
    }

    async fn fails_hard(&self) -> Result<String> {
        fail("failsHard")
    }

    #[graphql(name = "self")]
    async fn itself(&self) -> Person {
        Person(self.0)
    }

    async fn maybe(&self) -> Option<Person> {
        (self.0 == "p1").then_some(Person("p2"))
    }

    async fn missing(&self) -> Option<Person> {
        None
    }
}

fn any(id: &str) -> Item<Node> {
    Some(Ok(match id {
        "d1" => Node::Dog(Dog("d1")),
        "d2" => Node::Dog(Dog("d2")),
        "c1" => Node::Cat(Cat("c1")),
        "c2" => Node::Cat(Cat("c2")),
        "p1" => Node::Person(Person("p1")),
        "p2" => Node::Person(Person("p2")),
        "bad" => return Some(fail("node")),
        _ => return None,
    }))
}

pub struct Query;

#[Object]
impl Query {
    async fn node(&self, id: ID) -> Result<Option<Node>> {
        any(&id).transpose()
    }

    async fn nodes(
        &self,
        #[graphql(default_with = "vec![ID::from(\"d1\"), ID::from(\"p1\")]")] ids: Vec<ID>,
    ) -> Vec<Item<Node>> {
        ids.iter().map(|id| any(id)).collect()
    }

    async fn dog(&self) -> Dog {
        Dog("d1")
    }

    async fn cat(&self) -> Option<Cat> {
        Some(Cat("c1"))
    }

    async fn person(&self) -> Option<Person> {
        Some(Person("p1"))
    }

    async fn pets(&self) -> Option<Vec<Option<Pet>>> {
        Some(vec![Some(dog("d1")), Some(cat("c1")), Some(dog("d2")), Some(cat("c2")), None])
    }

    async fn things(&self) -> Vec<Thing> {
        vec![Thing::Person(Person("p2")), Thing::Dog(Dog("d1")), Thing::Cat(Cat("c1"))]
    }

    async fn thing(&self, #[graphql(default = 0)] index: i32) -> Option<Thing> {
        match index {
            0 => Some(Thing::Dog(Dog("d1"))),
            1 => Some(Thing::Cat(Cat("c2"))),
            2 => Some(Thing::Person(Person("p1"))),
            _ => None,
        }
    }

    async fn fails(&self) -> Result<Option<String>> {
        fail("fails")
    }

    async fn fails_hard(&self) -> Result<String> {
        fail("failsHard")
    }

    #[expect(clippy::too_many_arguments, reason = "one argument of each type")]
    async fn echo(
        &self,
        int: MaybeUndefined<i32>,
        float: MaybeUndefined<f64>,
        string: MaybeUndefined<String>,
        boolean: MaybeUndefined<bool>,
        id: MaybeUndefined<ID>,
        colour: MaybeUndefined<Colour>,
        #[graphql(default = 7)] required: i32,
    ) -> String {
        fields(&[
            ("int", int.show()),
            ("float", float.show()),
            ("string", string.show()),
            ("boolean", boolean.show()),
            ("id", id.show()),
            ("colour", colour.show()),
            ("required", required.show()),
        ])
    }

    async fn echo_lists(
        &self,
        ints: MaybeUndefined<Vec<i32>>,
        matrix: MaybeUndefined<Vec<Option<Vec<Option<i32>>>>>,
        #[graphql(default_with = "vec![Colour::Red]")] colours: Vec<Colour>,
        ids: MaybeUndefined<Vec<Option<ID>>>,
    ) -> Option<String> {
        Some(fields(&[
            ("ints", ints.show()),
            ("matrix", matrix.show()),
            ("colours", colours.show()),
            ("ids", ids.show()),
        ]))
    }

    async fn echo_size(
        &self,
        size: MaybeUndefined<Size>,
        sizes: MaybeUndefined<Vec<Size>>,
        #[graphql(default_with = "Size::of_width(3)")] fixed: Size,
    ) -> Option<String> {
        Some(fields(&[("size", size.show()), ("sizes", sizes.show()), ("fixed", fixed.show())]))
    }

    async fn echo_shape(&self, shape: Shape) -> String {
        fields(&[
            ("sides", shape.sides.show()),
            ("size", shape.size.show()),
            ("colours", shape.colours.show()),
            ("note", shape.note.show()),
        ])
    }
}

pub struct Counter(Vec<i32>);

#[Object]
impl Counter {
    // graphql-js refuses to answer with a number of more than 32 bits.
    async fn value(&self) -> Result<i32> {
        let sum: i64 = self.0.iter().map(|by| i64::from(*by)).sum();
        Ok(sum.try_into()?)
    }

    async fn history(&self) -> &[i32] {
        &self.0
    }

    async fn fails(&self) -> Result<Option<i32>> {
        fail("fails")
    }

    async fn fails_hard(&self) -> Result<i32> {
        fail("failsHard")
    }
}

pub struct Mutation;

fn count(ctx: &Context<'_>, by: i32) -> Counter {
    let mut history = ctx.data_unchecked::<Count>().0.lock().unwrap();
    history.push(by);
    Counter(history.clone())
}

#[Object]
impl Mutation {
    async fn increment(&self, ctx: &Context<'_>, #[graphql(default = 1)] by: i32) -> Counter {
        count(ctx, by)
    }

    async fn set(&self, ctx: &Context<'_>, value: i32) -> Option<Counter> {
        Some(count(ctx, value))
    }

    async fn fails(&self) -> Result<Option<Counter>> {
        fail("fails")
    }

    async fn fails_hard(&self) -> Result<Counter> {
        fail("failsHard")
    }
}
