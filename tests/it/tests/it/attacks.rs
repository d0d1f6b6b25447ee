//! The attack list: what a hostile caller tries, and what comes of it. More oracles on hidden fields are in `access::`,
//! ids of other tenants' records in `wire::tenants`, broken workbooks in `import::workbook`.

mod files;
mod oracles;
mod people;
mod requests;
mod sign_in;
