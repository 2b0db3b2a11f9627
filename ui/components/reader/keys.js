// The keys of the reader: what they do, and their list in the help.

const KEYS = [
  ["J", "\u2192", "next row"], ["K", "\u2190", "previous row"], ["1 \u2026 9", "", "add the tag, or remove it"],
  ["U", "", "undo the last change"], ["E", "", "edit a text: the answer, or the text under the pointer; it becomes a proposal"],
  ["C", "", "write a note on the row; everybody sees it"],
  ["D", "", "difference of the two answers, or of a proposed text"], ["N", "", "next place that the search found"], ["W", "", "withdraw the proposal"], ["F", "", "show long texts in full"], ["X", "", "raw record"], ["R", "", "show masked values; your name is recorded"], ["G", "", "go to a row"],
  ["A", "", "a tag shows the next row, or stays"], ["M", "", "similar rows"], ["T", "", "tokens, as the trainer reads the row; arrow keys go from token to token"],
  ["V", "", "Markdown, code, tables, formulas and JSON as they are meant, or the plain text"],
  ["/", "Ctrl K", "find text, pages, findings, columns and saved views"],
  ["?", "", "this list"],
];

const COMMANDS = {
  u: (reader) => reader.undo(),
  e: (reader) => reader.editing.start(),
  c: (reader) => reader.note.start(),
  d: (reader) => reader.toggleDifference(),
  n: (reader) => reader.layout.nextHit(),
  w: (reader) => reader.editing.withdraw(),
  f: (reader) => reader.toggleFolds(),
  x: (reader) => reader.toggleRaw(),
  r: (reader) => reader.reveal(),
  a: (reader) => reader.toggleAdvance(),
  m: (reader) => reader.seekLike(),
  t: (reader) => reader.toggleTokens(),
  v: (reader) => reader.toggleRendered(),
  "?": (reader) => reader.bar.toggleHelp(),
  g: (reader) => { reader.bar.position.focus(); reader.bar.position.select(); },
};

// `own`: the keys of this reader, as [letter, meaning]; they stand before the others, of which they may replace one.
function keyList(own = []) {
  const list = element("dl", "help");
  const letters = own.map(([letter]) => letter.toUpperCase());
  const others = KEYS.filter(([key]) => !letters.includes(key) && !(own.length && "AMTV1".includes(key[0])));
  for (const [key, other, meaning] of [...own.map(([letter, words]) => [letter.toUpperCase(), "", words]), ...others]) {
    const keys = element("dt", "", element("kbd", "", key));
    if (other) keys.append(" ", element("kbd", "", other));
    list.append(element("div", "", keys, element("dd", "", meaning)));
  }
  return list;
}

// What a key does in the reader; a key with no meaning here is left to the page.
function pressKey(reader, event) {
  const target = event.composedPath()[0];
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || reader.isLeaving) return;
  if (target instanceof Element && isTyping(target)) return;
  if (!reader.root.isConnected) reader.missed.push(event);
  if (!reader.isShown()) return;
  const isOurs = event.composedPath().includes(reader.root);
  const key = keyName(event);
  const isArrow = key === "arrowright" || key === "arrowleft";
  if (isArrow && isOurs && reader.showsTokens && target.closest(".token-area")) {
    stepToken(target, key === "arrowright" ? 1 : -1);
    event.preventDefault();
    event.stopPropagation();
    return;
  }
  // Outside the reader an arrow key can belong to tabs, a slider or a table.
  if (isArrow && !isOurs && target !== document.body) return;
  if (key === "j" || key === "arrowright") reader.go(reader.at + 1);
  else if (key === "k" || key === "arrowleft") reader.go(reader.at - 1);
  else if (key === "escape" && !reader.bar.help.hidden) reader.bar.toggleHelp();
  else if (!event.repeat && key in (reader.data.letters ?? {})) reader.press(reader.bar.tagNames.indexOf(reader.data.letters[key]));
  else if (!event.repeat && key in (reader.data.asks ?? {})) reader.setState("asked", { name: reader.data.asks[key], n: Date.now() });
  else if (!event.repeat && /^[1-9]$/.test(key) && +key <= reader.bar.tagNames.length) reader.press(+key - 1);
  else if (!event.repeat && key in COMMANDS) COMMANDS[key](reader);
  else return;
  event.preventDefault();
  event.stopPropagation();
}
