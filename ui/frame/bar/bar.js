// The view bar. Texts are set by textContent only, so that nothing in the data can become markup.
const make = (tag, name, text) => {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  return node;
};

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".view-bar");
  const act = (what) => setTriggerValue("act", what);
  const button = (name, text, label, onclick, disabled = false) => {
    const node = make("button", name, text);
    node.type = "button";
    node.title = label;
    node.setAttribute("aria-label", label);
    node.disabled = disabled;
    node.onclick = onclick;
    return node;
  };

  const count = make("span", "count");
  count.append(make("strong", "", data.count), ` ${data.of}`);
  count.setAttribute("role", "status");
  const nodes = [count];
  data.chips.forEach(({ text, tip, on }, chip) => {
    const node = make("span", on ? "chip" : "chip off");
    const toggle = button("words", text, `${text} – ${on ? "switch off" : "switch on"}`, () => act({ do: "toggle", chip }));
    toggle.title = `${tip}. Click to switch it ${on ? "off" : "on"}.`;
    toggle.setAttribute("aria-pressed", on);
    if (!on) toggle.prepend(make("em", "", "off "));
    node.append(toggle, button("remove", "✕", `Remove: ${text}`, () => act({ do: "remove", chip })));
    nodes.push(node);
  });
  const tools = make("span", "tools");
  tools.append(
    button("tool", "↶", "Undo the last change of the view", () => act({ do: "undo" }), !data.undo),
    button("tool", "↷", "Redo", () => act({ do: "redo" }), !data.redo),
  );
  if (data.chips.length) tools.append(button("tool", "Clear", "Remove all filters", () => act({ do: "clear" })));
  nodes.push(tools);
  root.replaceChildren(...nodes);
  root.dataset.count = data.count;
}
