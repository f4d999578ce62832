"use strict";
// The learner's own trained tree, computed in the page. Without this script the page shows one word, as it was made.
(() => {
  const element = id => document.getElementById(id);
  const data = JSON.parse(element("tree-data").textContent);

  // IEEE half precision: 1 bit sign, 5 bits exponent, 10 bits fraction.
  const half = bits => {
    const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
    return exponent ? sign * 2 ** (exponent - 15) * (1 + fraction / 1024) : sign * 2 ** -14 * (fraction / 1024);
  };
  const matrices = data.matrices.map(([shape, numbers]) => {
    const bytes = Uint8Array.from(atob(numbers), each => each.charCodeAt(0)), view = new DataView(bytes.buffer);
    return {rows: shape[0], columns: shape[1] ?? 1,
            values: Float32Array.from({length: bytes.length / 2}, (_, at) => half(view.getUint16(2 * at, true)))};
  });
  const [embedding, ...rest] = matrices, output = rest.slice(-2), levels = rest.slice(0, -2);

  const linear = (weight, bias, joined) => Float32Array.from({length: weight.rows}, (_, row) => {
    let sum = bias.values[row];
    for (let column = 0; column < weight.columns; column++) sum += weight.values[row * weight.columns + column] * joined[column];
    return sum;
  });
  // Tokens of a window to the vectors of every level, and from the root to the probabilities of what comes next.
  const run = tokens => {
    const walk = [tokens.map(token => embedding.values.slice(token * embedding.columns, (token + 1) * embedding.columns))];
    for (let level = 0; level < levels.length; level += 2) {
      const below = walk.at(-1), fused = [];
      for (let first = 0; first < below.length; first += data.group) {
        const joined = below.slice(first, first + data.group).flatMap(vector => [...vector]);
        fused.push(linear(levels[level], levels[level + 1], joined).map(Math.tanh));
      }
      walk.push(fused);
    }
    const logits = linear(...output, walk.at(-1)[0]), highest = Math.max(...logits);
    const powers = logits.map(logit => Math.exp(logit - highest)), sum = powers.reduce((a, b) => a + b);
    return {walk, probabilities: powers.map(power => power / sum)};
  };

  const context = data.lengths[0], token = new Map(data.vocabulary.map((character, at) => [character, at]));
  const windowOf = characters => {
    const tokens = characters.slice(-context).map(character => token.get(character));
    return [...Array(context - tokens.length).fill(0), ...tokens];
  };
  const named = character => character === "." ? "end" : character;
  const likeliest = probabilities => [...probabilities.keys()]
    .sort((a, b) => probabilities[b] - probabilities[a]).slice(0, data.expected).map(at => [data.vocabulary[at], probabilities[at]]);

  const make = (tag, text, attributes = {}) => {
    const made = document.createElement(tag);
    made.textContent = text;
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };
  const guesses = pairs => pairs.map(([character, probability]) => {
    const guess = make("span", "", {class: "guess", style: `--share: ${probability.toFixed(3)}`});
    guess.append(make("b", named(character)), ` ${(100 * probability).toFixed(0)} %`);
    return guess;
  });
  // A vector as a strip: a number a column, one colour above zero and one below, stronger the farther from it.
  const strip = vector => {
    const [low, high] = [Math.min(...vector), Math.max(...vector)].map(value => value.toFixed(2));
    const canvas = make("canvas", "", {width: vector.length, height: 1, role: "img", "aria-label": `${vector.length} numbers from ${low} to ${high}`});
    const pen = canvas.getContext("2d"), largest = Math.max(1, ...vector.map(Math.abs));
    vector.forEach((value, at) => {
      pen.fillStyle = `hsl(${value > 0 ? 205 : 22} 75% 50% / ${Math.abs(value) / largest})`;
      pen.fillRect(at, 0, 1, 1);
    });
    return canvas;
  };

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
    const known = [...input.value].map(each => token.get(each) ? each : token.get(each.toLowerCase()) ? each.toLowerCase() : null);
    const unknown = [...input.value].filter((_, at) => known[at] === null);
    input.setAttribute("aria-invalid", String(unknown.length > 0));
    note.textContent = unknown.length
      ? `The tree has never seen ${[...new Set(unknown)].map(each => `“${each}”`).join(", ")}: it is left out.`
      : known.length > context ? `The tree sees the last ${context} characters alone.` : "";
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
  document.body.classList.add("live");
  typed();
  choose();
})();
