// The notes on the row at hand: everybody's, with who wrote them, and the field in which the person writes their own.

const NOTE = "note"; // the name of the draft of a note among those of the texts
const LONGEST_NOTE = 2000;

class RowNote {
  constructor(reader) {
    Object.assign(this, { reader, now: null, wish: null, drawn: "" });
    this.root = element("div", "row-notes");
    this.root.hidden = true;
    this.onHide = () => this.leave();
  }

  get area() {
    return this.root.querySelector("textarea");
  }

  // Opens the field, with the person's note. A note with masked values is requested unmasked first, as a text to edit is.
  start() {
    const { reader } = this, row = reader.row();
    if (!row || !reader.data.notable || !reader.log) return;
    if (this.now) { this.area?.focus(); return; }
    const own = reader.log.noteOf(row);
    if (own?.is_masked) {
      this.wish = row.id;
      reader.reveal();
      reader.tell("The masked values are shown for editing; your name is recorded.");
      return;
    }
    this.open(row, reader.editing.drafts.get(reader.editing.key(row.id, NOTE)) ?? own?.text ?? "");
  }

  open(row, text) {
    this.wish = null;
    this.now = { row, at: this.reader.at };
    this.draw();
    const { area } = this;
    area.value = text;
    area.focus({ preventScroll: true });
    area.setSelectionRange(text.length, text.length);
  }

  // Stores what is in the field, if it is another text than the note; an empty field removes the note.
  save() {
    if (!this.now) return;
    const { row, at } = this.now, text = this.area.value.trim(), before = this.reader.log.noteOf(row)?.text ?? "";
    this.close();
    if (text === before) return;
    this.reader.log.note(row, text, at);
    this.reader.tell(text ? "Note stored. U takes it back." : "Note removed. U brings it back.");
    this.reader.draw();
  }

  leave() {
    if (this.now) this.save();
  }

  // Ends writing; what was typed is dropped.
  close() {
    const { editing } = this.reader;
    editing.drafts.delete(editing.key(this.now.row.id, NOTE));
    editing.storeDrafts();
    this.now = null;
    this.draw();
  }

  // Called for every message of the server: the row may have come unmasked.
  update() {
    const row = this.reader.row();
    if (!this.wish || this.wish !== row?.id) this.wish = null;
    else if (!this.reader.log.noteOf(row)?.is_masked) this.start();
  }

  refuse(entry) {
    const { reader } = this, row = reader.row();
    reader.editing.drafts.set(reader.editing.key(entry.id, NOTE), entry.text);
    reader.editing.storeDrafts();
    if (row?.id === entry.id && !this.now) this.open(row, entry.text);
  }

  draw() {
    const { reader } = this, row = reader.row(), own = row && reader.log ? reader.log.noteOf(row) : null;
    const others = (row?.written ?? []).filter((one) => !one.own);
    const state = JSON.stringify([row?.id, others, own, this.now?.row.id]);
    if (state === this.drawn) return;
    this.drawn = state;
    if (this.now && this.area) return; // what is typed stays
    this.root.hidden = !others.length && !own && !this.now;
    this.root.replaceChildren(...others.map((one) => this.shown(one)), ...(this.now ? [this.field()] : own ? [this.shown(own)] : []));
  }

  shown(one) {
    const part = element("div", "row-note", element("span", "by", one.own ? "Your note" : one.person));
    const text = appendText(element("span", "row-note-text"), one.text);
    text.dir = "auto";
    part.append(text);
    if (!one.own || !this.reader.data.notable) return part;
    const edit = button("edit", "Edit", () => this.start());
    edit.setAttribute("aria-label", "Edit your note");
    part.append(edit);
    return part;
  }

  field() {
    const area = element("textarea");
    Object.assign(area, { dir: "auto", rows: 2, maxLength: LONGEST_NOTE, placeholder: "Your note on this row \u2026" });
    area.setAttribute("aria-label", "Your note on this row");
    area.addEventListener("input", () => {
      const { editing } = this.reader;
      editing.drafts.set(editing.key(this.now.row.id, NOTE), area.value);
      editing.storeDrafts();
    });
    for (const kind of ["keydown", "keyup", "keypress"]) {
      area.addEventListener(kind, (event) => {
        event.stopPropagation(); // the page has keys of its own
        if (kind !== "keydown" || event.isComposing) return;
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.save();
        else if (event.key === "Escape") this.close();
        else return;
        event.preventDefault();
      });
    }
    // Another window leaves the field open.
    area.addEventListener("blur", () => { if (area.isConnected && document.hasFocus()) this.leave(); });
    return element("div", "row-note", area, element("span", "row-note-keys", "Ctrl+Enter or leaving the field stores it, Esc leaves it as it was."));
  }
}
