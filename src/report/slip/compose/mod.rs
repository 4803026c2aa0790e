//! What stands on a slip: blocks of text, in reading order, each character fit to be printed.

mod findings;

use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Options, qr, reference};
use crate::audit::{Audit, Overall, PART_ONLY};
use crate::evidence::{Source, Value};
use crate::menus::{self, Phone};
use crate::report::json;
use crate::report::notice::{self, Gap};
use crate::report::paper::{Block, Document, LONGEST_TITLE, fonts};
use crate::report::record::Kept;
use crate::report::words::{self, stopped};
use crate::trust::Trust;

/// Composes the slip of an audit.
pub(super) fn compose(audit: &Audit, trust: &Trust, options: &Options) -> Document {
    let digest = json::digest(audit);
    let reference = reference::of(&digest);
    let code = qr::Code {
        reference: reference.clone(),
        result: audit.overall.to_string(),
        digest,
        part_only: audit.part_only(),
    };
    let mut writer = Writer {
        audit,
        trust,
        today: audit.audited_at.to_zoned(TimeZone::UTC).date(),
        blocks: Vec::new(),
        missing: Vec::new(),
    };
    let title = writer.fit(
        trust
            .slip_title
            .as_deref()
            .unwrap_or("Spot check of messaging settings"),
    );
    let who = writer.fit(trust.name.as_deref().unwrap_or_default());
    let head = writer.head(&reference, options);
    let result = writer.result();
    writer.warnings();
    if !audit.declined {
        writer.lines();
        writer.told();
    }
    writer.about();
    if let Some(kept) = &options.kept {
        writer.register(kept);
    }
    if !audit.declined {
        writer.done();
    }
    writer.next();
    writer.signatures();
    writer.privacy();
    writer.unprintable();
    Document {
        name: format!(
            "{}, slip {reference}",
            title.chars().take(LONGEST_TITLE).collect::<String>()
        ),
        from: who,
        title,
        marking: options.marking.unwrap_or(trust.marking).text(),
        code: Some(code.text()),
        head,
        result: Some(result),
        blocks: writer.blocks,
        foot: match code.part_only {
            true => format!("Slip {reference} {PART_ONLY}"),
            false => format!("Slip {reference}"),
        },
        on_one_page: false,
    }
}

struct Writer<'a> {
    audit: &'a Audit,
    trust: &'a Trust,
    /// The day of the check.
    today: Date,
    blocks: Vec<Block>,
    /// Characters that no font has.
    missing: Vec<char>,
}

impl Writer<'_> {
    fn fit(&mut self, text: &str) -> String {
        fonts::fit(text, &mut self.missing)
    }

    fn heading(&mut self, text: &str) {
        let text = self.fit(text);
        self.blocks.push(Block::Heading(text));
    }

    fn paragraph(&mut self, text: &str) {
        let text = self.fit(text);
        self.blocks.push(Block::Paragraph(text));
    }

    fn lead(&mut self, text: &str) {
        let text = self.fit(text);
        self.blocks.push(Block::Lead(text));
    }

    fn row(&mut self, label: &str, value: &str) {
        let row = Block::Row(self.fit(label), self.fit(value));
        self.blocks.push(row);
    }

    /// A row, or a line to write on where the trust has said nothing.
    fn row_or_blank(&mut self, label: &'static str, value: Option<&str>) {
        match value {
            Some(value) => self.row(label, value.trim()),
            None => self.blocks.push(Block::Blanks(vec![label])),
        }
    }

    fn item(&mut self, mark: &str, head: &str, body: &[(&str, String)]) {
        let item = Block::Item {
            mark: self.fit(mark),
            head: self.fit(head),
            body: body
                .iter()
                .filter(|(_, text)| !text.is_empty())
                .map(|(label, text)| (self.fit(label), self.fit(text)))
                .collect(),
        };
        self.blocks.push(item);
    }

    /// The day on which something is due that many days after the check.
    fn after(&self, days: Option<u16>) -> Option<Date> {
        self.today.checked_add(i64::from(days?).days()).ok()
    }

    fn head(&mut self, reference: &str, options: &Options) -> Vec<(String, String)> {
        let about = &self.audit.about;
        let mut rows = vec![("Slip", reference.to_owned())];
        rows.push((
            "Staff reference",
            about
                .staff_ref
                .clone()
                .unwrap_or_else(|| "not given".into()),
        ));
        if let Some(name) = options.name.as_ref().filter(|_| self.trust.names_on_slips) {
            rows.push(("Name (your copy)", name.clone()));
        }
        rows.push(("Date", words::day(self.today)));
        rows.into_iter()
            .map(|(label, value)| (label.to_owned(), self.fit(&value)))
            .collect()
    }

    fn result(&mut self) -> (String, Vec<String>) {
        let audit = self.audit;
        if audit.declined {
            let meaning = [
                "You declined this check. That is your right.",
                "Nothing was read from your phone, and we keep no reason.",
            ];
            return ("– DECLINED".into(), meaning.map(str::to_owned).into());
        }
        let mut meaning = Vec::new();
        if audit.no_app_there {
            meaning.push(format!(
                "No messaging app of the checklist was found on this phone ({}).",
                audit.apps_in_scope.join(", ")
            ));
        }
        let (mark, says) = match audit.overall {
            Overall::Pass if audit.readable_only => (
                "✓",
                "Each setting that a cable or a backup can show is as it should be.",
            ),
            Overall::Pass => ("✓", "Each setting that counts is as it should be."),
            Overall::Fail => (
                "✗",
                "Some settings are not as they should be. This slip says how to put them right.",
            ),
            Overall::Incomplete => (
                "?",
                "We could not tell about every setting. This is not yet a pass.",
            ),
        };
        meaning.push(says.into());
        if audit.readable_only {
            meaning.push("What a cable or a backup cannot show was not checked.".into());
        }
        if !audit.narrowed_to.is_empty() {
            meaning.push(format!(
                "Only part of the checklist was checked: {}.",
                audit.narrowed_to.join(", ")
            ));
        }
        meaning.push(format!("In numbers: {}.", words::summary(audit)));
        let meaning = meaning.iter().map(|text| self.fit(text)).collect();
        (format!("{mark} {}", audit.result()), meaning)
    }

    fn warnings(&mut self) {
        for warning in &self.audit.warnings {
            self.row("Please note", &stopped(warning));
        }
        for note in &self.audit.notes {
            self.row("Note", &stopped(note));
        }
    }

    fn about(&mut self) {
        let audit = self.audit;
        self.heading("About this check");
        let about = &audit.about;
        if !audit.declined {
            let system = audit.device_os.as_deref().unwrap_or("version not known");
            self.row("Phone", &format!("{}, {system}", words::phone(audit)));
            self.row(
                "Whose phone",
                match about.ownership.map(|o| o.id()) {
                    Some("personal") => "your own",
                    Some(_) => "the trust's",
                    None => "not stated",
                },
            );
            if let Some(apps) = &audit.apps_found {
                let apps = match apps.is_empty() {
                    true => "none of the checklist".into(),
                    false => apps.join(", "),
                };
                self.row("Messaging apps", &apps);
            }
            if let Some(besides) = audit.apps_besides.as_ref().filter(|b| !b.is_empty()) {
                self.row(
                    "Other such apps",
                    &format!(
                        "{} (this checklist does not cover them)",
                        besides.join(", ")
                    ),
                );
            }
            let evidence = match audit.evidence_as_of {
                None => "of a day that is not known".to_owned(),
                Some(t) => format!(
                    "{} ({})",
                    Value::Date(t).for_people(),
                    words::age(t, audit.audited_at)
                ),
            };
            self.row("Settings as of", &evidence);
        }
        if audit.moment_chosen {
            self.row(
                "Judged",
                "as of the date above, not as of the day of printing",
            );
        }
        for (label, value) in [
            ("Role", &about.role),
            ("Site", &about.site),
            ("Round", &about.campaign),
            ("Auditor", &about.auditor),
        ] {
            if let Some(value) = value {
                self.row(label, value);
            }
        }
        if let Some(day) = audit.notice_given {
            self.row("Notice given", &words::day(day));
        }
        self.row(
            "Checklist",
            &format!("{} ({})", audit.profile_title, audit.profile_id),
        );
        if !audit.declined {
            self.row("Checklist as of", &self.checklist_day());
            self.row_or_blank("Policy", notice::policy(self.trust).as_deref());
        }
        for parameter in &audit.parameters {
            if let Some(before) = &parameter.in_profile {
                self.row(
                    "Limit changed",
                    &format!(
                        "{} is {} for this check; the checklist says {}",
                        parameter.id.replace('_', " "),
                        parameter.value.for_people(),
                        before.for_people()
                    ),
                );
            }
        }
    }

    /// Where the audit stands in the register: whoever holds the slip can show it later.
    fn register(&mut self, Kept(head): &Kept) {
        let text = format!(
            "record {}. To check it, run: spotcheck register verify --head",
            head.number
        );
        self.row("Register", &text);
        let head = self.fit(&head.to_string());
        self.blocks.push(Block::Verbatim(vec![head]));
    }

    fn checklist_day(&self) -> String {
        let stated = &self.audit.profile_as_of;
        stated
            .parse::<Date>()
            .map_or_else(|_| stated.clone(), words::day)
    }

    /// What was done, and what must be undone.
    fn done(&mut self) {
        let audit = self.audit;
        self.heading("What we did");
        self.paragraph(match audit.source {
            Source::Look => "Nothing was read from your phone. We looked at its screen together.",
            Source::AndroidAcquisition | Source::AndroidBugreport => {
                "We looked at settings only, and at no message, contact or picture."
            }
            _ => "We read settings only. We opened no message, contact or picture.",
        });
        self.paragraph(
            "Nothing on your phone was changed by us. We took no picture of its screen.",
        );
        match audit.source {
            Source::IosBackup => {
                self.paragraph("The settings came from a backup of your iPhone.");
                self.paragraph(&format!(
                    "{} We delete it after this check.",
                    words::backup_holds(audit)
                ));
            }
            Source::AndroidAcquisition | Source::AndroidBugreport => {
                self.paragraph(
                    "The settings came from files that were taken from your phone earlier.",
                );
                self.paragraph(
                    "Those files hold more about you than this check needs. We delete them after this check.",
                );
            }
            Source::AndroidAdb | Source::AndroidCapture => {
                let phone = Phone {
                    maker: audit.device_maker.clone(),
                    ..Phone::any(audit.platform)
                };
                self.paragraph(
                    "New picture files and added apps were counted on the phone. No name of one left it.",
                );
                self.paragraph(&menus::fill(
                    "Now take back our access. Go to {menu:developer-options} and tap \"Revoke USB debugging authorisations\". Then switch USB debugging off.",
                    &phone,
                    None,
                ));
            }
            _ => {}
        }
        self.paragraph("This shows how the phone was set at that moment, not how you use it.");
        if !audit.not_covered.is_empty() {
            self.paragraph(&format!(
                "The checklist leaves out some lines of its source: {}.",
                audit
                    .not_covered
                    .iter()
                    .map(|line| line.id.as_str())
                    .collect::<Vec<_>>()
                    .join(", ")
            ));
        }
    }

    fn next(&mut self) {
        let audit = self.audit;
        self.heading("What happens next");
        if audit.declined {
            match &self.trust.if_declined {
                Some(what) => self.paragraph(&stopped(&sentence(what.trim()))),
                None => self.blocks.push(Block::Blanks(vec!["What follows"])),
            }
            return;
        }
        if audit.overall != Overall::Pass {
            match self.after(self.trust.recheck_days) {
                Some(day) => self.row("Next check", &words::day(day)),
                None => self.blocks.push(Block::Blanks(vec!["Next check"])),
            }
        }
        self.blocks
            .push(Block::Blanks(vec!["Incident number, if there is one"]));
        self.row_or_blank("Help", self.trust.contact.as_deref());
    }

    fn signatures(&mut self) {
        self.heading("Signatures");
        if !self.audit.declined {
            self.lead("Member of staff: I have seen what is written here. I can add a comment.");
            self.blocks.push(Block::Blanks(vec!["Signature", "Date"]));
        }
        self.lead(if self.audit.declined {
            "Auditor"
        } else {
            "Auditor: I did this check as written here."
        });
        self.blocks.push(Block::Blanks(vec!["Signature", "Date"]));
        if !self.audit.declined {
            self.blocks.push(Block::Blanks(vec!["Start", "End"]));
            self.blocks
                .push(Block::Blanks(vec!["Colleague or rep, if one was there"]));
            self.lead("Comments (please nothing about patients):");
            self.blocks.push(Block::Room(3));
        }
    }

    fn privacy(&mut self) {
        self.heading("Your privacy");
        let checklist = format!(
            "{} (as of {})",
            self.audit.profile_title,
            self.checklist_day()
        );
        const LEFT_OUT: [&str; 5] = [
            "Why",
            "What we look at",
            "What we never look at",
            "How it works",
            "Can you say no?",
        ];
        // Of a check outside a round nobody has said that chance chose the person.
        let about = &self.audit.about;
        let drawn = about.campaign.is_some() && about.staff_ref.is_some();
        for section in notice::sections(self.trust, &checklist, Gap::Ruled) {
            if LEFT_OUT.contains(&section.title) || (section.title == notice::CHOSEN && !drawn) {
                continue;
            }
            let points: Vec<String> = section.points.iter().map(|p| stopped(p)).collect();
            self.row(section.title, &points.join(" "));
        }
        let basis = self.trust.lawful_basis.as_deref().map(stopped);
        self.row_or_blank("Lawful basis", basis.as_deref());
        if let Some(day) = self.after(self.trust.retention_days) {
            self.row("Delete after", &words::day(day));
        }
    }

    fn unprintable(&mut self) {
        if self.missing.is_empty() {
            return;
        }
        let shown: Vec<String> = self
            .missing
            .iter()
            .take(12)
            .map(|c| format!("U+{:04X}", u32::from(*c)))
            .collect();
        let more = match self.missing.len().saturating_sub(shown.len()) {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        let text = format!(
            "{} stands for a character that this paper cannot show: {}{more}.",
            fonts::MARK,
            shown.join(", ")
        );
        self.row("Please note", &text);
    }
}

/// With a capital at its beginning.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}
