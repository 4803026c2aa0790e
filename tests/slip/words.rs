//! What slips say.

use spotcheck::report::slip::{self, Options, Size, SlipError};
use spotcheck::trust::{Marking, Trust};

use crate::common::every_slip;
use crate::slip_cases;

#[test]
fn slips_of_every_sample_as_text() {
    for made in every_slip() {
        insta::assert_snapshot!(made.name.clone(), made.text());
    }
}

#[test]
fn lines_keep_to_their_width() {
    for made in every_slip() {
        let columns = match made.options.size {
            Size::A4 => 78,
            Size::A6 => 56,
            Size::Roll80 => 42,
        };
        for line in made.text().lines() {
            assert!(line.chars().count() <= columns, "{}: {line}", made.name);
        }
    }
}

/// Staff read a slip standing in a corridor.
#[test]
fn sentences_are_short() {
    for made in every_slip() {
        if made.case.name == "hostile" || made.options.size != Size::A4 {
            continue;
        }
        let text = made.text().replace('\n', " ");
        for sentence in text.split(['.', '?', ':', ';', '_', '>', '=']) {
            // Lists of lines and apps are no sentences.
            if sentence.matches(',').count() > 3 || sentence.contains("--") {
                continue;
            }
            let words = sentence.split_whitespace().count();
            assert!(words <= 24, "{}: {words} words: {sentence}", made.name);
        }
    }
}

#[test]
fn a_name_is_printed_only_where_the_trust_allows_it() {
    let case = slip_cases::guided();
    let name = "Siân Łukasiewicz-Nguyễn";
    let digest = spotcheck::report::json::digest(&case.audit);
    let allowed = slip::text(&case.audit, &case.trust, &case.options);
    assert!(allowed.contains(name), "{allowed}");

    let strict = Trust {
        names_on_slips: false,
        ..case.trust.clone()
    };
    let text = slip::text(&case.audit, &strict, &case.options);
    assert!(!text.contains("Siân"), "{text}");
    let error = slip::pdf(&case.audit, &strict, &case.options).expect_err("no name");
    assert_eq!(error, SlipError::NameNotAllowed);
    assert!(error.to_string().contains("names_on_slips"), "{error}");

    // It is no part of what is kept, so the slip's code is the same with and without it.
    assert!(!spotcheck::report::json::line(&case.audit).contains("Siân"));
    let without = slip::text(&case.audit, &strict, &Options::default());
    for text in [&allowed, &without] {
        assert!(text.replace("\n  ", " ").contains(&digest), "{text}");
    }
}

#[test]
fn markings_stand_at_top_and_bottom() {
    let case = slip_cases::declined();
    for (marking, text) in [
        (Marking::None, None),
        (Marking::Official, Some("OFFICIAL")),
        (Marking::OfficialSensitive, Some("OFFICIAL-SENSITIVE")),
    ] {
        let options = Options {
            marking: Some(marking),
            ..Options::default()
        };
        let slip = slip::text(&case.audit, &case.trust, &options);
        let lines: Vec<&str> = slip.lines().map(str::trim).collect();
        let ends = [lines.first().copied(), lines.last().copied()];
        match text {
            Some(_) => assert_eq!(ends, [text, text]),
            None => assert!(!slip.contains("OFFICIAL"), "{slip}"),
        }
    }
}

#[test]
fn samples_need_no_character_that_is_missing() {
    for made in every_slip() {
        let marked = made.text().contains('\u{25a1}');
        assert_eq!(marked, made.case.name == "hostile", "{}", made.name);
    }
}

#[test]
fn what_cannot_be_shown_is_marked_and_told() {
    let case = slip_cases::hostile();
    let text = slip::text(&case.audit, &case.trust, &case.options);
    let unwrapped = text.replace("\n  ", " ").replace('\n', " ");
    assert!(unwrapped.contains("□ stands for a character that this paper cannot show:"));
    assert!(unwrapped.contains("U+4E2D"), "{unwrapped}");
    assert!(
        unwrapped.contains("Staff reference: S7140-[2J"),
        "{unwrapped}"
    );
    assert!(unwrapped.contains("Zażółć gęślą jaźń"));
    for gone in ['\u{202e}', '\u{1b}', '\u{7}', '\u{200d}'] {
        assert!(!text.contains(gone), "{gone:?}");
    }
}

#[test]
fn a_declined_check_has_a_short_slip() {
    let case = slip_cases::declined();
    let text = slip::text(&case.audit, &case.trust, &case.options);
    assert!(text.contains("– DECLINED") && text.contains("we keep no reason"));
    for gone in ["IM-", "Phone:", "Comments", "FAIL", "Next check"] {
        assert!(!text.contains(gone), "{gone} in {text}");
    }
}

/// Paper that goes to a person holds no note to whoever prepares it, and says of the draw only what is known.
#[test]
fn what_is_not_known_is_a_line_to_write_on_or_left_out() {
    for made in every_slip() {
        let text = made.text();
        assert!(!text.contains("fills in"), "{}: {text}", made.name);
        let about = &made.case.audit.about;
        let drawn = about.campaign.is_some() && about.staff_ref.is_some();
        assert_eq!(text.contains("At random"), drawn, "{}", made.name);
    }
    for (case, labels) in [
        (
            slip_cases::guided(),
            ["Help", "Policy", "Lawful basis"].as_slice(),
        ),
        (slip_cases::declined(), &["What follows", "Lawful basis"]),
    ] {
        let silent = Trust::default();
        for (trust, said) in [(&case.trust, true), (&silent, false)] {
            let text = slip::text(&case.audit, trust, &Options::default());
            for label in labels {
                let ruled = text.contains(&format!("\n{label} ___"));
                assert_eq!(ruled, !said, "{label}: {text}");
            }
            assert_eq!(
                text.contains("____ checks how messaging is set up"),
                !said,
                "{text}"
            );
        }
        let by_hand = spotcheck::audit::About {
            campaign: None,
            ..case.audit.about.clone()
        };
        let audit = spotcheck::audit::Audit {
            about: by_hand,
            ..case.audit.clone()
        };
        let text = slip::text(&audit, &case.trust, &Options::default());
        assert!(
            !text.contains("random") && !text.contains("How you were chosen"),
            "{text}"
        );
    }
}
