// How much of a row is shown at first, and what is scrolled to: earlier turns as one line each where the answers of a
// pair would be below the screen, long texts as far as the screen has room, the difference of a pair, and hits.

const MOSTLY_COMMON = 0.6; // of fewer words in common, a difference marks nearly everything
const LEAST_ANSWER = 140; // pixels of the answers that must be on the first screen
const GROWTH = 1.5, MOST_GROWTH = 12;

const isAnswer = (section) => section.kind === "chosen" || section.kind === "rejected";

class Layout {
  constructor(reader) {
    this.reader = reader;
    this.reset();
  }

  // For another row.
  reset() {
    Object.assign(this, { growth: 1, lines: 0, showsTurns: false, differs: null, hit: -1, isFitted: false });
  }

  // Characters of a long text that are shown at first.
  get fold() {
    return this.reader.data.fold * this.growth;
  }

  get state() {
    return [this.growth, this.lines, this.differs, this.hit];
  }

  // Draws until the answers of a pair are on the screen and no text is folded while the screen has room.
  fit(draw) {
    if (this.isFitted) return;
    const { reader } = this, row = reader.row(), { main } = reader;
    if (!row || !main.getClientRects().length) return;
    this.isFitted = true;
    if (reader.showsRaw || reader.showsTokens || reader.editing.now) return;
    const earlier = row.sections.filter((section) => !isAnswer(section)).length;
    const isBelow = () => {
      const pair = main.querySelector(".pair"), { top } = main.getBoundingClientRect();
      return pair && Math.max(top, 0) + pair.getBoundingClientRect().top - top > innerHeight - LEAST_ANSWER;
    };
    for (const lines of [earlier - 1, earlier]) {
      if (this.showsTurns || lines < 1 || lines <= this.lines || !isBelow()) continue;
      this.lines = lines;
      draw();
    }
    while (this.growth < MOST_GROWTH && this.hasFolds(row) && main.getBoundingClientRect().bottom < innerHeight - 40) {
      this.growth *= GROWTH;
      draw();
    }
  }

  hasFolds(row) {
    const { reader } = this;
    return row.sections.some((section, index) => !section.folds && !this.isLine(index) && !reader.unfolded.has(index) && foldAt(section, this.fold));
  }

  // Whether that text is one line now.
  isLine(index) {
    return index < this.lines && !isAnswer(this.reader.row().sections[index]);
  }

  showTurns() {
    [this.showsTurns, this.lines] = [true, 0];
    this.reader.draw();
  }

  // Whether the words are marked that only one answer of the pair has.
  get showsDifference() {
    return this.differs ?? (this.reader.row()?.common ?? 1) > MOSTLY_COMMON;
  }

  toggleDifference() {
    const row = this.reader.row();
    if (row?.common === null || row?.common === undefined) return;
    this.differs = !this.showsDifference;
    this.reader.draw();
  }

  withoutDifference(section) {
    if (!isAnswer(section) || this.showsDifference) return section;
    return { ...section, spans: section.spans.filter(([, , kind]) => kind !== "add" && kind !== "del") };
  }

  // How many places of this row the searches of the view found.
  get hits() {
    const sections = this.reader.row()?.sections ?? [];
    return sections.reduce((sum, section) => sum + section.spans.filter(([, , kind]) => kind === "hit").length, 0);
  }

  // For a row that has just come: its first hit is on the screen.
  seeFirstHit() {
    if (this.hit < 0 && this.hits && !this.reader.editing.now) this.nextHit(true);
  }

  // Goes to the next hit, the first after the last; `isArrival`: a hit that is on the screen stays where it is.
  nextHit(isArrival = false) {
    const { reader } = this, row = reader.row(), { hits } = this;
    if (!hits || reader.showsRaw || reader.showsTokens || reader.showsRendered) return;
    this.hit = (this.hit + 1) % hits;
    this.unfoldHits(row);
    reader.draw();
    const marks = [...reader.main.querySelectorAll("mark[data-hit]")], mark = marks[this.hit];
    marks.forEach((one) => one.classList.toggle("now", one === mark));
    if (!mark) return;
    const { top, bottom } = mark.getBoundingClientRect();
    if (!isArrival || top < reader.bar.root.getBoundingClientRect().bottom || bottom > innerHeight) mark.scrollIntoView({ block: "center" });
  }

  unfoldHits(row) {
    let before = 0;
    row.sections.map(shownSection).forEach((section, index) => {
      const found = section.spans.filter(([, , kind]) => kind === "hit"), own = this.hit - before;
      before += found.length;
      if (own < 0 || own >= found.length) return;
      const fold = foldAt(section, this.fold);
      if (fold && found[own][1] > fold) this.reader.unfolded.add(index);
      if (this.isLine(index)) [this.showsTurns, this.lines] = [true, 0];
    });
  }
}

// An earlier turn as one line; a click shows all turns again.
function turnLine(section, reader) {
  const made = button("turn-line", "", () => reader.layout.showTurns());
  made.append(element("span", "role", section.title));
  if (section.tokens !== null) made.append(element("span", "tokens", `${count(section.tokens)} ${section.tokens === 1 ? "token" : "tokens"}`));
  made.append(appendText(element("span", "turn-text"), section.text.slice(0, 240).replace(/\s+/g, " ")));
  made.title = "Show the earlier turns";
  return made;
}

// How much both answers have in common, and the switch of the difference.
function differenceSwitch(row, reader) {
  const { layout } = reader, isOn = layout.showsDifference;
  if (row.common === 1) return element("div", "difference-bar", "Both answers have the same words.");
  const words = `${Math.round(row.common * 100)}% of the words are in both answers.`;
  const made = button("plain", isOn ? "Hide difference" : "Show difference", () => layout.toggleDifference(), "D");
  made.setAttribute("aria-pressed", String(isOn));
  return element("div", "difference-bar", element("span", "", words), made);
}
