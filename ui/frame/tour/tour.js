// The panel of the tour. Its words are read out when a step begins; a step that a click began has the keyboard's focus.
const make = (tag, name, text) => {
  const node = document.createElement(tag);
  node.className = name;
  if (text) node.textContent = text;
  return node;
};

function button(kind, label, act) {
  const node = make("button", kind, label);
  node.type = "button";
  node.onclick = () => {
    window.winnowTourStepped = kind === "next";
    act(kind);
  };
  return node;
}

export default function ({ parentElement, data, setTriggerValue }) {
  const panel = parentElement.querySelector(".tour");
  const shown = JSON.stringify(data);
  if (panel.dataset.shown === shown) return; // the same step, drawn again: the focus stays where it is
  panel.dataset.shown = shown;
  const act = (kind) => setTriggerValue("act", kind);
  const said = make("p", "said");
  said.setAttribute("role", "status");
  const buttons = make("span", "buttons");
  buttons.append(button("next", data.next, act));
  if (data.skip) buttons.append(button("skip", data.skip, act));
  panel.replaceChildren(said, buttons);
  said.append(make("strong", "", data.step), data.words); // after the status is there, so that it is announced
  if (!window.winnowTourStepped) return;
  window.winnowTourStepped = false;
  buttons.firstChild.focus();
}
