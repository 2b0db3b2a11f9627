// Brings the code of the reader. Streamlit sends a component's code with each of its messages, but a message that is
// the same as before only once: so this component has the code and no data, and the reader has the data and no code.

export default function ({ parentElement }) {
  readerCode.draw = drawReader;
  readerCode.arrive();
  const place = parentElement.host?.closest('[data-testid="stElementContainer"]');
  if (place) place.style.display = "none";
}
