//! Rates with their ranges, one below the other: a mark for the rate, a bar for the range, an axis from none to all.
//! Every row has its name in words, and marks differ in shape, not in colour.

use std::fmt::Write as _;

use super::super::markup::html;
use crate::sampling::intervals::Interval;
use crate::sampling::words::{between, in_100};

/// One row.
pub(super) struct Mark {
    pub label: String,
    pub rate: f64,
    pub interval: Interval,
    /// Of all lines together: it has a shape of its own.
    pub is_whole: bool,
}

const WIDTH: f64 = 640.0;
/// Where the axis begins and ends.
const LEFT: f64 = 16.0;
const RIGHT: f64 = 624.0;
/// Height of a row: its name, and below it the mark.
const ROW: f64 = 50.0;
/// Height of the axis with its numbers.
const AXIS: f64 = 44.0;

/// The plot as a figure.
pub(super) fn svg(marks: &[Mark]) -> String {
    let height = ROW * marks.len() as f64 + AXIS;
    let words: Vec<String> = marks
        .iter()
        .map(|mark| {
            format!(
                "{}: {}, range {}.",
                mark.label,
                in_100(mark.rate),
                between(mark.interval)
            )
        })
        .collect();
    let mut out = format!(
        "<figure style=\"margin:0 0 1rem\">\n<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"plot-title plot-desc\" \
         style=\"display:block;width:100%;max-width:48rem;height:auto\" font-family=\"Arial, sans-serif\" fill=\"currentColor\" stroke=\"none\">\n\
         <title id=\"plot-title\">How many in 100 phones failed, with the range that is likely</title>\n\
         <desc id=\"plot-desc\">{}</desc>\n",
        html(&words.join(" "))
    );
    axis(&mut out, marks.len());
    for (i, mark) in marks.iter().enumerate() {
        row(&mut out, mark, ROW * i as f64);
    }
    out += "</svg>\n<figcaption>A mark shows how many in 100 phones failed, and the bar through it the range that is likely, with 95% confidence. The diamond is for all lines together.</figcaption>\n</figure>\n";
    out
}

fn at(rate: f64) -> f64 {
    LEFT + (RIGHT - LEFT) * rate.clamp(0.0, 1.0)
}

/// The grid stands beside the marks, and does not strike through the names above them.
fn axis(out: &mut String, rows: usize) {
    let bottom = ROW * rows as f64;
    for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let (x, anchor) = (
            at(share),
            match share {
                0.0 => "start",
                1.0 => "end",
                _ => "middle",
            },
        );
        let grid: String = (0..rows)
            .map(|row| {
                format!(
                    "M{x:.1} {:.1}V{:.1}",
                    ROW * row as f64 + 27.0,
                    ROW * (row + 1) as f64 - 4.0
                )
            })
            .collect();
        let _ = writeln!(
            out,
            "<path d=\"{grid}\" stroke=\"currentColor\" stroke-width=\"1\" opacity=\"0.25\"/><text x=\"{x:.1}\" y=\"{:.1}\" font-size=\"16\" text-anchor=\"{anchor}\">{}</text>",
            bottom + 28.0,
            share * 100.0
        );
    }
}

fn row(out: &mut String, mark: &Mark, top: f64) {
    let y = top + 36.0;
    let (low, high, x) = (at(mark.interval.low), at(mark.interval.high), at(mark.rate));
    let weight = if mark.is_whole {
        " font-weight=\"bold\""
    } else {
        ""
    };
    let _ = writeln!(
        out,
        "<text x=\"{LEFT}\" y=\"{:.1}\" font-size=\"16\"{weight}>{}</text>",
        top + 20.0,
        html(&mark.label)
    );
    let _ = writeln!(
        out,
        "<path d=\"M{low:.1} {y}H{high:.1}M{low:.1} {:.1}v12M{high:.1} {:.1}v12\" stroke=\"currentColor\" stroke-width=\"2.5\" fill=\"none\"/>",
        y - 6.0,
        y - 6.0
    );
    let _ = match mark.is_whole {
        true => writeln!(out, "<path d=\"M{x:.1} {:.1}l9 9l-9 9l-9 -9z\"/>", y - 9.0),
        false => writeln!(out, "<circle cx=\"{x:.1}\" cy=\"{y}\" r=\"6\"/>"),
    };
}
