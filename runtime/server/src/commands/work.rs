//! `trellis work`: a node of workers, without a socket.

use std::process::ExitCode;

use crate::args::Common;
use crate::audit_key;
use crate::node::lone_connection;
use crate::serve::wake;
use crate::stop::Stop;
use crate::workers;

/// Works until the word to stop.
pub async fn run(common: &Common) -> anyhow::Result<ExitCode> {
    let stop = Stop::listen()?;
    super::with_node(common, async |node| {
        let ear = lone_connection(node.database.connect_options());
        let (engine, tenants) = (node.engine.clone(), node.tenants.clone());
        engine.seal_with(audit_key::load_or_make(common)?);
        let kept = (common.audit_retention, common.audit_heads.clone());
        let sealing = tokio::spawn(workers::seal(engine.clone(), tenants.clone(), kept));
        let (tell, news) = tokio::sync::mpsc::channel(16);
        let waking = (!common.database_pooled)
            .then(|| tokio::spawn(wake::run(ear.clone(), engine.clone(), tenants.clone(), tell)));
        let cloning =
            tokio::spawn(workers::clone(tenants.clone(), node.identity.clone(), common.data_dir.clone()));
        let working = tokio::spawn(workers::run(engine, tenants, news));
        println!("trellis: waiting for jobs");
        stop.told().await;
        waking.iter().for_each(tokio::task::JoinHandle::abort);
        working.abort();
        cloning.abort();
        sealing.abort();
        ear.close().await;
        Ok(ExitCode::SUCCESS)
    })
    .await
}
