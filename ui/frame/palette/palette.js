// The box that finds everything. Texts are set by textContent only, so that nothing in the data can become markup.
const MOST = 6; // choices shown of each kind
const KEYS = [
  ["/", "find text, pages, findings, columns and saved views"], ["Ctrl K", "the same, also while you type"],
  ["\u2191 \u2193", "in the box: go from choice to choice"], ["Enter", "in the box: take the choice"],
  ["Esc", "close a box"], ["?", "this list"],
];
const READERS = ".st-key-reader, .st-key-finding_reader, .st-key-token_reader, .st-key-blind_reader"; // they list their own keys

const make = (tag, name, text) => {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  return node;
};

const isTyping = (event) => {
  const field = event.composedPath()[0];
  return field instanceof Element && (field.isContentEditable || field.matches("input, textarea, select, [role=combobox]"));
};

function matching(groups, words) {
  const whole = words.toLowerCase();
  const parts = whole.split(/\s+/).filter(Boolean);
  const named = ({ choices }) => (whole && choices.some(([, label]) => label.toLowerCase().startsWith(whole)) ? 0 : 1);
  return groups.map(({ kind, title, choices }) => {
    const fits = choices.filter(([, label]) => parts.every((part) => label.toLowerCase().includes(part)));
    const begins = (label) => (label.toLowerCase().startsWith(parts[0] ?? "") ? 0 : 1);
    fits.sort(([, a], [, b]) => begins(a) - begins(b)); // stable: otherwise as given
    return { kind, title, choices: fits.slice(0, MOST) };
  }).filter(({ choices }) => choices.length).sort((a, b) => named(a) - named(b)); // what is called so comes first
}

class Palette {
  constructor(dialog) {
    this.dialog = dialog;
    dialog.addEventListener("keydown", (event) => { event.stopPropagation(); if (this.field?.isConnected) this.press(event); });
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  }

  open() {
    this.field = make("input");
    this.field.type = "text";
    this.field.setAttribute("role", "combobox");
    this.field.setAttribute("aria-label", "Find text, pages, findings, columns and saved views");
    this.field.setAttribute("aria-expanded", "true");
    this.field.setAttribute("aria-controls", "palette-list");
    this.field.placeholder = "Find text, pages, findings, columns, saved views \u2026";
    this.field.oninput = () => this.list();
    this.listed = make("div", "list");
    this.listed.id = "palette-list";
    this.listed.setAttribute("role", "listbox");
    this.listed.setAttribute("aria-label", "What was found");
    this.show("Find", this.field, this.listed);
    this.list();
    this.field.focus();
  }

  help() {
    const keys = make("dl");
    for (const [key, meaning] of KEYS) {
      const term = make("dt");
      term.append(make("kbd", "", key));
      keys.append(term, make("dd", "", meaning));
    }
    this.field = null;
    const hint = make("p", "hint", "The page Read has keys of its own: open it and press ?.");
    const tour = make("button", "tour", "Tour of the sample data in six steps");
    tour.type = "button";
    tour.onclick = () => this.take("tour", "begin");
    this.show("Keys of this page", keys, hint, tour);
  }

  show(label, ...parts) {
    this.dialog.setAttribute("aria-label", label);
    this.dialog.replaceChildren(...parts);
    if (!this.dialog.open) this.dialog.showModal();
  }

  list() {
    const words = this.field.value.trim();
    const groups = matching(this.groups, words);
    if (words) groups.unshift({ kind: "text", title: "Rows", choices: [[words, `Any text contains \u201c${words}\u201d`]] });
    this.choices = [];
    const nodes = groups.flatMap(({ kind, title, choices }) => {
      const box = make("div");
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", title);
      const head = make("div", "title", title);
      head.setAttribute("aria-hidden", "true");
      box.append(head);
      for (const [value, label] of choices) {
        const node = make("div", "choice", label);
        node.id = `palette-${this.choices.length}`;
        node.setAttribute("role", "option");
        node.onclick = () => this.take(kind, value);
        this.choices.push({ node, kind, value });
        box.append(node);
      }
      return [box];
    });
    this.listed.replaceChildren(...nodes);
    this.mark(0);
  }

  mark(at) {
    this.at = this.choices.length ? (at + this.choices.length) % this.choices.length : 0;
    this.choices.forEach(({ node }, place) => node.setAttribute("aria-selected", place === this.at));
    const chosen = this.choices[this.at]?.node;
    this.field.setAttribute("aria-activedescendant", chosen?.id ?? "");
    chosen?.scrollIntoView({ block: "nearest" });
  }

  press(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) this.mark(this.at + steps[event.key]);
    else if (event.key === "Enter" && !event.isComposing && this.choices[this.at]) {
      const { kind, value } = this.choices[this.at];
      this.take(kind, value);
    } else return;
    event.preventDefault();
  }

  take(kind, value) {
    this.dialog.close();
    this.go({ kind, value });
  }
}

function onKey(event) {
  const palette = window.winnowPalette;
  if (!palette?.dialog.isConnected || palette.dialog.open || event.altKey) return;
  const isFind = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
  const isPlain = !event.ctrlKey && !event.metaKey && !isTyping(event);
  if (isFind || (isPlain && event.key === "/")) palette.open();
  else if (isPlain && event.key === "?" && !document.querySelector(READERS)) palette.help();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

export default function ({ parentElement, data, setTriggerValue }) {
  const dialog = parentElement.querySelector(".palette");
  if (window.winnowPalette?.dialog !== dialog) window.winnowPalette = new Palette(dialog);
  window.winnowPalette.groups = data.groups;
  window.winnowPalette.go = (wish) => setTriggerValue("go", wish);
  if (window.winnowHasKeys) return;
  window.winnowHasKeys = true;
  window.addEventListener("keydown", onKey, true);
}
