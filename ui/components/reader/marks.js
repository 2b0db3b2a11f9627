// Draws a text of the dataset with its marks, visible labels for invisible characters, and code in monospace.
// It builds text nodes only, so that nothing in the data can become markup.

const INVISIBLE = {
  0xad: ["SHY", "soft hyphen"], 0x61c: ["ALM", "Arabic letter mark"], 0x180e: ["MVS", "Mongolian vowel separator"],
  0x200b: ["ZWSP", "zero width space"], 0x200c: ["ZWNJ", "zero width non-joiner"],
  0x200d: ["ZWJ", "zero width joiner"], 0x200e: ["LRM", "left-to-right mark"], 0x200f: ["RLM", "right-to-left mark"],
  0x2028: ["LSEP", "line separator"], 0x2029: ["PSEP", "paragraph separator"],
  0x202a: ["LRE", "left-to-right embedding"], 0x202b: ["RLE", "right-to-left embedding"],
  0x202c: ["PDF", "pop directional formatting"], 0x202d: ["LRO", "left-to-right override"],
  0x202e: ["RLO", "right-to-left override"], 0x2060: ["WJ", "word joiner"],
  0x2066: ["LRI", "left-to-right isolate"], 0x2067: ["RLI", "right-to-left isolate"],
  0x2068: ["FSI", "first strong isolate"], 0x2069: ["PDI", "pop directional isolate"],
  0xfeff: ["BOM", "byte order mark"], 0x7f: ["DEL", "delete"], 0x0d: ["CR", "carriage return without line feed"],
};
const CONTROLS = ("NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI " +
  "DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US").split(" ");
const SPACES = { 0xa0: "no-break space", 0x2007: "figure space", 0x202f: "narrow no-break space" };
const HIDDEN = new RegExp(
  "[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u00a0\\u00ad\\u061c\\u115f\\u1160\\u180e\\u2007" +
  "\\u200b-\\u200f\\u2028-\\u202f\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff9-\\ufffb\\u{e0000}-\\u{e01ef}]|\\r(?!\\n)", "gu");
const JOINED = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f]/u;
const SHAPED = new RegExp("[" + ["Arab", "Syrc", "Mong", "Nkoo", "Deva", "Beng", "Guru", "Gujr", "Orya", "Taml", "Telu",
  "Knda", "Mlym", "Sinh", "Tibt", "Mymr", "Khmr"].map((script) => `\\p{Script=${script}}`).join("") + "]", "u");

// Whether a joiner is needed here, inside an emoji or between letters of some scripts; such a joiner gets no label.
function isAtWork(text, index) {
  if (text[index] !== "\u200c" && text[index] !== "\u200d") return false;
  const before = [...text.slice(Math.max(0, index - 2), index)].pop() ?? "";
  const after = String.fromCodePoint(text.codePointAt(index + 1) ?? 0);
  return SHAPED.test(before) || (text[index] === "\u200d" && JOINED.test(before) && JOINED.test(after));
}

function chip(character) {
  const code = character.codePointAt(0);
  const number = "U+" + code.toString(16).toUpperCase().padStart(4, "0");
  if (code in SPACES) {
    const space = element("span", "space", character);
    space.title = `${number} ${SPACES[code]}`;
    return space;
  }
  let [label, name] = INVISIBLE[code] ?? [number, "invisible character"];
  if (code < 0x20 && code !== 0x0d) [label, name] = [CONTROLS[code], "control character"];
  if (code > 0xe0020 && code < 0xe007f) [label, name] = [`TAG ${String.fromCodePoint(code - 0xe0000)}`, "tag character"];
  const shown = element("span", "chip", label);
  shown.title = `${number} ${name}`;
  shown.dataset.code = number;
  return shown;
}

// Appends `text` from `start` to `end` to `parent`, with every invisible character as a chip.
function appendText(parent, text, start = 0, end = text.length) {
  HIDDEN.lastIndex = start;
  let at = start;
  for (let found; (found = HIDDEN.exec(text)) && found.index < end; ) {
    if (isAtWork(text, found.index)) continue;
    if (found.index > at) parent.append(text.slice(at, found.index));
    parent.append(chip(found[0]));
    at = found.index + found[0].length;
  }
  if (at < end) parent.append(text.slice(at, end));
  return parent;
}

// Spans [start, end, class, tooltip] are sorted by start and may overlap: the text is split at every boundary.
function appendMarked(parent, text, spans, start, end) {
  const cuts = new Set([start, end]);
  for (const span of spans) for (const cut of span.slice(0, 2)) if (cut > start && cut < end) cuts.add(cut);
  const bounds = [...cuts].sort((a, b) => a - b);
  let next = 0, open = [];
  for (let i = 0; i + 1 < bounds.length; i++) {
    const [from, to] = [bounds[i], bounds[i + 1]];
    while (next < spans.length && spans[next][0] <= from) open.push(spans[next++]);
    open = open.filter((span) => span[1] > from);
    if (!open.length) { appendText(parent, text, from, to); continue; }
    const mark = element("mark", [...new Set(open.map((span) => span[2]))].join(" "));
    if (open.some((span) => span[2] === "hit" && span[0] === from)) mark.dataset.hit = ""; // the first part of a hit
    mark.title = [...new Set(open.map((span) => span[3] || span[2]))].join(", ");
    parent.append(appendText(mark, text, from, to));
  }
}

// [start, end, is code] of each part of a text; code is the text between Markdown fences, with the fences.
function stretches(text, end) {
  const found = [];
  let at = 0, fence = null, opened = 0;
  for (const line of text.slice(0, end).matchAll(/^ {0,3}(`{3,}|~{3,})([^\n]*)(?:\n|$)/gm)) {
    const after = line.index + line[0].length;
    if (!fence) {
      [fence, opened] = [line[1], line.index];
    } else if (line[1][0] === fence[0] && line[1].length >= fence.length && !line[2].trim()) {
      if (opened > at) found.push([at, opened, false]);
      found.push([opened, after, true]);
      [at, fence] = [after, null];
    }
  }
  const start = fence ? opened : end;
  if (start > at) found.push([at, start, false]);
  if (start < end) found.push([start, end, true]);
  return found;
}

function textBlock(section, end) {
  const block = element("div", "text");
  for (const [from, to, isCode] of section.is_code ? [[0, end, true]] : stretches(section.text, end)) {
    const part = element("div", isCode ? "code" : "prose");
    part.dir = isCode ? "ltr" : "auto";
    // A block ends its line by itself: the line break before the next block would add an empty line.
    appendMarked(part, section.text, section.spans, from, to < end && section.text[to - 1] === "\n" ? to - 1 : to);
    block.append(part);
  }
  return block;
}
