//! Typesetting: a document made of blocks, set on paper and written as a PDF. What it says is composed elsewhere, once,
//! each character fit to be printed.

pub(super) mod fonts;
mod layout;
mod pdf;
mod squares;

pub(super) use pdf::render as pdf;

/// Characters of a title; a reader's list of headings has no room for more.
pub(super) const LONGEST_TITLE: usize = 200;

/// The paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Size {
    /// 210 by 297 mm.
    #[default]
    A4,
    /// 105 by 148 mm.
    A6,
    /// A roll of 80 mm, as receipt printers have.
    Roll80,
}

impl Size {
    /// All sizes.
    pub const ALL: [Size; 3] = [Size::A4, Size::A6, Size::Roll80];

    /// The word for it on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Size::A4 => "a4",
            Size::A6 => "a6",
            Size::Roll80 => "roll80",
        }
    }
}

/// A document, ready to be set.
#[derive(Default)]
pub(super) struct Document {
    /// What the file is called by programs that show it.
    pub name: String,
    /// Above the title: who it is from. Empty for nobody.
    pub from: String,
    pub title: String,
    pub marking: Option<&'static str>,
    /// What a QR code beside the head holds.
    pub code: Option<String>,
    /// Below the title: label and value.
    pub head: Vec<(String, String)>,
    /// In a frame: the result, and what it means.
    pub result: Option<(String, Vec<String>)>,
    pub blocks: Vec<Block>,
    /// At the foot of every page.
    pub foot: String,
    /// Letters become somewhat smaller where that brings all of it on one page.
    pub on_one_page: bool,
}

/// A part of a document.
pub(super) enum Block {
    Heading(String),
    Paragraph(String),
    /// A paragraph that leads to what follows and is not parted from it.
    Lead(String),
    /// Label and value.
    Row(String, String),
    /// What is to be copied letter for letter: each on lines of its own, broken only where the paper is too narrow. It
    /// stays with what comes before it.
    Verbatim(Vec<String>),
    /// A table: its headings, and rows of as many cells. The first cell of a row names it, the others are numbers.
    Table(Vec<String>, Vec<Vec<String>>),
    /// A line of the checklist: verdict or answer, the line itself, and what is to be said of it. It is kept together.
    Item {
        mark: String,
        head: String,
        body: Vec<(String, String)>,
    },
    /// Labels on one line, each with room for handwriting behind it. It stays with what follows.
    Blanks(Vec<&'static str>),
    /// Room for this many lines of handwriting.
    Room(usize),
}
