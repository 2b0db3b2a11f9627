// What a tool answered, when it is JSON, as indented JSON; the marks move along. The text itself stays as it is stored.

const shownSections = new WeakMap();

// The section as it is drawn: with an indented text if it is the JSON answer of a tool, else as it is.
function shownSection(section) {
  if (section.kind !== "tool" || section.is_code || !/^\s*[[{]/.test(section.text)) return section;
  if (!shownSections.has(section)) shownSections.set(section, indented(section));
  return shownSections.get(section);
}

function indented(section) {
  const { text } = section;
  try {
    JSON.parse(text);
  } catch {
    return section; // no JSON, or cut
  }
  const places = new Uint32Array(text.length + 1); // of each character in the indented text
  let made = "", depth = 0, isQuoted = false;
  const line = () => `\n${"  ".repeat(depth)}`;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    places[at] = made.length;
    if (isQuoted) {
      made += character;
      if (character === "\\") { places[at + 1] = made.length; made += text[at += 1]; }
      else if (character === '"') isQuoted = false;
    } else if (/\s/.test(character)) continue;
    else if (character === '"') { isQuoted = true; made += character; }
    else if (character === "{" || character === "[") {
      const end = /^\s*[}\]]/.exec(text.slice(at + 1, at + 100));
      if (end) { made += character + end[0].trim(); places.fill(made.length - 1, at + 1, at + 1 + end[0].length); at += end[0].length; }
      else { depth += 1; made += character + line(); }
    } else if (character === "}" || character === "]") { depth -= 1; made += line(); places[at] = made.length; made += character; }
    else if (character === ",") made += `,${line()}`;
    else made += character === ":" ? ": " : character;
  }
  places[text.length] = made.length;
  const spans = section.spans.map(([start, end, ...more]) => [places[start], end > start ? places[end - 1] + 1 : places[start], ...more]);
  return { ...section, text: made, spans, is_code: true };
}

// How many tools the JSON of the tools describes; null where that cannot be told.
function toolCount(section) {
  if (section.title !== "Tools" || !section.is_code) return null;
  try {
    const tools = JSON.parse(section.text);
    return Array.isArray(tools) ? tools.length : null;
  } catch {
    return null;
  }
}
