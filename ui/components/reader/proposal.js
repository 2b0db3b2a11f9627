// A proposed text drawn: who proposed it and when, and the words that it changes.

const EQUAL = 700, AROUND = 220; // of a longer stretch that both texts have, only both ends are shown at first

function proposalPart(section, index, proposal, reader) {
  const { editing } = reader, part = element("div", "proposal");
  const by = proposal.person ? ` by ${proposal.person}, ${proposal.at} UTC` : "";
  const words = appendText(element("span", "proposed-by"), `Proposed${by}${proposal.why ? `: ${proposal.why}` : ""}`);
  const views = element("span", "views");
  views.setAttribute("role", "group");
  views.setAttribute("aria-label", "Which text");
  for (const [name, label] of VIEWS) {
    const made = button("plain", label, () => editing.show(name));
    made.setAttribute("aria-pressed", String(editing.view === name));
    views.append(made);
  }
  const key = element("kbd", "", "D");
  part.append(element("div", "proposal-bar", words, views, key, button("plain", "Withdraw", () => editing.withdraw(), "W")));
  if (proposal.is_masked) {
    part.append(element("p", "nothing", "The proposed text is hidden while personal data is masked."));
    return part;
  }
  if (editing.view === "original") return part; // the section draws it below
  if (editing.view === "difference" && proposal.parts) part.append(differenceBlock(proposal.parts, index, reader));
  else if (!proposal.text) part.append(element("p", "nothing", "(empty)"));
  else part.append(foldedText({ ...section, text: proposal.text, spans: [] }, index, reader));
  if (proposal.hidden) part.append(element("p", "nothing", `${count(proposal.hidden)} further characters are not shown here.`));
  return part;
}

// Both texts as one: what is removed is struck through, what is added is marked.
function differenceBlock(parts, index, reader) {
  const block = element("div", "text"), prose = element("div", "prose");
  prose.dir = "auto";
  block.append(prose);
  parts.forEach(([kind, text], number) => {
    if (kind !== "same") {
      const mark = element(kind === "del" ? "del" : "ins", kind);
      mark.title = kind === "del" ? "removed" : "added";
      prose.append(appendWithBlanks(mark, text));
    } else appendEqual(prose, text, number, parts.length, index, reader);
  });
  return block;
}

function appendEqual(parent, text, number, parts, index, reader) {
  if (text.length <= EQUAL || reader.unfolded.has(index)) { appendText(parent, text); return; }
  const head = number ? AROUND : 0, tail = number < parts - 1 ? AROUND : 0;
  appendText(parent, text, 0, whole(text, head));
  const left = text.length - head - tail;
  parent.append(button("more inline", `\u2026 ${count(left)} equal characters \u2026`, () => { reader.unfolded.add(index); reader.draw(); }, "F"));
  appendText(parent, text, whole(text, text.length - tail));
}

// A place that is not inside a surrogate pair.
function whole(text, place) {
  return /[\udc00-\udfff]/.test(text[place] ?? "") ? place + 1 : place;
}

const SPACED = /^ +| +$| {2,}|\t|\r?\n/g;

// Blanks at the ends and several in a row, tabs and line breaks, with signs: a change of white space is seen.
function appendWithBlanks(parent, text) {
  let done = 0;
  for (const match of text.matchAll(SPACED)) {
    appendText(parent, text, done, match.index);
    const [blanks] = match, isBreak = blanks.endsWith("\n");
    const sign = { "\t": "\u21e5\t", "\n": "\u23ce" }[isBreak ? "\n" : blanks] ?? "\u00b7".repeat(blanks.length);
    parent.append(element("span", "blank", sign), isBreak ? "\n" : "");
    done = match.index + blanks.length;
  }
  return appendText(parent, text, done);
}
