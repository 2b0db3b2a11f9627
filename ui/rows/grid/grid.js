// A table of rows. Texts are set by textContent only, so that nothing in the data can become markup.
const make = (tag, name, text) => {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  return node;
};

const button = (text, act, title) => {
  const node = make("button", "", text);
  node.type = "button";
  if (title) node.title = title;
  node.onclick = (event) => { event.stopPropagation(); act(event); };
  return node;
};

const plural = (number) => `${number.toLocaleString("en")} selected`;

class Grid {
  constructor(root) {
    this.root = root;
    this.selected = new Set();
    this.last = -1; // the row whose box was ticked last, where a range with Shift begins
    root.addEventListener("keydown", (event) => this.key(event));
    root.addEventListener("click", () => this.closeMenu());
  }

  take(data, ask) {
    this.ask = ask;
    if (data.of !== this.of) { this.selected.clear(); this.last = -1; }
    this.of = data.of;
    const drawn = JSON.stringify(data);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.data = data;
    const open = this.opens;
    this.draw();
    const { shape } = data;
    const isNew = shape && shape.n !== this.shaped;
    this.shaped = shape?.n ?? this.shaped;
    const column = data.columns.find(({ name }) => name === (isNew ? shape.column : open));
    if (column) { this.opens = undefined; this.menu(column, this.heads.get(column.name), isNew); } else this.opens = undefined;
  }

  draw() {
    const place = this.scroll ? [this.scroll.scrollTop, this.scroll.scrollLeft] : [0, 0];
    this.bar = make("div", "bar");
    this.scroll = make("div", "scroll");
    this.scroll.tabIndex = 0;
    this.scroll.setAttribute("role", "region");
    this.scroll.setAttribute("aria-label", this.data.title);
    this.scroll.style.setProperty("--lines", this.data.lines);
    const table = make("table");
    table.append(this.head(), this.body());
    this.scroll.append(table);
    this.root.replaceChildren(this.bar, this.scroll);
    [this.scroll.scrollTop, this.scroll.scrollLeft] = place;
    this.mark();
  }

  head() {
    const row = make("tr");
    const pick = make("th", "pick");
    this.all = make("input");
    this.all.type = "checkbox";
    this.all.setAttribute("aria-label", "Select all rows of this table");
    this.all.onchange = () => {
      for (const line of this.data.rows) this.all.checked ? this.selected.add(line.id) : this.selected.delete(line.id);
      this.mark();
    };
    pick.append(this.all);
    const number = make("th", "number", "#");
    row.append(pick, number);
    this.heads = new Map();
    for (const column of this.data.columns) {
      const cell = make("th");
      cell.scope = "col";
      this.heads.set(column.name, cell);
      if (column.fixed) {
        cell.append(make("span", "title", column.title));
        row.append(cell);
        continue;
      }
      const [by, down] = this.data.sort ?? [];
      const arrow = by === column.name ? (down ? " ↓" : " ↑") : "";
      if (arrow) cell.setAttribute("aria-sort", down ? "descending" : "ascending");
      const opens = button(`${column.title}${arrow}`, () => this.menu(column, cell), column.counts ? "Sort, filter, count or hide this column" : "Sort, filter or hide this column");
      opens.setAttribute("aria-haspopup", "true");
      cell.append(opens);
      row.append(cell);
    }
    const head = make("thead");
    head.append(row);
    return head;
  }

  body() {
    const body = make("tbody");
    this.lines = this.data.rows.map((line, at) => this.line(line, at));
    body.append(...this.lines);
    return body;
  }

  line(line, at) {
    const row = make("tr");
    row.dataset.row = line.id;
    const pick = make("td", "pick");
    const box = make("input");
    box.type = "checkbox";
    box.setAttribute("aria-label", `Select row ${line.number}`);
    box.onclick = (event) => { event.stopPropagation(); this.tick(at, box.checked, event.shiftKey); };
    pick.append(box);
    pick.onclick = (event) => event.stopPropagation();
    const number = make("td", "number");
    const opens = button(line.number.toLocaleString("en"), () => this.open(line.id));
    opens.setAttribute("aria-label", `Open row ${line.number}`);
    number.append(opens);
    row.append(pick, number);
    line.cells.forEach((text, place) => {
      const cell = make("td", { text: "text", number: "figure" }[this.data.columns[place].kind] ?? "");
      cell.tabIndex = -1;
      cell.append(make("div", "cell", text));
      row.append(cell);
    });
    row.onclick = () => { if (!String(document.getSelection())) this.open(line.id); };
    row.classList.toggle("opened", line.id === this.data.opened);
    return row;
  }

  tick(at, on, isRange) {
    const from = isRange && this.last >= 0 ? Math.min(this.last, at) : at;
    const to = isRange && this.last >= 0 ? Math.max(this.last, at) : at;
    for (let place = from; place <= to; place += 1) {
      const { id } = this.data.rows[place];
      on ? this.selected.add(id) : this.selected.delete(id);
    }
    this.last = at;
    this.mark();
  }

  open(id) {
    for (const line of this.lines) line.classList.toggle("opened", line.dataset.row === id);
    this.ask({ do: "open", ids: [id] });
  }

  mark() {
    let ticked = 0;
    for (const line of this.lines) {
      const on = this.selected.has(line.dataset.row);
      ticked += on;
      line.classList.toggle("selected", on);
      line.querySelector("input").checked = on;
    }
    this.all.checked = ticked > 0 && ticked === this.lines.length;
    this.all.indeterminate = ticked > 0 && ticked < this.lines.length;
    this.drawBar();
  }

  drawBar() {
    const ids = [...this.selected];
    this.bar.replaceChildren();
    if (ids.length) {
      const tag = make("select");
      tag.setAttribute("aria-label", "Tag the selected rows");
      tag.append(make("option", "", "Tag …"), ...this.data.tags.map((name) => make("option", "", name)));
      tag.onchange = () => {
        if (tag.selectedIndex > 0) this.ask({ do: "tag", ids, tag: this.data.tags[tag.selectedIndex - 1] });
        tag.selectedIndex = 0;
      };
      this.bar.append(
        make("b", "count", plural(ids.length)),
        tag,
        button("Read", () => this.ask({ do: "read", ids })),
        button("Copy", (event) => this.copy(event.currentTarget), "Copies the selected rows that this table shows"),
        button("Export", () => this.ask({ do: "export", ids })),
        button("Clear", () => { this.selected.clear(); this.mark(); }),
      );
    } else {
      this.bar.append(make("span", "", this.data.title));
    }
    this.bar.append(make("span", "push", "Lines"));
    for (const lines of [1, 2, 3]) {
      const one = button(String(lines), () => this.ask({ do: "lines", lines }), `${lines} per cell`);
      one.setAttribute("aria-label", `${lines} lines per cell`);
      one.setAttribute("aria-pressed", String(lines === this.data.lines));
      this.bar.append(one);
    }
  }

  copy(pressed) {
    const flat = (text) => text.replace(/[\t\n\r]+/g, " ");
    const rows = this.data.rows.filter((line) => this.selected.has(line.id)).map((line) => line.cells);
    const all = [this.data.columns.map((column) => column.title), ...rows];
    navigator.clipboard?.writeText(all.map((cells) => cells.map(flat).join("\t")).join("\n"));
    pressed.textContent = "Copied";
  }

  menu(column, cell, counted = false) {
    const again = this.opens === column.name;
    this.closeMenu();
    if (again) return;
    this.opens = column.name;
    const menu = make("div", "menu");
    menu.setAttribute("role", "group");
    menu.setAttribute("aria-label", `Column ${column.title}`);
    menu.onclick = (event) => event.stopPropagation();
    const ask = (asked) => { this.closeMenu(); this.ask({ column: column.name, ...asked }); };
    if (column.sorts) {
      const [small, large] = column.kind === "number" ? ["Smallest first", "Largest first"] : ["A to Z", "Z to A"];
      menu.append(
        button(`Sort all rows: ${small}`, () => ask({ do: "sort", down: false })),
        button(`Sort all rows: ${large}`, () => ask({ do: "sort", down: true })),
      );
      if (this.data.sort?.[0] === column.name) menu.append(button("As in the file", () => this.unsort()));
    }
    if (column.kind) menu.append(this.filter(column, ask));
    const shape = this.data.shape?.column === column.name ? this.data.shape : undefined;
    if (shape) menu.append(this.shape(shape, ask));
    else if (column.counts) {
      menu.append(button("Distribution", (event) => {
        event.currentTarget.textContent = "Counting …";
        this.ask({ do: "distribution", column: column.name });
      }));
    }
    menu.append(button("Hide this column", () => ask({ do: "hide" })));
    this.root.append(menu);
    const edge = this.root.getBoundingClientRect();
    const under = cell.getBoundingClientRect();
    menu.style.top = `${under.bottom - edge.top}px`;
    menu.style.left = `${Math.max(0, Math.min(under.left - edge.left, edge.width - menu.offsetWidth))}px`;
    menu.querySelector(counted ? ".part button, button" : "button").focus();
  }

  // The values of a column with their rows, in the menu; a click filters to one.
  shape(shape, ask) {
    const all = make("div", "shape");
    all.setAttribute("role", "group");
    all.setAttribute("aria-label", `Distribution ${shape.about}`);
    all.append(make("span", "about", `Distribution ${shape.about}`));
    for (const bar of shape.bars) {
      const part = make("div", "part");
      part.style.setProperty("--share", bar.share);
      const name = bar.op ? button("", () => ask({ do: "filter", op: bar.op, value: bar.value }), `Filter to ${bar.words}`) : make("span");
      name.append(make("span", "words", bar.words), make("span", "rows", bar.rows));
      if (bar.op) name.setAttribute("aria-label", `${bar.words} ${bar.rows}: filter to it`);
      part.append(name);
      all.append(part);
    }
    return all;
  }

  unsort() {
    this.closeMenu();
    this.ask({ do: "sort", column: "", down: false });
  }

  filter(column, ask) {
    const form = make("form");
    const ops = column.kind === "number" ? [["ge", "at least"], ["le", "at most"], ["eq", "is"]] : [["has", "contains"], ["eq", "is"]];
    const op = make("select");
    op.setAttribute("aria-label", `How to filter by ${column.title}`);
    for (const [name, words] of ops) { const one = make("option", "", words); one.value = name; op.append(one); }
    const value = make("input");
    value.type = "text";
    value.setAttribute("aria-label", `Filter by ${column.title}`);
    const go = make("button", "", "Filter");
    form.append(op, value, go);
    form.onsubmit = (event) => {
      event.preventDefault();
      if (value.value) ask({ do: "filter", op: op.value, value: value.value });
    };
    return form;
  }

  closeMenu() {
    this.opens = undefined;
    this.root.querySelector(".menu")?.remove();
  }

  key(event) {
    if (event.key === "Escape" && this.opens !== undefined) {
      const head = this.heads.get(this.opens);
      this.closeMenu();
      head?.querySelector("button")?.focus();
    }
    const cell = event.target.closest?.("td");
    if (!cell) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "c" && !String(document.getSelection())) {
      navigator.clipboard?.writeText(cell.textContent);
      event.preventDefault();
      return;
    }
    const row = cell.parentElement;
    const place = [...row.cells].indexOf(cell);
    const next = {
      ArrowDown: row.nextElementSibling?.cells[place],
      ArrowUp: row.previousElementSibling?.cells[place],
      ArrowLeft: cell.previousElementSibling,
      ArrowRight: cell.nextElementSibling,
    }[event.key];
    if (next) {
      event.preventDefault();
      (next.querySelector("button, input") ?? next).focus();
    }
  }
}

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".grid");
  root.grid ??= new Grid(root);
  root.grid.take(data, (asked) => setTriggerValue("asked", asked));
}
