// What a webhook can be told of, and in which words.
import type { EventKind } from "@/api/resellers";

/** In the order in which things happen to a tenant. */
export const EVENTS: { id: EventKind; about: string }[] = [
  { id: "tenant.created", about: "it is there" },
  { id: "tenant.changed", about: "its name or something of it is another one" },
  { id: "tenant.plan_changed", about: "it has another plan" },
  { id: "tenant.limit_reached", about: "it has come to a limit of its plan, once a day" },
  { id: "tenant.suspended", about: "it is shut" },
  { id: "tenant.resumed", about: "it is open again" },
  { id: "tenant.deletion_scheduled", about: "it waits to be deleted" },
  { id: "tenant.restored", about: "it is back" },
  { id: "tenant.deleted", about: "it is gone for good" },
  { id: "tenant.domain_added", about: "it has a host more" },
  { id: "tenant.domain_removed", about: "it has a host less" },
  { id: "tenant.clone_asked", about: "a sandbox of it was asked for" },
  { id: "tenant.cloned", about: "a sandbox of it is there" },
  { id: "tenant.package_installed", about: "it has a package more" },
  { id: "tenant.package_upgraded", about: "a package has another version" },
  { id: "tenant.package_removed", about: "it has a package less" },
  { id: "tenant.layer_refused", about: "what you make of a package does not fit there" },
  { id: "tenant.support_asked", about: "you asked to sign in to it" },
  { id: "tenant.support_declined", about: "it said no to that" },
  { id: "tenant.support_granted", about: "it lets you sign in" },
  { id: "tenant.support_signed_in", about: "one of you signs in to it" },
  { id: "tenant.support_ended", about: "it lets you sign in no more" },
];
