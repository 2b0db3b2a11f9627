// The keys of the reader: what they do, their list in the help, and when a key press is not for the reader.

const KEYS = [
  ["J", "\u2192", "next row"], ["K", "\u2190", "previous row"], ["1 \u2026 9", "", "add the tag, or remove it"],
  ["U", "", "undo the last tag"], ["E", "", "show long texts in full"], ["X", "", "raw record"], ["R", "", "show masked values; your name is recorded"], ["G", "", "go to a row"],
  ["M", "", "similar rows"],
  ["?", "", "this list"],
];

const COMMANDS = {
  u: (reader) => reader.undo(),
  e: (reader) => reader.toggleFolds(),
  x: (reader) => reader.toggleRaw(),
  r: (reader) => reader.reveal(),
  m: (reader) => reader.seekLike(),
  "?": (reader) => reader.toggleHelp(),
  g: (reader) => { reader.position.focus(); reader.position.select(); },
};

function isTyping(target) {
  if (target.isContentEditable || target.tagName === "CANVAS") return true;
  return /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.closest('[role="grid"],[role="listbox"]') !== null;
}

// The key as on a Latin keyboard: J is J with a Cyrillic layout, and 1 is 1 on a French keyboard without shift.
function keyName(event) {
  const place = /^(?:Key([A-Z])|(?:Digit|Numpad)([1-9]))$/.exec(event.code);
  if (/^[0-9?]$/.test(event.key) || event.key.length > 1) return event.key.toLowerCase();
  if (event.shiftKey) return "";
  if (/^[a-z]$/i.test(event.key)) return event.key.toLowerCase();
  return (place?.[2] ?? (event.key > "\u007f" ? place?.[1] : "") ?? "").toLowerCase();
}

function keyList() {
  const list = element("dl", "help");
  for (const [key, other, meaning] of KEYS) {
    const keys = element("dt", "", element("kbd", "", key));
    if (other) keys.append(" ", element("kbd", "", other));
    list.append(element("div", "", keys, element("dd", "", meaning)));
  }
  return list;
}
