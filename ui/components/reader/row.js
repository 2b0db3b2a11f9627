// One row drawn: its sections, its metadata, or its raw record.

const BEGINNING = 160; // what is shown of a text that is folded from the start, such as reasoning

// Where a long text is folded: at the last white space before the limit; 0 if too little text would be hidden.
function foldAt(stored, most) {
  const section = shownSection(stored);
  const limit = section.folds ? Math.min(BEGINNING, most) : most;
  if (section.text.length <= limit * 1.2) return 0;
  const from = Math.max(0, limit - 60);
  const space = section.text.slice(from, limit).search(/\s\S*$/);
  const end = space < 0 ? limit : from + space;
  return /[\ud800-\udbff]/.test(section.text[end - 1]) ? end - 1 : end; // never inside a surrogate pair
}

function sectionPart(section, index, reader) {
  const head = element("header", "", appendText(element("span", "role"), section.title));
  if (section.tokens !== null) head.append(element("span", "tokens", `${count(section.tokens)} ${section.tokens === 1 ? "token" : "tokens"}`));
  else if (shownSection(section).is_code || section.folds) {
    const tools = toolCount(section), size = `${count(section.text.length + section.hidden)} characters`;
    head.append(element("span", "tokens", tools === null ? size : `${count(tools)} ${tools === 1 ? "tool" : "tools"}, ${size}`));
  }
  const part = element("section", `section ${section.kind}`, head);
  part.dataset.section = String(index);
  if (reader.editing.isOn(reader.row()) && reader.editing.now.index === index) {
    part.append(editorPart(section, index, reader));
    return part;
  }
  if (reader.editing.isEditable(index)) {
    const edit = button("edit", "Edit", () => reader.editing.start(index));
    edit.setAttribute("aria-label", `Edit: ${section.title}`);
    head.append(edit);
  }
  const proposal = reader.editing.proposalOf(reader.row(), section);
  if (proposal) part.append(proposalPart(section, index, proposal, reader));
  if (proposal && reader.editing.view !== "original" && !proposal.is_masked) return part;
  if (reader.showsRendered && section.nodes && !proposal) {
    part.append(renderedBlock(section.nodes));
    return part;
  }
  if (!section.text) {
    part.append(element("p", "nothing", section.is_missing ? "(missing)" : "(empty)"));
    return part;
  }
  part.append(foldedText(reader.layout.withoutDifference(section), index, reader));
  return part;
}

// The text of a section, folded if it is long.
function foldedText(stored, index, reader) {
  const section = shownSection(stored);
  const part = element("div", "folded-text");
  const fold = foldAt(section, reader.layout.fold);
  const isFolded = fold > 0 && !reader.unfolded.has(index);
  part.append(textBlock(section, isFolded ? fold : section.text.length));
  if (fold > 0) {
    const marked = section.spans.filter((span) => span[0] >= fold).length;
    const also = marked ? `, ${count(marked)} marked` : "";
    const words = isFolded ? `Show ${count(section.text.length - fold)} more characters${also}` : "Show less";
    part.append(button("more", words, () => {
      isFolded ? reader.unfolded.add(index) : reader.unfolded.delete(index);
      reader.draw();
    }, "F"));
  }
  if (section.hidden && !isFolded) {
    part.append(element("p", "nothing", `${count(section.hidden)} further characters are not shown here.`));
  }
  return part;
}

function metaPart(row) {
  const list = element("dl", "meta");
  for (const [name, value] of row.meta) {
    const shown = element("dd", value === null ? "nothing" : "");
    shown.dir = "auto";
    appendText(shown, value ?? "missing");
    const title = element("dt");
    for (const part of name.split(/(?<=_)/)) appendText(title, part).append(element("wbr")); // long_names break at "_"
    list.append(element("div", "", title, shown));
  }
  return list;
}

// All judgements of the same item, with the line of this row marked.
function votesPart(votes) {
  const head = element("header", "", element("span", "role", `All ${count(votes.rows)} judgements of this item`));
  const cells = (tag, values) => values.map((value) => {
    const cell = element(tag, value === null ? "nothing" : "");
    cell.dir = "auto";
    return appendText(cell, value ?? "missing");
  });
  const lines = votes.lines.map((line, index) => {
    const made = element("tr", index === votes.own ? "own" : "", ...cells("td", line));
    if (index === votes.own) made.setAttribute("aria-current", "true");
    return made;
  });
  const table = element("table", "", element("thead", "", element("tr", "", ...cells("th", votes.columns))),
    element("tbody", "", ...lines));
  const part = element("section", "section votes", head, table);
  const left = votes.rows - votes.lines.length;
  if (left > 0) part.append(element("p", "nothing", `(other ${count(left)})`));
  return part;
}

// The faults of the row; each is a button that shows the rows with it, if the server offers other views.
function faultsPart(faults, reader) {
  const part = element("p", "note", "Faults of its structure: ");
  faults.forEach(([name, words], index) => {
    if (index) part.append(", ");
    if (!reader.data.similar) { part.append(words); return; }
    const link = button("link", words, () => reader.seekFault(name));
    link.title = "Show the rows with this fault";
    part.append(link);
  });
  part.append(".");
  return part;
}

// The findings of the row: their names in one line, and why, when it is opened.
function findingsPart(findings, reader) {
  const part = element("details", "row-findings"), head = element("summary");
  const names = findings.map(([, title]) => title).join(", ");
  head.append(element("strong", "", `${count(findings.length)} ${findings.length === 1 ? "finding" : "findings"}: `), names);
  const lines = findings.map(([severity, title, why]) => element("li", "", element("span", `severity ${severity}`, severity), ` ${title}. ${why}`));
  part.append(head, element("ul", "", ...lines));
  part.open = reader.showsFindings === true;
  part.addEventListener("toggle", () => { reader.showsFindings = part.open; });
  return part;
}

function rawPart(raw) {
  const part = element("section", "section raw", element("header", "", element("span", "role", "Raw record")));
  if (raw?.note) part.append(element("p", "nothing", raw.note));
  if (raw?.text) part.append(appendText(element("pre"), raw.text));
  if (!raw) part.append(element("p", "nothing", "The raw text of this record is not stored."));
  return part;
}

function rowParts(row, reader) {
  const body = element("div", "body");
  if (reader.showsRaw) body.append(rawPart(row.raw));
  else {
    if (row.findings?.length) body.append(findingsPart(row.findings, reader));
    if (row.faults.length) body.append(faultsPart(row.faults, reader));
    for (const note of row.notes) body.append(element("p", "note", note));
    const answers = element("div", "pair"), { layout } = reader;
    row.sections.forEach((section, index) => {
      const isLine = layout.isLine(index) && !(reader.editing.isOn(row) && reader.editing.now.index === index);
      if (isLine) body.append(turnLine(section, reader));
      else (isAnswer(section) ? answers : body).append(sectionPart(section, index, reader));
    });
    if (row.common !== null && row.common !== undefined) body.append(differenceSwitch(row, reader));
    if (answers.children.length) body.append(answers);
  }
  const parts = row.meta.length ? [body, metaPart(row)] : [body];
  if (!row.votes || reader.showsRaw) return parts;
  if (row.layout === "table") return [...parts, votesPart(row.votes)]; // its texts are among the metadata
  body.append(votesPart(row.votes));
  return parts;
}
