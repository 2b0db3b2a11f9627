// Groups of texts side by side. An unfolded text stays unfolded until other groups are shown.

const FOLD = 600;

function actButtons(acts, setTriggerValue) {
  return acts.map(([name, word]) => {
    const button = appendText(element("button", "act"), word);
    button.type = "button";
    button.onclick = () => setTriggerValue("act", name);
    return button;
  });
}

function cardPart(card, at, state, setTriggerValue) {
  const head = element("header", "", appendText(element("span", "title"), card.title));
  if (card.row) {
    const read = element("button", "read", "Read");
    read.type = "button";
    read.title = "Open this row in Read";
    read.onclick = () => setTriggerValue("read", card.row);
    head.append(read);
  }
  head.append(...actButtons(card.acts, setTriggerValue));
  if (card.about) head.append(appendText(element("span", "about"), card.about));
  const part = element("section", "card", head);
  if (!card.text) {
    part.append(element("p", "nothing", card.is_missing ? "(missing)" : "(empty)"));
    return part;
  }
  const isLong = card.text.length > FOLD * 1.2;
  const isFolded = isLong && !state.unfolded.has(at);
  let end = isFolded ? FOLD : card.text.length;
  if (/[\ud800-\udbff]/.test(card.text[end - 1])) end -= 1;
  part.append(textBlock({ text: card.text, spans: card.spans, is_code: false }, end));
  if (isLong) {
    const also = card.spans.filter((span) => span[0] >= FOLD).length;
    const more = `Show ${count(card.text.length - end)} more characters` + (also ? `, ${count(also)} marked` : "");
    const fold = element("button", "more", isFolded ? more : "Show less");
    fold.type = "button";
    fold.onclick = () => {
      isFolded ? state.unfolded.add(at) : state.unfolded.delete(at);
      state.draw();
    };
    part.append(fold);
  }
  if (card.hidden && !isFolded) part.append(element("p", "nothing", `${count(card.hidden)} further characters are not shown here.`));
  return part;
}

function groupPart(group, number, state, setTriggerValue) {
  const part = element("article", "group", appendText(element("h3"), group.title));
  group.shared.forEach((card, at) => part.append(cardPart(card, `${number}s${at}`, state, setTriggerValue)));
  const cards = element("div", "cards");
  group.cards.forEach((card, at) => cards.append(cardPart(card, `${number}c${at}`, state, setTriggerValue)));
  part.append(cards);
  for (const note of group.notes) part.append(appendText(element("p", "said"), note));
  if (group.acts.length) part.append(element("div", "acts", ...actButtons(group.acts, setTriggerValue)));
  if (group.left) part.append(element("p", "nothing", `${count(group.left)} more rows of this group are not shown here.`));
  return part;
}

export default function ({ parentElement, data, setTriggerValue }) {
  const shown = JSON.stringify(data.groups);
  const state = parentElement.winnowSide ??= { unfolded: new Set(), shown: "" };
  if (state.shown !== shown) [state.shown, state.unfolded] = [shown, new Set()];
  state.draw = () => {
    const root = element("div", "side-by-side");
    data.groups.forEach((group, number) => root.append(groupPart(group, number, state, setTriggerValue)));
    const before = parentElement.querySelector(".side-by-side");
    before ? before.replaceWith(root) : parentElement.append(root);
  };
  state.draw();
}
