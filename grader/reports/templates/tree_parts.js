"use strict";
// What pages that show trees share: a trained tree computed in the page, and characters that light up.
const treeParts = (() => {
  // IEEE half precision: 1 bit sign, 5 bits exponent, 10 bits fraction.
  const half = bits => {
    const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
    return exponent ? sign * 2 ** (exponent - 15) * (1 + fraction / 1024) : sign * 2 ** -14 * (fraction / 1024);
  };
  const decoded = ([shape, numbers]) => {
    const bytes = Uint8Array.from(atob(numbers), each => each.charCodeAt(0)), view = new DataView(bytes.buffer);
    return {rows: shape[0], columns: shape[1] ?? 1,
            values: Float32Array.from({length: bytes.length / 2}, (_, at) => half(view.getUint16(2 * at, true)))};
  };
  const linear = (weight, bias, joined) => Float32Array.from({length: weight.rows}, (_, row) => {
    let sum = bias.values[row];
    for (let column = 0; column < weight.columns; column++) sum += weight.values[row * weight.columns + column] * joined[column];
    return sum;
  });
  const named = character => character === "." ? "end" : character;

  // The tree of the page's data: from tokens to the vectors of every level and the probabilities of what comes next.
  const trained = data => {
    const [embedding, ...rest] = data.matrices.map(decoded), output = rest.slice(-2), levels = rest.slice(0, -2);
    const context = data.lengths[0], token = new Map(data.vocabulary.map((character, at) => [character, at]));
    const run = tokens => {
      const walk = [tokens.map(each => embedding.values.slice(each * embedding.columns, (each + 1) * embedding.columns))];
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
    const windowOf = characters => {
      const tokens = characters.slice(-context).map(character => token.get(character));
      return [...Array(context - tokens.length).fill(0), ...tokens];
    };
    const likeliest = probabilities => [...probabilities.keys()]
      .sort((a, b) => probabilities[b] - probabilities[a]).slice(0, data.expected).map(at => [data.vocabulary[at], probabilities[at]]);
    // The characters of a text that the tree knows, the same letter in lower case where it knows only that.
    const known = text => [...text].map(each => token.get(each) ? each : token.get(each.toLowerCase()) ? each.toLowerCase() : null);
    return {...data, context, token, depth: levels.length / 2, run, windowOf, likeliest, known};
  };

  const make = (tag, text, attributes = {}) => {
    const made = document.createElement(tag);
    made.textContent = text;
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };
  // A vector as a strip: one column per number, one colour above zero and another below, stronger the farther from it.
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

  // Calls `show` with the node under the pointer or with the focus, and with null when there is none. One node is a tab
  // stop; the arrow keys move between nodes, which have data-level and data-at.
  const follow = (area, selector, show) => {
    const nodes = () => [...area.querySelectorAll(selector)];
    const stop = node => nodes().forEach(each => { each.tabIndex = each === node ? 0 : -1; });
    const of = event => event.target.closest?.(selector);
    const focused = () => area.contains(document.activeElement) ? document.activeElement.closest(selector) : null;
    area.addEventListener("pointerover", event => of(event) && show(of(event)));
    area.addEventListener("pointerleave", () => show(focused()));
    area.addEventListener("focusin", event => { if (of(event)) { stop(of(event)); show(of(event)); } });
    area.addEventListener("focusout", event => { if (!area.contains(event.relatedTarget)) show(null); });
    area.addEventListener("keydown", event => {
      const node = of(event), step = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, 0], ArrowDown: [-1, 0]}[event.key];
      if (!node || !step) return;
      const level = Number(node.dataset.level) + step[0], row = nodes().filter(each => Number(each.dataset.level) === level);
      const middle = each => { const box = each.getBoundingClientRect(); return box.left + box.width / 2; };
      const [first] = step[0] ? row.sort((a, b) => Math.abs(middle(a) - middle(node)) - Math.abs(middle(b) - middle(node)))
        : row.filter(each => Number(each.dataset.at) === Number(node.dataset.at) + step[1]);
      if (first) { event.preventDefault(); first.focus(); }
    });
    return {reset: () => stop(nodes()[0])};
  };
  return {trained, named, make, strip, follow};
})();
