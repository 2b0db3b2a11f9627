// A button that copies a text. Texts are set by textContent only, so that nothing in the data can become markup.
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without a secure connection, or without leave, browsers have only the old way.
    const field = document.createElement("textarea");
    field.value = text;
    field.style.position = "fixed";
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".copy");
  if (root.dataset.text === data.text) return; // the sentence stays
  root.dataset.text = data.text;
  const button = document.createElement("button");
  const sentence = document.createElement("span");
  button.type = "button";
  button.textContent = data.label;
  sentence.setAttribute("role", "status");
  button.onclick = async () => {
    sentence.textContent = (await copied(data.text)) ? data.then : "The browser did not copy it. Select the text above.";
  };
  root.replaceChildren(button, sentence);
}
