// The keys of the reader: what they do, and their list in the help.

const KEYS = [
  ["J", "\u2192", "next row"], ["K", "\u2190", "previous row"], ["1 \u2026 9", "", "add the tag, or remove it"],
  ["U", "", "undo the last change"], ["E", "", "edit a text: the answer, or the text under the pointer; it becomes a proposal"],
  ["D", "", "difference, proposed text, original"], ["W", "", "withdraw the proposal"], ["F", "", "show long texts in full"], ["X", "", "raw record"], ["R", "", "show masked values; your name is recorded"], ["G", "", "go to a row"],
  ["M", "", "similar rows"], ["T", "", "tokens, as the trainer reads the row; arrow keys go from token to token"],
  ["/", "Ctrl K", "find text, pages, findings, columns and saved views"],
  ["?", "", "this list"],
];

const COMMANDS = {
  u: (reader) => reader.undo(),
  e: (reader) => reader.editing.start(),
  d: (reader) => reader.editing.nextView(),
  w: (reader) => reader.editing.withdraw(),
  f: (reader) => reader.toggleFolds(),
  x: (reader) => reader.toggleRaw(),
  r: (reader) => reader.reveal(),
  m: (reader) => reader.seekLike(),
  t: (reader) => reader.toggleTokens(),
  "?": (reader) => reader.toggleHelp(),
  g: (reader) => { reader.position.focus(); reader.position.select(); },
};

// `own`: the keys of this reader, as [letter, meaning]; they stand before the others, of which they may replace one.
function keyList(own = []) {
  const list = element("dl", "help");
  const letters = own.map(([letter]) => letter.toUpperCase());
  const others = KEYS.filter(([key]) => !letters.includes(key) && !(own.length && "MT1".includes(key[0])));
  for (const [key, other, meaning] of [...own.map(([letter, words]) => [letter.toUpperCase(), "", words]), ...others]) {
    const keys = element("dt", "", element("kbd", "", key));
    if (other) keys.append(" ", element("kbd", "", other));
    list.append(element("div", "", keys, element("dd", "", meaning)));
  }
  return list;
}
