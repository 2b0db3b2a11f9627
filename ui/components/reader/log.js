// The tags pressed and not yet acknowledged by the server. An entry is sent at once, again until it is acknowledged,
// and kept in the tab's storage, so that neither a lost connection nor a reload loses it. {client, seq} names it for ever.

const RETRY_MILLISECONDS = 3000;

class TagLog {
  constructor(dataset, send, changed) {
    Object.assign(this, { dataset, send, changed, seq: 0, sent: 0, attempts: 0, done: [], hasSent: false });
    // Not crypto.randomUUID, which a plain http address lacks.
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
      if (entry.id !== row.id) continue;
      if (entry.on && this.isSingle) tags.clear(); // one answer takes the place of another
      entry.on ? tags.add(entry.tag) : tags.delete(entry.tag);
    }
    return tags;
  }

  say(id, tag, on, at) {
    this.done.push({ id, tag, on, at });
    this.add({ id, tag, on });
  }

  // Takes back this reader's last change, shown at once; with none of its own, the server's last one of this person.
  undo() {
    const last = this.done.pop();
    this.add(last ? { undo: true, id: last.id, tag: last.tag, on: !last.on } : { undo: true });
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

  acknowledge(acked) {
    const left = this.pending.filter((entry) => entry.seq > (acked?.[entry.client] ?? 0));
    if (left.length === this.pending.length) return;
    this.pending = left;
    this.keep();
    if (!left.length) clearTimeout(this.timer);
  }

  // The server's copy of the log still holds what it has acknowledged; emptied when something else is sent anyway.
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
      // A browser without storage still sends at once and again; only a reload can lose what was not acknowledged.
    }
  }
}
