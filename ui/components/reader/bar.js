// The bar of the reader: where one is, what is stored, the tags, what can be shown, and the list of keys.

const TAG_COLOURS = {
  keep: "#1F7A52", drop: "#B3362B", fix: "#A65A00", pii: "#6B4BC4",
  real: "#B3362B", "false alarm": "#5B6B7A", accepted: "#1F7A52",
};
const MORE_COLOURS = ["#2A63C8", "#A63E74", "#7A5C4A", "#2F7186", "#7D6415"];

// The initials of a name or of the part of an address before the @: two letters at most.
function initials(name) {
  const parts = name.split("@")[0].split(/[\s._-]+/).filter(Boolean), first = (part) => [...part][0];
  if (parts.length > 1) return (first(parts[0]) + first(parts.at(-1))).toUpperCase();
  return [...(parts[0] ?? "")].slice(0, 2).join("").toUpperCase();
}

class Bar {
  constructor(reader) {
    this.reader = reader;
    this.previous = button("step", "\u2190", () => reader.go(reader.at - 1), "K");
    this.previous.setAttribute("aria-label", "Previous row (K)");
    this.next = button("step", "\u2192", () => reader.go(reader.at + 1), "J");
    this.next.setAttribute("aria-label", "Next row (J)");
    this.position = element("input", "position");
    Object.assign(this.position, { type: "text", inputMode: "numeric", title: "Go to a row (G)", autocomplete: "off" });
    this.position.setAttribute("aria-label", "Row number; type one and press Enter");
    this.position.addEventListener("keydown", (event) => this.typed(event));
    this.position.addEventListener("blur", () => this.draw());
    this.total = element("span", "total");
    this.progress = element("span", "progress");
    this.progress.title = "Of the rows in view. A row is read once it was on your screen for a moment.";
    this.rowId = element("code", "row-id");
    this.rowId.title = "row id";
    this.hits = button("plain hits", "", () => reader.layout.nextHit());
    this.hits.title = "Go to the next place that the search found (N)";
    this.saved = button("saved", "", () => reader.log.push());
    this.raw = button("plain", "Raw", () => reader.toggleRaw(), "X");
    this.raw.setAttribute("aria-pressed", "false");
    this.tokens = button("plain", "Tokens", () => reader.toggleTokens(), "T");
    this.tokens.title = "The row as the trainer reads it: which tokens are trained, not trained or lost";
    this.rendered = button("plain", "Rendered", () => reader.toggleRendered(), "V");
    this.rendered.title = "Markdown, code, tables, formulas and JSON as they are meant, or the plain text";
    this.advance = button("plain", "Next after a tag", () => reader.toggleAdvance(), "A");
    this.advance.title = "A tag shows the next row; press to stay at the row";
    this.advance.setAttribute("aria-pressed", "true");
    this.masked = button("plain", "Show masked", () => reader.reveal(), "R");
    this.masked.title = "Personal data is masked. If you show it, your name is recorded.";
    this.like = button("plain", "More like this", () => reader.seekLike(), "M");
    this.like.title = "Show the most similar rows as a view";
    this.note = button("plain", "Note", () => reader.note.start(), "C");
    this.note.title = "Write a note on this row; everybody sees it";
    this.helpButton = button("plain", "?", () => this.toggleHelp());
    this.helpButton.setAttribute("aria-label", "Keys");
    this.helpButton.setAttribute("aria-expanded", "false");
    this.fold = button("plain fold", "More", () => reader.toggleBar());
    this.tags = element("div", "tags");
    this.tags.setAttribute("role", "group");
    this.tags.setAttribute("aria-label", "Tags");
    this.badge = element("span", "badge", "proposed");
    this.badge.title = "A text of this row is proposed; an export takes it in place of the row's own";
    this.message = element("span", "message");
    this.message.setAttribute("role", "status");
    const place = element("div", "place", this.previous, this.next, this.position, this.total, this.progress, this.rowId, this.badge, this.hits, this.saved);
    const tools = element("div", "tools", this.tags, this.note, this.advance, this.like, this.masked, this.rendered, this.tokens, this.raw, this.helpButton, this.fold);
    this.root = element("div", "bar", place, this.message, tools);
    this.help = keyList();
    this.help.hidden = true;
  }

  buildTags() {
    this.tagNames = [...this.reader.data.tags];
    let others = 0;
    this.tags.replaceChildren(...this.tagNames.map((tag, index) => {
      const made = element("button", "tag");
      made.type = "button";
      made.style.setProperty("--tag", TAG_COLOURS[tag] ?? MORE_COLOURS[others++ % MORE_COLOURS.length]);
      const letter = Object.entries(this.reader.data.letters ?? {}).find(([, name]) => name === tag)?.[0];
      if (letter || index < 9) made.append(element("kbd", "", letter?.toUpperCase() ?? String(index + 1)));
      made.append(appendText(element("span", "name"), tag), element("span", "dispute"), element("abbr", "by"));
      made.addEventListener("click", () => this.reader.press(index));
      return made;
    }));
  }

  listOwnKeys() {
    this.hasOwnKeys = true;
    const list = keyList([...Object.entries(this.reader.data.letters), ...Object.entries(this.reader.data.asks ?? {})]);
    list.hidden = this.help.hidden;
    this.help.replaceWith(list);
    this.help = list;
  }

  typed(event) {
    event.stopPropagation();
    if (event.key === "Enter") {
      const number = parseInt(this.position.value.replace(/[^0-9]/g, ""), 10);
      this.position.blur();
      if (number) this.reader.go(number - 1);
    } else if (event.key === "Escape") this.position.blur();
  }

  toggleHelp() {
    this.help.hidden = !this.help.hidden;
    this.helpButton.setAttribute("aria-expanded", String(!this.help.hidden));
  }

  // Shows a sentence in the bar until the next row.
  tell(sentence) {
    this.message.replaceChildren();
    appendText(this.message, sentence);
    this.message.title = sentence;
  }

  draw() {
    const { reader } = this, { data, log } = reader, { total } = data, row = reader.row();
    const isTyped = this.root.getRootNode().activeElement === this.position;
    if (!isTyped) this.position.value = total ? count(reader.at + 1) : "0";
    this.position.style.width = `${count(total).length + 2}ch`;
    this.total.textContent = `of ${count(total)}`;
    this.progress.textContent = data.progress ? `\u00b7 ${data.progress}` : "";
    this.rowId.textContent = row?.id ?? "";
    this.previous.disabled = reader.at <= 0;
    this.next.disabled = reader.at >= total - 1;
    this.raw.setAttribute("aria-pressed", String(reader.showsRaw));
    this.tokens.hidden = !data.tokens;
    this.tokens.setAttribute("aria-pressed", String(reader.showsTokens === true));
    this.rendered.hidden = typeof data.rendered !== "boolean";
    this.rendered.setAttribute("aria-pressed", String(reader.showsRendered === true));
    this.advance.hidden = !reader.advances || data.advances === true;
    this.like.hidden = !data.similar;
    this.note.hidden = !data.notable;
    const isFolded = reader.isFolded;
    this.root.classList.toggle("folded", isFolded);
    reader.root.classList.toggle("small", reader.isSmall);
    this.fold.hidden = !isFolded && reader.folds === null;
    this.fold.textContent = isFolded ? "More" : "Less";
    this.fold.setAttribute("aria-expanded", String(!isFolded));
    this.fold.setAttribute("aria-label", isFolded ? "More tools of the reader" : "Less tools of the reader");
    this.note.disabled = !row;
    this.like.disabled = !row;
    this.masked.hidden = !row?.masked && !row?.shown;
    this.masked.setAttribute("aria-pressed", String(row?.shown === true));
    this.badge.hidden = !row || !log || !reader.editing.isProposed(row);
    const { hits, hit } = reader.layout, all = `${count(hits)} ${hits === 1 ? "hit" : "hits"}`;
    this.hits.hidden = !hits || reader.showsRaw || reader.showsTokens === true || reader.showsRendered === true;
    this.hits.replaceChildren(hit < 0 || hits < 2 ? all : `${count(hit + 1)} of ${all}`, " ", element("kbd", "", "N"));
    const words = { idle: "", saving: "saving \u2026", saved: "saved \u2713", failed: "not saved \u2013 retry" };
    this.saved.textContent = words[log?.state ?? "idle"];
    this.saved.setAttribute("aria-label", this.saved.textContent || "nothing to save");
    this.saved.disabled = log?.state !== "failed";
    const tags = row && log ? log.tagsOf(row) : new Set();
    [...this.tags.children].forEach((made, index) => {
      const tag = this.tagNames[index];
      made.setAttribute("aria-pressed", String(tags.has(tag)));
      made.querySelector(".dispute").textContent = row?.disputed?.includes(tag) ? "disputed" : "";
      const by = row && tags.has(tag) && !log.isChanged(row, tag) ? row.by?.[tag] ?? "" : "";
      made.lastChild.textContent = initials(by);
      made.title = by ? `Given by ${by}` : "";
      made.disabled = !total || reader.isLeaving;
    });
    reader.root.setAttribute("aria-busy", String(reader.isLeaving));
    Object.assign(reader.root.dataset, { subject: data.subject ?? "", at: reader.at, row: row?.id ?? "", save: log?.state ?? "idle" });
  }
}
