// The learner's own trained tree, computed in the page. Without this script the page shows one word, as it was made.
(() => {
  const element = id => document.getElementById(id);
  const {trained, named, make, strip, follow} = treeParts;
  const data = trained(JSON.parse(element("tree-data").textContent));
  const {context, run, windowOf, likeliest} = data;

  const guesses = pairs => pairs.map(([character, probability]) => {
    const guess = make("span", "", {class: "guess", style: `--share: ${probability.toFixed(3)}`});
    guess.append(make("b", named(character)), ` ${(100 * probability).toFixed(0)} %`);
    return guess;
  });
  const draw = characters => {
    const tokens = windowOf(characters), {walk, probabilities} = run(tokens);
    const window = tokens.map(each => data.vocabulary[each]);
    walk.forEach((vectors, level) => document.querySelectorAll(`.tree [data-level="${level}"] .node`).forEach((node, at) => {
      const sees = context / vectors.length;
      node.replaceChildren(make("code", window.slice(at * sees, (at + 1) * sees).join("")), strip(vectors[at]));
    }));
    document.querySelectorAll("#moves .node").forEach((node, at) => {
      let moved = 0, tried = 0;
      for (let other = 1; other < data.vocabulary.length; other++) if (other !== tokens[at]) {
        const after = run(tokens.with(at, other)).probabilities;
        moved += after.reduce((sum, each, index) => sum + Math.abs(each - probabilities[index]), 0) / 2;
        tried++;
      }
      node.style.setProperty("--share", (moved / tried).toFixed(3));
      node.textContent = (moved / tried).toFixed(2);
    });
    const rows = walk.map((_, level) => characters.slice(-(data.group ** level)))
      .filter((ending, at, all) => ending.length && ending.length !== (all[at - 1] ?? []).length);
    element("longer").replaceChildren(...rows.map(ending => {
      const row = make("tr", ""), cell = make("td", "");
      const head = make("th", "", {scope: "row"});
      head.append(make("code", ending.join("")));
      cell.append(...guesses(likeliest(run(windowOf(ending)).probabilities)));
      row.append(head, cell);
      return row;
    }));
    const [first, second] = likeliest(probabilities).map(([character, share]) => `${named(character)} ${(100 * share).toFixed(0)} %`);
    element("says").textContent = `${characters.length ? `After “${characters.slice(-context).join("")}”` : "At the beginning"} the tree expects: ${first}, ${second}.`;
  };

  const input = element("word"), note = element("word-note");
  const typed = () => {
    const known = data.known(input.value);
    const unknown = [...input.value].filter((_, at) => known[at] === null);
    input.setAttribute("aria-invalid", String(unknown.length > 0));
    note.textContent = unknown.length
      ? `The tree has never seen ${[...new Set(unknown)].map(each => `“${each}”`).join(", ")}: it is left out.`
      : known.length > context ? `The tree sees only the last ${context} characters.` : "";
    draw(known.filter(each => each !== null));
  };
  input.addEventListener("input", typed);
  input.form.addEventListener("submit", event => event.preventDefault());

  const slider = element("level"), shown = element("level-shown");
  const choose = () => {
    document.querySelectorAll("[data-level]").forEach(each => each.classList.toggle("now", each.dataset.level === slider.value));
    shown.textContent = slider.value === "0" ? "level 0, the characters" : slider.value === slider.max ? `level ${slider.value}, the root` : `level ${slider.value}`;
    slider.setAttribute("aria-valuetext", shown.textContent);
  };
  slider.addEventListener("input", choose);

  // The characters of the node under the pointer, or with the focus, light up.
  const area = document.querySelector(".tree"), seen = element("seen");
  const cells = [...area.querySelectorAll(".node")];
  cells.forEach(node => {
    const level = node.closest("[data-level]"), row = [...level.querySelectorAll(".node")];
    Object.assign(node.dataset, {level: level.dataset.level, at: row.indexOf(node)});
  });
  const lit = node => {
    const level = Number(node?.dataset.level), at = Number(node?.dataset.at), sees = data.group ** level;
    cells.forEach(each => {
      const size = data.group ** Number(each.dataset.level), first = Number(each.dataset.at) * size;
      each.classList.toggle("lit", node !== null && first >= at * sees && first + size <= (at + 1) * sees);
    });
    const text = node && node.querySelector("code").textContent;
    seen.textContent = !node ? "Point at a node, or use the arrow keys, to see its characters."
      : `Level ${level}, node ${at} sees “${text}”: ${sees === 1 ? `place ${at}` : `places ${at * sees} to ${(at + 1) * sees - 1}`}.`;
  };
  follow(area, ".node", lit).reset();
  lit(null);
  document.body.classList.add("live");
  typed();
  choose();
})();
