// One step of the browser's history for each act of a person that changes the address.
const QUIET = ["row", "tokens"]; // how far one has read, and the key T, are no step
const ACTS = ["pointerdown", "keydown", "drop"];

const said = (address) => {
  const params = new URLSearchParams(address.search);
  QUIET.forEach((name) => params.delete(name));
  params.sort();
  return `${address.pathname}?${params}`;
};

function keepSteps() {
  const push = window.history.pushState.bind(window.history);
  const replace = window.history.replaceState.bind(window.history);
  let acted = false; // since the last step

  const write = (state, title, url) => {
    const to = new URL(url ?? window.location.href, window.location.href);
    const isStep = acted && said(to) !== said(window.location);
    if (isStep) acted = false;
    (isStep ? push : replace)(state, title, url);
  };
  window.history.pushState = write;
  window.history.replaceState = write;
  for (const act of ACTS) window.addEventListener(act, (event) => { if (event.isTrusted) acted = true; }, true);
  window.addEventListener("popstate", () => { acted = false; }, true);
}

export default function () {
  if (window.winnowHistory) return;
  window.winnowHistory = true;
  keepSteps();
}
