//! `spotcheck verify-slip`

use std::path::PathBuf;

use anyhow::{Context as _, anyhow};
use jiff::Timestamp;

use super::register::PlaceArgs;
use super::{Failure, terminal};
use crate::bounded;
use crate::evidence::{Value, text::clean};
use crate::report::slip::qr::Code;
use crate::report::slip::saved::{self, Match, Saved};

/// The most that a file of saved audits may hold, in bytes.
const MAX_SAVED: u64 = 64 << 20;

const AFTER_HELP: &str = "\
Exit status: 0 the slip is of the audit, 1 it is not, 2 the text or the file cannot be used.

Examples:
  spotcheck verify-slip \"SPOTCHECK1 7K3M-9QXD-2RTC FAIL 9f86...\" --audit ward-7.json
  spotcheck verify-slip \"SPOTCHECK1 7K3M-9QXD-2RTC FAIL 9f86...\" --register register.sqlite";

#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// What a scanner read from the slip's QR code
    #[arg(value_name = "TEXT")]
    scanned: String,
    /// The saved audit (--format json), or several, one a line
    #[arg(long, value_name = "FILE")]
    audit: Option<PathBuf>,
    #[command(flatten)]
    register: PlaceArgs,
}

/// The audits that the slip may be of, from the file or the register that was named.
fn audits(args: &Args) -> Result<Vec<Saved>, Failure> {
    let Some(path) = &args.audit else {
        let place = args.register.open_to_read()?.ok_or_else(|| {
            Failure::Usage(anyhow!(
                "Nothing was named to check the slip against. Give --audit FILE or --register FILE."
            ))
        })?;
        return place.saved();
    };
    let name = path.display();
    let text = bounded::text(path, MAX_SAVED)
        .with_context(|| format!("The audit {name} (--audit) cannot be read"))
        .map_err(Failure::Usage)?;
    saved::read(&text).map_err(|why| {
        Failure::Usage(anyhow!(
            "The audit {name} (--audit) cannot be used. {} Give the file that spotcheck wrote.",
            clean(&why)
        ))
    })
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let code = Code::parse(&args.scanned)
        .map_err(|why| Failure::Usage(anyhow!("{} Scan the slip's QR code again.", clean(&why))))?;
    let audits = audits(args)?;
    match saved::compare(&code, &audits) {
        Match::Of(audit) => {
            let day = audit.audited_at.parse::<Timestamp>().map_or_else(
                |_| audit.audited_at.clone(),
                |t| Value::Date(t).for_people(),
            );
            let who = match &audit.staff_ref {
                Some(who) => format!("staff reference {}", clean(who)),
                None => "no staff reference".into(),
            };
            let declined = if audit.declined { " (declined)" } else { "" };
            terminal::result(&format!(
                "✓ Slip {} is of this audit: {}{declined}, {}, {who}.\n",
                code.reference,
                crate::audit::result(&code.result, audit.part_only),
                clean(&day)
            ))?;
            Ok(0)
        }
        Match::OfNone(why) => {
            terminal::result(&format!(
                "✗ Slip {} is NOT of this audit. {why}\n",
                code.reference
            ))?;
            Ok(1)
        }
    }
}
