//! `spotcheck android`

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use clap::builder::NonEmptyStringValueParser;
use jiff::Timestamp;

use super::Failure;
use super::common::{AuditArgs, request};
use super::connect;
use super::guide::Pages;
use super::on_phone::{self, OnPhone};
use super::session::{Opening, SessionArgs};
use super::whole::{Existing, WholeFile};
use crate::android::capture::{self, Capture};
use crate::android::offline::{self, Kind};
use crate::android::probe;
use crate::android::transport::{self, Limits, Phone, Target};
use crate::evidence::{Evidence, Platform, Request, Source};

const AFTER_HELP: &str = "\
Examples:
  spotcheck android
  spotcheck devices
  spotcheck android --usb --profile nhs-england-quick --readable-only
  spotcheck android --save-capture ward-7.capture
  spotcheck android --capture ward-7.capture --as-of evidence
  spotcheck android --folder 8c1f2d34-acquisition
  spotcheck android --bugreport bugreport-2026-11-02.zip";

#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// Which phone, where several are connected (also ANDROID_SERIAL)
    #[arg(long, value_name = "SERIAL", value_parser = NonEmptyStringValueParser::new(), conflicts_with_all = ["tcp", "usb", "capture"])]
    serial: Option<String>,
    /// ADB server [default: 127.0.0.1:5037, or the port in ANDROID_ADB_SERVER_PORT]
    #[arg(long, value_name = "HOST:PORT", value_parser = parse_server, conflicts_with_all = ["tcp", "usb", "capture"])]
    server: Option<String>,
    /// Straight to the phone's ADB daemon over the network, without the adb program
    #[arg(long, value_name = "HOST:PORT", conflicts_with_all = ["usb", "capture"])]
    tcp: Option<String>,
    /// Straight over the cable, without the adb program
    #[arg(long, conflicts_with = "capture")]
    usb: bool,
    /// Assess a saved capture instead of a phone
    #[arg(long, value_name = "FILE")]
    capture: Option<PathBuf>,
    /// Save what the phone answered (settings only), so that it can be assessed again later
    #[arg(long, value_name = "FILE", conflicts_with = "capture")]
    save_capture: Option<PathBuf>,
    /// Assess an acquisition of androidqf (its folder, or its zip) instead of a phone
    #[arg(long, value_name = "DIR|ZIP", conflicts_with_all = ["serial", "server", "tcp", "usb", "capture", "save_capture", "timeout"])]
    folder: Option<PathBuf>,
    /// Assess an Android bug report (its zip, or the text in it) instead of a phone
    #[arg(long, value_name = "FILE", conflicts_with_all = ["serial", "server", "tcp", "usb", "capture", "save_capture", "timeout", "folder"])]
    bugreport: Option<PathBuf>,
    /// How long everything may take: connecting, a tap on Allow, the phone's answer
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: u64,
    #[command(flatten)]
    session: SessionArgs,
    #[command(flatten)]
    audit: AuditArgs,
}

/// The shape alone: a name is looked up when the time that everything may take has begun.
pub(super) fn parse_server(text: &str) -> Result<String, String> {
    let port = text.rsplit_once(':').filter(|(name, _)| !name.is_empty());
    match port.map(|(_, port)| port.parse::<u16>()) {
        Some(Ok(1..)) => Ok(text.to_owned()),
        _ => Err(
            "expected the name or address of a computer and a port, e.g. 127.0.0.1:5037".to_owned(),
        ),
    }
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    args.audit.judge.check()?;
    let profiles = args.audit.judge.profile.load()?;
    let outputs = args.audit.open(&profiles)?;
    let request = request(&profiles, Platform::Android);
    let commands = probe::plan(&request).len();
    let saved = args
        .folder
        .as_deref()
        .map(|path| (path, Kind::Acquisition))
        .or_else(|| Some((args.bugreport.as_deref()?, Kind::Bugreport)));
    let about = args.audit.judge.about()?;
    let opening = Opening {
        profiles: &profiles,
        about: &about,
        reads: match saved {
            Some(_) => "This check reads settings from files that were taken from the phone earlier, and nothing else in them.".into(),
            None => format!(
                "This check reads settings from the phone: {commands} commands, which \"spotcheck plan android\" names."
            ),
        },
    };
    let Some(mut session) = args.session.begin(&opening)? else {
        return Ok(3);
    };
    let mut pages: Option<Box<dyn Pages>> = None;
    let evidence = match (&args.capture, saved) {
        _ if session.declined() => {
            Evidence::new(Platform::Android, Source::Look, Some(Timestamp::now()))
        }
        (Some(path), _) => from_capture(&capture::read(path)?, &request),
        (None, Some((path, kind))) => offline::read(path, kind, &request)?,
        (None, None) => {
            let (evidence, phone) = from_phone(args, &on_phone::asking(request))?;
            session.is_about(phone.id());
            // Over the cable alone another phone of the same model cannot be told from the one that was read.
            if !matches!(phone, Phone::Usb(_)) {
                pages = Some(Box::new(OnPhone::new(
                    phone,
                    limits(args),
                    &profiles,
                    &evidence,
                )));
            }
            evidence
        }
    };
    args.audit
        .conclude(evidence, &profiles, session, pages, outputs)
}

/// The way that was asked for, and what finding it has cost.
fn target(args: &Args, limits: &mut Limits) -> Result<Target, Failure> {
    let started = Instant::now();
    let server = connect::server(args.server.as_deref(), limits)?;
    let target = connect::target(
        args.tcp.as_deref(),
        args.usb,
        server,
        args.serial.as_deref(),
        limits,
    )?;
    limits.spent = started.elapsed();
    Ok(target)
}

fn limits(args: &Args) -> Limits {
    Limits {
        deadline: Duration::from_secs(args.timeout),
        ..Limits::default()
    }
}

pub(super) fn from_capture(capture: &Capture, request: &Request) -> Evidence {
    let mut evidence = probe::evidence(
        request,
        &capture.nonce,
        &capture.answer,
        Source::AndroidCapture,
        Some(capture.taken_at),
    );
    if !capture.label.is_empty() {
        evidence
            .warnings
            .push(format!("This is a capture: {}", capture.label));
    }
    evidence
}

/// What the phone answered, and which phone it was.
fn from_phone(args: &Args, request: &Request) -> Result<(Evidence, Phone), Failure> {
    // A path that cannot be written is found before the phone is touched.
    let file = args.save_capture.as_deref().map(open_capture).transpose()?;
    let nonce = transport::nonce();
    let mut limits = limits(args);
    let target = target(args, &mut limits)?;
    let script = |left| probe::script_within(request, &nonce, left);
    let answer = connect::run(&target, &script, &limits)?;
    let taken_at = Timestamp::now();
    if let Some(file) = file {
        let capture = Capture {
            taken_at,
            tool: env!("CARGO_PKG_VERSION").into(),
            nonce: nonce.clone(),
            label: String::new(),
            answer: answer.bytes.clone(),
        };
        let name = file.path().display().to_string();
        file.fill(&capture.to_bytes())
            .with_context(|| format!("The capture {name} cannot be written"))
            .map_err(Failure::Output)?;
    }
    let evidence = probe::evidence(
        request,
        &nonce,
        &answer.bytes,
        Source::AndroidAdb,
        Some(taken_at),
    );
    Ok((evidence, answer.phone))
}

/// A new file for a capture, which only this user may read.
fn open_capture(path: &Path) -> Result<WholeFile, Failure> {
    let name = path.display();
    WholeFile::open(path, Existing::Keep).map_err(|e| match e.kind() {
        std::io::ErrorKind::AlreadyExists => Failure::Usage(anyhow!(
            "{name} is already there, and a capture is never overwritten. Choose another name (--save-capture)."
        )),
        _ => Failure::Output(
            anyhow::Error::new(e).context(format!("The capture {name} cannot be written")),
        ),
    })
}
