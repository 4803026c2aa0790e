//! Lists come from anywhere: what is wrong with one is told by its line.

use spotcheck::sampling::population::{Population, read};

fn list(text: &[u8], by: Option<&str>) -> Result<Population, String> {
    read("staff.csv", text, "id", by).map_err(|e| e.to_string())
}

#[test]
fn what_is_wrong_names_its_line() {
    for (text, by, line, part) in [
        (
            &b"id\nS1\n\nS2\nS1\n"[..],
            None,
            Some(5),
            "in line 2 already",
        ),
        (b"id\nS1\n S1 \n", None, Some(3), "in line 2 already"),
        (b"id,x\nS1,a\n,b\n", None, Some(3), "column id is empty"),
        (b"id,x\nS1,a\n \t,b\n", None, Some(3), "column id is empty"),
        (
            b"id,g\nS1,a\nS2,\n",
            Some("g"),
            Some(3),
            "column g is empty",
        ),
        (
            b"id,g\nS1,a\nS2\n",
            Some("g"),
            Some(3),
            "1 columns, and the heading has 2",
        ),
        (b"id\nS1,Jones\n", None, Some(2), "2 columns"),
        (b"id;name\nS1;x\n", None, Some(1), "parted by semicolons"),
        (b"id\tname\nS1\tx\n", None, Some(1), "parted by tabs"),
        (
            b"ref,g\nS1,a\n",
            None,
            Some(1),
            "The columns are: ref, g. Name the right one with --id",
        ),
        (
            b"id,g\nS1,a\n",
            Some("ward"),
            Some(1),
            "Name the right one with --by",
        ),
        (b"id,id\nS1,a\n", None, Some(1), "Several columns"),
        (
            b"id,ID,Id\nS1,a,b\n",
            Some("iD"),
            Some(1),
            "Several columns",
        ),
        (b"id\nS1\n\"S2\nS3\n", None, Some(3), "never closed"),
        (b"id\nS1\nS\xe92\n", None, Some(3), "UTF-8"),
        (b"id\nS1\n\"S\n2\"\n", None, Some(3), "cannot be seen"),
        (b"id\nS1\nS\xe2\x80\x8b2\n", None, Some(3), "cannot be seen"),
        (b"id\n2.04188E+07\n", None, Some(2), "rounded"),
        (
            b"id\nsomeone@trust.example\n",
            None,
            Some(2),
            "e-mail address",
        ),
        (
            b"id\nS1\n9434765919\n9990000018\n",
            None,
            Some(3),
            "NHS or phone numbers",
        ),
        (
            b"id\n07700900123\n07700900124\n",
            None,
            Some(2),
            "put a letter before each",
        ),
        (b"", None, None, "the list is empty"),
        (b"id\n", None, None, "nobody below"),
    ] {
        let error = list(text, by).expect_err(part);
        assert!(error.contains(part), "{error}");
        assert!(
            !error.contains("someone@") && !error.contains("07700"),
            "{error}"
        );
        match line {
            Some(line) => assert!(
                error.starts_with(&format!("staff.csv, line {line}: ")),
                "{error}"
            ),
            None => assert!(error.starts_with("staff.csv: "), "{error}"),
        }
    }
    let long = format!("id\n{}\n", "x".repeat(101));
    assert!(
        list(long.as_bytes(), None)
            .expect_err("long")
            .contains("line 2")
    );
    let many: String = (0..201).map(|i| format!("S{i},g{i}\n")).collect();
    let error = list(format!("id,g\n{many}").as_bytes(), Some("g")).expect_err("many");
    assert!(
        error.contains("line 202") && error.contains("more than 200 groups"),
        "{error}"
    );
}

#[test]
fn lists_as_spreadsheets_write_them() {
    let plain = list(b"id,g\nS1,a\nS2,b\n", Some("g")).expect("good");
    for text in [
        &b"\xef\xbb\xbfid,g\r\nS1,a\r\nS2,b\r\n"[..],
        b"\"id\",\"g\"\n\"S2\",\"b\"\n\"S1\",\"a\"",
        b"\n\nG , ID\n a,S1\nb ,S2\n\n",
    ] {
        assert_eq!(list(text, Some("g")).expect("good"), plain);
    }
    assert_eq!(plain.groups(), [("a".to_owned(), 1), ("b".to_owned(), 1)]);
    assert_eq!(plain.len(), 2);
    assert!(plain.warnings.is_empty());
}

#[test]
fn what_is_odd_is_said_and_the_draw_goes_on() {
    for (text, part) in [
        (
            &b"id\nJane Smith\nS1\n"[..],
            "look like a name (the first in line 2)",
        ),
        (
            b"id\nS1\nS2\n9434765919\n",
            "look like an NHS number (the first in line 4)",
        ),
        (b"id\ns1\nS1\n", "capital letters"),
    ] {
        let people = list(text, None).expect("good");
        assert!(
            people.warnings.iter().any(|w| w.contains(part)),
            "{:?}",
            people.warnings
        );
    }
}
