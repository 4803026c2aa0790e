//! B-trees made by hand that no program writes: deeper than any, or with pages that cannot be followed.

use super::*;

const PAGE: usize = 512;
const ENDLESS: &str = "Manifest.db is damaged: a lookup does not end";

/// A page with one cell, or with none.
fn page(kind: u8, right: u32, cell: &[u8]) -> Vec<u8> {
    let content = PAGE - cell.len();
    let mut page = vec![0; PAGE];
    page[0] = kind;
    page[4] = u8::from(!cell.is_empty());
    page[5..7].copy_from_slice(&(content as u16).to_be_bytes());
    let pointer = if matches!(kind, 2 | 5) { 12 } else { 8 };
    if pointer == 12 {
        page[8..12].copy_from_slice(&right.to_be_bytes());
    }
    page[pointer..pointer + 2].copy_from_slice(&(content as u16).to_be_bytes());
    page[content..].copy_from_slice(cell);
    page
}

/// A file with these pages from page 2 on.
fn file(pages: &[Vec<u8>]) -> Vec<u8> {
    let mut file = vec![0; PAGE];
    file[..16].copy_from_slice(b"SQLite format 3\0");
    file[16..24].copy_from_slice(&[2, 0, 1, 1, 0, 64, 32, 32]);
    file[47] = 4;
    file[59] = 1;
    file.extend(pages.concat());
    file
}

/// A record of a text of one letter, and the number 7.
fn record(letter: u8) -> [u8; 5] {
    [3, 15, 1, letter, 7]
}

/// Index and table of so many levels, with the root on page 2 and always the next page to the left.
fn chains(levels: u8) -> [Vec<u8>; 2] {
    let (mut index, mut table) = (Vec::new(), Vec::new());
    for level in 1..=levels {
        let letter = b'z' - level;
        let rowid = 100 - level;
        if level == levels {
            let entry = [&[5][..], &record(letter)].concat();
            index.push(page(10, 0, &entry));
            let row = [&[5, rowid][..], &record(letter)].concat();
            table.push(page(13, 0, &row));
        } else {
            let left = u32::from(level + 2).to_be_bytes();
            let entry = [&left[..], &[5], &record(letter)].concat();
            index.push(page(2, 99, &entry));
            table.push(page(5, 99, &[&left[..], &[rowid]].concat()));
        }
    }
    [file(&index), file(&table)]
}

/// What a search in the index and one in the table say, and a walk through the table up to its first row.
fn answers(levels: u8, visits: u32) -> [Result<(), String>; 3] {
    let [index, table] = chains(levels);
    let mut trees = Btrees::open(index.as_slice()).unwrap();
    trees.begin(visits);
    let found = trees.find(2, b"A").map(|found| {
        let expected = b'z' - levels;
        assert!(
            matches!(found, Found::Between(None, Some((key, 7))) if *key == [expected]),
            "{levels}"
        );
    });
    let mut trees = Btrees::open(table.as_slice()).unwrap();
    trees.begin(visits);
    let row = trees.row(2, i64::from(100 - levels)).map(|row| {
        assert_eq!(row.as_deref(), Some(&record(b'z' - levels)[..]));
    });
    let mut heard = 0;
    let walked = trees.scan(2, visits, &mut |_| {
        heard += 1;
        Ok(ControlFlow::Break(()))
    });
    assert_eq!(heard, u32::from(walked.is_ok()));
    [found, row, walked].map(|answer| answer.map_err(|e| e.to_string()))
}

#[test]
fn deep_trees_are_followed_to_twenty_levels() {
    let endless = || Err(ENDLESS.to_owned());
    for levels in [1, 2, 20] {
        assert_eq!(answers(levels, 64), [Ok(()), Ok(()), Ok(())], "{levels}");
    }
    assert_eq!(answers(21, 64), [endless(), endless(), endless()]);
    assert_eq!(answers(5, 4), [endless(), endless(), endless()]);
}

#[test]
fn entries_that_are_no_text_and_rowid_are_errors() {
    for (bad, words) in [
        (&[3, 15, 15, b'a', b'b'][..], BAD_ENTRY),
        (&[3, 14, 1, b'a', 7], BAD_ENTRY),
        (&[2, 15, b'a'], BAD_ENTRY),
        (&[4, 15, 1, 1, b'a', 7, 7], "a record with too many values"),
        (&[3, 15, 1, b'a'], "a malformed record"),
        (&[], "a malformed record"),
    ] {
        let cell = [&[bad.len() as u8][..], bad, &[0; 4]].concat();
        // No cell is smaller than four bytes.
        let cell = &cell[..(bad.len() + 1).max(4)];
        let image = file(&[page(10, 0, cell)]);
        let mut trees = Btrees::open(image.as_slice()).unwrap();
        trees.begin(64);
        let error = trees.find(2, b"a").err().unwrap().to_string();
        assert_eq!(error, format!("Manifest.db is damaged at page 2: {words}"));
    }
}
