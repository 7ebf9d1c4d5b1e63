//! Whose modules are taken. Authors sign with `minisign`; the operator names the keys that count.

use super::error::PolicyError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minisign_verify::{PublicKey, Signature};

/// Longest signature file that is looked at, in bytes: minisign's have about 350.
const SIGNATURE_MAX: usize = 4 << 10;

/// A key whose signatures count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedKey {
    /// What the operator calls it, with the id that minisign prints: another key is another one, also under the same name.
    pub name: String,
    key: PublicKey,
}

impl TrustedKey {
    /// Reads `name:RWQ…`, as the configuration has it: what minisign prints as the public key, behind a name.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let Some((name, key)) = text.split_once(':') else {
            return Err("a trusted key is written `name:RWQ…`".to_owned());
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.@".contains(&byte);
        if name.is_empty() || name.len() > 64 || !name.bytes().all(plain) {
            return Err(
                "the name of a trusted key takes 1 to 64 letters, digits, `-`, `_`, `.` and `@`".to_owned()
            );
        }
        let wrong = || format!("the trusted key `{name}` is no public key of minisign");
        let public = PublicKey::from_base64(key.trim()).map_err(|_| wrong())?;
        Ok(Self { name: format!("{name} {}", id(key.trim()).ok_or_else(wrong)?), key: public })
    }
}

/// The id of a key, as minisign prints it: behind two bytes that name the algorithm, the last byte first.
fn id(key: &str) -> Option<String> {
    let bytes = STANDARD.decode(key).ok()?;
    let id: Vec<u8> = bytes.get(2..10)?.iter().rev().copied().collect();
    Some(hex::encode_upper(id))
}

/// Who signed this component; nothing where no signature is asked for.
pub(super) fn signer(
    keys: &[TrustedKey],
    component: &[u8],
    signature: Option<&str>,
) -> Result<Option<String>, PolicyError> {
    let Some(signature) = signature else {
        return if keys.is_empty() { Ok(None) } else { Err(PolicyError::Unsigned) };
    };
    let refused = |what: &str| Err(PolicyError::Signature(what.to_owned()));
    // A signature that nobody checked is worth less than none: somebody might believe in it.
    if keys.is_empty() {
        return refused("this gateway has no keys to check it with: leave it out, or have them configured");
    }
    if signature.len() > SIGNATURE_MAX {
        return refused("it is too long");
    }
    let Ok(signature) = Signature::decode(signature) else {
        return refused("it is none of minisign: send the whole `.minisig` file");
    };
    // Each key refuses what another one signed, so the first that agrees is the one. Legacy signatures are not taken:
    // they are over the whole file instead of its hash, and minisign makes none any more.
    let agrees = |key: &&TrustedKey| key.key.verify(component, &signature, false).is_ok();
    match keys.iter().find(agrees) {
        Some(key) => Ok(Some(key.name.clone())),
        None => refused("it is of another key, over another file, or of the legacy kind"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of minisign-verify's documentation: the signature of `test`.
    const KEY: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
    const SIGNATURE: &str = "untrusted comment: signature from minisign secret key
RUQf6LRCGA9i559r3g7V1qNyJDApGip8MfqcadIgT9CuhV3EMhHoN1mGTkUidF/z7SrlQgXdy8ofjb7bNJJylDOocrCo8KLzZwo=
trusted comment: timestamp:1633700835\tfile:test\tprehashed
wLMDjy9FLAuxZ3q4NlEvkgtyhrr0gtTu6KC4KBJdITbbOeAi1zBIYo0v4iTgt8jJpIidRJnp94ABQkJAgAooBQ==";
    /// The same as older versions of minisign made it.
    const LEGACY: &str = "untrusted comment: signature from minisign secret key
RWQf6LRCGA9i59SLOFxz6NxvASXDJeRtuZykwQepbDEGt87ig1BNpWaVWuNrm73YiIiJbq71Wi+dP9eKL8OC351vwIasSSbXxwA=
trusted comment: timestamp:1555779966\tfile:test
QtKMXWyYcwdpZAlPF7tE2ENJkRd1ujvKjlj1m9RtHTBnZPa5WKU5uWRs5GoP5M/VqE81QFuMKI5k/SfNQUaOAA==";

    fn keys() -> Vec<TrustedKey> {
        vec![TrustedKey::parse(&format!("acme:{KEY}")).unwrap()]
    }

    #[test]
    fn a_signature_counts_when_a_trusted_key_made_it_over_this_file() {
        let keys = keys();
        assert_eq!(
            signer(&keys, b"test", Some(SIGNATURE)).unwrap(),
            Some("acme E7620F1842B4E81F".to_owned())
        );
        assert!(matches!(signer(&keys, b"Test", Some(SIGNATURE)), Err(PolicyError::Signature(_))));
        assert!(matches!(signer(&keys, b"test", Some(LEGACY)), Err(PolicyError::Signature(_))));
        assert!(matches!(signer(&keys, b"test", Some("RWQ")), Err(PolicyError::Signature(_))));
        let retold = SIGNATURE.replace("file:test", "file:other");
        assert!(matches!(signer(&keys, b"test", Some(&retold)), Err(PolicyError::Signature(_))));
    }

    #[test]
    fn without_keys_none_is_asked_for_and_none_is_believed() {
        assert_eq!(signer(&[], b"test", None).unwrap(), None);
        assert!(matches!(signer(&[], b"test", Some(SIGNATURE)), Err(PolicyError::Signature(_))));
        assert!(matches!(signer(&keys(), b"test", None), Err(PolicyError::Unsigned)));
    }

    #[test]
    fn a_trusted_key_has_a_name_and_is_one() {
        for wrong in ["", KEY, ":RWQ", "acme:", "acme:RWQ", &format!("a b:{KEY}")] {
            assert!(TrustedKey::parse(wrong).is_err(), "{wrong}");
        }
    }
}
