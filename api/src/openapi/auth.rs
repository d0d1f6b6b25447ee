//! Who is asking: sessions, second factors, passwords, keys.

use serde_json::{Value as Json, json};

use super::operation::Operation;
use super::shape::{
    by_name, count, data, flag, id, list, nullable, one_of, page, password, reference, shown, taken, text,
    time, whole, word,
};

/// Schemas that these routes share.
pub(super) fn schemas() -> Vec<(&'static str, Json)> {
    let session = json!({
        "id": id(), "created_at": time(), "last_seen_at": time(), "expires_at": time(),
        "ip": nullable(text()), "user_agent": nullable(text()),
    });
    let key = json!({
        "id": id(), "user_id": id(), "name": text(), "prefix": text(), "role": nullable(text()), "version": nullable(text()),
        "scopes": nullable(list(text())), "expires_at": nullable(time()), "rate_limit": nullable(count()),
        "allowed_ips": nullable(list(text())), "created_at": time(), "last_used_at": nullable(time()), "use_count": count(),
    });
    let attempt = json!({
        "id": id(), "at": time(), "user_id": nullable(id()), "email": nullable(text()), "ip": nullable(text()),
        "user_agent": nullable(text()), "method": text(), "result": one_of(&["success", "failure"]),
        "reason": nullable(text()), "session_id": nullable(id()),
    });
    let token = json!({ "access_token": text(), "token_type": { "const": "Bearer" }, "expires_in": count() });
    let mut looks = branding();
    looks["defaults"] = reference("Branding");
    vec![
        ("Branding", shown(branding())),
        ("TenantBranding", shown(looks)),
        ("OpenSession", shown(session)),
        ("ApiKey", shown(key)),
        ("SignIn", shown(attempt)),
        ("Token", shown(token)),
        ("Rights", rights()),
    ]
}

/// What a tenant looks like, of which each is as Trellis has it where it is null.
pub(super) fn branding() -> Json {
    json!({
        "name": nullable(text()), "accent": nullable(text()),
        "logo": { "type": ["string", "null"], "description": "PNG, JPEG or WebP as a data: address, at most 75 kB" },
    })
}

/// `/auth/v1/me` tells by object what the caller may do.
fn rights() -> Json {
    let reach = || one_of(&["none", "own", "team", "all"]);
    let object = shown(json!({
        "create": flag(), "read": reach(), "edit": reach(), "delete": reach(), "transfer": reach(), "share": reach(), "export": flag(),
    }));
    shown(json!({ "system": list(text()), "objects": by_name(object) }))
}

pub(super) fn operation(method: &str, path: &str, operation: Operation) -> Operation {
    match path.trim_start_matches("/auth/v1/") {
        "login" | "logout" | "me" => signing(path, operation),
        "branding" => operation
            .says("What the tenant looks like that a sign-in would be about")
            .query("tenant", "Its slug, where the host does not say it", text())
            .header("If-None-Match", "The answer that is there already")
            .answers(
                200,
                "Its looks, its own before those of its reseller; null is as Trellis has it",
                data(reference("Branding")),
            )
            .tells(200, "ETag", "Its version")
            .answers_nothing(304, "What the caller has is still true")
            .refuses(&[400]),
        "branding/manifest" => operation
            .says("The same as a web app manifest, of the tenant whose host it is")
            .header("If-None-Match", "The answer that is there already")
            .answers_json(200, "A web app manifest", "application/manifest+json", json!({ "type": "object" }))
            .tells(200, "ETag", "Its version")
            .answers_nothing(304, "What the caller has is still true")
            .refuses(&[400]),
        rest if rest.starts_with("providers") => by_provider(rest, operation),
        "support" => operation
            .says("Lets somebody of the tenant's reseller in, whom the tenant allows to")
            .query("token", "What the link has", text())
            .answers_nothing(303, "Signed in, or the page on which one signs in, with what went wrong")
            .tells(303, "Location", "Where the browser goes")
            .tells(303, "Set-Cookie", "The session")
            .refuses(&[400]),
        "sessions" => operation.says("Where the caller is signed in").answers(
            200,
            "Open sessions, the newest first",
            data(list(own_session())),
        ),
        "sessions/{id}" => operation.says("Closes a session").answers_nothing(204, "It is closed"),
        "login-history" => attempts(operation.says("The caller's sign-ins"), &[]),
        "api-keys" if method == "POST" => new_key(operation),
        "api-keys" => operation.says("The caller's keys").answers(
            200,
            "Keys, the newest first; none readable",
            data(list(reference("ApiKey"))),
        ),
        "api-keys/requests" => super::own::requests(operation),
        rest if rest.contains("views") => super::own::operation(method, path, operation),
        "api-keys/{id}" => {
            operation.says("Revokes a key, at once on every node").answers_nothing(204, "It is revoked")
        }
        rest if rest.starts_with("two-factor") => second_factor(method, rest, operation),
        _ => passwords(path, operation),
    }
}

/// Signing in by a provider. Browsers go to two of these by their address, and are sent on.
fn by_provider(rest: &str, operation: Operation) -> Operation {
    let tenant =
        |operation: Operation| operation.query("tenant", "Its slug, where the host does not say it", text());
    match rest {
        "providers" => tenant(operation.says("The providers by which one may sign in"))
            .answers(200, "Names and labels", data(list(shown(json!({ "name": text(), "label": text() })))))
            .refuses(&[400]),
        "providers/code" => operation
            .says("The second factor of somebody whom a provider has told")
            .body(taken(&["totp"], json!({ "totp": text() })))
            .answers(
                200,
                "Signed in; where the sign-in was to lead",
                data(shown(json!({ "return_to": text() }))),
            )
            .tells(200, "Set-Cookie", "The session"),
        rest if rest.ends_with("start") => tenant(operation.says("Sends a browser to a provider"))
            .query("return_to", "A place of these pages to come back to", text())
            .query("moved", "The browser was sent to this host already", flag())
            .answers_nothing(303, "The provider, or the page on which one signs in, with what went wrong")
            .tells(303, "Location", "Where the browser goes")
            .refuses(&[400]),
        _ => operation
            .says("Takes what a provider sends a browser back with")
            .query("state", "What the provider was given", text())
            .query("code", "What it gives for a token", text())
            .query("error", "Why there is no code", text())
            .query("iss", "Whose answer it is", text())
            .answers_nothing(303, "Signed in, or the page on which one signs in, with what went wrong")
            .tells(303, "Location", "Where the browser goes")
            .tells(303, "Set-Cookie", "The session"),
    }
}

fn own_session() -> Json {
    json!({ "allOf": [reference("OpenSession"), shown(json!({ "current": flag() }))] })
}

fn signing(path: &str, operation: Operation) -> Operation {
    match path {
        "/auth/v1/login" => operation
            .says("Opens a session: a token for programs, a cookie for browsers")
            .body(taken(
                &["email", "password"],
                json!({ "email": text(), "password": text(), "tenant": text(), "totp": text() }),
            ))
            .example(json!({ "email": "ada@example.com", "password": "correct horse battery staple" }))
            .answers(200, "A session", reference("Token"))
            .tells(200, "Set-Cookie", "The session, for browsers"),
        "/auth/v1/logout" => operation.says("Ends the session").answers_nothing(204, "It is ended").answers(
            200,
            "It is ended; the provider has a page to sign out there",
            data(shown(json!({ "sign_out_url": text() }))),
        ),
        _ => {
            let me = json!({
                "user": shown(json!({ "id": id(), "name": text(), "email": nullable(text()) })),
                "tenant": shown(json!({
                    "id": id(), "slug": text(), "name": nullable(text()), "sandbox": nullable(text()), "quiet": nullable(flag()),
                })),
                "roles": list(text()), "permissions": reference("Rights"),
                "must_set_up_two_factor": flag(), "came_by_provider": flag(), "csrf_token": nullable(text()),
                "support": nullable(shown(json!({
                    "until": time(), "reseller": text(), "by": text(), "access": one_of(&["read", "write"]),
                }))),
            });
            operation.says("Who the caller is and what they may do").answers(
                200,
                "The caller",
                data(shown(me)),
            )
        }
    }
}

/// Lists of sign-ins; the administrators' takes more filters.
pub(super) fn attempts(operation: Operation, more: &[&str]) -> Operation {
    let operation = more.iter().fold(operation, |operation, name| match *name {
        "user_id" => operation.query("user_id", "Of one user", id()),
        _ => operation.query("email", "The e-mail address that was typed", text()),
    });
    operation
        .query(
            "ip",
            "Where it came from",
            json!({ "type": "string", "anyOf": [{ "format": "ipv4" }, { "format": "ipv6" }] }),
        )
        .query("result", "How it ended", one_of(&["success", "failure"]))
        .query("from", "At this time or later", time())
        .query("to", "Before this time", time())
        .query("limit", "How many at most", limit(1000))
        .query("cursor", "next_cursor of the page before", id())
        .answers(200, "A page of them, the newest first", page(reference("SignIn")))
}

/// A parameter `limit` that goes up to `most`.
pub(super) fn limit(most: i64) -> Json {
    let mut schema = whole(1, most);
    schema["default"] = 50.into();
    schema
}

fn new_key(operation: Operation) -> Operation {
    let wish = json!({
        "name": text(), "scopes": list(text()), "expires_at": time(), "rate_limit": whole(1, i64::from(i32::MAX)),
        "allowed_ips": list(text()), "role": text(), "version": json!({ "type": ["string", "integer"] }),
    });
    operation
        .says("Makes a key and shows it once")
        .body(taken(&["name"], wish))
        .example(json!({ "name": "nightly export", "scopes": ["*:read"], "rate_limit": 600 }))
        .answers(201, "The key, shown this once", shown(json!({ "id": id(), "key": text(), "prefix": text() })))
        .links(201, json!({ "revoke": { "operationId": "delete_auth_v1_api_keys_id", "parameters": { "id": "$response.body#/id" } } }))
}

fn second_factor(method: &str, rest: &str, operation: Operation) -> Operation {
    let codes = || json!({ "recovery_codes": list(text()) });
    // Who came by a provider within ten minutes needs no password.
    let proofs = || taken(&["totp"], json!({ "password": text(), "totp": text() }));
    match (method, rest) {
        ("GET", _) => operation.says("The caller's second factor").answers(
            200,
            "How far it is set up",
            data(shown(json!({ "enabled": flag(), "confirmed_at": nullable(time()), "recovery_codes_left": count(), "required": flag() }))),
        ),
        (_, "two-factor") => operation
            .says("Begins to set one up")
            .body(taken(&[], json!({ "password": text() })))
            .answers(201, "A secret, shown this once", data(shown(json!({ "secret": text(), "otpauth_url": text() })))),
        (_, "two-factor/confirm") => operation
            .says("Takes its first code; from then on each sign-in needs one")
            .body(taken(&["code"], json!({ "code": text() })))
            .answers(200, "A new session and the recovery codes", data(json!({ "allOf": [reference("Token"), shown(codes())] }))),
        (_, "two-factor/recovery-codes") => operation
            .says("New recovery codes")
            .body(proofs())
            .answers(200, "The codes, shown this once", data(shown(codes()))),
        _ => operation
            .says("Takes it away")
            .body(proofs())
            .answers(200, "A new session", data(reference("Token"))),
    }
}

fn passwords(path: &str, operation: Operation) -> Operation {
    match path {
        "/auth/v1/password" => operation
            .says("Changes the caller's password; other sessions end")
            .body(taken(
                &["password", "new_password"],
                json!({ "password": text(), "new_password": password() }),
            ))
            .answers(200, "A new session", data(reference("Token"))),
        "/auth/v1/password/forgot" => operation
            .says("Mails a link to a new password, if there is such a user")
            .body(taken(&["email"], json!({ "email": text(), "tenant": text() })))
            .answers(202, "The same in any case", data(json!({ "type": "object" }))),
        _ => operation
            .says("Sets a password by such a link")
            .body(taken(&["token", "password"], json!({ "token": word(), "password": password() })))
            .answers_nothing(204, "It is set"),
    }
}
