// The page of `grade explore`: the same text as a window tree, at all positions and as a stream, and weight counts.
(() => {
  const element = id => document.getElementById(id);
  const {trained, named, make, strip, follow} = treeParts;
  const tree = trained(JSON.parse(element("tree-data").textContent));
  const MOST = 32; // characters that are drawn
  const stage = element("stage");
  const state = {step: 0};

  const settings = () => ({
    text: [...element("text").value],
    levels: Number(element("levels").value),
    group: Number(element("group").value),
    view: document.querySelector("input[name=view]:checked").value,
    embedding: Number(element("embedding").value),
    hidden: Number(element("hidden").value),
  });
  const number = value => value.toLocaleString("en-US");
  const plural = (count, what) => `${number(count)} ${what}${count === 1 ? "" : "s"}`;

  // A node: its level (0: a character), its number in the level, the places that it sees (below 0: padding), and the
  // nodes of the level below that it reads, as their numbers.
  const button = (node, content, extra = "") => {
    const made = make("button", content, {type: "button", class: `node ${extra}`, "data-level": node.level, "data-at": node.at, tabindex: -1, "aria-label": node.label});
    made.node = node;
    return made;
  };
  const row = (title, nodes, columns) => {
    const made = make("div", "", {class: "row"}), cells = make("div", "", {class: "cells"});
    cells.style.gridTemplateColumns = `repeat(${columns}, minmax(1.75rem, 1fr))`;
    cells.append(...nodes);
    made.append(make("span", title), cells);
    return made;
  };
  const seen = (text, places) => places.map(place => place < 0 ? "." : text[place]).join("");
  const where = places => {
    const real = places.filter(place => place >= 0), padding = places.length - real.length;
    const range = real.length === 0 ? "" : real.length === 1 ? `place ${real[0]}` : `places ${real[0]} to ${real.at(-1)}`;
    return [range, padding ? `${padding} of padding` : ""].filter(Boolean).join(" and ");
  };
  const range = (first, count) => Array.from({length: count}, (_, at) => first + at);
  const told = (level, text, places) =>
    level === 0 ? `Character “${seen(text, places)}”, ${where(places)}` : `Level ${level} sees “${seen(text, places)}”: ${where(places)}`;

  // The deepest level whose context is still drawn.
  const drawn = ({levels, group}) => { let level = levels; while (group ** level > MOST) level--; return level; };

  const windowTree = chosen => {
    const {text, group} = chosen, levels = drawn(chosen), context = group ** levels;
    const first = text.length - context, fits = levels === tree.depth && group === tree.group;
    const known = fits ? tree.known(text.join("")).map(each => each ?? ".") : null;
    const walk = known && tree.run(tree.windowOf(known)).walk;
    const rows = [];
    for (let level = levels; level >= 0; level--) {
      const sees = group ** level;
      rows.push(row(level ? `level ${level}` : "characters", range(0, context / sees).map(at => {
        const places = range(first + at * sees, sees), reads = level ? range(at * group, group) : [];
        const node = {level, at, places, reads, label: told(level, text, places)};
        const made = button(node, seen(text, places), places.every(place => place < 0) ? "padding" : "");
        made.style.gridColumn = `span ${sees}`;
        if (walk) made.append(strip(walk[level][at]));
        return made;
      }), context));
    }
    return {rows, lines: false, explains: `One window of ${plural(context, "character")}: each level fuses ${group} neighbours. A dot is padding.${walk ? " A strip is a vector: blue above 0, orange below." : ""}`};
  };

  const allPositions = chosen => {
    const {group} = chosen, text = chosen.text.slice(-MOST), levels = drawn(chosen), rows = [];
    for (let level = levels; level >= 0; level--) {
      const sees = group ** level, apart = group ** (level - 1);
      rows.push(row(level ? `level ${level}` : "characters", text.map((character, at) => {
        const places = range(at - sees + 1, sees), reads = level ? range(0, group).map(k => at - k * apart).filter(place => place >= 0).reverse() : [];
        return button({level, at, places, reads, label: told(level, text, places)}, level ? "" : character);
      }), Math.max(1, text.length)));
    }
    return {rows, lines: true, explains: `Every position at once: level l reads the level below at its own place and at ${group === 2 ? "the place 2^(l-1) before it" : `${group - 1} places before it, ${group}^(l-1) apart`}. The nodes are shared by all windows, so nothing is computed twice.`};
  };

  const stream = chosen => {
    const {group} = chosen, text = chosen.text.slice(-MOST), levels = drawn(chosen), rows = [];
    const now = Math.min(state.step, Math.max(0, text.length - 1));
    const columns = Math.max(text.length, group ** (levels - 1) * (group - 1) + 1);
    for (let level = levels; level >= 1; level--) {
      const sees = group ** level, below = group ** (level - 1), queue = below * (group - 1);
      // The queue of a level holds what the level below gave in the last steps, the oldest first; the newest comes from
      // below in this step.
      const nodes = range(now - queue, queue + 1).map((at, index) => {
        const places = range(at - below + 1, below), reads = [];
        const read = (now - at) % below === 0, newest = index === queue;
        const what = newest ? "the newest, from below" : read ? "read in this step" : "waiting";
        const label = `Queue of level ${level}, ${what}: sees “${seen(text, places)}”, ${where(places)}`;
        return button({level, at: index, places, reads, label}, seen(text, places.slice(-1)), `${read ? "now" : ""} ${at < 0 ? "padding" : ""}`);
      });
      rows.push(row(`level ${level}: queue of ${queue}, and the newest`, nodes, columns));
    }
    rows.push(row("characters", text.map((character, at) =>
      button({level: 0, at, places: [at], reads: [], label: told(0, text, [at])}, character, at === now ? "now" : at > now ? "padding" : "")), columns));
    return {rows, lines: false, now, explains: "One character at a time: each level keeps a queue of what the level below gave before, and does one fusion per step. Thick borders: what the fusion of this step reads. Each box shows the newest character that it has seen."};
  };

  const VIEWS = {window: windowTree, positions: allPositions, stream};

  const edges = rows => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("aria-hidden", "true");
    rows.prepend(svg);
    const box = rows.getBoundingClientRect(), by = new Map([...rows.querySelectorAll(".node")].map(each => [`${each.node.level} ${each.node.at}`, each]));
    for (const top of by.values()) for (const at of top.node.reads) {
      const bottom = by.get(`${top.node.level - 1} ${at}`);
      const [a, b] = [top, bottom].map(each => each.getBoundingClientRect());
      const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
      for (const [name, value] of Object.entries({x1: a.left + a.width / 2 - box.left, y1: a.bottom - box.top, x2: b.left + b.width / 2 - box.left, y2: b.top - box.top})) line.setAttribute(name, value);
      line.ends = [top, bottom];
      svg.append(line);
    }
  };

  const show = chosen => {
    const all = [...stage.querySelectorAll(".node")], lit = new Set();
    if (chosen) {
      const places = new Set(chosen.node.places);
      all.forEach(each => { if (each.node.level === 0 && each.node.places.every(place => places.has(place))) lit.add(each); });
      const below = new Map(all.map(each => [`${each.node.level} ${each.node.at}`, each]));
      const walk = each => { lit.add(each); each.node.reads.forEach(at => walk(below.get(`${each.node.level - 1} ${at}`))); };
      walk(chosen);
    }
    all.forEach(each => { each.classList.toggle("lit", lit.has(each)); each.classList.toggle("chosen", each === chosen); });
    stage.querySelectorAll("line").forEach(line => line.classList.toggle("lit", line.ends.every(each => lit.has(each))));
    element("says").textContent = chosen ? `${chosen.node.label}.` : "Point at a node to see its characters.";
  };
  const nodes = follow(stage, ".node", show);

  const expects = chosen => {
    const characters = tree.known(chosen.text.join("")).filter(each => each !== null), left = chosen.text.length - characters.length;
    const likeliest = tree.likeliest(tree.run(tree.windowOf(characters)).probabilities);
    const after = characters.length ? `After “${characters.slice(-tree.context).join("")}”` : "At the beginning";
    return `${after} the trained tree (${plural(tree.depth, "level")}, group ${tree.group}) expects: ${likeliest.map(([character, share]) => `${named(character)} ${(100 * share).toFixed(0)} %`).join(", ")}.${left ? ` It has never seen ${plural(left, "character")} of the text, and leaves ${left === 1 ? "it" : "them"} out.` : ""}`;
  };

  const drawStage = () => {
    const chosen = settings(), view = VIEWS[chosen.view](chosen), rows = make("div", "", {class: "rows"});
    rows.append(...view.rows);
    stage.replaceChildren(rows);
    if (view.lines) edges(rows);
    if (stage.querySelector(".node")) nodes.reset();
    show(null);
    const levels = drawn(chosen), context = chosen.group ** chosen.levels, inTree = (context - 1) / (chosen.group - 1), length = chosen.text.length;
    const cut = levels < chosen.levels ? ` Drawn up to level ${levels}, which sees ${chosen.group ** levels}.` : chosen.view !== "window" && length > MOST ? ` Drawn for the last ${MOST} characters.` : "";
    element("explains").textContent = view.explains + cut + " ";
    element("explains").append(element(`lesson-${chosen.view}`).content.cloneNode(true));
    element("work").textContent = `Fusions to score all ${plural(length, "position")} of this text with a context of ${number(context)}: window by window ${number(length * inTree)}, all positions together or as a stream ${number(length * chosen.levels)}.`;
    element("expects").textContent = expects(chosen);
    element("stream-steps").hidden = chosen.view !== "stream";
    if (chosen.view === "stream") {
      element("step-shown").textContent = length ? `Step ${view.now}: “${chosen.text.slice(-MOST)[view.now]}” comes in.` : "No text.";
      element("back").disabled = view.now === 0;
      element("next").disabled = view.now >= Math.min(length, MOST) - 1;
    }
    for (const name of ["levels", "group"]) element(`${name}-shown`).textContent = name === "levels" ? `${chosen.levels}, context ${number(context)}` : chosen.group;
    element("levels").setAttribute("aria-valuetext", `${chosen.levels} levels, context ${number(context)}`);
  };

  const flatWeights = (context, {embedding, hidden}) => context * embedding * hidden;
  const treeWeights = (levels, {group, embedding, hidden}) => group * embedding * hidden + (levels - 1) * group * hidden * hidden;
  const drawWeights = () => {
    const chosen = settings(), rows = range(1, 10).map(levels => {
      const context = chosen.group ** levels;
      return {levels, context, flat: flatWeights(context, chosen), tree: treeWeights(levels, chosen)};
    });
    const most = Math.log(Math.max(...rows.map(each => each.flat)));
    element("counts").replaceChildren(...rows.map(each => {
      const made = make("tr", "", each.levels === chosen.levels ? {class: "now", "aria-current": "true"} : {});
      made.append(make("td", each.levels, {class: "number"}), make("th", number(each.context), {scope: "row", class: "number"}), make("td", number(each.flat), {class: "number"}), make("td", number(each.tree), {class: "number"}));
      made.append(make("td", each.flat === each.tree ? "equal" : each.flat < each.tree ? "flat" : "tree"));
      const bars = make("td", "");
      for (const name of ["flat", "tree"]) {
        const bar = make("span", "", {class: `meter ${name}`, "aria-hidden": "true"}), inner = make("i", "");
        inner.style.setProperty("--share", (Math.log(each[name]) / most || 0).toFixed(3));
        bar.append(inner);
        bars.append(bar);
      }
      made.append(bars);
      return made;
    }));
    const now = rows[chosen.levels - 1], crossing = rows.find(each => each.tree < each.flat);
    element("crossing").textContent = `Context ${number(now.context)}: flat ${number(now.flat)} weights, tree ${number(now.tree)}. ` + (crossing ? `The tree has fewer from context ${number(crossing.context)} on.` : `Up to context ${number(rows.at(-1).context)} the flat layer has fewer.`);
    for (const name of ["embedding", "hidden"]) element(`${name}-shown`).textContent = chosen[name];
  };

  element("controls").addEventListener("input", event => {
    if (event.target.id === "text") state.step = 0;
    drawStage();
    drawWeights();
  });
  for (const name of ["embedding", "hidden"]) element(name).addEventListener("input", drawWeights);
  document.querySelectorAll("form").forEach(form => form.addEventListener("submit", event => event.preventDefault()));
  for (const [id, by] of [["back", -1], ["next", 1]]) element(id).addEventListener("click", () => { state.step = Math.max(0, state.step + by); drawStage(); });
  window.addEventListener("resize", drawStage);
  drawStage();
  drawWeights();
  document.body.classList.add("live");
})();
