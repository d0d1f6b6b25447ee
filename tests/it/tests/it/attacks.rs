//! The attack list: what a hostile caller tries, and what comes of it. Oracles on hidden fields are in `access::`,
//! ids of other tenants' records in `wire::tenants`, broken archives in `import::workbook`.

mod people;
mod requests;
mod sign_in;
