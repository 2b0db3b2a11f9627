// A text drawn as Markdown, code, tables, formulas or folded JSON, from a tree of nodes: [element, attributes, node, …].
// Each element is made here by its name, from a short list, and gets only attributes named here; texts become text nodes.

const MATH = "http://www.w3.org/1998/Math/MathML";
const DRAWN = new Set(("p ul ol li blockquote strong em s code table thead tbody tr th td hr br span div " +
  "details summary").split(" "));

function renderedBlock(nodes) {
  const block = element("div", "rendered");
  block.dir = "auto";
  appendNodes(block, nodes);
  return block;
}

function appendNodes(parent, nodes) {
  for (const node of nodes) typeof node === "string" ? appendText(parent, node) : parent.append(nodeElement(node));
}

function nodeElement([name, attributes, ...children]) {
  if (name === "math") return mathElement(name, attributes, children);
  if (name === "pre") return codeLines(children[0] ?? "", attributes.language);
  const isHeading = /^h[1-6]$/.test(name);
  const made = element(isHeading || !DRAWN.has(name) ? "div" : name, isHeading ? `heading ${name}` : attributes.class ?? "");
  if (name === "details") made.open = attributes.open === true;
  if (name === "ol" && attributes.start) made.start = attributes.start;
  if (attributes.class === "link") made.title = attributes.title;
  appendNodes(made, children);
  if (attributes.class === "link") made.append(appendText(element("span", "address"), ` (${attributes.title.slice(0, 200)})`));
  if (name !== "table") return made;
  return element("div", "wide", made);
}

function mathElement(name, attributes, children) {
  const made = document.createElementNS(MATH, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  for (const child of children) made.append(typeof child === "string" ? child : mathElement(...[child[0], child[1]], child.slice(2)));
  return made;
}

// Code with the number of each line, which is not copied with it.
function codeLines(code, language) {
  const pre = element("pre", "lines");
  pre.dir = "ltr";
  for (const line of code.split("\n")) pre.append(appendText(element("span", "code-line"), line), "\n");
  return element("div", "code-block", ...(language ? [appendText(element("span", "language"), language)] : []), pre);
}
