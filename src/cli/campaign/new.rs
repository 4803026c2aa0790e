//! `spotcheck campaign new`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};

use super::{Failure, Place, new_id, plain, terminal};
use crate::bounded;
use crate::campaign::list;
use crate::register::Body;
use crate::register::entry::Campaign;
use crate::sampling::words::{count, number};

/// The most that a draw may hold, in bytes: far more than 100,000 references.
const MAX_DRAW: u64 = 16 << 20;

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  spotcheck campaign new 2026-11 --draw draw.json
  spotcheck campaign new 2026-11 --population 1200 --drawn 60")]
pub(super) struct Args {
    #[arg(value_name = "CAMPAIGN", value_parser = new_id)]
    id: String,
    /// The draw, as spotcheck draw -o draw.json wrote it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["population", "drawn", "commitment", "seed"])]
    draw: Option<PathBuf>,
    /// Without --draw: people on the list that was drawn from
    #[arg(long, required_unless_present = "draw", requires = "drawn")]
    population: Option<u64>,
    /// Without --draw: people drawn, reserves not counted
    #[arg(long, requires = "population")]
    drawn: Option<u64>,
    /// Without --draw: the hash that was published before the draw
    #[arg(long, value_parser = plain)]
    commitment: Option<String>,
    /// Without --draw: the seed of the draw
    #[arg(long, value_parser = plain)]
    seed: Option<String>,
}

pub(super) fn run(
    args: &Args,
    open: impl FnOnce() -> Result<Place, Failure>,
) -> Result<u8, Failure> {
    let id = &args.id;
    let campaign = match &args.draw {
        Some(path) => from_draw(id, path)?,
        None => by_hand(args)?,
    };
    let mut place = open()?;
    if place.campaign(id)?.begun.is_some() {
        return Err(Failure::Usage(anyhow!(
            "Campaign {id} has begun already. Choose another name."
        )));
    }
    let mut text = format!(
        "Campaign {id} begins: {} of {} drawn.\n",
        number(campaign.drawn),
        count(campaign.population, "person", "people")
    );
    if campaign.groups.is_empty() {
        text += "Who was drawn is not recorded, so nothing can be held against a list. --draw records it.\n";
    } else {
        let reserves = campaign.groups.iter().map(|g| g.reserves.len() as u64);
        text += &format!(
            "{}, {}.\nNext: spotcheck campaign status {id}\n",
            count(campaign.groups.len() as u64, "group", "groups"),
            count(reserves.sum(), "reserve", "reserves")
        );
    }
    place.record(&Body::Campaign(campaign))?;
    terminal::result(&text)?;
    Ok(0)
}

fn from_draw(id: &str, path: &Path) -> Result<Campaign, Failure> {
    let name = path.display();
    let json = bounded::text(path, MAX_DRAW)
        .with_context(|| format!("The draw {name} cannot be read"))
        .map_err(Failure::Usage)?;
    list::from_draw(id, &json)
        .map_err(|why| Failure::Usage(anyhow!("The draw {name} cannot be used. {why}")))
}

fn by_hand(args: &Args) -> Result<Campaign, Failure> {
    let (population, drawn) = (args.population.unwrap_or(0), args.drawn.unwrap_or(0));
    if drawn > population {
        return Err(Failure::Usage(anyhow!(
            "More people were drawn ({drawn}) than are on the list ({population}). Check the two numbers."
        )));
    }
    Ok(Campaign {
        id: args.id.clone(),
        population,
        drawn,
        commitment: args.commitment.clone(),
        seed: args.seed.clone(),
        groups: Vec::new(),
    })
}
