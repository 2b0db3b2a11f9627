// The row reader: one row at a time, with keys to move and to tag.

const REST_MILLISECONDS = 250, MOST_SEEN = 50; // a row that was on the screen for that long is read
const SMALL_HEIGHT = 620, NARROW = 1000; // CSS pixels of the window
const NEAR_EDGE = 8; // the next window is requested this many rows before the end of this one
class Reader {
  constructor() {
    Object.assign(this, { at: 0, missed: [], showsRaw: false, showsTokens: null, showsRendered: null, tokensFrom: 0, unfolded: new Set(), waiting: [], seen: [], since: performance.now(), advances: keptChoice("winnow-advances"), hasMoved: false, folds: null, drawn: null, asked: null });
    this.onKey = (event) => pressKey(this, event);
    this.onSubject = (event) => { this.wanted = event.detail; this.bar.draw(); };
    this.onResize = () => this.bar.draw();
    this.stop = () => {
      window.removeEventListener("resize", this.onResize);
      window.removeEventListener("pagehide", this.note.onHide);
      window.removeEventListener("keydown", this.onKey, true);
      window.removeEventListener("winnow-subject", this.onSubject);
      for (const timer of [this.atTimer, this.wantTimer]) clearTimeout(timer);
      this.log?.stop();
    };
    this.bar = new Bar(this);
    this.spoken = element("div", "spoken");
    this.spoken.setAttribute("aria-live", "polite");
    this.main = element("div", "main");
    this.note = new RowNote(this);
    this.root = element("div", "reader", this.bar.root, this.bar.help, this.note.root, this.main, this.spoken);
    this.editing = new Editing(this);
    this.layout = new Layout(this);
  }

  // Called for every message from the server. If the revision is the same, the reader does not move.
  update(data, setState) {
    window.addEventListener("keydown", this.onKey, true); // the browser adds the same listener only once
    window.addEventListener("winnow-subject", this.onSubject);
    window.addEventListener("resize", this.onResize);
    window.addEventListener("pagehide", this.note.onHide);
    const isNew = data.revision !== this.data?.revision;
    const last = this.data;
    [this.data, this.setState] = [data, setState];
    if (isNew) {
      clearTimeout(this.atTimer);
      this.at = clamp(data.at ?? 0, 0, Math.max(0, data.total - 1));
      this.unfolded.clear();
      this.layout.reset();
      this.waiting = [];
      this.tell(data.greeting ?? "");
      [this.editing.now, this.editing.wish] = [null, null];
      this.note.leave();
    }
    this.showsTokens ??= data.tokens?.on === true;
    if (typeof data.rendered === "boolean") this.showsRendered ??= data.rendered;
    if (isNew || last.base !== data.base || last.rows.length !== data.rows.length) this.asked = null;
    if (this.log?.dataset !== data.dataset) {
      this.log?.stop();
      this.log = new TagLog(data.dataset, (value) => this.setState("log", value), () => this.bar.draw());
      this.editing.readDrafts();
    }
    this.log.isSingle = data.single === true;
    const refusals = this.log.refused(data.refused);
    this.log.opposites = data.opposites;
    this.log.acknowledge(data.acked);
    if (data.tags.join("\n") !== this.bar.tagNames?.join("\n")) this.bar.buildTags();
    if (data.letters && !this.bar.hasOwnKeys) this.bar.listOwnKeys();
    this.answerWaiting();
    this.keepClearOfMenu();
    this.draw();
    if (isNew && this.isSmall && data.progress !== undefined) this.root.scrollIntoView({ block: "start" });
    if (this.data.subject === undefined) this.layout.seeFirstHit(); // beside a list, what was chosen stays in sight
    this.editing.update(refusals);
    this.ask();
  }

  // Whether the page Read has so few lines that the head of the page would fill them, as with a zoom of 200%.
  get isSmall() {
    return innerHeight < SMALL_HEIGHT && this.data?.progress !== undefined;
  }

  // Whether the bar is one line: on a small screen, and on a narrow one while reading, unless the person chose.
  get isFolded() {
    return this.folds ?? (this.isSmall || (this.hasMoved && innerWidth < NARROW && this.data?.progress !== undefined));
  }

  toggleBar() {
    this.folds = !this.isFolded;
    this.bar.draw();
  }

  // A position with its revision, since the server may show other rows when it reads this.
  place() {
    return { revision: this.data.revision, at: this.at };
  }

  row(at = this.at) {
    return this.data.rows[at - this.data.base];
  }

  go(at) {
    const to = clamp(at, 0, Math.max(0, this.data.total - 1));
    if (to === this.at) return;
    this.note.leave();
    if (this.row() && performance.now() - this.since >= REST_MILLISECONDS) this.seen = [...this.seen, this.row().id].slice(-MOST_SEEN);
    [this.at, this.since, this.hasMoved] = [to, performance.now(), true];
    this.tokensFrom = 0;
    this.tell("");
    [this.editing.now, this.editing.wish, this.editing.pointed] = [null, null, -1];
    this.unfolded.clear();
    this.layout.reset();
    this.draw();
    const top = this.keepClearOfMenu();
    if (this.root.getBoundingClientRect().top < top || this.isFolded) this.root.scrollIntoView({ block: "start" });
    this.layout.seeFirstHit();
    this.ask();
    clearTimeout(this.atTimer);
    this.atTimer = setTimeout(() => { this.log.trim(); this.setState("at", { ...this.place(), seen: this.seen }); }, REST_MILLISECONDS);
  }

  // The menu at the top of the page covers what scrolls below it; the reader's bar stays under the menu.
  keepClearOfMenu() {
    const header = document.querySelector('[data-testid="stHeader"]');
    const isThere = header && !/transparent|, 0\)$/.test(getComputedStyle(header).backgroundColor);
    const top = isThere ? header.getBoundingClientRect().bottom : 0;
    this.root.style.setProperty("--top", `${top}px`);
    return top;
  }

  // Requests the next window before this one ends, once per window; again after each move while there is no row to show.
  ask() {
    const { base, rows, total } = this.data;
    const isNear = (base > 0 && this.at < base + NEAR_EDGE) ||
      (base + rows.length < total && this.at >= base + rows.length - NEAR_EDGE);
    if (!total || !isNear || this.asked === this.at || (this.asked !== null && this.row())) return;
    clearTimeout(this.wantTimer);
    const want = () => { this.asked = this.at; this.setState("want", this.place()); };
    if (this.asked === null) want();
    else this.wantTimer = setTimeout(want, 120);
  }

  // Whether the person has chosen another subject, whose rows have not arrived: what is pressed now would go to a row of the last one.
  get isLeaving() {
    return this.data.subject !== undefined && this.wanted !== undefined && this.wanted !== this.data.subject;
  }

  // A tag pressed before its row has arrived is stored when the row arrives.
  press(index) {
    const tag = this.bar.tagNames[index];
    if (tag === undefined || !this.data.total || this.isLeaving) return;
    const row = this.row();
    if (!row) this.waiting.push([this.at, index]);
    else {
      const isOn = !this.log.tagsOf(row).has(tag);
      this.log.say(row.id, tag, isOn, this.at);
      if (isOn && (this.data.advances || this.advances)) this.go(this.at + 1);
    }
  }

  answerWaiting() {
    const waiting = this.waiting;
    this.waiting = [];
    for (const [at, index] of waiting) {
      const row = this.row(at), tag = this.bar.tagNames[index];
      if (row) this.log.say(row.id, tag, !this.log.tagsOf(row).has(tag), at);
      else this.waiting.push([at, index]);
    }
  }

  undo() {
    if (this.waiting.length) { this.waiting.pop(); return; }
    const last = this.log.undo();
    if (last && this.row(last.at)?.id === last.id) this.go(last.at);
    if (!last) this.tell("Your last change is undone.");
    else if (last.note) { this.note.draw(); this.tell("The last change of a note is undone."); }
    else if (last.tag === undefined) this.tell("The last change of a text is undone.");
    else this.say(`${last.tag} ${last.on ? "removed" : "added again"}`);
  }

  isShown() {
    if (!this.root.isConnected || document.querySelector('[role="dialog"][aria-modal="true"]')) return false;
    return this.root.getClientRects().length > 0;
  }

  toggleRaw() {
    this.showsRaw = !this.showsRaw;
    this.draw();
  }

  // Whether a tag shows the next row, as this browser remembers it.
  toggleAdvance() {
    this.advances = !this.advances;
    keepChoice("winnow-advances", this.advances);
    this.tell(this.advances ? "A tag now shows the next row. A switches it off." : "A tag now stays at the row.");
    this.bar.draw();
  }

  // The row as tokens instead of its texts. The server sends the tokens of the rows around this one while this is on.
  toggleTokens() {
    if (!this.data.tokens) return;
    this.showsTokens = !this.showsTokens;
    this.showsRaw = false;
    this.tokensFrom = 0;
    this.draw();
    this.tellTokens();
  }

  // Texts as they are meant, or as they are written. The server sends the nodes of the rows around this one while it is on.
  toggleRendered() {
    if (typeof this.data.rendered !== "boolean") return;
    this.showsRendered = !this.showsRendered;
    [this.showsRaw, this.showsTokens] = [false, false];
    this.draw();
    clearTimeout(this.atTimer);
    this.setState("at", this.place());
    this.setState("rendered", { on: this.showsRendered });
  }

  // Requests the tokens of this row from that number on.
  askTokens(from) {
    this.tokensFrom = from;
    this.tellTokens();
  }

  tellTokens() {
    clearTimeout(this.atTimer); // the position comes along
    this.setState("at", this.place());
    this.setState("tokens", { on: this.showsTokens, id: this.row()?.id ?? "", from: this.tokensFrom });
  }

  // The server sends the row again with its masked values, and records the person's name; or masks it again.
  reveal() {
    const row = this.row();
    if (row?.masked || row?.shown) this.setState("reveal", { id: row.id, n: Date.now() });
  }

  // The server answers with another view, if it offers that.
  seekLike() {
    if (this.data.similar && this.row()) this.setState("like", { id: this.row().id, n: Date.now() });
  }

  seekFault(name) {
    this.setState("fault", { name, n: Date.now() });
  }

  // Unfolds all folded texts of this row, or folds them again.
  toggleFolds() {
    const sections = this.row()?.sections ?? [];
    const folded = sections.map((section, index) => (foldAt(section, this.layout.fold) ? index : -1)).filter((i) => i >= 0);
    const isOpen = folded.every((index) => this.unfolded.has(index)) && !this.layout.lines;
    for (const index of folded) isOpen ? this.unfolded.delete(index) : this.unfolded.add(index);
    if (!isOpen) [this.layout.showsTurns, this.layout.lines] = [true, 0];
    this.draw();
  }

  say(sentence) {
    this.spoken.textContent = sentence;
  }

  // Shows a sentence in the bar until the next row.
  tell(sentence) {
    this.bar.tell(sentence);
  }

  draw() {
    this.bar.draw();
    this.note.draw();
    const row = this.row(), { editing } = this;
    if (editing.isOn(row) && this.drawnEditing === editing.now && editing.area()) return; // what is typed stays
    this.drawnEditing = editing.now;
    if (this.stateOf(row) === this.drawn) return;
    this.drawRow(row);
    this.layout.fit(() => this.drawRow(row));
    this.drawn = this.stateOf(row);
    this.say(row ? `Row ${this.at + 1} of ${this.data.total}` : "");
  }

  // What is drawn of a row, as text. A message that only acknowledges a tag changes nothing, so that a selection stays.
  stateOf(row) {
    const { editing, data } = this;
    return JSON.stringify([this.at, data.total, this.showsRaw, this.showsTokens, this.showsRendered, data.tokens, [...this.unfolded], data.fold, this.layout.state,
      data.editable, editing.now, editing.view, editing.pending(row).map((entry) => entry.seq), row && { ...row, tags: null, disputed: null, written: null, by: null }]);
  }

  // D shows the views of a proposed text where there is one, else the difference of a pair.
  toggleDifference() {
    const row = this.row();
    if (row && this.editing.isProposed(row)) this.editing.nextView();
    else this.layout.toggleDifference();
  }

  drawRow(row) {
    const isTokens = this.showsTokens && this.data.tokens && !this.showsRaw;
    const drawn = (of) => (isTokens ? [this.tokensOf(of)] : rowParts(of, this));
    this.main.replaceChildren(...(row ? drawn(row) : [this.placeholder()]));
    this.main.className = `main layout-${isTokens ? "none" : row?.layout ?? "none"}`;
  }

  tokensOf(row) {
    if (row.tokens) return tokensPart(row.tokens, this);
    if (this.data.tokens.possible) return element("p", "placeholder", "Cutting the row into tokens \u2026");
    const open = button("plain", "Open the page Training", () => this.setState("train", Date.now()));
    return element("div", "body", element("p", "note", this.data.tokens.why), element("p", "", open));
  }

  placeholder() {
    const words = this.data.total ? `Loading row ${count(this.at + 1)} \u2026` : "No rows in this view.";
    return element("p", "placeholder", words);
  }
}

// Streamlit can take the reader off the screen and put it back a moment later, where a message comes while the page is
// drawn again. It is the same reader then, at the same place, and the keys pressed in between count.
const AWAY_MILLISECONDS = 600; // longer than that, and it was left for another page
const readersHere = (globalThis.winnowReaders ??= new Set());

function drawReader({ parentElement, data, setStateValue }) {
  const isBack = (one) => one.data.revision === data.revision && one.data.dataset === data.dataset && !one.root.isConnected;
  let reader = parentElement.winnowReader;
  if (!reader) {
    parentElement.append(element("style", "", READER_STYLE));
    reader = [...readersHere].find(isBack) ?? new Reader();
    parentElement.winnowReader = reader;
    parentElement.append(reader.root);
    if (reader.note.now) reader.note.area?.focus({ preventScroll: true }); // what is typed next belongs to the note
    readersHere.add(reader);
  }
  reader.update(data, setStateValue);
  for (const event of reader.missed.splice(0)) pressKey(reader, event);
  // Streamlit also calls this for a message that a later one overtook: the reader is then on the screen and goes on.
  return () => setTimeout(() => {
    if (reader.root.isConnected) return;
    reader.stop();
    readersHere.delete(reader);
  }, AWAY_MILLISECONDS);
}
