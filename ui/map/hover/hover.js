// What the point under the pointer says. Asked of the server after a moment's rest, kept while the same points are drawn.

const REST_MS = 70;

function box(parentElement) {
  const made = document.createElement("div");
  made.className = "said";
  made.hidden = true;
  parentElement.append(made);
  return made;
}

function show(state) {
  const lines = state.over && state.kept.get(state.over.at);
  state.box.hidden = !lines;
  if (!lines) return;
  state.box.replaceChildren(
    ...lines.map((line) => {
      const part = document.createElement("p");
      part.textContent = line;
      return part;
    }),
  );
  const { x, y } = state.over, { width, height } = state.box.getBoundingClientRect();
  state.box.style.left = `${x + 16 + width > innerWidth ? Math.max(x - 16 - width, 4) : x + 16}px`;
  state.box.style.top = `${y + 14 + height > innerHeight ? Math.max(y - 14 - height, 4) : y + 14}px`;
}

function listen(state) {
  const chart = document.querySelector(`[class*="st-key-${state.chart}"] .js-plotly-plot`);
  if (!chart || !chart.on || chart === state.heard) return;
  state.heard = chart;
  chart.on("plotly_hover", ({ points, event }) => {
    // The first two layers may be clouds: points are counted from the first trace of points on.
    const clouds = chart.data.filter((trace) => trace.type === "heatmap").length;
    const trace = points[0].curveNumber - clouds, point = points[0].pointNumber;
    if (trace < 0) return;
    state.over = { at: `${trace}:${point}`, x: event.clientX, y: event.clientY };
    show(state);
    clearTimeout(state.rest);
    if (!state.kept.has(state.over.at))
      state.rest = setTimeout(() => state.ask("asked", { drawn: state.drawn, trace, point }), REST_MS);
  });
  chart.on("plotly_unhover", () => {
    clearTimeout(state.rest);
    state.over = null;
    show(state);
  });
}

export default function ({ parentElement, data, setTriggerValue }) {
  const state = (parentElement.winnowHover ??= { box: box(parentElement), kept: new Map(), drawn: "" });
  if (state.drawn !== data.drawn) [state.drawn, state.kept, state.over] = [data.drawn, new Map(), null];
  [state.chart, state.ask] = [data.chart, setTriggerValue];
  if (data.said) state.kept.set(data.said.of.join(":"), data.said.lines);
  show(state);
  listen(state);
  clearInterval(state.watch);
  // The chart is drawn after this, and anew when its key changes. Streamlit also cleans up after a message that a later one
  // overtook, so the watch ends by itself once the box is gone.
  state.watch = setInterval(() => (state.box.isConnected ? listen(state) : clearInterval(state.watch)), 400);
}
