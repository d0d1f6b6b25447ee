//! A directory elsewhere keeps people and teams, as its products do it.

use it::World;
use it::site::{Site, encoded};
use serde_json::{Value as Json, json};

async fn site(name: &str) -> Site {
    Site::new(World::with_packages(name).await).await
}

fn id(json: &Json) -> String {
    json["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn people_are_made_changed_and_ended() {
    let site = site("scim_users").await;
    let wish = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "Grace@Example.com", "externalId": "7",
        "name": { "givenName": "Grace", "familyName": "Hopper" }, "emails": [{ "value": "grace@example.com", "primary": true }], "active": true });
    let made = site.ask("POST", "/scim/v2/Users", Some(wish.clone())).await;
    assert_eq!((made.status, made.header("content-type")), (201, "application/scim+json"), "{}", made.text());
    let grace = made.json();
    assert_eq!(
        (grace["userName"].as_str(), grace["displayName"].as_str()),
        (Some("grace@example.com"), Some("Grace Hopper"))
    );
    assert_eq!(grace["roles"], json!([{ "value": "user" }]));
    assert_eq!(made.header("location"), format!("/scim/v2/Users/{}", id(&grace)));
    assert_eq!(site.ask("POST", "/scim/v2/Users", Some(wish)).await.status, 409);
    let path = format!("/scim/v2/Users/{}", id(&grace));
    let find = format!("/scim/v2/Users?filter={}", encoded("userName eq \"GRACE@example.com\""));
    assert_eq!(site.get(&find).await.json()["Resources"], json!([grace]));
    let none = site.get(&format!("/scim/v2/Users?filter={}", encoded("userName eq \"x@example.com\""))).await;
    assert_eq!((none.status, none.json()["totalResults"].as_i64()), (200, Some(0)));
    assert_eq!(
        site.get(&format!("/scim/v2/Users?filter={}", encoded("title eq \"x\""))).await.problems(400),
        ["filter unknown-field"]
    );

    let change = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [
        { "op": "Replace", "path": "displayName", "value": "Rear Admiral Hopper" }, { "op": "add", "value": { "title": "Admiral" } } ] });
    let changed = site.ask("PATCH", &path, Some(change)).await.json();
    assert_eq!(
        (changed["displayName"].as_str(), changed["title"].as_str()),
        (Some("Rear Admiral Hopper"), Some("Admiral"))
    );
    let put = json!({ "userName": "grace@example.com", "displayName": "Grace", "active": true });
    let put = site.ask("PUT", &path, Some(put)).await.json();
    assert_eq!((put["displayName"].as_str(), put["title"].as_str()), (Some("Grace"), None));
    let end = json!({ "Operations": [{ "op": "Replace", "path": "active", "value": "False" }] });
    assert_eq!(site.ask("PATCH", &path, Some(end)).await.json()["active"], false);
    let again = json!({ "Operations": [{ "op": "replace", "value": { "active": true } }] });
    assert_eq!(site.ask("PATCH", &path, Some(again)).await.json()["active"], true);
    assert_eq!(site.ask("DELETE", &path, None).await.status, 204);
    assert_eq!(site.get(&path).await.json()["active"], false, "the record stays");
    let unclear = json!({ "userName": "grace@example.com", "displayName": "Grace", "active": "perhaps" });
    assert_eq!(site.ask("PUT", &path, Some(unclear)).await.status, 422, "nobody is let in again by mistake");
    assert_eq!(site.get(&path).await.json()["active"], false);

    let page = site.get("/scim/v2/Users?startIndex=2&count=1").await.json();
    assert_eq!(
        (page["totalResults"].as_i64(), page["itemsPerPage"].as_i64(), page["startIndex"].as_i64()),
        (Some(2), Some(1), Some(2))
    );
    let raise =
        json!({ "userName": "eve@example.com", "displayName": "Eve", "roles": [{ "value": "king" }] });
    assert_eq!(site.ask("POST", "/scim/v2/Users", Some(raise)).await.problems(422), ["roles.0 unknown-role"]);
    let last = json!({ "Operations": [{ "op": "replace", "path": "active", "value": false }] });
    assert_eq!(site.ask("PATCH", &format!("/scim/v2/Users/{}", site.ada), Some(last)).await.status, 409);
}

#[tokio::test]
async fn groups_are_teams() {
    let site = site("scim_groups").await;
    let wish = json!({ "displayName": "EMEA Sales", "members": [{ "value": site.ada }] });
    let made = site.ask("POST", "/scim/v2/Groups", Some(wish)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let group = made.json();
    let path = format!("/scim/v2/Groups/{}", id(&group));
    assert_eq!(group["members"][0]["value"], site.ada.to_string());
    let teams = site.get("/admin/v1/teams").await.data(200);
    assert_eq!(
        (teams[0]["name"].as_str(), teams[0]["label"].as_str()),
        (Some("emea_sales"), Some("EMEA Sales"))
    );
    let find = format!(
        "/scim/v2/Groups?excludedAttributes=members&filter={}",
        encoded("displayName eq \"EMEA Sales\"")
    );
    assert_eq!(site.get(&find).await.json()["totalResults"], 1);
    let members = async |operations: Json| {
        let reply = site.ask("PATCH", &path, Some(json!({ "Operations": operations }))).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()["members"].as_array().unwrap().len()
    };
    let remove = format!("members[value eq \"{}\"]", site.ada);
    assert_eq!(members(json!([{ "op": "remove", "path": remove }])).await, 0);
    assert_eq!(members(json!([{ "op": "add", "path": "members", "value": [{ "value": site.ada }, { "value": site.ada }] }])).await, 1);
    assert_eq!(members(json!([{ "op": "replace", "value": { "displayName": "Europe" } }])).await, 1);
    assert_eq!(site.get(&path).await.json()["displayName"], "Europe");
    let stranger = json!({ "Operations": [{ "op": "add", "path": "members", "value": [{ "value": "00000000-0000-7000-8000-00000000abcd" }] }] });
    assert_eq!(site.ask("PATCH", &path, Some(stranger)).await.status, 422);
    // What is no list of members is not taken for an empty one.
    for bad in [json!({}), json!("x"), json!(7)] {
        let wish = json!({ "displayName": "Europe", "members": bad });
        assert_eq!(site.ask("POST", "/scim/v2/Groups", Some(wish.clone())).await.status, 422, "{wish}");
        assert_eq!(site.ask("PUT", &path, Some(wish)).await.status, 422);
    }
    assert_eq!(site.get(&path).await.json()["members"].as_array().unwrap().len(), 1);
    // What is null is left out, as the standard says.
    let nobody = json!({ "displayName": "Europe", "members": null });
    assert_eq!(site.ask("PUT", &path, Some(nobody)).await.json()["members"], json!([]));
    assert_eq!(site.ask("DELETE", &path, None).await.status, 204);
    assert_eq!(site.get(&path).await.status, 404);
    let gus = site.person("gus", "guest").await;
    assert_eq!(site.get_as(&gus, "/scim/v2/Users").await.status, 403);
}
