// Changes of tags, texts and notes that the server has not acknowledged yet. An entry is sent at once and again until it is acknowledged, and
// kept in the tab's storage, so that neither a lost connection nor a reload loses it. {client, seq} is its unique id.

const RETRY_MILLISECONDS = 3000;

class TagLog {
  constructor(dataset, send, changed) {
    Object.assign(this, { dataset, send, changed, seq: 0, sent: 0, attempts: 0, done: [], hasSent: false });
    // Not crypto.randomUUID, which does not exist on a plain http address.
    this.client = Array.from(crypto.getRandomValues(new Uint8Array(8)), (b) => b.toString(16).padStart(2, "0")).join("");
    this.pending = this.kept();
    if (this.pending.length) this.push();
  }

  get state() {
    if (this.pending.length) return this.attempts > 2 ? "failed" : "saving";
    return this.hasSent ? "saved" : "idle";
  }

  tagsOf(row) {
    const tags = new Set(row.tags);
    for (const entry of this.pending) {
      if (entry.id !== row.id || entry.tag === undefined) continue;
      if (entry.on && this.isSingle) tags.clear(); // a new answer replaces the one before
      if (entry.on) tags.delete(this.opposites?.[entry.tag]);
      entry.on ? tags.add(entry.tag) : tags.delete(entry.tag);
    }
    return tags;
  }

  // Whether this person has just given or taken that tag.
  isChanged(row, tag) {
    return this.pending.some((entry) => entry.id === row.id && entry.tag === tag);
  }

  say(id, tag, on, at) {
    this.done.push({ id, tag, on, at });
    this.add({ id, tag, on });
  }

  propose(id, field, text, at) {
    this.done.push({ id, field, at });
    this.add({ id, field, text });
  }

  withdraw(id, at) {
    this.done.push({ id, field: "", at });
    this.add({ id, withdraw: true });
  }

  // The person's own note on a row, as it will be once all is stored; null for none.
  noteOf(row) {
    const last = this.pending.findLast((entry) => entry.id === row.id && entry.note);
    if (last) return last.text ? { text: last.text, own: true } : null;
    return row.written?.find((one) => one.own) ?? null;
  }

  note(row, text, at) {
    this.done.push({ id: row.id, note: true, before: this.noteOf(row)?.text ?? "", at });
    this.add({ id: row.id, note: true, text });
  }

  // Undoes this reader's last change, shown at once; if it has none, the server undoes the person's last change.
  undo() {
    const last = this.done.pop();
    if (!last) this.add({ undo: true });
    else if (last.note) this.add({ undo: true, id: last.id, note: true, text: last.before });
    else if (last.tag === undefined) this.add({ undo: true, id: last.id, text_of: last.field });
    else this.add({ undo: true, id: last.id, tag: last.tag, on: !last.on });
    return last;
  }

  add(entry) {
    this.pending.push({ client: this.client, seq: ++this.seq, ...entry });
    this.attempts = 0;
    this.push();
  }

  push() {
    clearTimeout(this.timer);
    this.keep();
    this.attempts += 1;
    this.hasSent = true;
    this.hasStale = true;
    this.timer = setTimeout(() => this.push(), RETRY_MILLISECONDS);
    this.send({ client: this.client, dataset: this.dataset, sent: ++this.sent, entries: this.pending });
    this.changed();
  }

  // The entries that the server refused, each with its reason; it acknowledges them too.
  refused(reasons) {
    const refusals = [];
    for (const [client, seq, reason] of reasons ?? []) {
      const entry = this.pending.find((one) => one.client === client && one.seq === seq);
      if (entry) refusals.push({ entry, reason });
    }
    return refusals;
  }

  acknowledge(acked) {
    const left = this.pending.filter((entry) => entry.seq > (acked?.[entry.client] ?? 0));
    if (left.length === this.pending.length) return;
    this.pending = left;
    this.keep();
    if (!left.length) clearTimeout(this.timer);
  }

  // Empties the server's copy of the log, which still holds acknowledged entries; called when another message is sent.
  trim() {
    if (this.pending.length || !this.hasStale) return;
    this.hasStale = false;
    this.send({ client: this.client, dataset: this.dataset, sent: ++this.sent, entries: [] });
  }

  stop() {
    clearTimeout(this.timer);
  }

  kept() {
    try {
      return JSON.parse(sessionStorage.getItem(`winnow-tags ${this.dataset}`)) ?? [];
    } catch {
      return [];
    }
  }

  keep() {
    try {
      if (this.pending.length) sessionStorage.setItem(`winnow-tags ${this.dataset}`, JSON.stringify(this.pending));
      else sessionStorage.removeItem(`winnow-tags ${this.dataset}`);
    } catch {
      // Without storage entries are still sent at once and again; only a reload can lose unacknowledged ones.
    }
  }
}
