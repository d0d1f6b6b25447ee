//! Whether a workbook can be read in bounded memory. Its reader holds all shared texts and styles, reserves room for
//! as many texts as the file claims to have, and buffers a cell whole; so each part is unpacked once before, counting
//! only, and what is beyond any honest workbook is refused. Declared sizes are looked at first and never believed.

use std::io::{Read, Seek, SeekFrom};

use metadata::Problem;
use zip::ZipArchive;

use super::super::{MAX_ROW_BYTES, Stream};
use super::scan::Scan;

/// Most parts of a workbook.
const MAX_PARTS: usize = 10_000;
/// Most unpacked bytes of all parts.
const MAX_TOTAL: u64 = 8 * 1024 * 1024 * 1024;
/// Most unpacked bytes of the shared texts.
const MAX_TEXTS: u64 = 128 * 1024 * 1024;
/// Most tags among the shared texts; each text has at least three.
const MAX_TEXT_TAGS: u64 = 20_000_000;
/// Most unpacked bytes, and most tags, of a part that is neither a sheet nor the shared texts.
const MAX_OTHER: u64 = 32 * 1024 * 1024;
const MAX_OTHER_TAGS: u64 = 400_000;
/// Most bytes of the file that names the workbook.
const MAX_RELATIONS: u64 = 64 * 1024;
/// Folders of parts that are read bit by bit, or not at all.
const STREAMED: [&str; 4] = ["worksheets/", "pivotcache/", "drawings/", "charts/"];
/// Room that may be reserved for texts beyond those that are there, in texts.
const SPARE_TEXTS: u64 = 100_000;

/// Refuses a workbook that cannot be read in bounded memory; leaves the stream at its start.
pub(super) fn check(stream: &mut Box<dyn Stream + '_>) -> Result<(), Problem> {
    let mut archive = ZipArchive::new(&mut *stream).map_err(|error| unreadable(&error.to_string()))?;
    if archive.len() > MAX_PARTS {
        return Err(too_large("it has too many parts"));
    }
    let declared = archive.decompressed_size().unwrap_or_default();
    if declared > u128::from(MAX_TOTAL) {
        return Err(too_large("unpacked it is too large"));
    }
    let mut total = 0;
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(|error| unreadable(&error.to_string()))?;
        let kind = part.name().ok().and_then(|name| Kind::of(&name));
        let Some(kind) = kind.filter(|_| part.is_file()) else { continue };
        if part.size() > kind.most_bytes() {
            return Err(too_large("one of its parts is too large"));
        }
        total += check_part(&mut part, kind, MAX_TOTAL - total)?;
    }
    stream.seek(SeekFrom::Start(0)).map_err(|error| unreadable(&error.to_string()))?;
    Ok(())
}

/// What the reader does with a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Holds all of it in memory, text by text.
    Texts,
    /// Reads it cell by cell.
    Sheet,
    /// Tells where the other parts are.
    Relations,
    /// Holds what it finds there.
    Other,
}

impl Kind {
    /// `None` for what is not read at all, such as pictures. The reader does not look at the case of names.
    fn of(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase().replace('\\', "/");
        let file = name.rsplit('/').next().unwrap_or_default();
        if file == "sharedstrings.xml" {
            return Some(Self::Texts);
        }
        if name.ends_with("_rels/.rels") {
            return Some(Self::Relations);
        }
        if STREAMED.iter().any(|folder| name.contains(folder)) {
            return Some(Self::Sheet);
        }
        (file.ends_with(".xml") || file.ends_with(".rels")).then_some(Self::Other)
    }

    fn most_bytes(self) -> u64 {
        match self {
            Self::Texts => MAX_TEXTS,
            Self::Sheet => MAX_TOTAL,
            Self::Relations => MAX_RELATIONS,
            Self::Other => MAX_OTHER,
        }
    }

    fn most_tags(self) -> u64 {
        match self {
            Self::Texts => MAX_TEXT_TAGS,
            Self::Sheet => u64::MAX,
            Self::Relations | Self::Other => MAX_OTHER_TAGS,
        }
    }
}

/// Unpacks a part; answers its real size.
fn check_part(part: &mut impl Read, kind: Kind, left: u64) -> Result<u64, Problem> {
    let mut scan = Scan::new(kind == Kind::Sheet);
    let (mut buffer, mut size, mut relations) = (vec![0; 64 * 1024], 0, Vec::new());
    loop {
        let count = part.read(&mut buffer).map_err(|error| unreadable(&error.to_string()))?;
        if count == 0 {
            break;
        }
        size += count as u64;
        if size > kind.most_bytes().min(left) {
            return Err(too_large("unpacked it is too large"));
        }
        if kind == Kind::Relations {
            relations.extend_from_slice(&buffer[..count]);
        }
        scan.feed(&buffer[..count]).map_err(unreadable)?;
        if scan.longest > MAX_ROW_BYTES {
            return Err(too_large("one of its cells is too large"));
        }
        if scan.tags > kind.most_tags() {
            return Err(too_large("one of its parts has too many entries"));
        }
    }
    if !is_plain(&relations) {
        return Err(unreadable("its relations are not those of a workbook"));
    }
    if scan.claimed > scan.tags + SPARE_TEXTS {
        return Err(unreadable("it claims to hold more texts than it does"));
    }
    Ok(size)
}

/// Relations that name a streamed part as the workbook would have it held in memory.
fn is_plain(relations: &[u8]) -> bool {
    let text = String::from_utf8_lossy(relations).to_ascii_lowercase();
    !STREAMED.iter().any(|folder| text.contains(folder)) && !text.contains("&#")
}

fn unreadable(why: &str) -> Problem {
    Problem::new("", "unreadable-file", format!("the file is not a readable XLSX workbook: {why}"))
}

fn too_large(why: &str) -> Problem {
    Problem::new("", "too-large", format!("the workbook cannot be read: {why}"))
        .hint("save it as CSV, or split it")
}
