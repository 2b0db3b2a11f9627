// Editing a text of the row at hand: which text, its drafts, saving it as a proposal, and taking a proposal back.
// Only a text that is here whole and unmasked can be edited; otherwise it is requested first.

const VIEWS = [["difference", "Difference"], ["proposed", "Proposed"], ["original", "Original"]];
const FIRST_EDITED = [["assistant", "chosen"], ["text"], ["user", "rejected", "system", "tool"]];

// The line breaks of the text before: a text area turns each of them into a line feed.
function withLineBreaks(before, after) {
  const shown = before.replace(/\r\n?/g, "\n");
  if (shown === before) return after;
  if (shown === after) return before;
  let head = 0, tail = 0;
  const most = Math.min(shown.length, after.length);
  while (head < most && shown[head] === after[head]) head += 1;
  while (tail < most - head && shown[shown.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  const used = /\r\n?|\n/.exec(before)[0];
  return before.slice(0, placeIn(before, head)) + after.slice(head, after.length - tail).replace(/\n/g, used) +
    before.slice(placeIn(before, shown.length - tail));
}

// Where the character number `shown` of a text with line feeds is in the same text with its own line breaks.
function placeIn(text, shown) {
  let place = 0;
  for (let left = shown; left > 0; left -= 1) place += text[place] === "\r" && text[place + 1] === "\n" ? 2 : 1;
  return place;
}

class Editing {
  constructor(reader) {
    Object.assign(this, { reader, now: null, wish: null, view: "difference", pointed: -1, drafts: new Map() });
    reader.main.addEventListener("pointermove", (event) => this.point(event));
  }

  point(event) {
    const part = event.composedPath().find((node) => node.dataset?.section !== undefined);
    this.pointed = part ? +part.dataset.section : -1;
  }

  // Whether the text area of this row is drawn: then a message of the server must not draw the row again.
  isOn(row) {
    return this.now !== null && this.now.id === row?.id;
  }

  sections() {
    return this.reader.row()?.sections ?? [];
  }

  isEditable(index) {
    return this.reader.data.editable && typeof this.sections()[index]?.field === "string";
  }

  // The text with the focus, else the one under the pointer, else the last answer, else a text, else any.
  choose() {
    const focused = this.reader.root.getRootNode().activeElement?.closest?.("[data-section]")?.dataset.section ?? -1;
    for (const index of [+focused, this.pointed]) if (this.isEditable(index)) return index;
    for (const kinds of FIRST_EDITED) {
      const index = this.sections().findLastIndex((section, i) => kinds.includes(section.kind) && this.isEditable(i));
      if (index >= 0) return index;
    }
    return -1;
  }

  start(index = this.choose()) {
    const row = this.reader.row();
    if (!row || !this.reader.data.editable) return;
    if (!this.isEditable(index)) {
      this.reader.tell("No text of this row can be edited: it has none that is stored by itself.");
      return;
    }
    Object.assign(this.reader, { showsRaw: false, showsTokens: false });
    const section = row.sections[index];
    if (!section.is_open) this.request(row, index);
    else this.open(row, index);
  }

  // The server sends the row unmasked, and records the person's name, or with its whole texts.
  request(row, index) {
    this.wish = { id: row.id, index };
    if (row.masked) this.reader.reveal();
    else this.reader.setState("whole", { id: row.id, n: Date.now() });
    this.reader.tell(row.masked ? "The masked values are shown for editing; your name is recorded." : "Loading the whole text \u2026");
  }

  open(row, index, note = "") {
    const section = row.sections[index], draft = this.drafts.get(this.key(row.id, section.field));
    this.wish = null;
    this.now = { id: row.id, at: this.reader.at, index, field: section.field, note: draft !== undefined && !note ? "Your unsaved text." : note };
    this.reader.draw();
    const area = this.area();
    area?.focus({ preventScroll: true });
    area?.setSelectionRange(0, 0);
    area?.closest(".section").scrollIntoView({ block: "nearest" });
  }

  area() {
    return this.reader.main.querySelector(".editor textarea");
  }

  key(id, field) {
    return `${id} ${field}`;
  }

  // The text that is edited: the one proposed last, else the row's own.
  textNow(row, section) {
    const proposal = this.proposalOf(row, section);
    return proposal?.text ?? section.text;
  }

  keepDraft(value) {
    this.drafts.set(this.key(this.now.id, this.now.field), value);
    clearTimeout(this.draftTimer);
    this.draftTimer = setTimeout(() => this.storeDrafts(), 400);
  }

  storeDrafts() {
    try {
      const name = `winnow-drafts ${this.reader.data.dataset}`;
      if (this.drafts.size) sessionStorage.setItem(name, JSON.stringify([...this.drafts]));
      else sessionStorage.removeItem(name);
    } catch {
      // Without storage only a reload can lose a text that is not saved.
    }
  }

  readDrafts() {
    try {
      this.drafts = new Map(JSON.parse(sessionStorage.getItem(`winnow-drafts ${this.reader.data.dataset}`)) ?? []);
    } catch {
      this.drafts = new Map();
    }
  }

  save() {
    const row = this.reader.row(), { id, at, index, field } = this.now, section = row.sections[index];
    const before = this.textNow(row, section), value = withLineBreaks(before, this.area().value);
    this.close();
    if (value === before && !(section.is_missing && !this.proposalOf(row, section) && value)) {
      this.reader.tell("Nothing changed, so nothing is proposed.");
      return;
    }
    this.reader.log.propose(id, field, value, at);
    this.reader.tell("Proposed. U takes it back.");
    this.reader.draw();
  }

  // Ends editing; the draft is dropped.
  close() {
    this.drafts.delete(this.key(this.now.id, this.now.field));
    this.storeDrafts();
    this.leave();
  }

  // Ends editing and keeps the draft for the next time.
  leave() {
    this.now = null;
    this.wish = null;
    this.reader.draw();
  }

  withdraw() {
    const row = this.reader.row();
    if (!row || !this.reader.data.editable || !this.isProposed(row)) return;
    this.reader.log.withdraw(row.id, this.reader.at);
    this.reader.tell("The proposal is withdrawn.");
    this.reader.draw();
  }

  nextView() {
    const names = VIEWS.map(([name]) => name);
    this.show(names[(names.indexOf(this.view) + 1) % names.length]);
  }

  show(view) {
    this.view = view;
    this.reader.draw();
  }

  // The changes of this row's texts that the server has not stored yet.
  pending(row) {
    return (this.reader.log?.pending ?? []).filter((entry) => entry.id === row?.id && !entry.undo && (entry.field || entry.withdraw));
  }

  isProposed(row) {
    const last = this.pending(row).at(-1);
    return last ? !last.withdraw : row.proposed > 0;
  }

  // What is proposed for a section: what the server has stored, or a text that is on its way; null for nothing.
  proposalOf(row, section) {
    if (!section.field) return null;
    const last = this.pending(row).filter((entry) => entry.withdraw || entry.field === section.field).at(-1);
    if (last?.withdraw) return null;
    if (last) return last.text === section.text ? null : { text: last.text, parts: null, hidden: 0, person: "", at: "", why: "" };
    if (!section.proposal || section.proposal.is_masked) return section.proposal;
    const text = section.proposal.parts.filter(([kind]) => kind !== "del").map(([, part]) => part).join("");
    return { ...section.proposal, text };
  }

  // Called for every message of the server: what was waited for has come, or a text was refused.
  update(refusals) {
    for (const { entry, reason } of refusals) this.refuse(entry, reason);
    this.reader.note.update();
    if (!this.wish) return;
    const row = this.reader.row();
    if (row?.id !== this.wish.id) this.wish = null;
    else if (row.sections[this.wish.index]?.is_open) this.open(row, this.wish.index);
    else if (!row.masked && row.sections[this.wish.index]?.hidden) this.request(row, this.wish.index);
  }

  refuse(entry, reason) {
    this.reader.tell(reason);
    if (entry.note) { this.reader.note.refuse(entry); return; }
    if (entry.text === undefined) return;
    this.drafts.set(this.key(entry.id, entry.field), entry.text);
    this.storeDrafts();
    const row = this.reader.row(), index = row?.sections.findIndex((section) => section.field === entry.field);
    if (row?.id === entry.id && index >= 0 && !this.now) this.open(row, index, reason);
  }
}

// The text area in the place of the text, with what can be done.
function editorPart(section, index, reader) {
  const { editing } = reader, row = reader.row();
  const area = element("textarea", section.is_code ? "as-code" : "");
  Object.assign(area, { dir: "auto", spellcheck: true, value: editing.drafts.get(editing.key(row.id, section.field)) ?? editing.textNow(row, section) });
  area.setAttribute("aria-label", `Edit: ${section.title}`);
  area.rows = clamp(area.value.split("\n", 30).length + 1, 3, 30);
  const invisible = button("plain", "", () => { area.value = withoutInvisible(area.value); changed(); area.focus(); });
  const changed = () => {
    editing.keepDraft(area.value);
    drawInvisible();
  };
  const drawInvisible = () => {
    const number = invisibleIn(area.value);
    invisible.hidden = !number;
    invisible.textContent = `Remove ${count(number)} invisible ${number === 1 ? "character" : "characters"}`;
  };
  drawInvisible();
  area.addEventListener("input", changed);
  for (const kind of ["keydown", "keyup", "keypress"]) {
    area.addEventListener(kind, (event) => {
      event.stopPropagation(); // the page has keys of its own
      if (kind !== "keydown" || event.isComposing) return;
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) editing.save();
      else if (event.key === "Escape") editing.close();
      else return;
      event.preventDefault();
    });
  }
  const note = element("span", "edit-note", editing.now.note);
  note.setAttribute("role", "status");
  return element("div", "editor", area, element("div", "edit-tools",
    button("plain save", "Propose this text", () => editing.save(), "Ctrl+Enter"),
    button("plain", "Cancel", () => editing.close(), "Esc"), invisible, note));
}

const isLabelled = (character, index, text) => !(character.codePointAt(0) in SPACES) && !isAtWork(text, index);

function invisibleIn(text) {
  let number = 0;
  for (const match of text.matchAll(HIDDEN)) if (isLabelled(match[0], match.index, text)) number += 1;
  return number;
}

function withoutInvisible(text) {
  return text.replace(HIDDEN, (character, ...rest) => (isLabelled(character, rest.at(-2), text) ? "" : character));
}
