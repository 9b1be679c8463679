//! Access tokens: handed out, checked, worn out.

use crate::random::Random;
use crate::refusal::Refusal;

/// Length of a token. WeCom asks for room for 512 bytes and sends about this many.
const TOKEN_CHARACTERS: usize = 214;

#[derive(Debug, Clone)]
struct Token {
    text: String,
    agent_id: u32,
    expires_at: u64,
    revoked: bool,
}

/// All tokens handed out.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    all: Vec<Token>,
}

/// What gettoken hands out.
pub(crate) struct Issued {
    pub(crate) text: String,
    pub(crate) expires_in: u64,
    pub(crate) fresh: bool,
}

impl Tokens {
    /// The app's live token if it has one, else a new one.
    ///
    /// The older D91039 promises the same token within its validity; the 2024 text is silent. The fake keeps
    /// the promise, and `expires_in` is what is left: a client that counts 7200 from each answer is found
    /// out.
    pub(crate) fn issue(&mut self, agent_id: u32, now: u64, lifetime: u64, random: &mut Random) -> Issued {
        let live = self
            .all
            .iter()
            .find(|token| token.agent_id == agent_id && !token.revoked && token.expires_at > now);
        if let Some(token) = live {
            let expires_in = token.expires_at.saturating_sub(now);
            return Issued { text: token.text.clone(), expires_in, fresh: false };
        }
        let text = random.letters_and_digits(TOKEN_CHARACTERS);
        let expires_at = now.saturating_add(lifetime);
        self.all.push(Token { text: text.clone(), agent_id, expires_at, revoked: false });
        Issued { text, expires_in: lifetime, fresh: true }
    }

    /// The app that a token stands for.
    ///
    /// # Errors
    /// 41001 without a token, 40014 for an unknown or revoked one, 42001 for an expired one.
    pub(crate) fn check(&self, text: &str, now: u64) -> Result<u32, Refusal> {
        if text.is_empty() {
            return Err(Refusal::new(41001, "access_token missing"));
        }
        match self.all.iter().find(|token| token.text == text) {
            None => Err(Refusal::new(40014, "invalid access_token")),
            Some(token) if token.revoked => Err(Refusal::new(40014, "invalid access_token")),
            Some(token) if token.expires_at <= now => Err(Refusal::new(42001, "access_token expired")),
            Some(token) => Ok(token.agent_id),
        }
    }

    /// Every token is expired from here on: 42001.
    pub(crate) fn expire_all(&mut self, now: u64) {
        for token in &mut self.all {
            token.expires_at = token.expires_at.min(now);
        }
    }

    /// Every token is invalid from here on: 40014.
    pub(crate) fn revoke_all(&mut self) {
        for token in &mut self.all {
            token.revoked = true;
        }
    }
}
