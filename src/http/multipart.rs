//! Files along with a GraphQL request: <https://github.com/jaydenseric/graphql-multipart-request-spec>. Only what takes a
//! file may bring one, only somebody who has signed in is listened to at all, and only so many bodies are read at a time,
//! few of them from the admins of one project space: everything else keeps the small bound of all requests.

use super::edge::BODY_MAX;
use super::graphql::{Asked, Refusal, asked};
use super::{document, idempotency, json};
use crate::domain::{Identity, Principal, ProjectSpaceId};
use crate::graphql::{ErrorCode, Uploads};
use async_graphql::parser::types::OperationType;
use bytes::Bytes;
use multer::{Constraints, Multipart, SizeLimit};
use poem::Request;
use poem::http::{StatusCode, header};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

/// The mutations that take a file, and how large it may be. A policy module that brings an interpreter along has 32 MiB at
/// most.
const TAKERS: &[(&str, u64)] = &[("uploadPolicyModule", 32 << 20)];
/// Most bytes of a whole body: the largest file, and what comes with it.
const WHOLE_MAX: u64 = (32 << 20) + BODY_MAX as u64;
/// Longest `map`.
const MAP_MAX: u64 = 4 << 10;
/// Longest time to send a body.
const SENDING_MAX: Duration = Duration::from_secs(60);
/// Longest wait for one's turn to send.
const TURN_PATIENCE: Duration = Duration::from_secs(5);

/// Bodies are kept in memory, so only a few are read at a time.
static TURNS: Semaphore = Semaphore::const_new(6);
/// Of those, so many at the most from the admins of one project space: slow senders hold up their own space alone.
const SENDERS_MAX: usize = 2;
/// For whom bodies are read at the moment: a project space for each sender that it has.
static SENDERS: Mutex<Vec<ProjectSpaceId>> = Mutex::new(Vec::new());

/// The files of a request, and the turn of reading them: it ends when they are let go of.
pub struct Files {
    /// The files.
    pub uploads: Uploads,
    /// One of few; none where they are small.
    pub turn: Option<Turn>,
}

/// The right to send a large body.
pub struct Turn {
    spaces: Vec<ProjectSpaceId>,
    _permit: SemaphorePermit<'static>,
}

impl Turn {
    /// Waits a little for a turn; nothing when all are taken, or those of one of these project spaces.
    async fn of(spaces: Vec<ProjectSpaceId>) -> Option<Self> {
        let permit = tokio::time::timeout(TURN_PATIENCE, TURNS.acquire()).await.ok()?.ok()?;
        let mut senders = SENDERS.lock().unwrap_or_else(PoisonError::into_inner);
        let sending = |space| senders.iter().filter(|other| *other == space).count();
        if spaces.iter().any(|space| sending(space) >= SENDERS_MAX) {
            return None;
        }
        senders.extend(&spaces);
        Some(Self { spaces, _permit: permit })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut senders = SENDERS.lock().unwrap_or_else(PoisonError::into_inner);
        for space in &self.spaces {
            if let Some(at) = senders.iter().position(|other| other == space) {
                senders.swap_remove(at);
            }
        }
    }
}

/// Whether a content type is a form with files.
pub fn is_multipart(content_type: Option<&str>) -> bool {
    let essence = content_type.and_then(|text| text.split(';').next()).unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("multipart/form-data")
}

/// What a client asked for, with its files.
pub async fn read(request: &mut Request, principal: &Principal) -> Result<Asked, Refusal> {
    // A page of another site can make a browser send such a form, and cannot make it send a credential along (security G7).
    if principal.identity == Identity::Anonymous {
        let message = "sign in to send a file";
        return Err(Refusal::coded(StatusCode::UNAUTHORIZED, ErrorCode::Unauthenticated, message));
    }
    let boundary = multer::parse_boundary(request.content_type().unwrap_or_default())
        .map_err(|_| Refusal::bad("the content type has no boundary"))?;
    // Whoever takes a file from somebody asks for admins. Others are heard as in any other request, which says why it is not
    // for them, and need no turn for that.
    let administered: Vec<_> =
        principal.standings.iter().filter(|it| it.is_admin).map(|it| it.project_space).collect();
    let sends_files = principal.identity == Identity::System || !administered.is_empty();
    let whole = if sends_files { WHOLE_MAX } else { BODY_MAX as u64 };
    let announced = request.header(header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| length > whole) {
        return Err(too_large(whole));
    }
    let turn = if sends_files {
        let turn = Turn::of(administered).await.ok_or_else(|| {
            let message = "too many files are sent at the moment";
            Refusal::coded(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable, message)
        })?;
        Some(turn)
    } else {
        None
    };
    let limits = SizeLimit::new()
        .whole_stream(whole)
        .for_field("operations", BODY_MAX as u64)
        .for_field("map", MAP_MAX);
    let form = Multipart::with_constraints(
        request.take_body().into_bytes_stream(),
        boundary,
        Constraints::new().size_limit(limits),
    );
    let reading = tokio::time::timeout(SENDING_MAX, parts(form, whole)).await;
    let (operations, mut asked, files) =
        reading.map_err(|_| Refusal::with(StatusCode::REQUEST_TIMEOUT, "the body took too long"))??;
    let mut fingerprint = operations.to_vec();
    for file in &files {
        fingerprint.extend_from_slice(&Sha256::digest(file));
    }
    asked.idempotency = idempotency::of(request, &fingerprint).map_err(Refusal::bad)?;
    asked.files = Some(Files { uploads: Uploads::new(files), turn });
    Ok(asked)
}

/// The parts in the order that the specification has: `operations`, `map`, and the files of the map.
async fn parts(mut form: Multipart<'_>, whole: u64) -> Result<(Bytes, Asked, Vec<Bytes>), Refusal> {
    let operations = part(&mut form, "operations", whole).await?;
    let mut asked = match json::parse(&operations).map_err(Refusal::bad)? {
        Json::Object(object) => asked(object)?,
        Json::Array(_) => return Err(Refusal::bad("one request at a time: batches are not taken")),
        _ => return Err(Refusal::bad("`operations` must be a JSON object")),
    };
    let checked = document::check(&asked.query, asked.operation_name.as_deref())
        .map_err(|error| Refusal::request(vec![error.into()]))?;
    let taker = match (checked.operation, checked.root_fields, &checked.first_root) {
        (OperationType::Mutation, 1, Some(name)) => TAKERS.iter().find(|(taker, _)| taker == name),
        _ => None,
    };
    let Some((_, most)) = taker else {
        return Err(Refusal::bad("only `uploadPolicyModule` takes a file, alone in its document"));
    };
    let map = part(&mut form, "map", whole).await?;
    let Json::Object(map) = json::parse(&map).map_err(Refusal::bad)? else {
        return Err(Refusal::bad("`map` must be a JSON object"));
    };
    if map.len() != 1 {
        return Err(Refusal::bad("`map` must name one file"));
    }
    let mut files = Vec::new();
    for (name, places) in &map {
        let file = part(&mut form, name, whole).await?;
        if file.len() as u64 > *most {
            return Err(too_large(*most));
        }
        let [Json::String(place)] = places.as_array().map(Vec::as_slice).unwrap_or_default() else {
            return Err(Refusal::bad("`map` must give one place for each file"));
        };
        let place = place
            .strip_prefix("variables.")
            .and_then(|place| asked.variables.pointer_mut(&format!("/{}", place.replace('.', "/"))));
        match place {
            Some(place @ Json::Null) => *place = Uploads::mark(files.len()).into(),
            _ => return Err(Refusal::bad("`map` must name a variable that is null")),
        }
        files.push(file);
    }
    match form.next_field().await {
        Ok(None) => Ok((operations, asked, files)),
        Ok(Some(_)) => Err(Refusal::bad("there are more parts than `map` names")),
        Err(error) => Err(unreadable(&error, whole)),
    }
}

async fn part(form: &mut Multipart<'_>, name: &str, whole: u64) -> Result<Bytes, Refusal> {
    let field = form.next_field().await.map_err(|error| unreadable(&error, whole))?;
    match field {
        Some(field) if field.name() == Some(name) => {
            field.bytes().await.map_err(|error| unreadable(&error, whole))
        }
        _ => Err(Refusal::bad(
            "the parts must be `operations`, `map`, and then the files, by the names that `map` gives them",
        )),
    }
}

fn unreadable(error: &multer::Error, whole: u64) -> Refusal {
    match error {
        multer::Error::StreamSizeExceeded { .. } => too_large(whole),
        multer::Error::FieldSizeExceeded { limit, .. } => too_large(*limit),
        _ => Refusal::bad("the form cannot be read, or it ended early"),
    }
}

fn too_large(most: u64) -> Refusal {
    Refusal::with(StatusCode::PAYLOAD_TOO_LARGE, format!("at most {most} bytes are taken here"))
}
