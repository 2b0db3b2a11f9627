// The row reader: one row at a time, with keys to move and to tag.

const NEAR_EDGE = 8; // the next window is requested this many rows before the end of this one
const TAG_COLOURS = {
  keep: "#1F7A52", drop: "#B3362B", fix: "#A65A00", pii: "#6B4BC4",
  real: "#B3362B", "false alarm": "#5B6B7A", accepted: "#1F7A52",
};
const MORE_COLOURS = ["#2A63C8", "#A63E74", "#7A5C4A", "#2F7186", "#7D6415"];

class Reader {
  constructor(host) {
    Object.assign(this, { at: 0, showsRaw: false, showsTokens: null, tokensFrom: 0, unfolded: new Set(), waiting: [], drawn: null, asked: null });
    this.onKey = (event) => this.key(event);
    this.onSubject = (event) => { this.wanted = event.detail; this.drawBar(); };
    this.stop = () => {
      window.removeEventListener("keydown", this.onKey, true);
      window.removeEventListener("winnow-subject", this.onSubject);
      for (const timer of [this.atTimer, this.wantTimer]) clearTimeout(timer);
      this.log?.stop();
    };
    this.build();
    this.editing = new Editing(this);
    host.append(this.root);
  }

  build() {
    this.previous = button("step", "\u2190", () => this.go(this.at - 1), "K");
    this.previous.setAttribute("aria-label", "Previous row (K)");
    this.next = button("step", "\u2192", () => this.go(this.at + 1), "J");
    this.next.setAttribute("aria-label", "Next row (J)");
    this.position = element("input", "position");
    Object.assign(this.position, { type: "text", inputMode: "numeric", title: "Go to a row (G)", autocomplete: "off" });
    this.position.setAttribute("aria-label", "Row number; type one and press Enter");
    this.position.addEventListener("keydown", (event) => this.typed(event));
    this.position.addEventListener("blur", () => this.drawBar());
    this.total = element("span", "total");
    this.rowId = element("code", "row-id");
    this.rowId.title = "row id";
    this.saved = button("saved", "", () => this.log.push());
    this.raw = button("plain", "Raw", () => this.toggleRaw(), "X");
    this.raw.setAttribute("aria-pressed", "false");
    this.tokens = button("plain", "Tokens", () => this.toggleTokens(), "T");
    this.tokens.title = "The row as the trainer reads it: which tokens are trained, not trained or lost";
    this.masked = button("plain", "Show masked", () => this.reveal(), "R");
    this.masked.title = "Personal data is masked. If you show it, your name is recorded.";
    this.like = button("plain", "More like this", () => this.seekLike(), "M");
    this.like.title = "Show the most similar rows as a view";
    this.helpButton = button("plain", "?", () => this.toggleHelp());
    this.helpButton.setAttribute("aria-label", "Keys");
    this.helpButton.setAttribute("aria-expanded", "false");
    this.tags = element("div", "tags");
    this.tags.setAttribute("role", "group");
    this.tags.setAttribute("aria-label", "Tags");
    this.badge = element("span", "badge", "proposed");
    this.badge.title = "A text of this row is proposed; an export takes it in place of the row's own";
    this.message = element("span", "message");
    this.message.setAttribute("role", "status");
    const place = element("div", "place", this.previous, this.next, this.position, this.total, this.rowId, this.badge, this.saved);
    const tools = element("div", "tools", this.tags, this.like, this.masked, this.tokens, this.raw, this.helpButton);
    this.spoken = element("div", "spoken");
    this.spoken.setAttribute("aria-live", "polite");
    this.help = keyList();
    this.help.hidden = true;
    this.main = element("div", "main");
    this.root = element("div", "reader", element("div", "bar", place, this.message, tools), this.help, this.main, this.spoken);
  }

  // Called for every message from the server. If the revision is the same, the reader does not move.
  update(data, setState) {
    window.addEventListener("keydown", this.onKey, true); // the browser adds the same listener only once
    window.addEventListener("winnow-subject", this.onSubject);
    const isNew = data.revision !== this.data?.revision;
    const last = this.data;
    [this.data, this.setState] = [data, setState];
    if (isNew) {
      clearTimeout(this.atTimer);
      this.at = clamp(data.at ?? 0, 0, Math.max(0, data.total - 1));
      this.unfolded.clear();
      this.waiting = [];
      this.tell("");
      [this.editing.now, this.editing.wish] = [null, null];
    }
    this.showsTokens ??= data.tokens?.on === true;
    if (isNew || last.base !== data.base || last.rows.length !== data.rows.length) this.asked = null;
    if (this.log?.dataset !== data.dataset) {
      this.log?.stop();
      this.log = new TagLog(data.dataset, (value) => this.setState("log", value), () => this.drawBar());
      this.editing.readDrafts();
    }
    this.log.isSingle = data.single === true;
    const refusals = this.log.refused(data.refused);
    this.log.opposites = data.opposites;
    this.log.acknowledge(data.acked);
    if (data.tags.join("\n") !== this.tagNames?.join("\n")) this.buildTags();
    if (data.letters && !this.hasOwnKeys) this.listOwnKeys();
    this.answerWaiting();
    this.keepClearOfMenu();
    this.draw();
    this.editing.update(refusals);
    this.ask();
  }

  buildTags() {
    this.tagNames = [...this.data.tags];
    let others = 0;
    this.tags.replaceChildren(...this.tagNames.map((tag, index) => {
      const made = element("button", "tag");
      made.type = "button";
      made.style.setProperty("--tag", TAG_COLOURS[tag] ?? MORE_COLOURS[others++ % MORE_COLOURS.length]);
      const letter = Object.entries(this.data.letters ?? {}).find(([, name]) => name === tag)?.[0];
      if (letter || index < 9) made.append(element("kbd", "", letter?.toUpperCase() ?? String(index + 1)));
      made.append(appendText(element("span", "name"), tag), element("span", "dispute"));
      made.addEventListener("click", () => this.press(index));
      return made;
    }));
  }

  listOwnKeys() {
    this.hasOwnKeys = true;
    const list = keyList([...Object.entries(this.data.letters), ...Object.entries(this.data.asks ?? {})]);
    list.hidden = this.help.hidden;
    this.help.replaceWith(list);
    this.help = list;
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
    this.at = to;
    this.tokensFrom = 0;
    this.tell("");
    [this.editing.now, this.editing.wish, this.editing.pointed] = [null, null, -1];
    this.unfolded.clear();
    this.draw();
    const top = this.keepClearOfMenu();
    if (this.root.getBoundingClientRect().top < top) this.root.scrollIntoView({ block: "start" });
    this.ask();
    clearTimeout(this.atTimer);
    this.atTimer = setTimeout(() => { this.log.trim(); this.setState("at", this.place()); }, 250);
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
    const tag = this.tagNames[index];
    if (tag === undefined || !this.data.total || this.isLeaving) return;
    const row = this.row();
    if (!row) this.waiting.push([this.at, index]);
    else {
      const isOn = !this.log.tagsOf(row).has(tag);
      this.log.say(row.id, tag, isOn, this.at);
      if (isOn && this.data.advances) this.go(this.at + 1);
    }
  }

  answerWaiting() {
    const waiting = this.waiting;
    this.waiting = [];
    for (const [at, index] of waiting) {
      const row = this.row(at), tag = this.tagNames[index];
      if (row) this.log.say(row.id, tag, !this.log.tagsOf(row).has(tag), at);
      else this.waiting.push([at, index]);
    }
  }

  undo() {
    if (this.waiting.length) { this.waiting.pop(); return; }
    const last = this.log.undo();
    if (last && this.row(last.at)?.id === last.id) this.go(last.at);
    if (!last) this.tell("Your last change is undone.");
    else if (last.tag === undefined) this.tell("The last change of a text is undone.");
    else this.say(`${last.tag} ${last.on ? "removed" : "added again"}`);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || this.isLeaving || !this.isShown()) return;
    const target = event.composedPath()[0];
    const isOurs = event.composedPath().includes(this.root);
    if (target instanceof Element && isTyping(target)) return;
    const key = keyName(event);
    const isArrow = key === "arrowright" || key === "arrowleft";
    if (isArrow && isOurs && this.showsTokens && target.closest(".token-area")) {
      stepToken(target, key === "arrowright" ? 1 : -1);
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    // Outside the reader an arrow key can belong to tabs, a slider or a table.
    if (isArrow && !isOurs && target !== document.body) return;
    if (key === "j" || key === "arrowright") this.go(this.at + 1);
    else if (key === "k" || key === "arrowleft") this.go(this.at - 1);
    else if (key === "escape" && !this.help.hidden) this.toggleHelp();
    else if (!event.repeat && key in (this.data.letters ?? {})) this.press(this.tagNames.indexOf(this.data.letters[key]));
    else if (!event.repeat && key in (this.data.asks ?? {})) this.setState("asked", { name: this.data.asks[key], n: Date.now() });
    else if (!event.repeat && /^[1-9]$/.test(key) && +key <= this.tagNames.length) this.press(+key - 1);
    else if (!event.repeat && key in COMMANDS) COMMANDS[key](this);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  isShown() {
    if (!this.root.isConnected || document.querySelector('[role="dialog"][aria-modal="true"]')) return false;
    return this.root.getClientRects().length > 0;
  }

  typed(event) {
    event.stopPropagation();
    if (event.key === "Enter") {
      const number = parseInt(this.position.value.replace(/[^0-9]/g, ""), 10);
      this.position.blur();
      if (number) this.go(number - 1);
    } else if (event.key === "Escape") this.position.blur();
  }

  toggleHelp() {
    this.help.hidden = !this.help.hidden;
    this.helpButton.setAttribute("aria-expanded", String(!this.help.hidden));
  }

  toggleRaw() {
    this.showsRaw = !this.showsRaw;
    this.draw();
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
    const folded = sections.map((section, index) => (foldAt(section, this.data.fold) ? index : -1)).filter((i) => i >= 0);
    const isOpen = folded.every((index) => this.unfolded.has(index));
    for (const index of folded) isOpen ? this.unfolded.delete(index) : this.unfolded.add(index);
    this.draw();
  }

  say(sentence) {
    this.spoken.textContent = sentence;
  }

  // Shows a sentence in the bar until the next row.
  tell(sentence) {
    this.message.replaceChildren();
    appendText(this.message, sentence);
    this.message.title = sentence;
  }

  draw() {
    this.drawBar();
    const row = this.row(), { editing } = this;
    if (editing.isOn(row) && this.drawnEditing === editing.now && editing.area()) return; // what is typed stays
    this.drawnEditing = editing.now;
    // A message that only acknowledges a tag does not redraw the text, so that a selection in it stays.
    const state = JSON.stringify([this.at, this.data.total, this.showsRaw, this.showsTokens, this.data.tokens, [...this.unfolded], this.data.fold,
      this.data.editable, editing.now, editing.view, editing.pending(row).map((entry) => entry.seq), row && { ...row, tags: null, disputed: null }]);
    if (state === this.drawn) return;
    this.drawn = state;
    const isTokens = this.showsTokens && this.data.tokens && !this.showsRaw;
    const drawn = (of) => (isTokens ? [this.tokensOf(of)] : rowParts(of, this));
    this.main.replaceChildren(...(row ? drawn(row) : [this.placeholder()]));
    this.main.className = `main layout-${isTokens ? "none" : row?.layout ?? "none"}`;
    this.say(row ? `Row ${this.at + 1} of ${this.data.total}` : "");
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

  drawBar() {
    const { total } = this.data, row = this.row(), log = this.log;
    const typing = this.root.getRootNode().activeElement === this.position;
    if (!typing) this.position.value = total ? count(this.at + 1) : "0";
    this.position.style.width = `${count(total).length + 2}ch`;
    this.total.textContent = `of ${count(total)}`;
    this.rowId.textContent = row?.id ?? "";
    this.previous.disabled = this.at <= 0;
    this.next.disabled = this.at >= total - 1;
    this.raw.setAttribute("aria-pressed", String(this.showsRaw));
    this.tokens.hidden = !this.data.tokens;
    this.tokens.setAttribute("aria-pressed", String(this.showsTokens === true));
    this.like.hidden = !this.data.similar;
    this.like.disabled = !row;
    this.masked.hidden = !row?.masked && !row?.shown;
    this.masked.setAttribute("aria-pressed", String(row?.shown === true));
    this.badge.hidden = !row || !log || !this.editing.isProposed(row);
    const words = { idle: "", saving: "saving \u2026", saved: "saved \u2713", failed: "not saved \u2013 retry" };
    this.saved.textContent = words[log?.state ?? "idle"];
    this.saved.setAttribute("aria-label", this.saved.textContent || "nothing to save");
    this.saved.disabled = log?.state !== "failed";
    const tags = row && log ? log.tagsOf(row) : new Set();
    [...this.tags.children].forEach((made, index) => {
      const tag = this.tagNames[index];
      made.setAttribute("aria-pressed", String(tags.has(tag)));
      made.lastChild.textContent = row?.disputed?.includes(tag) ? "disputed" : "";
      made.disabled = !total || this.isLeaving;
    });
    this.root.setAttribute("aria-busy", String(this.isLeaving));
    Object.assign(this.root.dataset, { subject: this.data.subject ?? "", at: this.at, row: row?.id ?? "", save: log?.state ?? "idle" });
  }
}

export default function ({ parentElement, data, setStateValue }) {
  const reader = (parentElement.winnowReader ??= new Reader(parentElement));
  reader.update(data, setStateValue);
  return reader.stop;
}
