// The list of findings. Texts are set by textContent only, so that nothing in the data can become markup.
const make = (tag, name, text) => {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  return node;
};

const lineOf = (line, chosen, choose) => {
  const node = make("button", `line ${line.severity}`);
  node.type = "button";
  node.dataset.finding = line.name;
  if (line.name === chosen) node.setAttribute("aria-current", "true");
  const head = make("span", "head");
  head.append(make("span", "severity", line.severity), make("span", "sentence", line.sentence));
  if (line.state) head.append(make("span", `state ${line.state.replace(" ", "-")}`, line.state));
  const facts = make("span", "facts");
  for (const fact of line.facts) facts.append(make("span", "fact", fact));
  if (line.owner) facts.append(make("span", "fact owner", `owner ${line.owner}`));
  node.append(head, facts);
  node.onclick = () => choose(line.name);
  return node;
};

const quietOf = (group, unfolded) => {
  const node = make("details", "others");
  node.dataset.group = group.title;
  node.open = unfolded.has(group.title);
  node.append(make("summary", "", group.others));
  for (const [title, words] of group.quiet) {
    const quiet = make("p", "quiet");
    quiet.append(make("b", "", title), ` ${words}`);
    node.append(quiet);
  }
  return node;
};

const groupOf = (group, chosen, choose, unfolded) => {
  const node = make("section", "group");
  const head = make("header");
  const title = make("h3", "", group.title);
  title.title = group.meaning;
  head.append(title, make("span", "summary", group.summary));
  node.append(head, ...group.lines.map((line) => lineOf(line, chosen, choose)));
  if (group.quiet.length) node.append(quietOf(group, unfolded));
  return node;
};

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".findings");
  const choose = (name) => {
    for (const line of root.querySelectorAll(".line")) line.toggleAttribute("aria-current", line.dataset.finding === name);
    dispatchEvent(new CustomEvent("winnow-subject", { detail: name })); // the reader beside it stores no key until its rows are here
    setTriggerValue("chosen", name);
  };
  const drawn = JSON.stringify(data);
  if (root.drawn === drawn) return;
  root.drawn = drawn;
  const focused = root.getRootNode().activeElement?.dataset?.finding;
  const unfolded = new Set([...root.querySelectorAll("details[open]")].map((node) => node.dataset.group));
  root.replaceChildren(...data.groups.map((group) => groupOf(group, data.chosen, choose, unfolded)));
  const current = root.querySelector("[aria-current]"); // a link can name a finding far down the list
  if (current && (current.offsetTop < root.scrollTop || current.offsetTop > root.scrollTop + root.clientHeight - 60)) {
    root.scrollTop = current.offsetTop - 60;
  }
  if (focused) [...root.querySelectorAll(".line")].find((line) => line.dataset.finding === focused)?.focus({ preventScroll: true });
}
