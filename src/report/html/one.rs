//! One audit: result first, then every line, then what stands behind it.

use super::super::markup::html;
use super::super::record::Record;
use super::super::{parts, words};
use super::{NAME, Page, capital, class};
use crate::audit::{Audit, Finding, Verdict};
use crate::evidence::{Strength, Value};

/// A page of one audit alone.
pub(super) fn single(page: &mut Page, record: &Record) {
    let Some(audit) = &record.audit else { return };
    page.heading(1, "", NAME);
    Section {
        audit,
        record,
        level: 2,
        prefix: String::new(),
    }
    .write(page);
}

/// One audit as a part of a page.
pub(super) struct Section<'a> {
    pub audit: &'a Audit,
    pub record: &'a Record,
    /// Level of its headings.
    pub level: u8,
    /// Before its ids, so that each is on the page once.
    pub prefix: String,
}

/// Findings that say the same of several subjects, though what to do may differ from app to app.
struct Group<'a> {
    findings: Vec<&'a Finding>,
}

impl<'a> Group<'a> {
    /// Any of them: they say the same.
    fn first(&self) -> &'a Finding {
        self.findings[0]
    }

    fn subjects(&self) -> String {
        let names: Vec<&str> = self
            .findings
            .iter()
            .map(|f| f.subject_name.as_str())
            .collect();
        names.join(", ")
    }

    /// The subjects where they are few, or how many they are.
    fn short(&self) -> String {
        match self.findings.len() {
            1 | 2 => self.subjects(),
            n => format!("{n} apps"),
        }
    }

    /// What to do, once where it is the same for all.
    fn what_to_do(&self) -> Vec<String> {
        let mut texts: Vec<(String, Vec<&str>)> = Vec::new();
        for finding in &self.findings {
            let text = what_to_do(finding);
            match texts.iter_mut().find(|(t, _)| *t == text) {
                Some((_, subjects)) => subjects.push(&finding.subject_name),
                None => texts.push((text, vec![&finding.subject_name])),
            }
        }
        match texts.as_slice() {
            [(text, _)] => vec![text.clone()],
            several => several
                .iter()
                .map(|(text, subjects)| format!("{}: {text}", subjects.join(", ")))
                .collect(),
        }
    }

    fn places(&self) -> Vec<String> {
        let mut places = Vec::new();
        for origin in self.findings.iter().flat_map(|f| &f.origin) {
            let place = parts::place(origin);
            if !places.contains(&place) {
                places.push(place);
            }
        }
        places
    }
}

impl Section<'_> {
    pub fn write(&self, page: &mut Page) {
        let audit = self.audit;
        let judged = words::judged(audit);
        let groups = groups(&judged);
        page.result(audit);
        if let Some(problem) = &self.record.problem {
            self.callout(
                page,
                "Not read whole",
                &[format!("{} {}", problem.what, problem.next)],
            );
        }
        if !audit.warnings.is_empty() {
            self.callout(page, "Warning", &audit.warnings);
        }
        page.rows(&parts::about(audit, self.record.kept.as_ref()));
        for note in &audit.notes {
            page.element("p", "class=\"inset\"", note);
        }
        if audit.declined {
            self.not_checked(page);
            self.versions(page);
            return;
        }
        self.glance(page, &groups);
        if let Some((heading, text)) = parts::afterwards(audit) {
            self.heading(page, "after", heading);
            page.element("p", "class=\"inset\"", &text);
        }
        self.lines(page, &groups);
        self.said(page);
        self.not_checked(page);
        self.read(page);
        self.versions(page);
    }

    fn heading(&self, page: &mut Page, id: &str, text: &str) {
        page.heading(self.level, &format!("{}{id}", self.prefix), text);
    }

    fn callout(&self, page: &mut Page, title: &str, texts: &[String]) {
        page.raw("<div class=\"callout\">\n");
        page.element("p", "class=\"todo\"", title);
        for text in texts {
            page.paragraph(text);
        }
        page.raw("</div>\n");
    }

    fn id(&self, at: usize) -> String {
        format!("{}line-{}", self.prefix, at + 1)
    }

    /// One row for each line and verdict: first what was judged, then what was set aside or does not apply.
    fn glance(&self, page: &mut Page, groups: &[Group<'_>]) {
        let mut rows: Vec<(Option<String>, &Finding, Vec<String>)> = Vec::new();
        let judged = groups
            .iter()
            .enumerate()
            .map(|(at, group)| (Some(self.id(at)), group.first(), group.subjects()));
        let rest = words::left_out(self.audit).map(|finding| {
            let below = finding
                .set_aside
                .then(|| format!("{}not-checked", self.prefix));
            (below, finding, finding.subject_name.clone())
        });
        for (link, finding, subjects) in judged.chain(rest) {
            let same = |row: &Finding| {
                row.control == finding.control && Page::tag(row) == Page::tag(finding)
            };
            match rows.iter_mut().find(|(_, row, _)| same(row)) {
                Some((.., of_row)) => of_row.push(subjects),
                None => rows.push((link, finding, vec![subjects])),
            }
        }
        if rows.is_empty() {
            return;
        }
        self.heading(page, "glance", "All lines at a glance");
        page.raw("<table>\n<thead><tr><th scope=\"col\">Line</th><th scope=\"col\">About</th><th scope=\"col\">Verdict</th></tr></thead>\n<tbody>\n");
        for (link, finding, subjects) in rows {
            let line = format!("{} {}", html(&finding.control), html(&finding.title));
            let line = match link {
                Some(id) => format!("<a href=\"#{id}\">{line}</a>"),
                None => line,
            };
            page.raw(&format!(
                "<tr><th scope=\"row\">{line}</th><td>{}</td><td>{}</td></tr>\n",
                html(&capital(&subjects.join(", "))),
                Page::tag(finding)
            ));
        }
        page.raw("</tbody>\n</table>\n");
    }

    fn lines(&self, page: &mut Page, groups: &[Group<'_>]) {
        if groups.is_empty() {
            return;
        }
        self.heading(page, "lines", "Line by line, worst first");
        for (at, group) in groups.iter().enumerate() {
            let finding = group.first();
            page.raw(&format!("<div class=\"card {}\">\n", class(finding)));
            let title = format!("{} {} ({})", finding.control, finding.title, group.short());
            page.element(
                &format!("h{}", self.level + 1),
                &format!("id=\"{}\"", self.id(at)),
                &title,
            );
            page.raw(&format!("<p>{}</p>\n", Page::tag(finding)));
            page.raw("<dl class=\"rows\">\n");
            if group.findings.len() > 2 {
                page.row("About", "", &group.subjects());
            }
            page.row("Question", "", &finding.question);
            page.row("Found", "", &words::stopped(&capital(&finding.found)));
            if !finding.expected.is_empty() {
                page.row("Expected", "", &words::stopped(&capital(&finding.expected)));
            }
            page.row("How sure", "", &sure(finding));
            page.row("How old", "", &old(self.audit, finding));
            let loud = match finding.verdict {
                Verdict::Fail | Verdict::Unresolved => "todo",
                Verdict::Pass | Verdict::NotApplicable | Verdict::Declined => "",
            };
            page.cells("What to do", loud, &group.what_to_do());
            if !finding.beside.is_empty() {
                page.row("Also seen", "", &finding.beside.join("; "));
            }
            let places = group.places();
            if !places.is_empty() {
                page.cells("Read in", "place", &places);
            }
            page.raw("</dl>\n</div>\n");
        }
    }

    fn said(&self, page: &mut Page) {
        if let Some(counts) = words::said(self.audit) {
            self.heading(page, "said", "What the person said");
            page.paragraph(&format!(
                "{}. Nobody saw it, and it does not count in the result.",
                capital(&counts)
            ));
            let notable = parts::notable_answers(self.audit);
            if !notable.is_empty() {
                page.list(&notable);
            }
        }
    }

    fn not_checked(&self, page: &mut Page) {
        let open = parts::not_checked(self.audit);
        self.heading(page, "not-checked", "What was not checked");
        for (title, list) in [
            (
                "Set aside, because no cable or backup can decide it on this phone:",
                &open.aside,
            ),
            (
                "Only people can say (not answered in this run):",
                &open.asked,
            ),
        ] {
            if !list.is_empty() {
                page.paragraph(title);
                page.list(list);
            }
        }
        for note in &open.notes {
            page.paragraph(note);
        }
    }

    fn read(&self, page: &mut Page) {
        self.heading(page, "read", "What was read");
        let places = parts::places(self.audit);
        if places.is_empty() {
            page.paragraph("Nothing.");
            return;
        }
        let long = self.level > 2;
        if long {
            page.raw(&format!(
                "<details>\n<summary>{} places</summary>\n",
                places.len()
            ));
        }
        page.raw("<table class=\"fine\">\n<thead><tr><th scope=\"col\">Place</th><th scope=\"col\">Kept</th><th scope=\"col\">For</th></tr></thead>\n<tbody>\n");
        for place in places {
            page.raw(&format!(
                "<tr><td class=\"place\">{}</td><td class=\"kept\">{}</td><td>{}</td></tr>\n",
                html(place.what),
                html(&capital(&place.kept)),
                html(&place.topics.join(", "))
            ));
        }
        page.raw("</tbody>\n</table>\n");
        if long {
            page.raw("</details>\n");
        }
    }

    fn versions(&self, page: &mut Page) {
        let audit = self.audit;
        let moment = |t| Value::Date(t).to_string();
        self.heading(page, "versions", "Versions and limits");
        let mut rows = vec![
            ("spotcheck", self.record.version.clone()),
            (
                "Checklist",
                format!(
                    "{}, as of {}",
                    audit.profile_id,
                    as_day(&audit.profile_as_of)
                ),
            ),
            ("Its source", audit.profile_source.clone()),
            ("Its SHA-256", audit.profile_sha256.clone()),
            ("Judged at", moment(audit.audited_at)),
            (
                "Evidence of",
                audit
                    .evidence_as_of
                    .map_or_else(|| "unknown".into(), moment),
            ),
            ("Kind of evidence", audit.source.id().to_owned()),
        ];
        if !self.record.input().is_empty() {
            rows.push(("Input", self.record.input().to_owned()));
        }
        page.raw("<dl class=\"rows\">\n");
        for (label, text) in rows {
            let class = if label == "Its SHA-256" { "hash" } else { "" };
            page.row(label, class, &text);
        }
        page.raw("</dl>\n");
        if audit.parameters.is_empty() {
            return;
        }
        page.raw("<table class=\"fine\">\n<caption>Limits of the checklist</caption>\n<thead><tr><th scope=\"col\">Limit</th><th scope=\"col\">Value</th><th scope=\"col\">Where it comes from</th></tr></thead>\n<tbody>\n");
        for parameter in &audit.parameters {
            let mut value = parameter.value.for_people();
            if let Some(before) = &parameter.in_profile {
                value += &format!(
                    " (CHANGED for this run; the checklist says {})",
                    before.for_people()
                );
            }
            page.raw(&format!(
                "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>\n",
                html(&parameter.id),
                html(&value),
                html(&parameter.source)
            ));
        }
        page.raw("</tbody>\n</table>\n");
    }
}

fn groups<'a>(judged: &[&'a Finding]) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for finding in judged {
        let same = |group: &&mut Group<'_>| {
            let first = group.first();
            // All but what differs from app to app.
            let as_this = Finding {
                subject: finding.subject.clone(),
                subject_name: finding.subject_name.clone(),
                look: finding.look.clone(),
                put_right: finding.put_right.clone(),
                origin: finding.origin.clone(),
                ..first.clone()
            };
            as_this == **finding
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.findings.push(finding),
            None => groups.push(Group {
                findings: vec![finding],
            }),
        }
    }
    groups
}

fn sure(finding: &Finding) -> String {
    let read = match finding.strength {
        Some(Strength::Direct) => "Direct: the setting itself was read",
        Some(Strength::Indicative) => "Indicative: it points one way and proves nothing",
        None if finding.observation.is_some() => "It was seen on the phone's screen",
        None => "Nothing was read that tells",
    };
    match &finding.observation {
        Some(_) if finding.strength.is_some() => format!("{read}; it was also seen on the screen."),
        _ => format!("{read}."),
    }
}

fn old(audit: &Audit, finding: &Finding) -> String {
    let mut texts = Vec::new();
    if finding.strength.is_some() {
        texts.push(match audit.evidence_as_of {
            Some(t) => format!(
                "{} ({})",
                capital(&words::age(t, audit.audited_at)),
                Value::Date(t).for_people()
            ),
            None => "Age unknown".into(),
        });
    }
    if let Some(look) = &finding.observation {
        let by = look.by.as_ref().map(|by| format!(" by {by}"));
        texts.push(format!(
            "seen{} on {}",
            by.unwrap_or_default(),
            Value::Date(look.at).for_people()
        ));
    }
    if texts.is_empty() {
        "There is nothing to date.".into()
    } else {
        format!("{}.", capital(&texts.join("; ")))
    }
}

fn what_to_do(finding: &Finding) -> String {
    match finding.verdict {
        Verdict::Pass | Verdict::NotApplicable => "Nothing.".into(),
        Verdict::Declined => "Nothing: the person declined, and need not say why.".into(),
        Verdict::Fail if finding.waiver.is_some() => {
            format!("Someone answers for it: {}", parts::answered_for(finding))
        }
        Verdict::Fail => words::stopped(&finding.put_right),
        Verdict::Unresolved if words::half_checked(finding) => {
            format!("Ask the person: {}", finding.question)
        }
        Verdict::Unresolved => format!(
            "Look at {} It should be: {}",
            words::stopped(&finding.look),
            words::stopped(&finding.expected)
        ),
    }
}

fn as_day(text: &str) -> String {
    text.parse().map_or_else(|_| text.to_owned(), words::day)
}
