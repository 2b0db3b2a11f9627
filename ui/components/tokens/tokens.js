// Draws a row as the tokens a trainer reads: one side, or two of the same row beside each other. Text nodes only.

const TRAINED = 1, LOST = 2, CONTROL = 4, COVERED = 8, CONTINUES = 16;
const BLANKS = /( +|\t+|[\r\n]+)/;
const SHOWN = { " ": "\u00b7", "\t": "\u2192", "\n": "\u23ce", "\r": "\u240d" };
const DIFFERS = {
  token: "from here on the tokens differ", trained: "only one of both is trained", lost: "only one of both is lost",
  end: "one of both ends here",
};

// A piece with a mark for each blank, so that white space is seen.
function appendPiece(parent, piece) {
  for (const run of piece.split(BLANKS)) {
    if (!run) continue;
    if (!BLANKS.test(run) || /^\r(?!\n)/.test(run)) { appendText(parent, run); continue; }
    parent.append(element("span", "blank", [...run].map((c) => SHOWN[c]).join("")));
  }
}

const isOn = (flags, flag) => (flags & flag) !== 0;

function tokenClass(flags) {
  const names = ["token", isOn(flags, TRAINED) ? "trained" : "masked"];
  if (isOn(flags, LOST)) names.push("lost");
  if (isOn(flags, CONTROL)) names.push("control");
  if (isOn(flags, COVERED)) names.push("covered");
  return names.join(" ");
}

function wordsOf(flags) {
  const words = [isOn(flags, TRAINED) ? "trained" : "not trained"];
  if (isOn(flags, LOST)) words[0] = isOn(flags, TRAINED) ? "would be trained, lost to truncation" : "lost to truncation";
  if (isOn(flags, CONTROL)) words.push("control token");
  if (isOn(flags, COVERED)) words.push("personal data, hidden on this screen");
  return words.join(", ");
}

// One token, or the tokens of one character together.
function tokenElement(tokens, from, to) {
  const at = from - tokens.begin, flags = tokens.flags[at];
  const made = element("span", tokenClass(flags));
  appendPiece(made, tokens.pieces[at]);
  if (tokens.cut[from]) made.append(element("span", "blank", `\u2026 and ${count(tokens.cut[from])} more characters`));
  if (to - from > 1) made.append(element("sub", "bytes", `\u00d7${to - from}`));
  if (!tokens.pieces[at]) made.append(element("span", "blank", "\u22ef"));
  const ids = tokens.ids.slice(at, at + to - from);
  const named = to - from > 1 ? `Tokens ${count(from + 1)} to ${count(to)} of ${count(tokens.total)}, one character` :
    `Token ${count(from + 1)} of ${count(tokens.total)}`;
  made.tabIndex = -1;
  made.dataset.token = from;
  made.words = `${named} \u00b7 ${ids.includes(-1) ? "id hidden" : `id ${ids.join(", ")}`} \u00b7 ${wordsOf(flags)}`;
  return made;
}

function differenceMark(kind) {
  const mark = element("span", "difference", "\u25c6 ", element("span", "", DIFFERS[kind]));
  mark.tabIndex = -1;
  return mark;
}

// The tokens `first` to `end` in lines: a line ends after a token with a line break.
function tokenLines(side, first, end) {
  const { tokens, difference } = side;
  const lines = element("div", "lines");
  let line = null;
  for (let at = first; at < end; ) {
    let to = at + 1;
    const flags = tokens.flags[at - tokens.begin];
    while (to < end && tokens.flags[to - tokens.begin] === (flags | CONTINUES)) to += 1;
    const piece = tokens.pieces[at - tokens.begin];
    if (!line || (/^[\r\n]/.test(piece) && !/\n\s*$/.test(piece))) {
      line = element("div", "line");
      line.dir = "auto";
      lines.append(line);
    }
    if (difference && difference.token >= at && difference.token < to) line.append(differenceMark(difference.kind));
    const made = tokenElement(tokens, at, to);
    if (difference && difference.token < to && difference.kind === "token") made.classList.add("after");
    line.append(made, element("wbr"));
    if (/\n\s*$/.test(piece)) line = null; // a line ends after its line break
    at = to;
  }
  return lines;
}

const ROLES = { system: "System", developer: "Developer", user: "User", assistant: "Assistant", tool: "Tool" };

function partElement(side, [role, first, end, trained, lost, both]) {
  const { tokens } = side, all = end - first;
  const head = element("header", "");
  head.append(appendText(element("span", "role"), role ? ROLES[role] ?? role : "Template"));
  head.append(element("span", "", `${count(trained)} of ${count(all)} trained`));
  if (lost) head.append(element("span", "", both ? `${count(lost)} lost, ${count(both)} of them trained` : `${count(lost)} lost`));
  const from = Math.max(first, tokens.begin), to = Math.min(end, tokens.begin + tokens.pieces.length);
  const kind = role in ROLES ? role : role ? "tool" : "template";
  return element("section", `part ${kind === "developer" ? "system" : kind}`, head, tokenLines(side, from, to));
}

function legend(counts) {
  const entry = (name, number, word) => element("li", "", element("span", `token ${name}`, "abc"), ` ${count(number)} ${word}`);
  const list = element("ul", "legend", entry("trained", counts.trained, "trained"), entry("masked", counts.masked, "not trained"));
  const lost = entry("masked lost", counts.lost, "lost to truncation");
  if (counts.lost_trained) lost.append(`, ${count(counts.lost_trained)} of them would be trained`);
  list.append(lost, entry("masked control", counts.control, "of all are control tokens"));
  list.append(element("li", "", element("span", "blank", "\u00b7 \u2192 \u23ce"), " blank, tab, line break"));
  return list;
}

// Which tokens are shown of a long row, and buttons for those before and after.
function pager(tokens, reader) {
  const { begin, total } = tokens, size = tokens.pieces.length, end = begin + size;
  if (size >= total) return null;
  const part = element("p", "pager", `Tokens ${count(begin + 1)} to ${count(end)} of ${count(total)}. `);
  if (begin > 0) part.append(button("plain", "Show those before", () => reader.askTokens(Math.max(0, begin - reader.data.tokens.most))));
  if (end < total) part.append(button("plain more-tokens", `Show the next ${count(Math.min(reader.data.tokens.most, total - end))}`, () => reader.askTokens(end)));
  return part;
}

function sideElement(side, reader) {
  const part = element("article", "side");
  if (side.title) part.append(appendText(element("h3", ""), side.title));
  for (const note of side.notes) part.append(appendText(element("p", "note"), note));
  if (side.error) {
    const refused = element("div", "note refused", element("strong", "", "The template refuses this row: "));
    part.append(appendText(refused, side.error), element("p", "nothing", "T shows its texts."));
  }
  if (!side.tokens) return part;
  part.append(legend(side.tokens.counts));
  const area = element("div", "token-area");
  area.tabIndex = 0;
  area.setAttribute("role", "group");
  area.setAttribute("aria-label", `Tokens. ${side.title}. Arrow keys go from token to token.`);
  for (const found of side.tokens.parts) area.append(partElement(side, found));
  if (side.difference && side.difference.token >= side.tokens.total) area.append(differenceMark(side.difference.kind));
  part.append(area);
  const more = pager(side.tokens, reader);
  if (more) part.append(more);
  return part;
}

// The sides of a row and the line that says what the token under the pointer or the focus is.
function tokensPart(view, reader) {
  const about = element("p", "about-token", "Point at a token, or go to one with the arrow keys: its number and id are shown here.");
  about.setAttribute("aria-live", "polite");
  const sides = element("div", `sides of-${view.sides.length}`, ...view.sides.map((side) => sideElement(side, reader)));
  const say = (event) => {
    const token = event.target instanceof Element ? event.target.closest(".token[data-token]") : null;
    if (token) about.textContent = token.words;
  };
  sides.addEventListener("mouseover", say);
  sides.addEventListener("focusin", say);
  const part = element("div", "tokens-view");
  for (const note of view.notes) part.append(appendText(element("p", "note"), note));
  const differs = view.sides.find((side) => side.difference);
  if (differs) part.append(differenceLine(differs.difference, view.sides, reader, sides));
  if (view.sides.some((side) => side.tokens)) part.append(about);
  part.append(sides);
  return part;
}

function differenceLine({ token, kind }, views, reader, sides) {
  const line = element("p", "said", `First difference at token ${count(token + 1)}: ${DIFFERS[kind]}. `);
  const { begin, pieces } = views.find((side) => side.tokens).tokens;
  const isShown = token >= begin && token < begin + pieces.length;
  line.append(button("plain", "Go to it", () => {
    if (!isShown) reader.askTokens(Math.max(0, token - 20));
    else sides.querySelector(".difference")?.scrollIntoView({ block: "center" });
  }));
  return line;
}

// Moves the focus from a token, or from the area of tokens, to the next one or the one before.
function stepToken(target, step) {
  const area = target.closest(".token-area"), tokens = [...area.querySelectorAll(".token[data-token]")];
  const at = tokens.indexOf(target.closest(".token"));
  const next = tokens[at < 0 ? 0 : clamp(at + step, 0, tokens.length - 1)];
  next?.setAttribute("role", "img");
  next?.setAttribute("aria-label", `${next.textContent}: ${next.words}`);
  next?.focus();
}
