// Made of the API's own document by tests/clients/ui-types.mjs, and held equal to it by a test there: not written by hand.
export interface Document {
  Act: {
    code: "create-table" | "create-links" | "index-by-name" | "index-by-owner" | "index-links" | "index" | "index-words" | "index-language" | "drop-words" | "owners" | "point" | "point-links" | "unpoint" | "repoint" | "rename" | "rename-table" | "retarget" | "add" | "add-again" | "default" | "default-later" | "number" | "hide" | "hide-object" | "retype" | "unique" | "unique-beside" | "not-unique" | "drop-unique" | "drop-half-unique" | "drop-index" | "purge" | "add-rollup" | "zero" | "drop-rollup" | "wait" | "add-second" | "convert" | "keep-both" | "keep-other" | "look" | "fill" | "fill-batches" | "index-second" | "index-second-beside" | "catch-up" | "sure" | "drop-indexed" | "swap" | "swap-index" | "forget" | "drop-second";
    name: string;
    other?: string;
    former?: string;
  };
  ApiKey: {
    id: string;
    user_id: string;
    name: string;
    prefix: string;
    role: string | null;
    version: string | null;
    scopes: string[] | null;
    expires_at: string | null;
    rate_limit: number | null;
    allowed_ips: string[] | null;
    created_at: string;
    last_used_at: string | null;
    use_count: number;
  };
  Branding: {
    name: string | null;
    accent: string | null;
    logo: string | null;
  };
  Certificate: {
    id: string;
    tenant_id: string;
    deleted_at: string;
    statement: string;
    key: string | null;
    signature: string | null;
    sound: boolean;
  };
  Clone: {
    id: string;
    source: {
      id: string;
      slug: string;
    };
    tenant: {
      id: string;
      slug: string;
      name: string;
      status: "creating" | "active" | "suspended" | "pending_delete" | "deleting" | null;
      login_url: string | null;
    };
    scope: "metadata" | "sample" | "full";
    records: number | null;
    mask_emails: boolean;
    asked_by: "reseller" | "operator" | "tenant";
    status: "queued" | "running" | "done" | "failed";
    step: string | null;
    rows: number | null;
    error: string | null;
    asked_at: string;
    finished_at: string | null;
  };
  Delivery: {
    id: string;
    webhook_id: string;
    event_id: string;
    type: string;
    status: "waiting" | "delivered" | "dead";
    attempts: number;
    response_status: number | null;
    response: string | null;
    error: string | null;
    body: string;
    created_at: string;
    last_at: string | null;
  };
  Features: {
    branding: boolean;
    domains: boolean;
    mcp: boolean;
    sandboxes: boolean;
  };
  Import: {
    id: string;
    object: string;
    status: "queued" | "running" | "done" | "failed";
    dry_run: boolean;
    total: number;
    processed: number;
    created: number;
    updated: number;
    rejected: number;
    error: string | null;
    file_name: string | null;
    format: string;
    match_field: string | null;
    mapping: unknown;
    queued_at: string;
    started_at: string | null;
  };
  LayerInTenant: {
    version: string | null;
    conflicts: {
      path: string;
      class: string;
      outcome: string;
    }[];
    problems: Document["ProblemDetail"][];
    tenant_id: string;
    slug: string;
    state: "applied" | "refused" | "waiting";
    at: string | null;
  };
  LayerReport: {
    version: string | null;
    conflicts: {
      path: string;
      class: string;
      outcome: string;
    }[];
    problems: Document["ProblemDetail"][];
  };
  Limits: {
    requests_per_minute: number | null;
    requests_per_day: number | null;
    records: number | null;
    users: number | null;
    sandboxes: number | null;
    connections: number | null;
    storage_bytes: number | null;
    jobs: number | null;
  };
  Noticed: {
    action: "create" | "change" | "delete";
    what: "route" | "type" | "field" | "relation";
    name: string;
    breaking: boolean;
    text: string;
    differences: {
      code: "new" | "new-and-needed" | "gone" | "renamed" | "kind" | "values" | "encrypted" | "unencrypted" | "filterable" | "unfilterable" | "needed" | "required" | "optional" | "unique" | "not-unique" | "read-only" | "writable" | "fewer-values" | "more-values" | "options-gone" | "options-closed" | "options-new";
      before?: string;
      after?: string;
      options?: string[];
    }[];
  };
  OfferedPackage: {
    name: string;
    label: string;
    description: string;
    version: string;
  };
  OpenSession: {
    id: string;
    created_at: string;
    last_seen_at: string;
    expires_at: string;
    ip: string | null;
    user_agent: string | null;
  };
  Package: {
    name: string;
    label: string;
    description: string;
    version: string;
    requires: {
      [key: string]: string;
    };
    optional: {
      [key: string]: string;
    };
    parts: string[];
    installed: boolean;
    installed_version: string | null;
    installed_at: string | null;
    is_newer: boolean;
    signer: string | null;
  };
  Pagination: {
    limit: number;
    next_cursor: string | null;
    has_more: boolean;
    total?: number;
  };
  PassedOver: {
    package: string;
    with: string;
    reason: "version" | "publisher";
    range?: string;
    installed?: string;
  };
  Person: {
    id: string;
    name: string;
    email: string;
    active: boolean;
    roles: string[];
    permission_sets: string[] | null;
    teams: string[];
    manager_id: string | null;
    title: string | null;
    time_zone: string | null;
    created_at: string;
    updated_at: string;
    version: number;
  };
  Plan: {
    name: string;
    label: string;
    limits: Document["Limits"];
    features: string[] | null;
  };
  ProblemDetail: {
    path: string;
    code: string;
    message: string;
    hint?: string;
  };
  ResellerLayer: {
    package: string;
    edition: string | null;
    changed_at: string | null;
    layer: {
      [key: string]: {
        [key: string]: Record<string, never>;
      };
    };
    version: string | null;
    problems: Document["ProblemDetail"][];
    tenants: {
      applied: number;
      refused: number;
      waiting: number;
    };
  };
  Rights: {
    system: string[];
    objects: {
      [key: string]: {
        create: boolean;
        read: "none" | "own" | "team" | "all";
        edit: "none" | "own" | "team" | "all";
        delete: "none" | "own" | "team" | "all";
        transfer: "none" | "own" | "team" | "all";
        share: "none" | "own" | "team" | "all";
        export: boolean;
      };
    };
  };
  SecuritySettings: {
    password: {
      sign_in: boolean;
      min_length: number;
      forbid_common: boolean;
      forbid_email: boolean;
    };
    lockout: {
      attempts: number;
      address_attempts: number;
      window_minutes: number;
      first_wait_seconds: number;
      longest_wait_seconds: number;
    };
    sessions: {
      idle_minutes: number;
      absolute_hours: number;
    };
    two_factor: {
      required_roles: string[];
    };
    allowed_ips: string[];
    rate_limits: {
      per_user_per_hour: number | null;
      per_address_per_hour: number | null;
    };
    links: {
      invite_hours: number;
      reset_minutes: number;
    };
  };
  Share: {
    record_id: string;
    grantee_id: string;
    name: string;
    access: "read" | "edit";
    expires_at: string | null;
    created_at: string;
    created_by: {
      id: string | null;
      name: string | null;
    };
    user_id?: string;
    team?: string;
    role?: string;
  };
  SignInProvider: {
    label: string;
    issuer: string;
    client_id: string;
    scopes: string[];
    groups_claim: string | null;
    mappings: {
      group: string;
      roles?: string[];
      teams?: string[];
    }[];
    create_users: boolean;
    default_role: string | null;
    email_domains: string[];
    trust_email: boolean;
    strong_acr: string[];
    sign_out: boolean;
    active: boolean;
    name: string;
    has_secret: boolean;
    redirect_uri: string;
    created_at: string;
    changed_at: string;
  };
  Step: {
    sql: string;
    lock: string;
    rewrite: boolean;
    risk: string;
    does: Document["Act"];
    description: string;
    estimate?: {
      rows: number;
      bytes: number;
      takes: "moment" | "seconds" | "minutes" | "hours";
    };
  };
  SupportAccess: {
    until: string;
    access: "read" | "write";
    roles: string[];
    reason: string | null;
  };
  Team: {
    id: string;
    name: string;
    label: string;
    members: string[];
    queue: boolean;
  };
  Tenant: {
    id: string;
    slug: string;
    name: string;
    status: "creating" | "active" | "suspended" | "pending_delete" | "deleting";
    plan: string | null;
    limits: Document["Limits"] | null;
    features: Document["Features"] | null;
    created_at: string;
    suspended_at: string | null;
    delete_at: string | null;
    login_url: string;
    domains: string[];
    sandbox: {
      of: string;
      scope: string;
    } | null;
    quiet: boolean;
    support: Document["SupportAccess"] | null;
  };
  TenantBranding: {
    name: string | null;
    accent: string | null;
    logo: string | null;
    defaults: Document["Branding"];
  };
  Tried: {
    steps: number;
    refused: {
      path: string;
      code: string;
      message: string;
      step: string;
      does: Document["Act"];
    }[];
    untried: {
      step: string;
      does: Document["Act"];
      reason: "background" | "refused" | "too-long" | "unavailable" | "not-asked";
    }[];
  };
  Use: {
    kind: "objects" | "fields" | "option-sets" | "list-views" | "layouts" | "roles" | "permission-sets" | "sharing-rules" | "restriction-rules" | "validation-rules" | "field-conditions" | "record-types" | "processes" | "conversions" | "recurrences" | "apps" | "translations" | "settings";
    name: string;
    at: string;
  };
  Webhook: {
    id: string;
    url: string;
    events: ("tenant.created" | "tenant.changed" | "tenant.plan_changed" | "tenant.suspended" | "tenant.resumed" | "tenant.deletion_scheduled" | "tenant.restored" | "tenant.deleted" | "tenant.domain_added" | "tenant.domain_removed" | "tenant.clone_asked" | "tenant.cloned" | "tenant.limit_reached" | "tenant.package_installed" | "tenant.package_upgraded" | "tenant.package_removed" | "tenant.layer_refused" | "tenant.support_asked" | "tenant.support_declined" | "tenant.support_granted" | "tenant.support_ended" | "tenant.support_signed_in")[] | null;
    created_at: string;
    previous_secret_until: string | null;
  };
}
